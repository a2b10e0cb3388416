"""SCIM 2.0: the account's ``active`` set to false, and to true again.

Takes ``block`` and ``reinstate``. Finds the user by ``userName`` (or the attribute the site names) and
patches ``active``; what is so already is done. Misses: open sessions, which most servers leave alone.

Follows RFC 7643 (4.1.1) and RFC 7644 (3.4.2.2, 3.5.2).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from rempart.errors import EffectorError, EffectorRefused
from rempart.records import Command
from rempart.web_call import call, read_json

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class _Listed(msgspec.Struct):
    Resources: list[dict[str, Any]] = []


class Scim:
    """One service provider, with a bearer token."""

    name = "scim"
    verbs = frozenset({"block", "reinstate"})

    def __init__(self, url: str, token: str, attribute: str = "userName") -> None:
        self._url, self._attribute = url.rstrip("/"), attribute
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}

    def carry_out(self, command: Command) -> None:
        """Set ``active``. EffectorError unless the provider says it is so."""
        active = command.verb == "reinstate"
        user = self._find(command.account)
        if user.get("active", True) is active:
            return
        change = {"op": "replace", "path": "active", "value": active}
        self._ask(
            "PATCH", f"/Users/{quote(str(user['id']), safe='')}", {"schemas": [PATCH], "Operations": [change]}
        )

    def _find(self, account: str) -> dict[str, Any]:
        literal = account.replace("\\", "\\\\").replace('"', '\\"')
        asked = urlencode({"filter": f'{self._attribute} eq "{literal}"'})
        listed = read_json(self._ask("GET", f"/Users?{asked}"), _Listed).Resources
        users = [each for each in listed if "id" in each and each.get(self._attribute, account) == account]
        if len(users) != 1:
            raise EffectorRefused(
                f"SCIM knows {len(users)} users of that name", "check contain.scim_attribute"
            )
        return users[0]

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        content = None if body is None else msgspec.json.encode(body)
        status, answer = call(method, f"{self._url}{path}", self._headers, content)
        if not 200 <= status < 300:
            raise EffectorError(f"SCIM answered {status} to {method}", "check the token and its rights")
        return answer
