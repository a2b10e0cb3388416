"""What an attacker sends, through a real nginx and straight to the service: refused or judged, never waved through."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import AUDIENCE, ISSUER, Client, Process, Signer, metric

PATHS = [
    "/fhir//Patient/1",
    "//fhir/Patient/1",
    "/fhir/Patient//1",
    "/fhir/Patient%2F1",
    "/fhir%2fPatient/1",
    "/fhir/Patient/1;jsessionid=2",
    "/fhir;x/Patient/1",
    "/fhir/Patient/1%3b",
    "/fhir/./Patient/1",
    "/static/../fhir/Patient/1",
    "/fhir/metadata/../Patient/1",
    "/fhir/metadata/%2e%2e/Patient/1",
    "/fhir/Patient/1%00",
    "/fhir/Patient/%5c1",
    "/fhir/Patient/1%252f",
    "/fhir/Patient/%c3%28",
    "/fhir/Patient?name=a;_count=9",
    "/fhir/Patient?name=%zz",
    "/fhir/Patient?name=a%0d%0aX:1",
    "/fhir/Patient?" + "&".join(f"a{n}=1" for n in range(300)),
    "/fhir/Patient/" + "9" * 9000,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_a_path_that_two_servers_may_read_differently_is_served_by_nobody(
    front: Client, door: Client, fhir: Process, signer: Signer, path: str
) -> None:
    account = f"path-{hashlib.sha256(path.encode()).hexdigest()[:8]}"
    status, _, _ = front.ask(path, signer.token(account))
    assert status in (400, 403, 404, 414)
    assert door.decide(path, signer.token(account))[0] == 403
    assert account not in json.loads(Client(fhir.port).ask("/_served")[2])["requests"]


def forged_tokens(signer: Signer) -> dict[str, str]:
    """Tokens that must not be believed, each with one thing wrong."""
    good = signer.token("forger")
    head, body, signature = good.split(".")
    other = ec.generate_private_key(ec.SECP256R1())
    public = signer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": time.time() + 600}

    def unsigned(header: dict[str, Any], key: bytes | None = None) -> str:
        parts = [
            base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=")
            for each in (header, claims)
        ]
        mac = b"" if key is None else hmac.digest(key, ".".join(parts).encode(), hashlib.sha256)
        return ".".join([*parts, base64.urlsafe_b64encode(mac).decode().rstrip("=")])

    changed = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + "==").replace(b"forger", b"victim"))
    mine, signer.key = signer.key, other
    stranger = signer.token("forger")
    signer.key = mine
    return {
        "none": unsigned({"alg": "none", "kid": "k1"}),
        "None": unsigned({"alg": "None", "kid": "k1"}) + "AA",
        "public key as a secret": unsigned({"alg": "HS256", "kid": "k1"}, public),
        "changed": f"{head}.{changed.decode().rstrip('=')}.{signature}",
        "cut signature": f"{head}.{body}.",
        "another key": stranger,
        "unknown key name": signer.token("forger", {"kid": "k2"}),
        "key inside": signer.token("forger", {"kid": "k3", "jwk": {"kty": "oct", "k": "AA"}}),
        "critical": signer.token("forger", {"crit": ["exp"]}),
        "expired": signer.token("forger", exp=int(time.time()) - 60),
        "no expiry": signer.token("forger", exp=None),
        "not yet": signer.token("forger", nbf=int(time.time()) + 600),
        "issued tomorrow": signer.token("forger", iat=int(time.time()) + 86_400),
        "another audience": signer.token("forger", aud="billing"),
        "no audience": signer.token("forger", aud=None),
        "another issuer": signer.token("forger", iss="https://provider.example.evil"),
        "an ID token": signer.token("forger", typ="ID"),
        "a logout token": signer.token(
            "forger", events={"http://schemas.openid.net/event/backchannel-logout": {}}
        ),
        "bound to a key": signer.token("forger", cnf={"jkt": "abc"}),
        "bound to a certificate": signer.token("forger", cnf={"x5t#S256": "abc"}),
        "nobody": signer.token("forger", sub=None, preferred_username=None),
        "not text": signer.token("forger", sub=5, preferred_username=["x"]),
        "too long": good + "A" * 9_000,
        "two dots too many": good + ".a.b",
        "spaces": good.replace(".", ". "),
    }


def test_no_forged_token_is_believed(door: Client, front: Client, fhir: Process, signer: Signer) -> None:
    for name, token in forged_tokens(signer).items():
        status, told = door.decide("/fhir/Patient/1", token)
        assert status == 401, (name, told)
        assert told["www-authenticate"].startswith("Bearer"), name
        assert front.ask("/fhir/Patient/1", token)[0] in (400, 401), name
    assert door.decide("/fhir/Patient/1")[0] == 401
    assert door.decide("/fhir/Patient/1", signer.token("honest"))[0] == 200
    requests = json.loads(Client(fhir.port).ask("/_served")[2])["requests"]
    assert not {"forger", "victim", "nobody"} & set(requests)


def raw(port: int, request: bytes) -> bytes:
    """The answer to bytes as they are, until the server closes or says nothing for a moment."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        connection.settimeout(1)
        got = b""
        try:
            while piece := connection.recv(65_536):
                got += piece
        except TimeoutError:
            pass
    return got


