"""Keycloak: the account closed and its sessions ended through the admin API, and opened again.

Takes ``block`` (``enabled: false``, then logout: ends every session and sets the user's not-before, so
that refresh tokens issued earlier are worth nothing) and ``reinstate`` (``enabled: true``). The account is
found by user name or, for a national identity, by an attribute. The user is read whole and written back
whole, since a partial user loses its attributes. Misses: access tokens that verify without the provider
until they expire; those are refused at the enforcement point.

Follows the Keycloak Admin REST API (26): ``/admin/realms/{realm}/users``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from rempart.errors import EffectorError, EffectorRefused
from rempart.records import Command
from rempart.web_call import call, read_json


class _Given(msgspec.Struct):
    access_token: str


class Keycloak:
    """One realm, as a service account with the role ``manage-users``."""

    name = "keycloak"
    verbs = frozenset({"block", "reinstate"})

    def __init__(self, url: str, realm: str, client: str, secret: str, attribute: str = "") -> None:
        self._url, self._realm = url.rstrip("/"), quote(realm, safe="")
        self._client, self._secret, self._attribute = client, secret, attribute
        self._headers: dict[str, str] = {}

    def carry_out(self, command: Command) -> None:
        """Close or open the account. EffectorError unless Keycloak says it is so."""
        user = self._find(command.account)
        place = f"/users/{quote(str(user['id']), safe='')}"
        self._ask("PUT", place, {**user, "enabled": command.verb == "reinstate"})
        if command.verb == "block":
            self._ask("POST", f"{place}/logout", {})

    def _find(self, account: str) -> dict[str, Any]:
        if self._attribute:
            asked = {"q": f'{self._attribute}:"{account}"', "briefRepresentation": "false"}
        else:
            asked = {"username": account, "exact": "true", "briefRepresentation": "false"}
        listed = read_json(self._ask("GET", f"/users?{urlencode(asked)}"), list[dict[str, Any]])
        found = [each for each in listed if "id" in each]
        if len(found) != 1:
            raise EffectorRefused(
                f"Keycloak knows {len(found)} users of that name", "check contain.keycloak_attribute"
            )
        return found[0]

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        """One call to the admin API, with a new token where the last one has expired."""
        for _ in range(2):
            headers = self._headers or self._log_in()
            content = None if body is None else msgspec.json.encode(body)
            status, answer = call(method, f"{self._url}/admin/realms/{self._realm}{path}", headers, content)
            if status != 401:
                break
            self._headers = {}
        if not 200 <= status < 300:
            raise EffectorError(f"Keycloak answered {status} to {method} users", "check the service account")
        return answer

    def _log_in(self) -> dict[str, str]:
        asked = {"grant_type": "client_credentials", "client_id": self._client, "client_secret": self._secret}
        status, answer = call(
            "POST",
            f"{self._url}/realms/{self._realm}/protocol/openid-connect/token",
            {"content-type": "application/x-www-form-urlencoded"},
            urlencode(asked).encode(),
        )
        if status != 200:
            raise EffectorError(f"Keycloak refused the service account ({status})", "check its secret")
        given = read_json(answer, _Given)
        self._headers = {"authorization": f"Bearer {given.access_token}", "content-type": "application/json"}
        return self._headers
