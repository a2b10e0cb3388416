"""nginx told to stay open while the service is away: it opens for that alone, never for a request that the service refuses."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import (
    ONLY_A_PROXY_SAYS,
    ROOT,
    Client,
    Process,
    Signer,
    begin_nginx,
    begin_service,
    desk,
    free_port,
    heard_of,
    settings_file,
    unsaid,
)

LINE = "error_page 500 = @unjudged;"


@pytest.fixture
def nginx_open(tmp_path: Path, service: Process, fhir: Process) -> Iterator[Process]:
    assert f"# {LINE}" in (ROOT / "deploy" / "nginx" / "rempart-locations.conf").read_text()
    process = begin_nginx(tmp_path, service.port, fhir.port, opened=True)
    yield process
    process.stop()


def raw(port: int, target: str, token: str, more: bytes) -> bytes:
    """The first line of the answer to a request with more header lines."""
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + more + b"\r\n")
        got = b""
        while piece := connection.recv(65_536):
            got += piece
    return got.partition(b"\r\n")[0]


def requests_of(fhir: Process, account: str) -> int:
    return int(json.loads(Client(fhir.port).ask("/_served")[2])["requests"].get(account, 0))


@pytest.mark.parametrize(
    "more",
    [
        b"".join(b"X-%d: %s\r\n" % (number, b"a" * 9_000) for number in range(4)),
        b"X-A: a\x01b\r\n",
        b"X-A: a\x7fb\r\n",
        b"X-A: \xff\xfe\r\n",
        b"Upgrade: websocket\r\nConnection: upgrade\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"X-Break-Glass: " + b"a" * 15_000 + b"\r\n",
        b"X-HTTP-Method-Override: DELETE\r\n",
    ],
    ids=["huge", "control", "delete", "not text", "upgrade", "two lengths", "long reason", "override"],
)
def test_a_closed_account_gets_nothing_by_what_it_sends(
    nginx_open: Process, service: Process, fhir: Process, signer: Signer, home: Path, more: bytes
) -> None:
    account = "shut-at-open-proxy"
    said = json.dumps({"account": account, "by": "desk"}).encode()
    assert Client(service.port).ask("/accounts/block", desk(home / "data"), "POST", said)[0] == 200
    first = raw(nginx_open.port, "/fhir/Patient/1", signer.token(account), more)
    assert first.split()[1] in (b"400", b"401", b"403"), first
    assert requests_of(fhir, account) == 0


def test_it_opens_while_the_service_is_away_and_the_log_says_so(
    tmp_path: Path, fhir: Process, signer: Signer
) -> None:
    port = free_port()
    process = begin_service(tmp_path, settings_file(tmp_path, signer), port=port)
    nginx = begin_nginx(tmp_path, port, fhir.port, opened=True)
    client, token = Client(nginx.port), signer.token("at-open-proxy")
    assert client.ask("/fhir/Patient/1", token)[0] == 200
    process.kill()
    assert client.ask("/fhir/Patient/2", token)[0] == 200
    assert requests_of(fhir, "at-open-proxy") == 2
    nginx.stop()
    (log,) = tmp_path.glob("nginx-*/logs/access.ndjson")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["action"], bool(line["decision"])) for line in lines] == [
        ("allow", True),
        ("unjudged", False),
    ]


def test_what_nobody_judged_says_no_more_than_what_was_judged(
    tmp_path: Path, service: Process, fhir: Process, signer: Signer
) -> None:
    """Neither a portal's account nor another method."""
    lies = {**ONLY_A_PROXY_SAYS, "X_HTTP_Method_Override": "DELETE", "X_Break_Glass": "urgent"}
    for port, account in ((service.port, "said-judged"), (free_port(), "said-unjudged")):
        process = begin_nginx(tmp_path, port, fhir.port, opened=True)
        try:
            said = lies if account == "said-unjudged" else ONLY_A_PROXY_SAYS
            assert Client(process.port).ask("/fhir/Patient/1", signer.token(account), **said)[0] == 200
        finally:
            process.stop()
        assert unsaid(fhir, account)
        assert not heard_of(fhir, account) & {"x-http-method-override", "x-break-glass"}
