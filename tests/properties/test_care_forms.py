"""Care data read by their form say what they say read one by one, whatever stands in them."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rempart.pipeline.care_columns import learnt_from, merge_learnt, tell
from rempart.records import LEARNT_SCHEMA
from rempart.sources.fhir_columns import read_block
from rempart.sources.lines import block_of

NAMES = ("p1", "p2", "a7", "b-8.c", "00", "7", "", "Dupont é", "x/y", "zq" * 40, "1000000000123", "99")
TIMES = (
    "2026-03-02T08:00:00Z", "2026-03-02T09:00:00.000+01:00", "2026-03-02T10:15:00.5-05:00", "2026-03-03", "2026-03",
    "2025-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2001-09-09T01:46:40.123Z", "", "yesterday",
)  # fmt: skip
names, times = st.sampled_from(NAMES), st.sampled_from(TIMES)
types = st.sampled_from(
    ("Patient", "Practitioner", "PractitionerRole", "Organization", "CareTeam", "Location", "device")
)
odd = st.sampled_from((None, 3, "text", [], {}, ["x"], {"reference": 7}))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


literals = st.one_of(
    st.builds("{}/{}".format, types, names),
    st.builds("https://x.example/fhir/{}/{}".format, types, names),
    st.builds("{}/{}/_history/{}".format, types, names, names),
    st.builds("#{}".format, names),
    names,
)
references = some(reference=literals, display=names, type=types, identifier=some(value=names))
periods = some(start=times, end=times)
participants = st.lists(
    some(actor=references, individual=references, member=references, period=periods, status=st.sampled_from(("accepted", "declined"))),
    max_size=3,
)  # fmt: skip
resources = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(("Appointment", "Encounter", "EpisodeOfCare", "CareTeam", "Patient", "PractitionerRole", "Slot"))},
    optional={
        "id": st.one_of(names, odd),
        "meta": some(lastUpdated=times),
        "created": times,
        "status": st.sampled_from(("booked", "finished", "cancelled", "active")),
        "start": times,
        "end": times,
        "minutesDuration": st.sampled_from((15, 20.5, "x")),
        "period": periods,
        "participant": participants,
        "subject": references,
        "patient": references,
        "practitioner": references,
        "organization": references,
        "serviceProvider": references,
        "managingOrganization": st.lists(references, max_size=2),
        "location": st.lists(some(location=references, period=periods), max_size=2),
        "identifier": st.lists(some(value=names, use=st.sampled_from(("temp", "usual")), system=names), max_size=3),
        "contained": st.lists(some(resourceType=types, id=names, identifier=some(value=names)), max_size=1),
        "link": st.lists(some(other=references, type=st.sampled_from(("replaced-by", "seealso"))), max_size=1),
        "generalPractitioner": st.lists(references, max_size=2),
        "active": st.booleans(),
        "code": some(text=names, coding=st.lists(some(code=names), max_size=1)),
        "name": names,
        "rempart": st.just("care"),
    },
)  # fmt: skip


def refilled(resource: Any, turn: int) -> Any:
    """The same resource with other names and times in the same places."""
    if isinstance(resource, dict):
        return {key: refilled(each, turn) for key, each in resource.items()}
    if isinstance(resource, list | tuple):
        return [refilled(each, turn) for each in resource]
    if resource in ("p1", "p2", "a7"):
        return f"{resource}{turn}x"
    if isinstance(resource, str) and resource.startswith("20") and resource.endswith("Z"):
        return f"20{10 + turn}{resource[4:]}"
    return resource


def learnt(raw: bytes, by_form: bool) -> tuple[pa.Table, int, list[tuple[int, str]], int]:
    """Facts, units read, where and why others were refused, and how many units were told by their form."""
    batches = list(read_block(block_of(40, raw), "x", tell if by_form else None))
    facts = [
        each if batch.learnt is None else merge_learnt(batch.learnt, each)
        for batch in batches
        for each in (learnt_from(batch.context, None),)
    ]
    table = pa.Table.from_batches(facts, LEARNT_SCHEMA)
    refused = [(each.offset, each.reason) for batch in batches for each in batch.rejected]
    read = sum(batch.read for batch in batches) - len(refused)
    return table, read, refused, sum(batch.told for batch in batches)


APPOINTMENT = {
    "resourceType": "Appointment", "id": "a7", "meta": {"lastUpdated": TIMES[0]}, "start": TIMES[1], "end": TIMES[2],
    "participant": [{"actor": {"reference": "Patient/p1"}}, {"actor": {"reference": "Practitioner/p2"}}],
}  # fmt: skip


EVENT = {
    "resourceType": "AuditEvent", "id": "e1", "recorded": TIMES[0], "action": "R", "outcome": "0",
    "agent": [{"who": {"reference": "Practitioner/p2"}, "requestor": True}],
    "entity": [{"what": {"reference": "Patient/p1"}}], "subject": {"reference": "Patient/p1"},
}  # fmt: skip
repeats = st.one_of(st.none(), resources)
"""Members of another resource that stand behind a resource's own, so that some keys stand twice."""


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(resources, repeats), min_size=1, max_size=5), st.booleans())
@example([(APPOINTMENT, None)], True)
@example([(EVENT, {"resourceType": "Encounter"})], False)
@example([({**APPOINTMENT, "resourceType": "Slot"}, {"resourceType": "Appointment"})], False)
@example([(APPOINTMENT, {"participant": [{"actor": {"reference": "Practitioner/a7"}}]})], False)
def test_forms_say_what_each_resource_says(
    chosen: list[tuple[dict[str, Any], dict[str, Any] | None]], spaced: bool
) -> None:
    separators = (", ", ": ") if spaced else (",", ":")

    def line(*members: dict[str, Any] | None) -> bytes:
        texts = [
            json.dumps(each, separators=separators, ensure_ascii=spaced)[1:-1] for each in members if each
        ]
        return f"{{{separators[0].join(texts)}}}".encode()

    every = [refilled(one, turn) for turn in range(3) for one in (*chosen, *chosen[:2])]
    raw = b"\n".join(line(*members) for members in every)
    told, alone = learnt(raw, True), learnt(raw, False)
    assert told[0].to_pylist() == alone[0].to_pylist()
    assert told[1:3] == alone[1:3]
    assert told[1] + len(told[2]) == len(every)


def test_plain_care_data_are_told_by_their_form() -> None:
    raw = b"\n".join(json.dumps(refilled(APPOINTMENT, turn)).encode() for turn in range(9))
    table, units, _, told = learnt(raw, True)
    assert (units, told, len(table)) == (9, 9, 9)


def test_a_form_cannot_be_written_by_a_thief() -> None:
    """Marks and stand-ins in the text itself are text."""
    marked = {**APPOINTMENT, "status": "\x01" + "0", "participant": [{"actor": {"display": "\x010~0~"}}]}
    raw = b"\n".join(json.dumps(refilled(marked, turn)).encode() for turn in range(9))
    assert learnt(raw, True)[0].to_pylist() == learnt(raw, False)[0].to_pylist()
