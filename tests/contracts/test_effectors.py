"""Every effector of the tuple keeps the same promises, each against a real server (Keycloak: its documented shapes).

Blocking closes the account it names and no other, however often it is asked; reinstating opens it again;
an account nobody knows is refused for good; a server that is away is an error to be tried again.
"""

from __future__ import annotations

import json
import sys
import threading
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import jwt
import ldap3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from keycloak_shapes import SECRET
from keycloak_shapes import Keycloak as KeycloakShapes

from rempart.contain.delivery import Effector
from rempart.contain.directory import Directory
from rempart.contain.dry_run import DryRun
from rempart.contain.effectors import EFFECTORS
from rempart.contain.keycloak import Keycloak
from rempart.contain.logout import EVENT, Logout
from rempart.contain.revocation import Revocation
from rempart.contain.scim import Scim
from rempart.contain.webhook import Webhook, sign
from rempart.errors import EffectorError, EffectorRefused
from rempart.records import Command

sys.path.insert(0, str(Path(__file__).parents[1] / "serve"))
from world import begin, free_port

NOW_MS = 1_767_254_400_000
BASE = "ou=staff,dc=hospital,dc=example"
ADMIN = ("cn=rempart,dc=hospital,dc=example", "directory secret")


@dataclass
class World:
    """An effector, the same pointed at nothing, and a look at whether an account is closed out there."""

    effector: Effector
    nowhere: Effector
    closed: Callable[[str], bool]
    knows_accounts: bool = True
    token: Callable[[str], str] = lambda account: f"token-of-{account}"


def command(verb: str, account: str, key: str = "k1", tokens: tuple[str, ...] = ()) -> Command:
    return Command(key, verb, account, NOW_MS, f"sub-{account}", 7, ("71 patients",), "", tokens)


class Heard(ThreadingHTTPServer):
    """A receiver that keeps what it was sent and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        super().__init__(("127.0.0.1", 0), _Hearing)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Hearing(BaseHTTPRequestHandler):
    server: Heard

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def webhook() -> Iterator[World]:
    heard = Heard()
    with running(heard):

        def closed(account: str) -> bool:
            last = [
                json.loads(body)["type"]
                for _, body in heard.got
                if json.loads(body)["data"]["account"] == account
            ]
            return bool(last) and last[-1] == "rempart.account.block"

        clock = lambda: NOW_MS  # noqa: E731
        yield World(
            Webhook(heard.url, "s3cret", clock),
            Webhook("http://127.0.0.1:1/", "s", clock),
            closed,
            knows_accounts=False,
        )


@pytest.fixture
def keycloak() -> Iterator[World]:
    shapes = KeycloakShapes()
    with running(shapes):

        def closed(account: str) -> bool:
            user = shapes.users[f"id-{account}"]
            assert user["attributes"] == {"rpps": [f"8100{account}"]}
            if not user["enabled"]:
                assert shapes.sessions[f"id-{account}"] == 0
                assert user["notBefore"] > 0
            return not user["enabled"]

        yield World(
            Keycloak(shapes.url, "staff", "rempart", SECRET),
            Keycloak("http://127.0.0.1:1", "staff", "rempart", SECRET),
            closed,
        )


@pytest.fixture(scope="session")
def canaille(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    server = Path(__file__).parents[1] / "serve" / "provider.py"
    process = begin(
        [sys.executable, str(server), str(port)], tmp_path_factory.mktemp("canaille") / "log", "ready", port
    )
    yield f"http://127.0.0.1:{port}"
    process.stop()


def log_in(canaille: str, account: str, password: str = "correct horse") -> str:
    """An access token of canaille's, empty where it lets nobody in."""
    form = {"grant_type": "password", "username": account, "password": password, "scope": "openid profile"}
    request = urllib.request.Request(f"{canaille}/oauth/token", urlencode(form).encode())
    request.add_header("Authorization", "Basic " + b64encode(b"portal:portal secret").decode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(json.load(answer)["access_token"])
    except urllib.error.HTTPError:
        return ""


def is_active(canaille: str, token: str) -> bool:
    request = urllib.request.Request(f"{canaille}/oauth/introspect", urlencode({"token": token}).encode())
    request.add_header("Authorization", "Basic " + b64encode(b"portal:portal secret").decode())
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bool(json.load(answer)["active"])


@pytest.fixture
def scim(canaille: str) -> World:
    return World(
        Scim(f"{canaille}/scim/v2", "scim-token"),
        Scim("http://127.0.0.1:1/scim/v2", "scim-token"),
        lambda account: not log_in(canaille, account),
    )


@pytest.fixture
def revocation(canaille: str) -> World:
    tokens: dict[str, str] = {}

    def token(account: str) -> str:
        if account not in tokens:
            tokens[account] = log_in(canaille, account)
        return tokens[account]

    return World(
        Revocation(f"{canaille}/oauth/revoke", "portal", "portal secret"),
        Revocation("http://127.0.0.1:1/revoke", "portal", "portal secret"),
        lambda account: not is_active(canaille, token(account)),
        knows_accounts=False,
        token=token,
    )


@pytest.fixture
def logout() -> Iterator[World]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    heard = Heard()
    with running(heard):

        def closed(account: str) -> bool:
            told = []
            for _, body in heard.got:
                token = parse_qs(body.decode())["logout_token"][0]
                claims = jwt.decode(
                    token, key.public_key(), ["ES256"], audience="portal", issuer="https://rempart.example",
                    options={"verify_exp": False, "verify_iat": False},
                )  # fmt: skip
                assert jwt.get_unverified_header(token)["typ"] == "logout+jwt"
                assert claims["events"] == {EVENT: {}}
                assert "nonce" not in claims
                told.append(claims["sub"])
            return f"sub-{account}" in told

        clock = lambda: NOW_MS  # noqa: E731
        issuer = "https://rempart.example"
        yield World(
            Logout((heard.url,), issuer, "portal", pem, clock),
            Logout(("http://127.0.0.1:1/",), issuer, "portal", pem, clock),
            closed,
            knows_accounts=False,
        )


@pytest.fixture(scope="session")
def ldap_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    server = Path(__file__).with_name("directory_server.py")
    process = begin(
        [sys.executable, str(server), str(port)], tmp_path_factory.mktemp("ldap") / "log", "ready", port
    )
    yield port
    process.stop()


def directory_world(port: int, kind: str) -> World:
    def closed(account: str) -> bool:
        with ldap3.Connection(
            ldap3.Server(f"ldap://127.0.0.1:{port}", get_info=ldap3.NONE), *ADMIN
        ) as connection:
            connection.search(BASE, f"(uid={account})", attributes=["*"])
            kept = connection.response[0]["raw_attributes"]
        if kind == "openldap":
            return kept.get("pwdAccountLockedTime") == [b"000001010000Z"]
        control = int(kept["userAccountControl"][0])
        assert control & ~2 == 66_048
        return bool(control & 2)

    return World(
        Directory(f"ldap://127.0.0.1:{port}", *ADMIN, BASE, "uid", kind),
        Directory("ldap://127.0.0.1:1", *ADMIN, BASE, "uid", kind),
        closed,
    )


@pytest.fixture
def openldap(ldap_port: int) -> World:
    return directory_world(ldap_port, "openldap")


@pytest.fixture
def active_directory(ldap_port: int) -> World:
    return directory_world(ldap_port, "ad")


WORLDS = ["webhook", "keycloak", "revocation", "logout", "scim", "openldap", "active_directory"]


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)


