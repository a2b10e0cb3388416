"""Keycloak's admin API in the shapes its documentation and its server give, for what Rempart asks of it.

Not Keycloak: it cannot be had as a Python package. Paths, verbs, status codes and the fields of a user
follow the Admin REST API of Keycloak 26. Like the server, it refuses a token it did not give, answers 204
without a body, and forgets attributes that a PUT leaves out.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SECRET = "realm secret"


class Keycloak(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.users = {
            f"id-{name}": {
                "id": f"id-{name}",
                "username": name,
                "enabled": True,
                "emailVerified": True,
                "attributes": {"rpps": [f"8100{name}"]},
                "notBefore": 0,
            }
            for name in ("dr-martin", "dr-petit")
        }
        self.sessions = dict.fromkeys(self.users, 2)
        self.tokens: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Keycloak

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path).path.strip("/").split("/")
        if parts == ["realms", "staff", "protocol", "openid-connect", "token"]:
            asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if asked.get("client_secret") != SECRET or asked.get("grant_type") != "client_credentials":
                return self._reply(401, {"error": "unauthorized_client"})
            token = f"t{len(self.server.tokens)}"
            self.server.tokens.add(token)
            return self._reply(200, {"access_token": token, "expires_in": 60, "token_type": "Bearer"})
        if self._allowed() and parts[-1] == "logout" and parts[-2] in self.server.users:
            self.server.sessions[parts[-2]] = 0
            self.server.users[parts[-2]]["notBefore"] = 1_767_225_600
            return self._reply(204)
        return self._reply(404, {"error": "User not found"})

    def do_GET(self) -> None:
        if not self._allowed():
            return None
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        found = list(self.server.users.values())
        if "username" in asked:
            exact = asked.get("exact") == "true"
            found = [
                u
                for u in found
                if u["username"] == asked["username"] or (not exact and asked["username"] in u["username"])
            ]
        if "q" in asked:
            name, _, value = asked["q"].partition(":")
            found = [u for u in found if value.strip('"') in u["attributes"].get(name, [])]
        return self._reply(200, found)

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = urlsplit(self.path).path.rpartition("/")[2]
        if not self._allowed():
            return None
        if key not in self.server.users:
            return self._reply(404, {"error": "User not found"})
        kept = self.server.users[key]
        self.server.users[key] = {**kept, "attributes": {}, **body}
        return self._reply(204)

    def _allowed(self) -> bool:
        allowed = self.headers.get("Authorization", "").removeprefix("Bearer ") in self.server.tokens
        if not allowed:
            self._reply(401, {"error": "HTTP 401 Unauthorized"})
        return allowed

    def _reply(self, status: int, body: object = None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
