"""Any JSON teaches something or nothing, never an error; names meet those of the log readers."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.care import words
from rempart.care.fhir import MOST_LEARNT, READERS, links_from
from rempart.records import MISSING_MS, NEVER_MS
from rempart.sources import fhir_words

references = st.sampled_from(
    [
        "Patient/p",
        "Practitioner/d",
        "PractitionerRole/r",
        "Organization/o",
        "#c",
        "#",
        "/",
        "x/y/",
        "urn:uuid:1",
    ]
)
keys = st.sampled_from(
    [
        "reference", "identifier", "value", "type", "id", "participant", "actor", "individual", "member", "period",
        "start", "end", "subject", "patient", "location", "status", "contained", "resourceType", "practitioner",
        "code", "coding", "meta", "lastUpdated", "link", "other", "generalPractitioner", "organization", "team",
        "rempart", "who", "of", "name", "alias", "account", "known_ms", "minutesDuration", "requestedPeriod",
    ]
)  # fmt: skip
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), references,
    st.sampled_from(["2026-03-02", "cancelled", "care", "Patient", "Practitioner", "\ud800"]),
)  # fmt: skip
values = st.recursive(
    leaves, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=6)), max_leaves=25
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(keys, values, max_size=8), st.sampled_from([*READERS, ""]), st.none() | st.integers(0, 99)
)
def test_no_resource_is_an_error(resource: dict[str, Any], kind: str, seen: int | None) -> None:
    if kind:
        resource = {**resource, "resourceType": kind}
        resource.pop("rempart", None)
    found = links_from(resource, seen)
    assert len(found) <= MOST_LEARNT
    for one in found:
        for field in one.__slots__:
            value = getattr(one, field)
            if isinstance(value, str):
                assert len(value) <= 280
                value.encode("utf-8")
            else:
                assert MISSING_MS <= value <= NEVER_MS


@given(st.text(max_size=300))
def test_names_meet_those_of_the_log_readers(text: str) -> None:
    assert words.clean_name(text) == fhir_words.clean_name(text)
    assert words.split_reference(text) == fhir_words.split_reference(text)


@given(st.text("0123456789-T:+Z. ", max_size=30) | st.datetimes().map(lambda at: at.isoformat()))
def test_times_meet_those_of_the_log_readers(text: str) -> None:
    assert words.parse_time(text) == fhir_words.parse_time(text)
