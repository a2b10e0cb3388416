"""The stand: every thief meets the same past, whatever others do, and honest friction is measured without thieves."""

from __future__ import annotations

import pytest

from rempart.lab.kinds.kind import Kind, Site
from rempart.lab.raid import Temper
from rempart.lab.region import Region, RegionSpec, build_region
from rempart.lab.rehearsal import Rehearsal
from rempart.lab.stand import WARM_UP_DAYS, Measure, hire_for, measure
from rempart.lab.tally import add_up
from rempart.lab.tape import Tape, record
from rempart.lab.taped_loop import TapedLoop
from rempart.lab.thieves import ABROAD, THIEVES

STAFF = (
    ("gp", 3),
    ("hospital_doctor", 2),
    ("nurse", 3),
    ("pharmacist", 2),
    ("gp_secretary", 1),
    ("batch", 1),
)


def build(seed: int) -> Region:
    return build_region(RegionSpec(seed=seed, days=17, patients=700, staff=STAFF, history_days=4))


FAMILIES = tuple(
    family for family in (*THIEVES, *ABROAD) if family.name in ("own list", "exit hopper", "crew")
)
KIND = Kind("tiny", "", (Site("tiny", "", build),), FAMILIES, Temper(owner_passes=1.0))


@pytest.fixture(scope="module")
def tape() -> Tape:
    return record(build(3))


@pytest.fixture(scope="module")
def together(tape: Tape) -> Measure:
    return measure(KIND, tape, Rehearsal(tape))


def test_a_thief_meets_the_same_past_whoever_else_steals(tape: Tape, together: Measure) -> None:
    assert {theft.family for theft in together.thefts} == {family.name for family in FAMILIES}
    backwards = measure(KIND, tape, Rehearsal(tape), FAMILIES[::-1])
    assert sorted(map(repr, together.thefts)) == sorted(map(repr, backwards.thefts))
    assert (together.early, together.late) == (backwards.early, backwards.late)
    for theft in together.thefts:
        assert 0.0 <= theft.share <= 1.0
        assert theft.taken_patients <= theft.planned_patients
        assert 0.0 <= theft.taken_eur <= theft.planned_eur
        assert theft.stopped_s >= 0
    assert min(theft.share for theft in together.thefts) < 0.5, "nobody was stopped"


def test_friction_is_that_of_a_house_without_thieves(tape: Tape, together: Measure) -> None:
    alone = TapedLoop(tape, Rehearsal(tape), temper=KIND.temper)
    alone.play_until(tape.region.end_ms)
    assert together.late == add_up(alone.honest.friction(WARM_UP_DAYS))
    assert (
        together.early.active_days + together.late.active_days == add_up(alone.honest.friction(0)).active_days
    )
    assert together.events > 1_000


def test_draws_place_several_thieves_of_a_family(tape: Tape) -> None:
    thieves = hire_for(tape, FAMILIES[:1], 3)
    assert len(thieves) == 3
    assert len({(thief.account, thief.starts_ms) for thief in thieves}) > 1
    assert all(tape.region.day_of(thief.starts_ms) >= WARM_UP_DAYS - 1 for thief in thieves)
