"""An AuditEvent cut in parts says what the whole of it says, whatever its members hold."""

import json
from typing import Any

import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.records import Access
from rempart.sources.fhir import read_event, read_message
from rempart.sources.json_guard import decode_unit

TEXTS = st.sampled_from(
    ["", "7", "1", "24", "4", "110122", "110113", "active", "status", "Patient/9", "Practitioner/x",
     "https://h.example/fhir/Patient/8/_history/2", "XrequestId", "10.1.2.3", "é\u202e", "a\"b\\c", "x" * 300,
     "2026-03-02T08:31:07.120+01:00", "2026-13-01", "UGF0aWVudD9iaXJ0aGRhdGU9MTk4MC0wMi0wMw==", "success"]
)  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 10**19), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
CODED = st.fixed_dictionaries(
    {}, optional={"code": ODD, "coding": st.lists(st.fixed_dictionaries({"code": ODD}))}
)
NAMED = st.fixed_dictionaries(
    {},
    optional={
        "reference": ODD,
        "display": ODD,
        "type": ODD,
        "identifier": st.fixed_dictionaries({"value": ODD}),
    },
)
AGENT = st.fixed_dictionaries(
    {},
    optional={
        "who": st.one_of(NAMED, ODD), "requestor": ODD, "altId": ODD, "name": ODD, "policy": st.lists(ODD, max_size=2),
        "network": st.fixed_dictionaries({"address": ODD, "type": ODD}), "role": st.lists(CODED, max_size=2),
        "networkString": ODD,
    },
)  # fmt: skip
DETAIL = st.fixed_dictionaries({"type": st.one_of(CODED, ODD), "valueString": ODD})
ENTITY = st.fixed_dictionaries(
    {},
    optional={
        "what": st.one_of(NAMED, ODD), "type": CODED, "role": CODED, "query": ODD, "name": ODD,
        "detail": st.lists(DETAIL, max_size=2),
    },
)  # fmt: skip
EVENT = st.fixed_dictionaries(
    {"resourceType": st.just("AuditEvent")},
    optional={
        "id": ODD, "type": st.one_of(CODED, ODD), "subtype": st.lists(CODED, max_size=2), "category": ODD, "code": CODED,
        "action": ODD, "outcome": st.one_of(ODD, CODED), "recorded": ODD, "occurredDateTime": ODD,
        "occurredPeriod": st.fixed_dictionaries({"start": ODD}), "period": ODD, "patient": st.one_of(NAMED, ODD),
        "agent": st.one_of(st.lists(st.one_of(AGENT, ODD), max_size=3), ODD),
        "entity": st.one_of(st.lists(st.one_of(ENTITY, ODD), max_size=4), ODD), "extension": ODD, "text": ODD,
    },
)  # fmt: skip


@settings(max_examples=600)
@given(EVENT, st.booleans())
def test_the_parts_and_the_whole_agree(event: dict[str, Any], ascii_only: bool) -> None:
    line = json.dumps(event, ensure_ascii=ascii_only).encode()
    whole = read_event(decode_unit(line), "log", 5, xxhash.xxh3_64_intdigest(line))
    read = read_message(line, "log", 5)
    assert isinstance(read, Access)
    assert read == whole
