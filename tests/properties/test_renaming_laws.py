"""Whoever is called what: decisions do not hang on the names of accounts, patients, networks, sessions or events,
nor on the site's secret key, which turns them into numbers. Values that somebody searches for are no names: their
order is evidence."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.lab.emit import events
from rempart.lab.region import RegionSpec, build_region
from rempart.lab.thieves import FAMILIES, hire
from rempart.pipeline.course import Course
from rempart.records import DECISION, Access, Context
from rempart.settings import Settings
from rempart.sources.fhir import read_message

MONDAY_MS = 1_767_571_200_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
STAFF = (("gp", 3), ("hospital_doctor", 2), ("nurse", 3), ("pharmacist", 1), ("batch", 1))
OFTEN = Settings(challenges_per_year=20.0)
Resource = dict[str, Any]


def decided(resources: Sequence[Resource]) -> list[tuple[str, bytes]]:
    """Whose access it was, as the log spells it, and the answer, for each event; under a key of its own."""
    answers = []
    with TemporaryDirectory() as folder:
        course = Course.open(Path(folder) / "data", OFTEN, enforce=True, live=True)
        offset = 0
        for resource in resources:
            line = json.dumps(resource).encode()
            unit = read_message(line, "s", offset)
            offset += len(line) + 1
            if isinstance(unit, Context):
                course.learn([unit])
            elif isinstance(unit, Access):
                answers.append((unit.account, course.decide_one(unit).decision.tobytes()))
        course.abandon()
    return answers


def renamed(thing: Any, names: dict[str, str]) -> Any:
    """A resource with every identifier, alone or after the type in a reference, called otherwise."""
    if isinstance(thing, dict):
        return {key: renamed(value, names) for key, value in thing.items()}
    if isinstance(thing, list):
        return [renamed(each, names) for each in thing]
    if not isinstance(thing, str):
        return thing
    kind, slash, name = thing.rpartition("/")
    return names.get(thing) or (f"{kind}/{names[name]}" if slash and name in names else thing)


def instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


ACCOUNTS, PATIENTS = [f"a{n}" for n in range(4)], [f"p{n}" for n in range(7)]
ADDRESSES = ["192.0.2.1", "192.0.2.2", "198.51.100.3", "203.0.113.4"]
SESSIONS = [f"t{n}" for n in range(3)]
EVENTS = [f"e{n}" for n in range(60)]


@st.composite
def care(draw: st.DrawFn, at_ms: int) -> Resource:
    """A name that two people share, a doctor's list, an appointment or a post."""
    account, patient, other = draw(st.sampled_from(ACCOUNTS)), *draw(st.permutations(PATIENTS))[:2]
    who, whom = {"reference": f"Practitioner/{account}"}, {"reference": f"Patient/{patient}"}
    return draw(
        st.sampled_from(
            (
                {"resourceType": "Patient", "id": patient, "identifier": [{"value": other}]},
                {"resourceType": "Patient", "id": patient, "generalPractitioner": [who]},
                {
                    "resourceType": "Practitioner",
                    "id": account,
                    "identifier": [{"value": draw(st.sampled_from(ACCOUNTS))}],
                },
                {
                    "resourceType": "Appointment",
                    "id": f"c{patient}",
                    "status": draw(st.sampled_from(["booked", "cancelled"])),
                    "start": instant(at_ms),
                    "participant": [{"actor": whom}, {"actor": who}],
                },
                {
                    "resourceType": "PractitionerRole",
                    "practitioner": who,
                    "organization": {"reference": "Organization/u"},
                    "code": [{"text": "nurse"}],
                },
            )
        )
    )


@st.composite
def streams(draw: st.DrawFn) -> list[Resource]:
    """Care data, reads, pages and logins of a few people over some days, all names few and often met again."""
    stream: list[Resource] = []
    at_ms = MONDAY_MS + 8 * HOUR_MS
    for number in range(draw(st.integers(2, 50))):
        if draw(st.integers(0, 3)) == 0:
            stream.append(draw(care(at_ms)))
            continue
        at_ms += draw(st.sampled_from([1_000, 20_000, 20_000, 70_000, HOUR_MS, DAY_MS]))
        shown = draw(st.lists(st.sampled_from(PATIENTS), min_size=1, max_size=4, unique=True))
        person = {
            "requestor": True,
            "who": {"identifier": {"value": draw(st.sampled_from(ACCOUNTS))}},
            "network": {"address": draw(st.sampled_from(ADDRESSES)), "type": "2"},
            "policy": [draw(st.sampled_from(SESSIONS))],
        }
        event: Resource = {
            "resourceType": "AuditEvent",
            "id": EVENTS[number],
            "recorded": instant(at_ms),
            "outcome": "0",
            "agent": [person],
        }
        if draw(st.integers(0, 7)):
            entities = [{"what": {"reference": f"Patient/{one}"}, "role": {"code": "1"}} for one in shown]
            stream.append(event | {"action": "R", "entity": entities})
        else:
            login = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110114"}
            stream.append(event | {"type": login, "outcome": draw(st.sampled_from(["0", "4"]))})
    return stream


@st.composite
def namings(draw: st.DrawFn) -> dict[str, str]:
    """Another name for everything that has one, no two alike; addresses stay addresses."""
    names: dict[str, str] = {}
    for these, pattern in (
        (ACCOUNTS, "{}"),
        (PATIENTS, "{}"),
        (SESSIONS, "{}"),
        (EVENTS, "{}"),
        (ADDRESSES, "10.0.{}.1"),
    ):
        drawn = draw(st.lists(st.integers(0, 250), min_size=len(these), max_size=len(these), unique=True))
        tail = "" if these is ADDRESSES else f"{these[0][0]}x"
        names |= {old: pattern.format(new) + tail for old, new in zip(these, drawn, strict=True)}
    return names


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile outside hypothesis, which slows compiling down."""
    decided(list(events(build_region(RegionSpec(seed=5, days=1, patients=200, staff=STAFF)))))


@settings(max_examples=25, deadline=None)
@given(streams(), namings())
def test_nothing_hangs_on_what_anybody_is_called(stream: list[Resource], names: dict[str, str]) -> None:
    plain, other = decided(stream), decided([renamed(each, names) for each in stream])
    assert other == [(names[account], answer) for account, answer in plain]


@pytest.mark.parametrize("luck", [1, 2])
def test_a_region_with_thieves_is_answered_alike_whatever_its_names(luck: int) -> None:
    rng = random.Random(luck)
    region = build_region(RegionSpec(seed=5, days=3, patients=300, staff=STAFF, history_days=3))
    stream = [json.loads(json.dumps(each)) for each in events(region, hire(region, 3, 1, FAMILIES))]
    audits = [each for each in stream if each["resourceType"] == "AuditEvent"]
    people = [agent for each in audits for agent in each["agent"]]
    names: dict[str, str] = {}
    for these in (
        [account.identifier for account in region.accounts],
        [account.practitioner for account in region.accounts],
        list(region.patients.ids),
        [each["id"] for each in audits],
        [token for agent in people for token in agent.get("policy", ())],
        [agent["network"]["address"] for agent in people if "network" in agent],
    ):
        once = sorted(set(these))
        names |= dict(zip(once, rng.sample(once, len(once)), strict=True))
    plain, other = decided(stream), decided([renamed(each, names) for each in stream])
    actions = np.frombuffer(b"".join(answer for _, answer in plain), DECISION)["action"]
    assert np.count_nonzero(actions) > 10
    assert other == [(names[account], answer) for account, answer in plain]