def test_a_header_that_stands_twice_or_overrides_is_refused(
    door: Client, service: Process, signer: Signer
) -> None:
    token = signer.token("header")
    override = ["X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Method-Override"]
    for name in override:
        assert door.decide("/fhir/metadata", token, **{name: "/fhir/Patient"})[0] == 403
    assert door.decide("/fhir/metadata", token, X_Forwarded_Uri="/fhir/Patient/1")[0] == 403
    both = (
        f"GET /decide HTTP/1.1\r\nHost: x\r\nX-Original-URI: /fhir/metadata\r\nX-Original-Method: GET\r\n"
        f"X-Original-URI: /fhir/Patient/1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    assert raw(service.port, both.encode()).startswith(b"HTTP/1.1 403")
    two_tokens = both.replace("X-Original-URI: /fhir/Patient/1", f"Authorization: Bearer {signer.token('b')}")
    assert raw(service.port, two_tokens.encode()).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"GET /decide HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /decide\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /decide HTTP/1.1\r\nHost : x\r\n\r\n",
        b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    ],
    ids=["both lengths", "two lengths", "huge header", "HTTP/0.9", "TLS", "space before colon", "huge body"],
)
def test_what_is_no_clean_http_is_answered_with_an_error_or_nothing(
    service: Process, door: Client, signer: Signer, request_bytes: bytes
) -> None:
    answer = raw(service.port, request_bytes)
    assert b" 200 " not in answer.partition(b"\r\n")[0]
    assert door.decide("/fhir/Patient/1", signer.token("after"))[0] == 200


def test_a_client_cannot_tell_nginx_what_was_asked(front: Client, fhir: Process, signer: Signer) -> None:
    token = signer.token("liar")
    for told in ({"X_Original_URI": "/fhir/metadata"}, {"X_Forwarded_Uri": "/fhir/metadata"}):
        assert front.ask("/fhir//Patient/3", token, **told)[0] == 403
        assert front.ask("/fhir/Patient/3", token, **told)[0] == 200
    assert front.ask("/_rempart", token)[0] == 404
    assert front.ask("/decide", token)[0] == 404
    assert front.ask("/metrics", token)[0] == 404
    assert front.ask("/events", token, "POST", b"{}")[0] == 404


def test_rooms_with_a_lock_stay_locked(door: Client, signer: Signer) -> None:
    for path in ("/events", "/accounts/block", "/accounts/reinstate"):
        body = b'{"account":"a","by":"b"}'
        assert door.ask(path, signer.token("x"), "POST", body)[0] == 403
        assert door.ask(path, "", "POST", body)[0] == 403
    assert door.ask("/was-this-you?t=" + "A" * 200)[0] == 403
    assert door.ask("/was-this-you", "", "POST", b"t=AAAA&answer=not_me")[0] == 403
    assert (
        door.ask("/backchannel-logout", "", "POST", b"logout_token=" + signer.token("x").encode())[0] == 403
    )
    assert door.ask("/etc/passwd")[0] == 404


def test_metrics_say_nothing_about_anybody(door: Client, service: Process, signer: Signer) -> None:
    door.decide("/fhir/Patient/zqpatient", signer.token("zqaccount"))
    _, _, page = door.ask("/metrics")
    assert b"zq" not in page
    assert metric(service.port, "rempart_judge_up") == 1
    assert b"zq" not in service.log.read_bytes()


PIECES = [
    "/fhir/Patient", "/fhir/", "?", "&", "=", "|", ",", ":", "#", ";", "%", "%00", "%ff", "%ED%A0%80", "\xff\xfe", "\x7f", "a" * 300,
    "patient=", "subject=", "identifier=", "_id=", "birthdate=", "_count=", "_offset=", "99999999999999999999", "1e400", "-1", "²",
    "Patient/", "_search", "$export", "$everything", "_history", "eq1950-01-01", "-----", "QUJD", "::", "1.2.3.4", "Bearer ", "é",
]  # fmt: skip
READ = [
    "X-Original-URI",
    "X-Original-Method",
    "X-Forwarded-Uri",
    "X-Forwarded-For",
    "Authorization",
    "User-Agent",
]
READ += ["If-None-Exist", "X-Break-Glass", "X-Client-Cert", "X-Rempart-Proxy", "Cookie"]
words = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    asked=words, behind=words, method=st.sampled_from(["GET", "POST", "HEAD", "TRACE", ""]),
    headers=st.lists(st.tuples(st.sampled_from(READ), words), max_size=4), believed=st.booleans(),
)  # fmt: skip
def test_no_question_breaks_the_service(
    service: Process,
    signer: Signer,
    asked: str,
    behind: str,
    method: str,
    headers: list[tuple[str, str]],
    believed: bool,
) -> None:
    lines = [("X-Original-URI", asked), ("X-Original-Method", method), ("Connection", "close"), *headers]
    if believed:
        lines.append(("Authorization", f"Bearer {signer.token('fuzz', sid='fuzz')}"))
    head = f"GET /decide{behind.replace(' ', '')} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines)
    answer = raw(service.port, (head + "\r\n").encode("latin-1", "replace"))
    assert answer.split(b" ")[1:2] in ([b"200"], [b"401"], [b"403"], [b"404"]), answer[:80]
    assert service.child.poll() is None
