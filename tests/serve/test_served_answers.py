"""The answers of the service to one account's day: challenge, login, restriction, block, reinstatement, broken glass."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from world import REMPART, Client, Process, Signer, begin_service, desk, metric, settings_file

from rempart.ledger.query import connect

THIEF = "203.0.113.9"
LOGOUT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def scrape(door: Client, token: str, address: str = THIEF, pages: int = 60) -> tuple[int, dict[str, str]]:
    """Page through the directory and open what it shows, until an answer other than 200, which is returned."""
    for page in range(pages):
        asked = [f"/fhir/Patient?birthdate=1950-01-{page % 28 + 1:02d}&_count=100"]
        asked += [f"/fhir/Patient/{address}-{page}-{place}" for place in range(10)]
        for target in asked:
            status, told = door.decide(target, token, X_Forwarded_For=address)
            if status != 200:
                return status, told
    raise AssertionError(f"{pages} pages were served")


def failed_login(door: Client, data: Path, account: str, address: str = THIEF) -> None:
    """The provider tells of a failed login."""
    event = {
        "resourceType": "AuditEvent",
        "id": f"failed-{account}-{time.time_ns()}",
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110114"},
        "subtype": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110122"}],
        "recorded": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "outcome": "8",
        "agent": [
            {
                "requestor": True,
                "who": {"identifier": {"value": account}},
                "network": {"address": address, "type": "2"},
            }
        ],
    }
    status, _, body = door.ask("/events", desk(data), "POST", json.dumps(event).encode())
    assert (status, json.loads(body)["control"]) == (200, 1)


def reinstate(door: Client, data: Path, account: str) -> None:
    said = json.dumps({"account": account, "by": "desk-3"}).encode()
    assert door.ask("/accounts/reinstate", desk(data), "POST", said)[0] == 200


@pytest.fixture
def data(home: Path) -> Path:
    return home / "data"


def strong(signer: Signer, account: str, **claims: object) -> str:
    """A token of a strong login made now."""
    return signer.token(account, acr="eidas1", auth_time=int(time.time()), **claims)


def test_a_challenge_is_said_as_rfc_9470_says_and_a_new_strong_login_answers_it(
    door: Client, signer: Signer
) -> None:
    token = signer.token("owner-1", sid="s1", acr="eidas1", auth_time=int(time.time()) - 5)
    status, told = scrape(door, token)
    assert status == 401
    asked = dict(re.findall(r'(\w+)="([^"]*)"', told["www-authenticate"]))
    assert asked["error"] == "insufficient_user_authentication"
    assert (asked["acr_values"], asked["max_age"]) == ("eidas1", "0")
    weak = signer.token("owner-1", sid="s1", acr="password", auth_time=int(time.time()) + 1)
    for refused in (token, weak):
        assert door.decide("/fhir/Patient/1", refused, X_Forwarded_For=THIEF)[0] == 401
    assert (
        door.decide("/fhir/Patient/1", strong(signer, "owner-1", sid="s1"), X_Forwarded_For=THIEF)[0] == 200
    )
    assert door.decide("/fhir/Patient/2", token, X_Forwarded_For=THIEF)[0] == 200


def test_a_login_that_opens_another_session_carries_the_challenge_on(door: Client, signer: Signer) -> None:
    assert scrape(door, signer.token("owner-2", sid="old"))[0] == 401
    fresh = strong(signer, "owner-2", sid="new")
    assert door.decide("/fhir/Patient/1", fresh, X_Forwarded_For=THIEF)[0] == 200
    elsewhere = signer.token("owner-2", sid="third")
    assert scrape(door, elsewhere, "198.51.100.7")[0] == 401


def test_a_second_failed_login_blocks_and_a_person_reinstates(
    door: Client, signer: Signer, data: Path
) -> None:
    stolen = signer.token("owner-3", sid="s3", iat=int(time.time()) - 30)
    assert scrape(door, stolen)[0] == 401
    failed_login(door, data, "owner-3")
    assert door.decide("/fhir/Patient/1", stolen, X_Forwarded_For=THIEF)[0] == 401
    failed_login(door, data, "owner-3")
    status, told = door.decide("/fhir/Patient/1", stolen, X_Forwarded_For=THIEF)
    assert (status, told["x-rempart-reason"]) == (403, "blocked")
    assert door.decide("/fhir/Patient/1", strong(signer, "owner-3"), X_Forwarded_For="10.0.0.1")[0] == 403
    reinstate(door, data, "owner-3")
    status, told = door.decide("/fhir/Patient/1", stolen, X_Forwarded_For=THIEF)
    assert (status, told["x-rempart-reason"]) == (401, "session_ended")
    assert 'error="invalid_token"' in told["www-authenticate"]
    back = signer.token("owner-3", sid="s4", iat=int(time.time()) + 1)
    assert door.decide("/fhir/Patient/1", back, X_Forwarded_For="10.0.0.1")[0] == 200
    lines = [json.loads(line) for line in (data / "outbox.ndjson").read_text().splitlines()]
    given = [line["command"] for line in lines if line["type"] == "command"]
    ours = [each["verb"] for each in given if each["account"] == "owner-3"]
    assert ours == ["ask", "block", "reinstate"]
    assert len({each["key"] for each in given}) == len(given)


def test_glass_breaks_for_a_fresh_strong_login_with_a_reason_and_is_written_down(
    door: Client, signer: Signer, data: Path
) -> None:
    token = signer.token("owner-5", sid="s5")
    assert scrape(door, token)[0] == 401
    failed_login(door, data, "owner-5")
    failed_login(door, data, "owner-5")
    reason = "r%C3%A9animation, patient inconscient"
    ask = {"X_Forwarded_For": THIEF, "X_Break_Glass": reason}
    assert door.decide("/fhir/Patient/9", token, **ask)[0] == 401
    old = signer.token("owner-5", sid="s5", acr="eidas1", auth_time=int(time.time()) - 3_600)
    assert door.decide("/fhir/Patient/9", old, **ask)[0] == 401
    fresh = strong(signer, "owner-5", sid="s5")
    short = {**ask, "X_Break_Glass": "x"}
    assert door.decide("/fhir/Patient/9", fresh, **short)[0] == 403
    status, told = door.decide("/fhir/Patient/9", fresh, **ask)
    assert (status, told["x-rempart-break-glass"], told["x-rempart-action"]) == (200, "yes", "block")
    lines = [json.loads(each) for each in (data / "break_glass.ndjson").read_text().splitlines()]
    (line,) = (each for each in lines if each["account"] == "owner-5")
    assert line["reason"] == "réanimation, patient inconscient"
    assert line["decision"] == int(told["x-rempart-decision"])
    assert "break_glass" in (data / "outbox.ndjson").read_text()


def test_the_provider_ends_a_session_and_its_token_is_refused_at_once(door: Client, signer: Signer) -> None:
    token = signer.token("owner-6", sid="s6", iat=int(time.time()) - 10)
    other = signer.token("owner-6", sid="s7", iat=int(time.time()) - 10)
    assert door.decide("/fhir/Patient/1", token)[0] == 200
    logout = signer.token(
        "owner-6", {"typ": "logout+jwt"}, sid="s6", jti="j1", events=LOGOUT, preferred_username=None, exp=None
    )
    status, _, _ = door.ask("/backchannel-logout", "", "POST", f"logout_token={logout}".encode())
    assert status == 200
    status, told = door.decide("/fhir/Patient/1", token)
    assert (status, told["x-rempart-reason"]) == (401, "session_ended")
    assert door.decide("/fhir/Patient/1", other)[0] == 200
    everywhere = signer.token("owner-6", {"typ": "logout+jwt"}, jti="j2", events=LOGOUT)
    assert door.ask("/backchannel-logout", "", "POST", f"logout_token={everywhere}".encode())[0] == 200
    assert door.decide("/fhir/Patient/1", other)[0] == 401


def test_a_disowned_account_is_closed_by_its_owner_once(
    door: Client, service: Process, signer: Signer, data: Path
) -> None:
    scrape(door, signer.token("owner-7", sid="s7"))
    page = _link_of(data, "owner-7")
    status, headers, body = door.ask(page)
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert b"owner-7" in body
    assert b"pages of search results" in body
    field = parse_qs(urlsplit(page).query)["t"][0]
    fresh = strong(signer, "owner-7", sid="s7")
    assert door.decide("/fhir/Patient/1", fresh, X_Forwarded_For=THIEF)[0] == 200
    said = f"t={field}&answer=not_me".encode()
    assert b"account is closed" in door.ask("/was-this-you", "", "POST", said)[2]
    assert door.decide("/fhir/Patient/1", fresh, X_Forwarded_For=THIEF)[0] == 403
    again = f"t={field}&answer=me".encode()
    assert b"already been answered" in door.ask("/was-this-you", "", "POST", again)[2]
    assert door.ask("/was-this-you", "", "POST", said.replace(b"t=", b"t=A"))[0] == 403
    reinstate(door, data, "owner-7")
    assert b"already been answered" in door.ask("/was-this-you", "", "POST", said)[2]


def _link_of(data: Path, account: str) -> str:
    lines = [json.loads(line) for line in (data / "outbox.ndjson").read_text().splitlines()]
    (link,) = (
        line["command"]["link"]
        for line in lines
        if line["type"] == "command"
        and line["command"]["verb"] == "ask"
        and line["command"]["account"] == account
    )
    split = urlsplit(link)
    assert f"{split.scheme}://{split.netloc}" == "https://staff.hospital.example"
    return f"{split.path}?{split.query}"


def test_every_decision_is_in_the_ledger_with_what_was_asked(
    door: Client, service: Process, signer: Signer, data: Path
) -> None:
    door.decide("/fhir/Patient/zqp1/Observation?code=x", signer.token("owner-8"), X_Forwarded_For=THIEF)
    door.decide("/fhir/Patient/_search", signer.token("owner-8"), "POST", X_Forwarded_For=THIEF)
    door.decide("/fhir/Observation/5", signer.token("owner-8"), X_Forwarded_For=THIEF)
    question = "SELECT form, len(patients), count, served, source FROM ledger WHERE account = 'owner-8' ORDER BY number"
    rows = connect(data).execute(question).fetchall()
    assert rows == [
        ("Observation?code", 1, -1, "unknown", "serve"),
        ("Patient", 0, 50, "unknown", "serve"),
        ("Observation", 0, 1, "unknown", "serve"),
    ]
    assert b"zqp1" not in b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert metric(service.port, "rempart_ledger_decisions") > 3


def test_a_portal_is_redirected_to_its_login(tmp_path: Path, signer: Signer) -> None:
    secret = tmp_path / "secret"
    secret.write_text("between-us")
    secret.chmod(0o600)
    more = (
        f'identity = "header"\nchallenge = "portal"\nlogin_url = "https://portal.example/login?x=1"\n'
        f'proxy_secret_file = "{secret}"\npatient_paths = ["/dossier/{{patient}}/*"]'
    )
    process = begin_service(tmp_path, settings_file(tmp_path, signer, more))
    try:
        door = Client(process.port)
        known = {"X_Rempart_Proxy": "between-us", "X_Remote_User": "dr-martin", "X_Remote_Session": "p1"}
        ask = {"X_Forwarded_Uri": "/dossier/77/labs", "X_Forwarded_Method": "GET"}
        assert door.ask("/decide", **ask, **known)[0] == 200
        assert door.ask("/decide", **ask, **(known | {"X_Rempart_Proxy": "guess"}))[0] == 403
        status, told, _ = door.ask("/decide", **ask, X_Rempart_Proxy="between-us")
        assert status == 302
        asked = parse_qs(urlsplit(told["location"]).query)
        assert asked == {"x": ["1"], "acr_values": ["eidas1"], "max_age": ["0"], "prompt": ["login"]}
        status, told = door.decide("/dossier/77/labs", X_Rempart_Proxy="between-us")
        assert (status, "x-rempart-location" in told) == (401, True)
        assert door.ask("/decide/dossier/77/labs", **known)[0] == 200
        rows = connect(tmp_path / "data").execute("SELECT account, len(patients) FROM ledger").fetchall()
        assert rows == [("dr-martin", 1)] * 2
    finally:
        assert process.stop() == 0


def test_observe_serves_every_verified_holder_and_writes_down_what_it_would_have_said(
    tmp_path: Path, signer: Signer
) -> None:
    process = begin_service(tmp_path, settings_file(tmp_path, signer), mode="observe")
    try:
        door = Client(process.port)
        actions = set()
        for number in range(300):
            kind = (
                f"?birthdate=1950-01-{number % 28 + 1:02d}&_count=100" if number % 10 == 0 else f"/{number}"
            )
            status, told = door.decide(f"/fhir/Patient{kind}", signer.token("busy", sid="s"))
            assert status == 200
            actions.add(told["x-rempart-action"])
        assert "step_up" in actions
        assert door.decide("/fhir/Patient/1", signer.token("x", aud="other"))[0] == 401
    finally:
        assert process.stop() == 0


def test_under_restrict_patients_in_care_are_served_and_others_are_not(
    door: Client, signer: Signer, data: Path
) -> None:
    today = time.strftime("%Y-%m-%dT08:00:00Z", time.gmtime())
    appointments = [
        {
            "resourceType": "Appointment",
            "id": f"a{number}",
            "status": "booked",
            "start": today,
            "participant": [
                {"actor": {"reference": f"Patient/care-{number}"}, "status": "accepted"},
                {"actor": {"identifier": {"value": "owner-9"}, "type": "Practitioner"}, "status": "accepted"},
            ],
        }
        for number in range(200)
    ]
    lines = "\n".join(map(json.dumps, appointments)).encode()
    status, _, told = door.ask("/events", desk(data), "POST", lines)
    assert (status, json.loads(told)["context"]) == (200, 200)
    token = signer.token("owner-9", sid="s9")
    for number in range(200):
        assert door.decide(f"/fhir/Patient/care-{number}", token, X_Forwarded_For="10.1.1.1")[0] in (200, 401)
    reason = ""
    for page in range(400):
        target = f"/fhir/Patient?birthdate=1950-01-{page % 28 + 1:02d}&_count=100"
        if page % 3 == 0:
            target = f"/fhir/Patient/stranger-{page}"
        _, told = door.decide(target, token, X_Forwarded_For=THIEF)
        reason = told.get("x-rempart-reason", "")
        if reason == "restricted":
            break
    assert reason == "restricted"
    served, told = door.decide("/fhir/Patient/care-3/Observation", token, X_Forwarded_For=THIEF)
    assert (served, told["x-rempart-action"]) == (200, "restrict")
    both = "/fhir/Observation?patient=care-3,stranger-1"
    for target in ("/fhir/Patient/stranger-1", both, "/fhir/Patient?name=a", "/fhir/Observation/5"):
        status, told = door.decide(target, token, X_Forwarded_For=THIEF)
        assert (status, told["x-rempart-reason"]) == (403, "restricted")


def test_what_the_server_behind_says_it_served_is_kept_beside_what_was_asked(
    door: Client, signer: Signer, data: Path
) -> None:
    door.decide("/fhir/Patient/_search", signer.token("owner-10"), "POST", X_Forwarded_For=THIEF)
    event = {
        "resourceType": "AuditEvent",
        "id": "trace-1",
        "recorded": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "outcome": "0",
        "agent": [{"requestor": True, "who": {"identifier": {"value": "owner-10"}}}],
        "entity": [{"what": {"reference": f"Patient/{number}"}} for number in (1, 2, 3)],
    }
    for _ in range(2):
        _, _, told = door.ask("/events", desk(data), "POST", json.dumps(event).encode())
        assert json.loads(told)["traces"] == 1
    question = "SELECT served, len(patients), source FROM ledger WHERE account = 'owner-10' ORDER BY number"
    assert connect(data).execute(question).fetchall() == [("unknown", 0, "serve"), ("yes", 3, "events")]


def test_of_keycloaks_own_events_three_typing_errors_are_one_failure(
    door: Client, signer: Signer, data: Path
) -> None:
    token = signer.token("owner-11", sid="s11")
    assert scrape(door, token)[0] == 401
    for tried in range(6):
        assert door.decide("/fhir/Patient/1", token, X_Forwarded_For=THIEF)[0] == 401
        event = {
            "id": f"kc-{tried}",
            "time": int(time.time() * 1000),
            "type": "LOGIN_ERROR",
            "realmId": "staff",
            "clientId": "portal",
            "userId": "4f2c",
            "sessionId": None,
            "ipAddress": THIEF,
            "error": "invalid_user_credentials",
            "details": {"auth_method": "openid-connect", "username": "owner-11"},
        }
        lines = json.dumps(event).encode() + b'\n{"type":"LOGIN","realmId":"staff","time":1}\n'
        _, _, told = door.ask("/events", desk(data), "POST", lines)
        assert (json.loads(told)["control"], json.loads(told)["rejected"]) == (1, 1)
    assert door.decide("/fhir/Patient/1", token, X_Forwarded_For=THIEF)[0] == 403


def audit_of(fhir: Process, account: str) -> bytes:
    """The FHIR server's AuditEvents of an account, one a line."""
    told = json.loads(Client(fhir.port).ask("/_audit")[2])
    return "\n".join(line for line in told if f'"{account}"' in line).encode()


