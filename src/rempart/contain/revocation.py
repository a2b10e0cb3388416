"""Token revocation: the tokens an account was last seen with are handed back to the provider.

Takes ``block``. Posts each token to the revocation endpoint; 200 is done, also for a token the provider
does not know, as the standard says. Misses: refresh tokens, which never pass through a proxy; ending the
provider's session is another effector's work.

Follows RFC 7009.
"""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote, urlencode

from rempart.errors import EffectorError
from rempart.records import Command
from rempart.web_call import call


class Revocation:
    """One revocation endpoint, as a confidential client."""

    name = "revocation"
    verbs = frozenset({"block"})

    def __init__(self, url: str, client: str, secret: str) -> None:
        login = b64encode(f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()).decode()
        self._url = url
        self._headers = {
            "authorization": f"Basic {login}",
            "content-type": "application/x-www-form-urlencoded",
        }

    def carry_out(self, command: Command) -> None:
        """Revoke every token. EffectorError unless the provider took them all."""
        for token in command.tokens:
            form = urlencode({"token": token, "token_type_hint": "access_token"}).encode()
            status, _ = call("POST", self._url, self._headers, form)
            if status != 200:
                raise EffectorError(f"the provider answered {status} to a revocation", "check the client")
