"""Every family of thieves through the same checks: whom it robs, what it plans, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from rempart.lab.act import READ, SEARCH
from rempart.lab.chance import chance
from rempart.lab.region import Region, RegionSpec, build_region
from rempart.lab.thieves import FAMILIES, Family, Thief
from rempart.lab.thieves.thief import Answer, Attempt, Stop, Wait

MOST_STEPS = 60_000
DAYS = 28
by_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


@pytest.fixture(scope="module")
def region() -> Region:
    return build_region(RegionSpec(seed=4, days=DAYS, patients=1_500))


def hired(family: Family, region: Region, seed: int = 1, taken: frozenset[int] = frozenset()) -> Thief:
    rng = chance(seed, family.name)
    days = range(min(14, DAYS - family.days), DAYS - family.days + 1)
    thief = next((one for day in days if (one := family.hire(region, rng, day, taken)) is not None), None)
    assert thief is not None, "finds nobody to rob"
    return thief


def meet(thief: Thief, answer: Callable[[Attempt], Answer]) -> tuple[list[tuple[int, Attempt]], Stop]:
    """Everything it does where every attempt is answered so, and how it ends."""
    now_ms, last, done = thief.starts_ms, None, []
    while len(done) < MOST_STEPS:
        step = thief.next(now_ms, last)
        last = None
        if isinstance(step, Stop):
            return done, step
        if isinstance(step, Wait):
            assert step.until_ms > now_ms, "waits for the past"
            now_ms = step.until_ms
            continue
        done.append((now_ms, step))
        last = answer(step) if step.what in (READ, SEARCH) else None
        now_ms += 1
    raise AssertionError("never ends")


def served(step: Attempt) -> Answer:
    return Answer("allow", None, step.patients)


@by_family
def test_unresisted_it_takes_what_it_planned_from_its_own_accounts(family: Family, region: Region) -> None:
    thief = hired(family, region)
    planned, accounts = thief.planned(), set(thief.accounts)
    done, stop = meet(thief, served)
    assert stop.why == "finished"
    assert {step.session.account for _, step in done} <= accounts
    shown = {(patient, step.category) for _, step in done for patient in step.patients}
    assert len(shown) == planned.items
    assert planned.patients >= 20
    assert [at for at, _ in done] == sorted(at for at, _ in done)
    assert region.start_ms <= done[0][0]


@by_family
def test_it_leaves_taken_accounts_alone_and_draws_from_its_own_chance(family: Family, region: Region) -> None:
    thief = hired(family, region)
    other = hired(family, region, taken=frozenset(thief.accounts[:1]))
    assert thief.accounts[0] not in other.accounts
    again = hired(family, region)
    firsts = [list(islice(meet(each, served)[0], 40)) for each in (thief, again)]
    strip = [[(at, step.what, step.resource, step.patients) for at, step in first] for first in firsts]
    assert strip[0] == strip[1]


@by_family
def test_a_block_ends_it_once_no_login_is_left(family: Family, region: Region) -> None:
    thief = hired(family, region)
    done, stop = meet(thief, lambda step: Answer("block", None, ()))
    assert stop.why == "blocked"
    assert len(done) <= 3 * len(thief.accounts) + 25


@by_family
def test_failed_challenges_end_it(family: Family, region: Region) -> None:
    done, stop = meet(hired(family, region), lambda step: Answer("step_up", False, ()))
    assert stop.why in ("gave up", "blocked")
    assert len(done) <= 80


@by_family
def test_refusals_end_it(family: Family, region: Region) -> None:
    done, stop = meet(hired(family, region), lambda step: Answer("restrict", None, ()))
    assert stop.why in ("gave up", "finished")
    assert len(done) <= 1_000
