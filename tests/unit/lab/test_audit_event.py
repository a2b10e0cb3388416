"""What the region writes is what the readers read."""

from __future__ import annotations

import msgspec
import pytest

from rempart.lab.act import LOGIN, LOGIN_FAILED, READ, REINSTATE, SEARCH, Act, Session
from rempart.lab.audit_event import Scribe
from rempart.lab.chance import chance
from rempart.lab.places import HOSPITAL, PORTAL, PRACTICE, SYSTEMS, TOWN
from rempart.lab.region import Region
from rempart.lab.times import Clockface
from rempart.records import Access, Kind

fhir = pytest.importorskip("rempart.sources.fhir", reason="the FHIR reader is not there yet")

AT_MS = 1_768_204_800_123


def read(region: Region, what: str, system: int, **said: object) -> list[Access]:
    session = Session(3, "ab12", "10.20.1.9", "Asclea 7.4", system)
    act = Act(AT_MS, 0, session, what, **said)  # type: ignore[arg-type]
    written = Scribe(region, chance(1)).write(act)
    encoded = [msgspec.json.encode(resource) for resource, _ in written]
    return [fhir.read_message(line, "lab", number) for number, line in enumerate(encoded)]


@pytest.mark.parametrize("system", [HOSPITAL, PRACTICE, PORTAL, TOWN])
def test_a_read_keeps_all_it_says(region: Region, system: int) -> None:
    (access,) = read(region, READ, system, resource="Observation", patients=(5,))
    account = region.accounts[3]
    assert isinstance(access, Access)
    assert (access.account, access.recorded_ms, access.kind) == (account.identifier, AT_MS, Kind.ACCESS)
    assert access.patients == (region.patients.ids[5],)
    assert (access.resource, access.action, access.outcome) == ("Observation", "R", 0)
    assert (access.address, access.software, access.session) == ("10.20.1.9", "Asclea 7.4", "ab12")
    assert access.request
    assert access.role


@pytest.mark.parametrize("system", [HOSPITAL, PRACTICE, PORTAL, TOWN])
def test_a_result_page_is_one_access_or_one_for_each_patient(region: Region, system: int) -> None:
    query = "Patient?name=Zor&_count=50&page=3"
    page = read(region, SEARCH, system, patients=(1, 2, 3), query=query)
    assert len(page) == (3 if SYSTEMS[system].one_event_a_patient else 1)
    assert [p for access in page for p in access.patients] == [region.patients.ids[n] for n in (1, 2, 3)]
    assert len({access.request for access in page}) == 1
    assert len({access.event for access in page}) == len(page)
    for access in page:
        assert (access.is_query, access.query_form, access.count, access.page) == (
            True,
            "Patient?name",
            50,
            3,
        )


@pytest.mark.parametrize("system", [HOSPITAL, PORTAL])
def test_logins_and_reinstatements_are_control_events(region: Region, system: int) -> None:
    (passed,) = read(region, LOGIN, system)
    (failed,) = read(region, LOGIN_FAILED, system, outcome="4")
    (back,) = read(region, REINSTATE, system)
    assert (passed.kind, passed.session) == (Kind.LOGIN_PASSED, "ab12")
    assert failed.kind == Kind.LOGIN_FAILED
    assert (back.kind, back.account) == (Kind.REINSTATED, region.accounts[3].identifier)


def test_a_number_nobody_has_is_a_failure_without_patients(region: Region) -> None:
    query = "Patient?identifier=urn:oid:1.2|1234567"
    (access,) = read(region, SEARCH, PORTAL, query=query, outcome="4")
    assert (access.outcome, access.patients, access.value) == (4, (), 1234567)


def test_instants_carry_their_offset() -> None:
    assert Clockface(0, "Z").instant(AT_MS) == "2026-01-12T08:00:00.123Z"
    assert Clockface(3_600_000, "+01:00").instant(AT_MS) == "2026-01-12T09:00:00.123+01:00"
