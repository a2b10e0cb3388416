"""A block read column by column says what its lines say one by one, whatever they hold."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from test_event_parts import AGENT, ENTITY, EVENT, ODD, TEXTS

from rempart.records import ACCESS_SCHEMA, Access, Context, Rejected
from rempart.sources.batches import batch_units
from rempart.sources.fhir import read_message
from rempart.sources.fhir_columns import read_block
from rempart.sources.fhir_parts import DECIDING
from rempart.sources.lines import block_of

ID = st.text("abXY019-.", min_size=1, max_size=70)
PATIENT = ID.map(lambda name: {"what": {"reference": f"Patient/{name}"}, "role": {"code": "1"}})
BY_NUMBER = ID.map(lambda name: {"what": {"identifier": {"value": name}}, "role": {"code": "1"}})
REQUEST = ID.map(lambda name: {"type": {"code": "XrequestId"}, "what": {"identifier": {"value": name}}})
SESSION = ID.map(
    lambda name: {"type": {"code": "SessionId"}, "what": {"identifier": {"value": name}}, "name": "s"}
)
VERSION = ID.map(
    lambda name: {"what": {"reference": f"Patient/{name}/_history/3", "identifier": {"value": name}}}
)
CHART = ID.map(
    lambda name: {"what": {"reference": f"Condition/{name}", "identifier": {"value": "Patient/7"}}}
)
QUERY = st.fixed_dictionaries(
    {"query": st.sampled_from(["UGF0aWVudD9uYW1lPXg=", "Patient?birthdate=1980-02-03", "?", ""])}
)
TIME = st.one_of(
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(["2026-03-02T08:31:07+23:59", "2024-02-29T00:00:00.5-01:00", "2023-02-29T00:00:00Z", "1970-01-01T00:00:00Z",
                     "2026-03-02T24:00:00Z", "2026-03-02T08:31:07.1234567890123456789Z", "2026-03-02T08:31:07", "2026-03-02"]),
)  # fmt: skip
LIKELY = st.fixed_dictionaries(
    {"resourceType": st.just("AuditEvent"), "recorded": TIME},
    optional={
        "id": st.one_of(ID, st.text(max_size=5), st.integers()),
        "entity": st.lists(st.one_of(PATIENT, BY_NUMBER, REQUEST, SESSION, VERSION, CHART, QUERY), max_size=6),
        "patient": st.one_of(ID.map(lambda name: {"reference": f"Patient/{name}"}), st.just({"display": "é"})),
        "agent": st.lists(
            st.fixed_dictionaries(
                {"requestor": st.booleans(), "who": st.fixed_dictionaries({"identifier": st.just({"value": "a"})})},
                optional={"policy": st.lists(ID, max_size=1)},
            ),
            max_size=2,
        ),
        "outcome": st.sampled_from(["0", "8"]),
        "subtype": st.sampled_from([[{"code": "110122"}], [{"code": "110113"}], [{"code": "read"}]]),
        "extension": st.just([{"url": "x/session-id", "valueString": "e"}]),
        "meta": st.recursive(st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=3)), st.lists, max_leaves=4),
    },
)  # fmt: skip
URL = st.sampled_from(["x/session-id", "X/SessionID", "session", "sessions", "urn:session_id", "id", "", 7])
EXTENSION = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"url": URL},
            optional={
                "valueString": ODD,
                "valueUuid": ODD,
                "valueIdentifier": st.fixed_dictionaries({"value": ODD}),
            },
        ),
        ODD,
    ),
    max_size=3,
)
PLACE = st.sampled_from(["10.1.2.3", "fe80::1", "1.2.3.x", "PC-12", "", "1.2.3", "2001:db8::7:8", "a::b\\"])
WORDS = st.one_of(
    TEXTS,
    PLACE,
    st.sampled_from(["2", "5", "http://x", "urn:oid:1", "https://", "tok", "Group/7", "#p1", "a/", "/b"]),
)
WHO = st.fixed_dictionaries(
    {}, optional={"reference": WORDS, "display": WORDS, "type": st.sampled_from(["Patient", "patient", "Device"]),
                  "identifier": st.one_of(ODD, st.fixed_dictionaries({}, optional={"value": WORDS}))},
)  # fmt: skip
SOMEBODY = st.fixed_dictionaries(
    {"requestor": st.sampled_from([True, True, False, "true", None])},
    optional={
        "who": WHO, "altId": WORDS, "name": WORDS, "policy": st.lists(st.one_of(WORDS, ODD), max_size=3), "networkString": PLACE,
        "network": st.fixed_dictionaries({}, optional={"address": PLACE, "type": WORDS}), "networkUri": PLACE,
        "networkReference": WHO, "extension": EXTENSION, "role": st.lists(st.one_of(ODD, st.fixed_dictionaries(
            {}, optional={"text": WORDS, "code": ODD, "coding": st.lists(st.fixed_dictionaries({"code": ODD}), max_size=2)}))),
    },
)  # fmt: skip
CODE = st.sampled_from(["1", "24", "4", "XrequestId", "XREQUESTID", "aSession", "session", ""])
SOMETHING = st.fixed_dictionaries(
    {},
    optional={
        "what": WHO, "name": WORDS, "query": st.one_of(WORDS, st.just("R0VUIGh0dHA6Ly94L1BhdGllbnQ/bmFtZT1iJmJpcnRoZGF0ZT0xOTgwLTAyLTAz")),
        "role": st.fixed_dictionaries({}, optional={"code": CODE, "coding": st.lists(st.fixed_dictionaries({"code": CODE}))}),
        "type": st.fixed_dictionaries({}, optional={"code": CODE, "coding": st.lists(st.fixed_dictionaries({"code": CODE}))}),
    },
)  # fmt: skip
RICH = st.fixed_dictionaries(
    {"resourceType": st.just("AuditEvent"), "recorded": st.just("2026-03-02T08:31:07Z")},
    optional={
        "agent": st.lists(st.one_of(SOMEBODY, SOMEBODY, AGENT, ODD), max_size=4),
        "entity": st.lists(st.one_of(SOMETHING, SOMETHING, ENTITY, ODD), max_size=4),
        "patient": st.one_of(WHO, ODD), "extension": EXTENSION, "id": ID,
    },
)  # fmt: skip
GARBAGE = st.sampled_from(
    [b"", b" \t", b"{", b"{}", b"[]", b"\xff\xfe", b'{"resourceType":"Patient"}', b"null", b'{"resourceType":"AuditEvent"}{}',
     b'{"resourceType":"AuditEvent","recorded":"2026-03-02T08:31:07Z","id":"\xc3"}', b'{"resourceType":"AuditEvent","x":01}',
     b'{"resourceType":"AuditEvent","recorded":"2026-03-02T08:31:07Z","id":"a","id":"b"}',
     b'{"resourceType":"AuditEvent","recorded":"2026-03-02T08:31:07Z","\\u0069d":"b"}',
     b'{"resourceType":"AuditEvent","recorded":"2026-03-02T08:31:07Z","t":"\\ud800"}',
     b'{"resourceType":"AuditEvent","recorded":"2026-03-02T08:31:07Z","t":"a\tb"}',
     b'{"resourceType":"AuditEvent","recorded":"2026-03-02T08:31:07Z","t":' + b"[" * 70 + b"]" * 70 + b"}",
     b' {"resourceType" : "AuditEvent" , "recorded":"2026-03-02T08:31:07Z" , "t":[ ] , "u":{ } } \r\r']
)  # fmt: skip


@st.composite
def written(draw: Any) -> bytes:
    event = draw(st.one_of(LIKELY, RICH, RICH, EVENT))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    line = json.dumps(event, ensure_ascii=draw(st.booleans()), separators=separators).encode(
        "utf-8", "replace"
    )
    cut = draw(st.sampled_from([None] * 8 + [len(line) // 2, 1]))
    return line[:cut]


@st.composite
def written_twice(draw: Any) -> bytes:
    """An event with some members, one of them mostly, standing there again with other values."""
    first, more = draw(written()).rstrip(b"} "), draw(LIKELY)
    chosen = draw(st.sets(st.sampled_from([*more, "meta", "source"]), min_size=1, max_size=2))
    return (
        first
        + b","
        + json.dumps({key: more.get(key, {"type": [], "id": "x"}) for key in chosen})[1:].encode()
    )


def one_by_one(data: bytes) -> Iterator[Access | Context | Rejected]:
    at = 0
    for line in data.split(b"\n"):
        if line.strip(b" \t\r\n"):
            yield read_message(line, "log", at + 100)
        at += len(line) + 1


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(written(), written(), written_twice(), GARBAGE), max_size=12), st.booleans())
def test_columns_and_messages_agree(lines: list[bytes], ends: bool) -> None:
    data = b"\n".join(lines) + b"\n" * ends
    batches = list(read_block(block_of(100, data), "log"))
    whole = batch_units(one_by_one(data))
    rows = pa.Table.from_batches([batch.accesses.cast(ACCESS_SCHEMA) for batch in batches], ACCESS_SCHEMA)
    assert rows.to_pylist() == pa.Table.from_batches([whole.accesses]).to_pylist()
    assert tuple(each for batch in batches for each in batch.context) == whole.context
    assert tuple(each for batch in batches for each in batch.rejected) == whole.rejected


@settings(max_examples=300, deadline=None)
@given(st.one_of(written(), written_twice()))
def test_a_line_is_refused_for_a_repeated_key_just_where_one_stands_in_it(line: bytes) -> None:
    keys: list[str] = []

    def note(members: list[tuple[str, object]]) -> dict[str, object]:
        keys[:] = [name for name, _ in members]
        return dict(members)

    try:
        resource = json.loads(line, object_pairs_hook=note)
    except ValueError:
        return
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    deciding = DECIDING if kind == "AuditEvent" else ("resourceType",)
    record = read_message(line, "log", 0)
    refused = isinstance(record, Rejected) and record.reason == "repeated_key"
    if not isinstance(record, Rejected) or refused:
        assert refused == any(keys.count(name) > 1 for name in deciding)
