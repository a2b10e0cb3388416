"""What each kind of context resource teaches, in every spelling, and that rubbish teaches nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rempart.care.fhir import MOST_LEARNT, links_from
from rempart.care.words import parse_time
from rempart.records import MISSING_MS, NEVER_MS, Alias, CareLink, StaffLink

FORMATS = Path(__file__).parents[4] / "shared" / "formats"
MARCH = "2026-03-02T08:00:00Z"
MARCH_MS = parse_time(MARCH)
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def links(resource: dict[str, Any], first_seen_ms: int | None = None) -> dict[str, CareLink]:
    found = [one for one in links_from(resource, first_seen_ms) if isinstance(one, CareLink)]
    assert len({one.who for one in found}) == len(found)
    return {one.who: one for one in found}


def encounter(**changes: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Encounter", "id": "e1", "status": "in-progress",
        "subject": {"reference": "https://h.example/fhir/Patient/p1/_history/3"},
        "period": {"start": MARCH},
        "participant": [{"individual": {"reference": "Practitioner/d1"}}],
    }  # fmt: skip
    return made | changes


def test_encounter_r4() -> None:
    found = links(
        encounter(
            serviceProvider={"reference": "Organization/cardio"},
            location=[
                {"location": {"reference": "Location/w1"}, "period": {"start": MARCH, "end": "2026-03-02"}},
                {"location": {"reference": "Location/icu"}, "period": {"start": "2026-03-03"}},
                {
                    "location": {"reference": "Location/w1"},
                    "period": {"start": "2026-03-05", "end": "2026-03-06"},
                },
            ],
            hospitalization={"destination": {"reference": "Organization/rehab"}},
        )
    )
    assert set(found) == {"d1", "cardio", "Location/w1", "Location/icu", "rehab"}
    own = found["d1"]
    assert (own.patient, own.by_unit, own.kind, own.link) == ("p1", False, "encounter", "Encounter/e1")
    assert (own.start_ms, own.end_ms, own.known_ms) == (MARCH_MS, NEVER_MS, MARCH_MS)
    assert found["cardio"].by_unit
    ward = found["Location/w1"]
    assert (ward.start_ms, ward.end_ms) == (MARCH_MS, parse_time("2026-03-06", closing=True))


def test_encounter_r5() -> None:
    found = links(
        {
            "resourceType": "Encounter", "id": "e1", "status": "completed", "class": [{"text": "inpatient"}],
            "subject": {"reference": "Patient/p1"},
            "actualPeriod": {"start": MARCH, "end": "2026-03-04T08:00:00Z"},
            "participant": [
                {"actor": {"reference": "PractitionerRole/r1"}, "period": {"start": "2026-03-03"}},
                {"actor": {"reference": "RelatedPerson/x"}},
            ],
            "careTeam": [{"reference": "CareTeam/t1"}],
            "admission": {"origin": {"reference": "Location/er"}},
        }
    )  # fmt: skip
    assert set(found) == {"PractitionerRole/r1", "CareTeam/t1", "Location/er"}
    assert found["PractitionerRole/r1"].start_ms == parse_time("2026-03-03")
    assert found["PractitionerRole/r1"].end_ms == MARCH_MS + 2 * DAY_MS
    planned = links(encounter(period=None, plannedStartDate=MARCH, plannedEndDate="2026-03-05"))["d1"]
    assert (planned.start_ms, planned.end_ms) == (MARCH_MS, parse_time("2026-03-05", closing=True))


def test_known_at() -> None:
    assert links(encounter(), first_seen_ms=7)["d1"].known_ms == 7
    exported = encounter(meta={"lastUpdated": "2026-03-09T00:00:00Z"})
    assert links(exported)["d1"].known_ms == parse_time("2026-03-09")
    booked = {
        "resourceType": "Appointment", "id": "a", "status": "booked", "created": "2026-01-05", "start": MARCH,
        "participant": [{"actor": {"reference": "Patient/p"}}, {"actor": {"reference": "Practitioner/d"}}],
    }  # fmt: skip
    assert links(booked)["d"].known_ms == parse_time("2026-01-05")
    del booked["created"]
    assert links(booked)["d"].known_ms == MARCH_MS


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "noshow", "revoked"])
def test_cancelled_from_when_it_was_known(status: str) -> None:
    assert links(encounter(status=status), first_seen_ms=99)["d1"].cancelled_ms == 99


@pytest.mark.parametrize("status", ["finished", "completed", "discharged", "discontinued"])
def test_over_without_an_end_ends_when_that_was_known(status: str) -> None:
    assert links(encounter(status=status), first_seen_ms=MARCH_MS + 5)["d1"].end_ms == MARCH_MS + 5


def test_appointment_with_two_patients_a_refusal_and_minutes() -> None:
    found = links_from(
        {
            "resourceType": "Appointment", "id": "a1", "status": "booked", "start": MARCH, "minutesDuration": 30,
            "subject": {"reference": "Patient/p3"},
            "participant": [
                {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
                {"actor": {"type": "Patient", "identifier": {"value": "INS-2"}}},
                {"actor": {"reference": "Practitioner/d1"}, "status": "declined"},
                {"actor": {"reference": "HealthcareService/echo"}},
            ],
        },
        5,
    )  # fmt: skip
    assert {(one.patient, one.who) for one in found if isinstance(one, CareLink)} == {
        (patient, who) for patient in ("p1", "INS-2", "p3") for who in ("d1", "HealthcareService/echo")
    }
    for one in found:
        assert isinstance(one, CareLink)
        assert one.end_ms == MARCH_MS + HOUR_MS // 2
        assert one.cancelled_ms == (5 if one.who == "d1" else NEVER_MS)


def test_episode_and_teams() -> None:
    episode = {
        "resourceType": "EpisodeOfCare", "id": "ep", "patient": {"reference": "Patient/p"},
        "careManager": {"reference": "Practitioner/d"}, "team": [{"reference": "CareTeam/t"}],
        "managingOrganization": {"reference": "Organization/o"}, "period": {"start": "2026"},
    }  # fmt: skip
    assert set(links(episode)) == {"d", "CareTeam/t", "o"}
    r5 = {**episode, "subject": episode["patient"], "careTeam": episode["team"]}
    del r5["patient"], r5["team"]
    assert links(r5) == links(episode)
    team = {
        "resourceType": "CareTeam", "id": "t", "status": "inactive", "subject": {"reference": "Patient/p"},
        "participant": [
            {"member": {"reference": "Practitioner/d"}, "onBehalfOf": {"reference": "Organization/o"}},
            {"member": {"reference": "Patient/p"}},
        ],
        "managingOrganization": [{"reference": "Organization/m"}],
    }  # fmt: skip
    found = links(team, first_seen_ms=50)
    assert set(found) == {"d", "o", "m"}
    assert found["d"].end_ms == 50
    del team["subject"]
    assert links_from(team, 50) == (StaffLink("d", "CareTeam/t", "", 50, MISSING_MS, 50),)


def test_practitioner_role_gives_staff_rows_and_aliases() -> None:
    role = {
        "resourceType": "PractitionerRole", "id": "r1", "active": False,
        "identifier": [{"value": "RANG-77"}],
        "practitioner": {"reference": "Practitioner/d1", "identifier": {"value": "810001"}},
        "organization": {"reference": "Organization/cardio"},
        "location": [{"reference": "Location/w1"}, {"reference": "Location/w1"}],
        "code": [{"coding": [{"code": "doctor"}]}], "specialty": [{"coding": [{"code": "s"}]}],
        "period": {"start": "2026-01-01"},
    }  # fmt: skip
    assert links_from(role, MARCH_MS) == (
        Alias("account", "d1", "810001", MARCH_MS),
        Alias("account", "d1", "PractitionerRole/r1", MARCH_MS),
        Alias("account", "d1", "RANG-77", MARCH_MS),
        StaffLink("d1", "cardio", "doctor", MARCH_MS, parse_time("2026-01-01"), MARCH_MS),
        StaffLink("d1", "Location/w1", "doctor", MARCH_MS, parse_time("2026-01-01"), MARCH_MS),
    )
    assert links_from({"resourceType": "PractitionerRole", "id": "r2", "specialty": {"text": "x"}}, 1) == (
        StaffLink("PractitionerRole/r2", "", "x", 1, MISSING_MS, NEVER_MS),
    )


def test_patient_aliases_merges_and_family_doctor() -> None:
    patient = {
        "resourceType": "Patient", "id": "p1",
        "identifier": [{"value": "INS-1"}, {"value": "000000"}, {"value": "T-9", "use": "temp"}, {"value": 3}],
        "link": [
            {"type": "replaced-by", "other": {"reference": "Patient/new"}},
            {"type": "replaces", "other": {"reference": "Patient/old"}},
            {"type": "seealso", "other": {"reference": "RelatedPerson/kin"}},
        ],
        "generalPractitioner": [{"reference": "Practitioner/gp"}, {"reference": "Organization/practice"}],
    }  # fmt: skip
    found = links_from(patient, 9)
    assert [one for one in found if isinstance(one, Alias)] == [
        Alias("patient", "p1", "INS-1", 9),
        Alias("patient", "new", "p1", 9),
        Alias("patient", "p1", "old", 9),
    ]
    assert {one.who: one.by_unit for one in found if isinstance(one, CareLink)} == {
        "gp": False,
        "practice": True,
    }


def test_contained_and_identifier_only_references() -> None:
    resource = encounter(
        contained=[
            {
                "resourceType": "Practitioner",
                "id": "d",
                "identifier": [{"value": "RPPS-1"}, {"value": "ADELI-2"}],
            },
            {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d9"}},
            {"resourceType": "PractitionerRole", "id": "loop", "practitioner": {"reference": "#loop"}},
        ],
        participant=[
            {"individual": {"reference": "#d"}},
            {"individual": {"reference": "#r"}},
            {"individual": {"reference": "#loop"}},
            {"individual": {"reference": "#absent"}},
            {"individual": {"identifier": {"value": "RPPS-3"}}},
            {"individual": {"display": "Dr Sample"}},
        ],
    )
    assert set(links(resource)) == {"RPPS-1", "d9", "RPPS-3", "Dr Sample"}
    assert Alias("account", "RPPS-1", "ADELI-2", MARCH_MS) in links_from(resource, None)


def test_mapped_rows() -> None:
    care = {
        "rempart": "care", "patient": "p", "who": "W3", "by_unit": True, "kind": "encounter", "link": "L",
        "known_ms": 1, "start_ms": 2, "end_ms": 3, "cancelled_ms": NEVER_MS,
    }  # fmt: skip
    assert links_from(care, None) == (CareLink("p", "W3", True, "encounter", "L", 1, 2, 3, NEVER_MS),)
    staff = {"rempart": "staff", "account": "a", "unit": "u", "role": "nurse", "known_ms": MISSING_MS}
    assert links_from(staff, 44) == (StaffLink("a", "u", "nurse", 44, MISSING_MS, NEVER_MS),)
    alias = {"rempart": "patient", "of": "account", "name": "a", "alias": "b", "known_ms": 1}
    assert links_from(alias, None) == (Alias("account", "a", "b", 1),)
    for bad in ({**care, "patient": 3}, {**staff, "account": ""}, {**alias, "of": "dog"}, {"rempart": "x"}):
        assert links_from(bad, None) == ()
    wild = links_from({**care, "start_ms": 10**400, "end_ms": True, "kind": ["x"]}, None)[0]
    assert isinstance(wild, CareLink)
    assert (wild.start_ms, wild.end_ms, wild.kind) == (NEVER_MS, NEVER_MS, "list")


def test_a_malformed_part_costs_only_itself() -> None:
    resource = encounter(
        participant=[
            None, 3, [], {"individual": 7}, {"individual": {"reference": {"a": 1}}}, {"individual": {}},
            {"individual": {"reference": "Practitioner/"}, "period": "soon"},
            {"individual": {"reference": "Practitioner/ok"}, "period": {"start": "2026-13-45", "end": 5}},
        ],
        location={"location": {"reference": "Location/w"}}, serviceProvider=["x"], identifier="no", meta=3,
        contained="#",
    )  # fmt: skip
    found = links(resource)
    assert {"ok", "Location/w"} <= set(found)
    assert found["ok"].start_ms == MARCH_MS


def test_hostile_sizes_are_bounded() -> None:
    crowd = [{"actor": {"reference": f"Patient/p{n}"}} for n in range(40)]
    crowd += [{"actor": {"reference": f"Practitioner/d{n}"}} for n in range(5000)]
    resource = {"resourceType": "Appointment", "id": "x" * 100_000, "start": MARCH, "participant": crowd}
    found = links_from(resource, 1)
    assert 0 < len(found) <= MOST_LEARNT
    assert {one.who for one in found if isinstance(one, CareLink)} == {f"d{n}" for n in range(24)}
    assert all(len(one.link) <= 256 for one in found if isinstance(one, CareLink))
    many = {"resourceType": "Patient", "id": "p", "identifier": [{"value": f"v{n}"} for n in range(9999)]}
    assert len(links_from(many, 1)) == 64


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ("2026", "2026-01-01T00:00:00Z", "2026-12-31T23:59:59.999Z"),
        ("2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59.999Z"),
        ("2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02T23:59:59.999Z"),
        ("2026-03-02T09:00+01:00", MARCH, MARCH),
        ("0001-01-01", "1900-01-01", "1900-01-01T00:00:00Z"),
        ("9999-12-31", "2199-12-31T23:59:59.999Z", "2199-12-31T23:59:59.999Z"),
    ],
)
def test_times(text: str, opening: str, closing: str) -> None:
    assert parse_time(text) == parse_time(opening)
    assert parse_time(text, closing=True) == parse_time(closing)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-02-30", "2026-03-02T25:00Z", "soon", 5, None, "２０２６"]
)
def test_no_times(text: Any) -> None:
    assert parse_time(text) == MISSING_MS
    assert parse_time(text, closing=True) == MISSING_MS


def _records(name: str) -> list[dict[str, Any]]:
    path = FORMATS / name
    if not path.exists():
        pytest.skip(f"format examples not at {FORMATS}")
    if path.suffix == ".ndjson":
        return [json.loads(line) for line in path.read_text().splitlines()]
    return [json.loads(path.read_text())]


def test_a_simulated_hospital() -> None:
    visits = [links_from(one, None) for one in _records("clinosim/Encounter.ndjson")]
    assert all(any(isinstance(one, CareLink) and not one.by_unit for one in found) for found in visits)
    teams = [links_from(one, None) for one in _records("clinosim/CareTeam.ndjson")]
    assert all(found for found in teams)
    accounts = {
        one.account for row in _records("clinosim/PractitionerRole.ndjson") for one in links_from(row, None)
        if isinstance(one, StaffLink)
    }  # fmt: skip
    doctors = {one.who for found in visits for one in found if isinstance(one, CareLink) and not one.by_unit}
    assert len(accounts) == 111
    assert doctors <= accounts


def test_french_examples() -> None:
    appointment = links_from(_records("ans_fhir/Appointment-example-req-appointment.json")[0], None)
    assert {(one.patient, one.who) for one in appointment if isinstance(one, CareLink)} == {
        ("1", "1"),
        ("1", "PractitionerRole/1"),
    }
    team = links_from(_records("ans_fhir/CareTeam-cds-careteam-example.json")[0], None)
    assert [one.who for one in team if isinstance(one, CareLink)] == ["cds-organization-example"]
    patient = links_from(_records("ans_fhir/Patient-cds-patient-example.json")[0], None)
    assert patient[0] == Alias("patient", "cds-patient-example", "123456789012244", patient[0].known_ms)
    role = links_from(_records("ans_fhir/PractitionerRole-pp19dr-practitioner-role-lib.json")[0], None)
    assert {one.account for one in role if isinstance(one, StaffLink)} == {"334081"}