def test_every_effector_is_under_this_contract(request: pytest.FixtureRequest) -> None:
    under = {type(request.getfixturevalue(name).effector) for name in WORLDS}
    assert under | {DryRun} == set(EFFECTORS)
    assert len({each.name for each in EFFECTORS}) == len(EFFECTORS)


def test_blocking_closes_one_account_and_reinstating_opens_it(world: World) -> None:
    effector = world.effector
    tokens = (world.token("dr-martin"),)
    assert not world.closed("dr-martin")
    effector.carry_out(command("block", "dr-martin", tokens=tokens))
    assert world.closed("dr-martin")
    assert not world.closed("dr-petit")
    effector.carry_out(command("block", "dr-martin", tokens=tokens))
    assert world.closed("dr-martin")
    if "reinstate" in effector.verbs:
        for _ in range(2):
            effector.carry_out(command("reinstate", "dr-martin", "k2"))
            assert not world.closed("dr-martin")


def test_an_account_nobody_knows_is_refused_for_good(world: World) -> None:
    if not world.knows_accounts:
        pytest.skip("tells of any account")
    for account in ("nobody", "dr-*", 'dr-martin" or userName pr', "dr-martin)(uid=*"):
        with pytest.raises(EffectorRefused):
            world.effector.carry_out(command("block", account))
    assert not world.closed("dr-martin")


def test_a_server_that_is_away_is_tried_again(world: World) -> None:
    with pytest.raises(EffectorError) as raised:
        world.nowhere.carry_out(command("block", "dr-martin", tokens=("t",)))
    assert not isinstance(raised.value, EffectorRefused)
    assert "dr-martin" not in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_webhook_is_signed_and_never_carries_tokens() -> None:
    heard = Heard()
    with running(heard):
        hook = Webhook(heard.url, "s3cret", lambda: NOW_MS)
        hook.carry_out(command("block", "dr-martin", "block-a-1", ("secret-token",)))
        ((headers, body),) = heard.got
        assert headers["webhook-id"] == "block-a-1"
        assert headers["webhook-signature"] == sign("s3cret", "block-a-1", NOW_MS // 1000, body)
        assert len(b64decode(headers["webhook-signature"].removeprefix("v1,"))) == 32
        assert b"secret-token" not in body
        for status, kind in ((302, EffectorError), (500, EffectorError), (422, EffectorRefused)):
            heard.status = status
            with pytest.raises(kind):
                hook.carry_out(command("block", "dr-martin"))


def test_keycloak_logs_in_again_when_its_token_has_expired_and_finds_national_identities() -> None:
    shapes = KeycloakShapes()
    with running(shapes):
        effector = Keycloak(shapes.url, "staff", "rempart", SECRET, attribute="rpps")
        effector.carry_out(command("block", "8100dr-petit"))
        shapes.tokens.clear()
        effector.carry_out(command("reinstate", "8100dr-petit"))
        assert shapes.users["id-dr-petit"]["enabled"]
        with pytest.raises(EffectorError):
            Keycloak(shapes.url, "staff", "rempart", "wrong").carry_out(command("block", "dr-petit"))


def test_a_dry_run_only_says_it() -> None:
    said: list[str] = []
    DryRun(said.append).carry_out(command("block", "dr-martin"))
    assert said == ["dry run: block dr-martin (k1)"]
