"""The outside examiner's regions: readable in every spelling, with staff who come back to their patients, and fit for his thieves."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import bench.outside
import msgspec
import pytest
from bench.outside.clock import FIRST_MIDNIGHT, day_of
from bench.outside.kinds import KINDS
from bench.outside.plans import Family, make_plan
from bench.outside.play import Calm, Theft
from bench.outside.region import Region
from bench.outside.services import job
from bench.outside.spelling import (
    SPELLINGS,
    Spelling,
    account_name,
    audit_event,
    login_event,
    reinstatement,
)
from bench.outside.table import table
from bench.outside.town import practice
from bench.outside.wards import clinic, ward

from rempart.records import Access as Read
from rempart.records import Context, Kind
from rempart.sources.fhir import read_message

FAMILIES = {family.name: family for kind in KINDS for family in kind.families}
PACKAGE = Path(bench.outside.__file__).parent


def small(seed: int = 3, r5: bool = False, restless: bool = False) -> Region:
    """Two practices, a ward, a clinic, a job, and patients nobody opens; three days, thieves from the second on."""
    region = Region(seed, days=3, theft_day=1, r5=r5, restless=restless)
    pool = [patient for number in range(2) for patient in practice(region, number, doctors=1, panel=60)]
    wards = [ward(region, 0, pool, nurses=5, doctors=1, beds=6)]
    clinic(region, 0, pool, doctors=2)
    job(region, wards)
    for _ in range(60):
        region.patient()
    region.finish()
    return region


def written(resource: object) -> Read | Context:
    """The resource, as Rempart reads its line."""
    read = read_message(msgspec.json.encode(resource), "stdio", 0)
    assert isinstance(read, Read | Context), f"{read} for {resource}"
    return read


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_access_is_read_as_it_was_meant(spelling: Spelling) -> None:
    region = small()
    for access in region.accesses:
        account = region.accounts[access.session.account]
        read = written(audit_event(spelling, account, access, f"ev{access.number}"))
        assert isinstance(read, Read)
        assert read.account == account_name(spelling, account)
        assert read.address == access.session.address
        assert read.patients == ((access.patient,) if access.patient else ())
        assert abs(read.recorded_ms / 1_000 - FIRST_MIDNIGHT.timestamp() - access.second) <= 0.001
        assert not read.is_query or spelling == "token" or access.query
        if spelling != "bare":
            assert access.session.token in read.session
        if access.query and spelling != "bare":
            assert read.query_form == f"Patient?{access.query[0]}"
            assert read.count == access.count


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_logins_and_reinstatements_are_no_accesses(spelling: Spelling) -> None:
    region = small()
    access = region.accesses[0]
    account = region.accounts[access.session.account]
    for event, kind in (
        (audit_event(spelling, account, access, "a"), Kind.ACCESS),
        (login_event(spelling, account, access.session, "b", 60.0, "0"), Kind.LOGIN_PASSED),
        (login_event(spelling, account, access.session, "c", 61.0, "8"), Kind.LOGIN_FAILED),
        (reinstatement(spelling, account, "d", 62.0), Kind.REINSTATED),
    ):
        read = written(event)
        assert isinstance(read, Read)
        assert read.kind == kind
        assert read.account == account_name(spelling, account)


@pytest.mark.parametrize("r5", [False, True])
def test_care_is_told_in_resources_that_are_read(r5: bool) -> None:
    region = small(r5=r5)
    told = [written(resource) for _, resource in region.care.messages]
    assert all(isinstance(read, Context) for read in told)
    kinds = {read.resource["resourceType"] for read in told if isinstance(read, Context)}
    assert kinds == {
        "Appointment",
        "CareTeam",
        "Encounter",
        "EpisodeOfCare",
        "Patient",
        "Practitioner",
        "PractitionerRole",
    }


def test_honest_staff_come_back_to_their_patients_and_care_explains_most() -> None:
    region, seen = small(), set()
    returns, explained, reads = 0, 0, 0
    for access in region.accesses:
        account = region.accounts[access.session.account]
        if access.patient and account.role != "batch":
            reads += 1
            returns += (account.number, access.patient) in seen
            explained += region.care.explains(account, access.patient, access.second)
            seen.add((account.number, access.patient))
    assert reads > 300
    assert returns > 0.4 * reads
    assert 0.4 * reads < explained < reads


def test_a_seed_says_everything() -> None:
    assert small(4).accesses == small(4).accesses
    assert small(4).accesses != small(5).accesses


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("as_owner", [False, True])
def test_a_plan_can_be_played(family: Family, as_owner: bool) -> None:
    region = small(restless=True)
    plan = make_plan(family, region, 1, as_owner)
    assert plan.accesses
    assert plan.accesses == make_plan(family, region, 1, as_owner).accesses
    seconds = [access.second for access in plan.accesses]
    assert seconds == sorted(seconds)
    assert day_of(seconds[0]) >= region.theft_day
    assert day_of(seconds[-1]) < region.days
    for access in plan.accesses:
        assert access.patients
        assert access.patients <= set(region.patients)
        assert access.session.account in region.accounts
    assert all(login.account in region.accounts for login in plan.logins)
    assert plan.manner.gives_up_after > 0


@pytest.mark.parametrize("name", ["five_dodgers", "ten_dodgers"])
def test_dodgers_leave_challenges_unanswered_and_come_back_in_a_new_session(name: str) -> None:
    region = small()
    plan = make_plan(FAMILIES[name], region, 1, as_owner=False)
    assert not plan.manner.answers
    days = {(access.session.token, day_of(access.second)) for access in plan.accesses}
    assert len({token for token, _ in days}) == len(days), "a session lasts one day"


def test_a_bare_search_is_told_by_its_subtype_alone() -> None:
    region = small()
    access = next(access for access in region.accesses if access.query)
    account = region.accounts[access.session.account]
    event = audit_event("bare", account, access, "a")
    assert "object-role" not in str(event)
    assert "query" not in str(event)
    assert "search-type" in str(event["subtype"])


def test_each_family_counts_once_and_those_apart_not_at_all() -> None:
    def theft(family: str, taken: int, fooled: int = 0, apart: bool = False) -> Theft:
        return Theft(family, apart, 1, 0, 10, taken, fooled, 0.5, 0)

    thefts = [
        theft("bulk", 2),
        theft("bulk", 4),
        theft("night", 9, fooled=1),
        theft("dodgers", 10, apart=True),
    ]
    calm = Calm((500, 250), (2, 3), (1, 2), 0, 0, Counter(new_place=4, crew=1))
    lines = [line.split() for line in table("plain", [calm, calm], thefts).splitlines()]
    assert ["share", "of", "the", "plans,", "mean", "of", "families", "60.0%"] in lines
    assert ["without", "thefts", "with", "a", "fooled", "approval", "30.0%"] in lines
    assert ["worst", "family", "90.0%", "(night)"] in lines
    assert ["bulk", "2", "30.0%", "40.0%", "0"] in lines
    assert ["step-ups", "4.0", "12.0"] in lines
    assert ["challenged", "days", "2.0", "8.0"] in lines
    assert ["first", "reasons", "of", "honest", "challenges:", "new_place", "8,", "crew", "2"] in lines


def test_the_package_knows_the_contract_only() -> None:
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith("rempart"), f"{path.name} imports {name}"
                assert not name.startswith("bench") or name.startswith("bench.outside"), (
                    f"{path.name} imports {name}"
                )
