"""A national identity that no hospital can close: its local account and its local session are cut, and opened again."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import jwt
import ldap3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from drill import until
from world import Client, Process, Signer, begin, begin_service, desk, free_port, settings_file

NATIONAL, SUBJECT = "810001234567", "f:550dc1c8:10001234567"
PERSON = "uid=dr-petit,ou=staff,dc=hospital,dc=example"


class Portal(BaseHTTPRequestHandler):
    """An application that ends sessions on a back-channel logout; ``ended`` are the subjects it was told of."""

    ended: list[str]
    key: ec.EllipticCurvePublicKey

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        claims = jwt.decode(
            form["logout_token"][0], self.key, ["ES256"], audience="portal", issuer="https://rempart.example"
        )
        self.ended.append(claims["sub"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def portal() -> Iterator[tuple[str, list[str], str]]:
    """(address, subjects told, signing key as PEM)"""
    key = ec.generate_private_key(ec.SECP256R1())
    handler = type("Handler", (Portal,), {"ended": [], "key": key.public_key()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    yield f"http://127.0.0.1:{server.server_address[1]}/logout", handler.ended, pem.decode()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Process]:
    port = free_port()
    script = Path(__file__).parents[1] / "contracts" / "directory_server.py"
    process = begin([sys.executable, str(script), str(port)], tmp_path / "ldap.log", "ready", port)
    yield process
    process.stop()


def disabled(directory: Process) -> bool:
    server = ldap3.Server(f"ldap://127.0.0.1:{directory.port}", get_info=ldap3.NONE)
    login = "cn=rempart,dc=hospital,dc=example", "directory secret"
    with ldap3.Connection(server, *login) as connection:
        connection.search(PERSON, "(objectClass=*)", attributes=["userAccountControl"])
        return bool(int(connection.response[0]["raw_attributes"]["userAccountControl"][0]) & 2)


def test_a_stolen_national_identity_is_cut_off_here_and_let_in_again(
    tmp_path: Path, signer: Signer, directory: Process, portal: tuple[str, list[str], str]
) -> None:
    address, ended, pem = portal
    for name, text in (("ldap", "directory secret"), ("key", pem)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    contain = f"""
dry_run = "no"
ldap_url = "ldap://127.0.0.1:{directory.port}"
ldap_user = "cn=rempart,dc=hospital,dc=example"
ldap_password_file = "{tmp_path}/ldap"
ldap_base = "ou=staff,dc=hospital,dc=example"
ldap_attribute = "employeeNumber"
ldap_kind = "ad"
logout_urls = ["{address}"]
logout_issuer = "https://rempart.example"
logout_audience = "portal"
logout_key_file = "{tmp_path}/key"
"""
    process = begin_service(tmp_path, settings_file(tmp_path, signer, contain=contain))
    door, key = Client(process.port), desk(tmp_path / "data")

    def say(verb: str) -> None:
        said = json.dumps({"account": NATIONAL, "by": "desk-1"}).encode()
        assert door.ask(f"/accounts/{verb}", key, "POST", said)[0] == 200

    national = {
        "sub": SUBJECT,
        "preferred_username": None,
        "SubjectNameID": "899700000000",
        "otherIds": [{"origine": "RPPS", "identifiant": "10001234567", "qualite": 1}],
        "SubjectRefPro": {"exercices": [{"codeProfession": "10"}]},
    }
    stolen = signer.token("x", sid="s1", iat=int(time.time()) - 60, **national)
    try:
        assert door.decide("/fhir/Patient/1", stolen)[0] == 200
        say("block")
        assert door.decide("/fhir/Patient/1", stolen)[0] == 403
        until(lambda: disabled(directory))
        until(lambda: ended == [SUBJECT])
        say("reinstate")
        until(lambda: not disabled(directory))
        assert door.decide("/fhir/Patient/1", stolen)[0] == 401
        fresh = signer.token("x", sid="s2", iat=int(time.time()) + 1, **national)
        assert door.decide("/fhir/Patient/1", fresh)[0] == 200
        assert ended == [SUBJECT]
    finally:
        assert process.stop() == 0
