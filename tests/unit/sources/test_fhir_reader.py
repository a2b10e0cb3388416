"""One message in, one record out: every spelling the contract names."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from rempart.records import MISSING_MS, Access, Context, Kind, Rejected, ValueKind
from rempart.sources.fhir import read_message
from rempart.sources.fhir_words import EARLIEST_MS, LATEST_MS, parse_time
from rempart.sources.query_form import describe_query, read_query

EVENT: dict[str, Any] = {
    "resourceType": "AuditEvent",
    "id": "ev1",
    "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
    "action": "R",
    "recorded": "2026-03-02T09:31:07.120+01:00",
    "outcome": "0",
    "agent": [
        {"requestor": False, "name": "ward viewer", "network": {"address": "10.1.2.3", "type": "2"}},
        {"requestor": True, "who": {"identifier": {"value": "A-17"}, "display": "Somebody"}},
        {"requestor": False, "network": {"address": "https://records.example/fhir", "type": "5"}},
    ],
    "entity": [
        {"role": {"code": "1"}, "what": {"reference": "Patient/p7/_history/3"}},
        {"role": {"code": "4"}, "what": {"reference": "https://records.example/fhir/Observation/o9"}},
    ],
}


def read(**changes: Any) -> Access:
    event = {key: value for key, value in (EVENT | changes).items() if value is not None}
    record = read_message(json.dumps(event).encode(), "log", 5)
    assert isinstance(record, Access)
    return record


def test_an_access_says_who_whose_what_when_and_from_where() -> None:
    record = read()
    assert (record.source, record.offset, record.event, record.kind) == ("log", 5, "ev1", Kind.ACCESS)
    assert (record.account, record.address, record.software) == ("A-17", "10.1.2.3", "ward viewer")
    assert (record.patients, record.resource, record.action, record.outcome) == (
        ("p7",),
        "Observation",
        "R",
        0,
    )
    assert record.recorded_ms == 1_772_440_267_120


@pytest.mark.parametrize(
    ("agent", "account", "why"),
    [
        ([], "", "no_agent"),
        ([{"who": {"display": "x"}}], "", "no_requestor"),
        ([{"requestor": "true", "who": {"display": "x"}}], "", "no_requestor"),
        ([{"requestor": True}], "", "unnamed"),
        ([{"requestor": True, "altId": "alt"}], "alt", ""),
        ([{"requestor": True, "who": {"display": "d"}, "altId": "alt"}], "d", ""),
        ([{"requestor": True, "who": {"reference": "Device/7", "display": "d"}}], "Device/7", ""),
        ([{"requestor": True, "who": {"identifier": {"value": 7}, "reference": "Device/7"}}], "Device/7", ""),
        ([{"requestor": True}, {"requestor": True, "who": {"display": "second"}}], "second", ""),
    ],
)
def test_the_account_is_the_agent_that_asked(agent: list[Any], account: str, why: str) -> None:
    record = read(agent=agent)
    assert (record.account, record.unknown_account) == (account, why)


@pytest.mark.parametrize(
    ("agent", "address"),
    [
        ({"network": {"address": "10.0.0.9", "type": "2"}}, "10.0.0.9"),
        ({"network": {"address": "10.0.0.9"}}, "10.0.0.9"),
        ({"network": {"address": "ward-pc-4", "type": "1"}}, ""),
        ({"network": {"address": "10.0.0.9", "type": "5"}}, ""),
        ({"networkString": "2001:db8::7"}, "2001:db8::7"),
        ({"networkString": "ward-pc-4"}, ""),
        ({"networkUri": "https://10.0.0.9/"}, ""),
        ({"networkReference": {"display": "10.0.0.8"}}, "10.0.0.8"),
        ({"network": "10.0.0.9"}, ""),
    ],
)
def test_an_address_is_what_says_it_is_one(agent: dict[str, Any], address: str) -> None:
    assert read(agent=[agent | {"requestor": True, "altId": "a"}]).address == address
    assert read(agent=[{"requestor": True, "altId": "a"}, agent]).address == address


@pytest.mark.parametrize(
    ("entity", "patients"),
    [
        ([{"what": {"reference": "Patient/a"}}, {"what": {"reference": "http://x/Patient/a"}}], ("a",)),
        ([{"role": {"code": "1"}, "what": {"identifier": {"value": "INS-1"}}}], ("INS-1",)),
        ([{"role": {"coding": [{"code": "1"}]}, "what": {"reference": "urn:uuid:4"}}], ("urn:uuid:4",)),
        ([{"what": {"type": "Patient", "identifier": {"value": "i"}}}], ("i",)),
        ([{"role": {"code": "1"}, "what": {"reference": "#p", "display": "d"}}], ("d",)),
        ([{"role": {"code": "4"}, "what": {"reference": "List/l"}}], ()),
        ([None, 3, {"what": {"reference": ["Patient/a"]}}], ()),
    ],
)
def test_patients_are_found_however_they_are_spelled(entity: list[Any], patients: tuple[str, ...]) -> None:
    assert read(entity=entity).patients == patients


def test_the_spellings_of_release_5() -> None:
    record = read(
        type=None,
        recorded=None,
        occurredPeriod={"start": "2026-03-02"},
        category=[{"coding": [{"code": "rest"}]}],
        outcome={"code": {"code": "error"}},
        patient={"reference": "Patient/r5"},
        entity=None,
    )
    assert (record.recorded_ms, record.outcome, record.patients) == (1_772_409_600_000, 8, ("r5",))


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("0", Kind.LOGIN_PASSED),
        (None, Kind.LOGIN_PASSED),
        ("4", Kind.LOGIN_FAILED),
        ("12", Kind.LOGIN_FAILED),
    ],
)
def test_logins(outcome: str | None, kind: Kind) -> None:
    assert read(type={"code": "110114"}, subtype=[{"code": "110122"}], outcome=outcome).kind == kind


def test_a_logout_is_no_login() -> None:
    assert read(type={"code": "110114"}, subtype=[{"code": "110123"}]).kind == Kind.ACCESS


def test_a_reinstatement_names_its_account_not_the_desk() -> None:
    entity = {
        "what": {"identifier": {"value": "A-99"}},
        "detail": [{"type": "status", "valueString": "active"}],
    }
    record = read(type={"code": "110113"}, subtype=[{"code": "110137"}], entity=[entity])
    assert (record.kind, record.account) == (Kind.REINSTATED, "A-99")
    entity["detail"][0]["valueString"] = "blocked"  # type: ignore[index]
    assert read(type={"code": "110113"}, entity=[entity]).kind == Kind.ACCESS


def test_sessions_and_requests() -> None:
    asked = {"requestor": True, "altId": "a", "policy": ["https://rules.example/consent", "token-1"]}
    request = {"type": {"code": "XrequestId"}, "what": {"identifier": {"value": "req-1"}}}
    record = read(agent=[asked], entity=[request])
    assert (record.session, record.request, record.patients, record.resource) == ("token-1", "req-1", (), "")
    extension = [{"url": "https://x.example/session-id", "valueString": "s-1"}]
    assert read(agent=[asked], extension=extension).session == "s-1"


@pytest.mark.parametrize("name", [rb"a\udc00", rb"\ud800\ud83d\ude00", rb"\\\ud800"])
def test_half_a_surrogate_pair_makes_no_access_unread(name: bytes) -> None:
    line = json.dumps(EVENT).encode().replace(b"ward viewer", name)
    record = read_message(line, "log", 5)
    assert isinstance(record, Access)
    assert record.account == "A-17"


def test_a_search_keeps_its_form_and_forgets_its_text() -> None:
    text = base64.b64encode(b"Patient?birthdate=1980-02-03&_count=50&page=2").decode()
    record = read(entity=[{"role": {"code": "24"}, "query": text}])
    assert (record.is_query, record.query_form, record.resource) == (True, "Patient?birthdate", "Patient")
    assert (record.count, record.page, record.value_kind) == (50, 2, ValueKind.DATE)
    assert "1980" not in repr(record)


def test_searches_next_to_each_other_have_values_next_to_each_other() -> None:
    day = [describe_query(f"Patient?birthdate=ge1980-02-0{n}").value for n in (3, 4)]
    assert day[1] - day[0] == 1
    names = [describe_query(f"Patient?family={name}").value for name in ("Été", "etf", "f")]
    assert names == sorted(names)
    numbers = [describe_query(f"https://x/fhir/Patient?identifier=sys%7C{n}").value for n in (99, 100)]
    assert numbers == [99, 100]


def test_a_posted_search_and_hostile_queries() -> None:
    form = describe_query("POST /r4/Observation/_search HTTP/1.1\nHost: x.example\n\npatient=7&_count=10\n\n")
    assert (form.form, form.count) == ("Observation?patient", 10)
    assert describe_query(f"Patient?_count={'9' * 5000}").count == 2**31 - 1
    assert describe_query("&".join(f"{'k' * n}=1" for n in range(1, 99))).form.count("&") == 11
    assert describe_query("Patient?<script>=1&_id=9").form == "Patient?_id"
    assert read_query("%%%%").form == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"hello", "not_json"),
        (b'{"resourceType":"AuditEvent","id":NaN}', "not_json"),
        (b'{"resourceType":"AuditEvent"', "not_json"),
        (b'{"resourceType":"AuditEvent"}{}', "not_json"),
        (b'{"resourceType":"AuditEvent","id":"\xe9"}', "not_utf8"),
        (b"[]", "not_a_resource"),
        (b'{"resourceType":7}', "not_a_resource"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
        (b'{"a":[' + b"[]," * 400_000 + b"[]]}", "too_long"),
        (b'{"a":"' + b"x" * (4 << 20) + b'"}', "too_long"),
    ],
)
def test_what_is_no_resource_is_refused_with_its_reason(line: bytes, reason: str) -> None:
    record = read_message(line, "log", 9)
    assert isinstance(record, Rejected)
    assert (record.reason, record.offset, record.length) == (reason, 9, len(line))


def test_other_resources_are_context() -> None:
    record = read_message(b'{"resourceType":"Encounter","id":"e"}\r\n', "log", 0)
    assert record == Context("log", 0, {"resourceType": "Encounter", "id": "e"})


def test_wrong_types_everywhere_still_give_an_access() -> None:
    for wrong in (None, 7, True, "x", [], {}, [[]], [7], {"code": 7}, [{"coding": 7}]):
        event = dict.fromkeys([*EVENT, "patient", "period", "subtype", "extension"], wrong)
        record = read_message(json.dumps(event | {"resourceType": "AuditEvent"}).encode(), "log", 0)
        assert isinstance(record, Access)


def test_texts_cannot_play_with_a_terminal_and_stay_distinct() -> None:
    who = {"requestor": True, "who": {"display": "a\u001b[2J\u202eb\u0000"}}
    assert read(agent=[who]).account == "a\ufffd[2J\ufffdb\ufffd"
    long = [read(agent=[{"requestor": True, "altId": "x" * 400 + end}]).account for end in "ab"]
    assert [len(name) for name in long] == [256, 256]
    assert long[0] != long[1]


@pytest.mark.parametrize(
    "line",
    [
        b'{"resourceType":"AuditEvent","id":"a","id":"b"}',
        b'{"resourceType":"AuditEvent","resourceType":"Patient","id":"b"}',
        b'{"resourceType":"Patient","id":"b","resourceType":"AuditEvent"}',
        b'{"resourceType":"Patient","id":"b","resource\\u0054ype":"Patient"}',
        b'{"resourceType":"Audit\\u0045vent","agent":[],"agent":[{"who":{"display":"a"}}]}',
        b'{"resourceType":"AuditEvent","agent":[], "\\u0061gent" : [{"who":{"display":"a"}}]}',
        b'{"resourceType":"AuditEvent","type":{"code":"a"},"type":{"type":1,"code":"b"}}',
    ],
)
def test_a_deciding_key_that_stands_twice_makes_a_line_unreadable(line: bytes) -> None:
    record = read_message(line, "log", 0)
    assert isinstance(record, Rejected)
    assert record.reason == "repeated_key"


@pytest.mark.parametrize(
    "line",
    [
        b'{"resourceType":"AuditEvent","id":"a","meta":{"id":"b"},"source":{"type":1,"site":"type"},"type":{}}',
        b'{"resourceType":"AuditEvent","id":"a","contained":[{"resourceType":"Patient","id":"b"}]}',
        b'{"resourceType":"AuditEvent","id":"a","text":"\\u0041","text":99999999999999999999}',
        b'{"resourceType":"AuditEvent","id":"a","note":' + b"9" * 5000 + b',"x":{"agent":1},"agent":[]}',
    ],
)
def test_the_same_key_elsewhere_or_one_that_decides_nothing_is_no_fault(line: bytes) -> None:
    record = read_message(line, "log", 0)
    assert isinstance(record, Access)
    assert record.event == "a"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01", 0),
        ("1970", 0),
        ("1970-01-01T00:00:00.9999Z", 999),
        ("1970-01-01T00:00:00-01:30", 5_400_000),
        ("0001-01-01", EARLIEST_MS),
        ("9999-12-31", LATEST_MS),
        ("2026-02-30", MISSING_MS),
        ("2026-01-01T25:00:00Z", MISSING_MS),
        ("yesterday", MISSING_MS),
        ("", MISSING_MS),
    ],
)
def test_times(text: str, at: int) -> None:
    assert parse_time(text) == at


REST = "http://hl7.org/fhir/restful-interaction"


@pytest.mark.parametrize(
    ("codes", "is_query"),
    [
        ({"subtype": [{"system": REST, "code": "search-type"}]}, True),
        ({"subtype": [{"system": REST, "code": "search"}]}, True),
        (
            {
                "subtype": None,
                "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110112"},
            },
            True,
        ),
        ({"type": None, "code": {"coding": [{"system": REST, "code": "search-type"}]}}, True),
        ({"subtype": [{"system": REST, "code": "read"}]}, False),
        ({"subtype": [{"system": REST, "code": "research"}]}, False),
    ],
)
def test_a_search_is_one_though_no_entity_tells_what_was_asked(codes: dict[str, Any], is_query: bool) -> None:
    record = read(**codes, entity=[{"type": {"code": "Patient"}}])
    assert record.is_query == is_query
    assert record.patients == ()


def test_a_bundle_in_a_line_is_refused_and_not_taken_for_context() -> None:
    line = json.dumps({"resourceType": "Bundle", "entry": [{"resource": EVENT}]}).encode()
    refused = read_message(line, "log", 0)
    assert isinstance(refused, Rejected)
    assert refused.reason == "bundle"
