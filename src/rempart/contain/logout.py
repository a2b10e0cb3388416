"""Back-channel logout: the site's own applications are told to end the account's sessions.

Takes ``block``. Posts a signed logout token to each application that trusts this issuer: the way to cut
the local session where the identity itself is national and cannot be closed here (Pro Santé Connect).
The token's ``jti`` is the command's key, so that asking again is known. 200 and 204 are done; 400 is
final. Misses: applications without a back channel.

Follows OpenID Connect Back-Channel Logout 1.0.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from rempart.errors import EffectorError, EffectorRefused, KeyFileError
from rempart.records import Command
from rempart.web_call import call

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIVES_S = 120


class Logout:
    """Some applications, told one after the other."""

    name = "logout"
    verbs = frozenset({"block"})

    def __init__(
        self, urls: tuple[str, ...], issuer: str, audience: str, key: str, clock_ms: Callable[[], int]
    ) -> None:
        self._urls, self._issuer, self._audience, self._clock_ms = urls, issuer, audience, clock_ms
        self._key, self._algorithm = _signing_key(key)

    def carry_out(self, command: Command) -> None:
        """Tell every application. EffectorError unless all of them did it."""
        now_s = self._clock_ms() // 1000
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": command.subject or command.account,
            "iat": now_s,
            "exp": now_s + LIVES_S,
            "jti": command.key,
            "events": {EVENT: {}},
        }
        token = jwt.encode(claims, self._key, self._algorithm, {"typ": "logout+jwt"})
        for url in self._urls:
            headers = {"content-type": "application/x-www-form-urlencoded"}
            status, _ = call("POST", url, headers, urlencode({"logout_token": token}).encode())
            if status == 400:
                raise EffectorRefused("an application refused the logout token", "check contain.logout_*")
            if status not in (200, 204):
                raise EffectorError(f"an application answered {status} to a logout", "it is asked again")


def _signing_key(text: str) -> tuple[RSAPrivateKey | EllipticCurvePrivateKey, str]:
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except ValueError as error:
        raise KeyFileError("contain.logout_key_file holds no private key", "give a PEM key") from error
    if isinstance(key, RSAPrivateKey):
        return key, "RS256"
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == "secp256r1":
        return key, "ES256"
    raise KeyFileError("contain.logout_key_file holds another kind of key", "give an RSA or P-256 key")
