"""Doubles do with strangers what the owner did with patients: the same kinds, searches, gaps and returns."""

from __future__ import annotations

from collections import Counter

import pytest

from rempart.lab.act import LOGIN, READ, SEARCH
from rempart.lab.chance import chance
from rempart.lab.honest import acts_of, honest_acts
from rempart.lab.region import Region
from rempart.lab.thieves import DOUBLES, Family
from rempart.lab.thieves.diary import DayPlan, Diary, shifts_from, strangers
from rempart.lab.thieves.likeness import keep_likeness, ways_of
from rempart.lab.thieves.mimic import MIMIC

DAY = 14


def owner_of(region: Region, role: str) -> int:
    return next(
        account.index
        for account in region.accounts
        if account.role == role and account.index not in region.dormant and account.joined_day < 0
    )


def kinds_per_patient(diary: Diary, patients: set[int]) -> dict[str, float]:
    """Reads of each kind for each stolen patient."""
    read = Counter(step.resource for step in diary.steps if step.what == READ)
    return {kind: count / len(patients) for kind, count in read.items()}


def double_of(region: Region, owner: int, count: int) -> tuple[Diary, set[int]]:
    chosen = strangers(region, chance(2), owner, DAY, count)
    day, begin, end = shifts_from(region, owner, DAY, 7)[0]
    plan = DayPlan(day, chosen, begin, end + 12 * 60)
    diary = keep_likeness("double", region, chance(3), owner, [plan], ways_of(region, owner, DAY))
    assert diary is not None
    return diary, set(chosen)


def test_the_past_of_one_account_is_what_the_region_saw_of_it(region: Region) -> None:
    owner = owner_of(region, "hospital_doctor")
    until = region.midnight_ms(5)
    seen = [act for act in honest_acts(region) if act.session.account == owner and act.at_ms < until]
    past = [act for act in acts_of(region, owner, 5) if act.at_ms < until]
    assert [act[:2] + act[3:] for act in past] == [act[:2] + act[3:] for act in seen]


@pytest.mark.parametrize("role", ["hospital_doctor", "gp_secretary", "coder"])
def test_kinds_come_in_the_owners_proportions(demo: Region, role: str) -> None:
    owner = owner_of(demo, role)
    past = acts_of(demo, owner, DAY)
    days = {(demo.day_of(act.at_ms), act.patients[0]) for act in past if act.what == READ}
    usual = Counter(act.resource for act in past if act.what == READ)
    diary, stolen = double_of(demo, owner, 400)
    found = kinds_per_patient(diary, stolen)
    assert set(found) <= set(usual)
    for kind, count in usual.items():
        if count / len(days) > 0.2:
            assert found[kind] == pytest.approx(count / len(days), rel=0.25), kind


def test_a_mimic_reads_what_a_double_of_the_same_owner_does_not(demo: Region) -> None:
    owner = owner_of(demo, "hospital_doctor")
    others = frozenset(account.index for account in demo.accounts) - {owner}
    day = shifts_from(demo, owner, DAY, 7)[0][0]
    mimic = MIMIC.hire(demo, chance(1), day, others)
    assert isinstance(mimic, Diary)
    diary, _ = double_of(demo, owner, 50)
    assert {step.resource for step in mimic.steps} - {step.resource for step in diary.steps} == {"Coverage"}


def test_rhythm_searches_and_returns_are_the_owners(demo: Region) -> None:
    owner = owner_of(demo, "hospital_doctor")
    ways = ways_of(demo, owner, DAY)
    diary, stolen = double_of(demo, owner, 200)
    times: dict[int, list[int]] = {}
    for step, at_ms in zip(diary.steps, diary.not_before_ms, strict=True):
        if step.what == READ:
            times.setdefault(step.patients[0], []).append(at_ms)
    shapes = {tuple(m.after_ms for m in way if m.resource) for way in ways}
    from_first = {tuple(after - shape[0] for after in shape) for shape in shapes if shape}
    whole = [tuple(at - each[0] for at in each) for each in times.values()]
    assert set(times) == stolen
    assert sum(shape in from_first for shape in whole) > 0.9 * len(whole)
    searched = sum(step.what == SEARCH for step in diary.steps) / len(stolen)
    assert searched == pytest.approx(sum(bool(m.found) for way in ways for m in way) / len(ways), rel=0.3)
    back = sum(at[-1] - at[0] > 20 * 60_000 for at in times.values()) / len(times)
    own_back = sum(way[-1].after_ms > 20 * 60_000 for way in ways) / len(ways)
    assert own_back > 0.1
    assert back == pytest.approx(own_back, rel=0.4)


@pytest.mark.parametrize("family", DOUBLES, ids=lambda family: family.name)
def test_doubles_sit_at_the_owners_seat_and_know_nothing_of_days_to_come(
    demo: Region, family: Family
) -> None:
    thief = next(t for day in range(DAY, 18) if (t := family.hire(demo, chance(1), day, frozenset())))
    assert isinstance(thief, Diary)
    home = demo.accounts[thief.account].workstation
    assert {step.session.address for step in thief.steps} == {home}
    assert sum(step.what == LOGIN for step in thief.steps) >= 1
    cared = demo.current_care(thief.account, thief.starts_ms)
    opened = {step.patients[0] for step in thief.steps if step.what == READ}
    assert len(opened & cared) < 0.2 * len(opened)


def test_an_owner_without_a_past_has_no_double(demo: Region) -> None:
    owner = owner_of(demo, "nurse")
    plan = DayPlan(DAY, (1, 2), 480, 960)
    assert keep_likeness("double", demo, chance(1), owner, [plan], ways_of(demo, owner, 0)) is None
