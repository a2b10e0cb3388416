from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from rempart.errors import SettingsError
from rempart.lab.act import READ
from rempart.lab.care_plan import Appointment
from rempart.lab.honest import honest_acts
from rempart.lab.region import Region, RegionSpec, build_region
from rempart.lab.roles import ROLES
from rempart.lab.spec import DEMO_STAFF
from rempart.lab.staff.role import DAY_MS, Visit


def test_every_role_of_the_tuple_can_be_staffed() -> None:
    assert {role.name for role in ROLES} == {name for name, _ in DEMO_STAFF}
    assert len({role.name for role in ROLES}) == len(ROLES) == 11


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"missing_share": 0.31}, "missing_share"),
        ({"late_share": -0.1}, "late_share"),
        ({"days": 0}, "days"),
        ({"patients": 3}, "patients"),
        ({"staff": (("astronaut", 2),)}, "astronaut"),
        ({"staff": (("nurse", 2),)}, "gp"),
    ],
)
def test_a_bad_description_is_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        RegionSpec(**change)  # type: ignore[arg-type]


def test_counts_are_as_described(region: Region) -> None:
    for role, count in region.spec.staff:
        staffed = [a for a in region.accounts if a.role == role and a.index not in region.dormant]
        assert len(staffed) == count
    assert len(region.dormant) == region.spec.dormant
    assert len(region.patients) == 1200


def test_identifiers_are_unique_and_alike_for_everybody(region: Region) -> None:
    identifiers = [account.identifier for account in region.accounts]
    assert len(set(identifiers)) == len(identifiers)
    assert {(len(one), one.isdigit()) for one in identifiers} == {(11, True)}
    order = sorted(range(len(identifiers)), key=identifiers.__getitem__)
    assert order != list(range(len(identifiers))), "identifiers must not follow the order of roles"
    assert len(set(region.patients.ids)) == len(region.patients)


def test_local_numbers_ascend_with_gaps(region: Region) -> None:
    numbers = region.patients.numbers
    assert list(numbers) == sorted(set(numbers))
    gaps = 1 - len(numbers) / (numbers[-1] - numbers[0] + 1)
    assert gaps == pytest.approx(region.spec.number_gap_share, abs=0.05)


def test_dormant_accounts_never_work(region: Region) -> None:
    for account in region.dormant:
        assert not any(region.rota.of(account, day) for day in range(-21, 15))


def test_a_replaced_doctor_is_away() -> None:
    staff = (("gp", 2), ("hospital_doctor", 1), ("nurse", 1), ("locum", 3))
    region = build_region(RegionSpec(seed=4, days=21, patients=300, staff=staff, dormant=6))
    assert region.rota.stands_in_for
    for (_, day), doctor in region.rota.stands_in_for.items():
        assert not region.rota.of(doctor, day)
        assert doctor in region.lists, "nobody stands in for somebody who left"


def test_current_care_follows_the_agenda_and_forgets_cancellations(demo: Region) -> None:
    meetings = Counter(booked.patient for booked in demo.plan.appointments)
    meetings.update(stay.patient for stay in demo.plan.stays)
    once = [
        b for b in demo.plan.appointments if meetings[b.patient] == 1 and b.told and b.known_ms < b.start_ms
    ]
    kept = [b for b in once if not b.cancelled_ms]
    gone = [b for b in once if 0 < b.cancelled_ms < b.start_ms]
    assert len(kept) > 100
    assert len(gone) > 10
    assert all(b.patient in demo.current_care(b.account, b.start_ms) for b in kept[:20])
    assert not any(b.patient in demo.current_care(demo.dormant[0], b.start_ms) for b in kept[:20])
    assert not any(b.patient in demo.current_care(b.account, b.start_ms) for b in gone)
    assert all(b.patient in demo.current_care(b.account, b.cancelled_ms - 1) for b in gone if _near(b))


def _near(booked: Appointment) -> bool:
    return booked.known_ms < booked.cancelled_ms - 1 and booked.start_ms - booked.cancelled_ms < DAY_MS


def test_current_care_does_not_know_what_is_told_late(demo: Region) -> None:
    meetings = Counter(booked.patient for booked in demo.plan.appointments)
    meetings.update(stay.patient for stay in demo.plan.stays)
    late = [
        b for b in demo.plan.appointments
        if meetings[b.patient] == 1 and b.told and not b.cancelled_ms and b.known_ms > b.start_ms
    ]  # fmt: skip
    assert len(late) > 10
    assert not any(b.patient in demo.current_care(b.account, b.start_ms) for b in late)
    assert all(b.patient in demo.current_care(b.account, b.known_ms) for b in late)


def test_missing_share_is_kept(region: Region) -> None:
    poor = build_region(replace(region.spec, missing_share=0.3))
    for built, share in ((region, 0.10), (poor, 0.30)):
        untold = sum(not booked.told for booked in built.plan.appointments)
        assert untold / len(built.plan.appointments) == pytest.approx(share, abs=0.04)


def test_two_openings_of_one_record_at_one_moment_are_both_played() -> None:
    """One whose reads a hospital's simulator gave, and a follow-up whose reads are drawn."""
    region = build_region(RegionSpec(seed=7, days=1))
    nurses = [account for account in region.accounts if account.role == "nurse"]
    worker = next(account.index for account in nurses if region.rota.of(account.index, 0))
    at_ms = region.midnight_ms(0) + DAY_MS // 2
    for twins in ([None, ("Observation",)], [("Observation",), None]):
        region.charted = {(worker, 0): [Visit(at_ms, 3, "name", reads) for reads in twins]}
        read = [act for act in honest_acts(region) if act.what == READ and act.session.account == worker]
        assert sum(act.patients == (3,) for act in read) > 1