def ledger_of(data: Path, account: str, columns: str) -> list[tuple[object, ...]]:
    question = f"SELECT {columns} FROM ledger WHERE account = '{account}' ORDER BY number"
    return connect(data).execute(question).fetchall()


def test_a_search_that_the_server_tells_of_is_one_page_with_the_rows_it_showed(
    front: Client, door: Client, fhir: Process, signer: Signer, data: Path
) -> None:
    """Two accounts make the same searches, which find one patient each of a bound of fifty; the server tells of one's."""
    asked = {"told-1": signer.token("told-1"), "untold-1": signer.token("untold-1")}
    for number in range(3):
        for token in asked.values():
            target = f"/fhir/Patient?telecom=0555{number:04d}&_count=50"
            assert front.ask(target, token, X_Request_ID="chosen-by-the-client")[0] == 200
    events = audit_of(fhir, "told-1")
    assert b"chosen-by-the-client" not in events
    _, _, taken = door.ask("/events", desk(data), "POST", events)
    assert json.loads(taken)["traces"] == 3
    for token in asked.values():
        assert front.ask("/fhir/Patient/1", token)[0] == 200
    doubt = {account: float(str(ledger_of(data, account, "doubt")[-1][0])) for account in asked}
    assert doubt["told-1"] < doubt["untold-1"]
    rows = ledger_of(data, "told-1", "served, len(patients), session, network, flags & 32")
    assert [row[:2] for row in rows] == [("unknown", 0)] * 3 + [("yes", 1)] * 3 + [("unknown", 1)]
    assert len({row[2:4] for row in rows}) == 1, "told in the session and network of the question"
    assert [row[4] for row in rows] == [0] * 3 + [32] * 3 + [0]


def scope_of(data: Path, account: str) -> dict[str, Any]:
    """``scope.json`` of one account over all time."""
    folder = data.parent / f"scope-{time.monotonic_ns()}"
    period = ["--from", "2020-01-01", "--to", "2099-01-01"]
    command = [*REMPART, "scope", "--account", account, *period, "--data", str(data), "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return dict(json.loads((folder / "scope.json").read_text()))


def test_a_scope_counts_a_request_that_was_told_of_once(
    front: Client, door: Client, fhir: Process, signer: Signer, data: Path
) -> None:
    token = signer.token("told-2")
    for target in ("/fhir/Patient/11", "/fhir/Patient?telecom=12&_count=50", "/fhir/Observation?patient=13"):
        assert front.ask(target, token)[0] == 200
    events = audit_of(fhir, "told-2")

    before = scope_of(data, "told-2")
    assert before["accesses"] == 3
    assert before["patients"]["low"] == 0
    assert before["patients"]["high"] >= 52
    assert door.ask("/events", desk(data), "POST", events)[0] == 200
    after = scope_of(data, "told-2")
    assert after["accesses"] == 3
    assert after["patients"]["low"] == 3
    assert "search_results_unknown" not in {gap["kind"] for gap in after["gaps"]}
