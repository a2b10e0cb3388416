"""Persistence: a burst ends, a slow theft goes on; and what a trace in the house says of a patient."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_channels import DAY_MS, HOUR_MS, TODAY_MS, WHO, charts, now, show
from test_judge import UTC_ZONE, Array, honest_days

from rempart.watch import persistence
from rempart.watch.challenge import RELEASED_BY_WORD
from rempart.watch.channels import Stat
from rempart.watch.judge import Policy, Watch
from rempart.watch.state import fresh_accounts

OTHER = 20
"""Somebody of another unit."""


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A watch that has seen two weeks in which whom anybody opens is in somebody's care."""
    house = Watch(Policy(), *UTC_ZONE)
    show(house, *honest_days(14, 3), grade=1.0, anybody=1.0)
    yield house
    house.close()


def work(house: Watch, day: int, own: int, cold: int, who: int = WHO) -> Array:
    """One day's answers: ``own`` patients in care, then ``cold`` whom nothing explains, four minutes apart."""
    begin = TODAY_MS + day * DAY_MS
    of_own = charts(own, 600_000, begin_ms=begin)
    of_own["account"], of_own["session"], of_own["unit"] = who, who + 1, who // 8
    show(house, of_own, who * 1000 + np.arange(own) + 1, grade=1.0, anybody=1.0)
    others = charts(cold, 240_000, begin_ms=begin + 5 * HOUR_MS)
    others["account"], others["session"], others["unit"] = who, who + 1, who // 8
    return show(house, others, 9_000_000 + day * 1000 + np.arange(cold), grade=0.0, anybody=0.0)


def test_a_few_more_every_day_add_up_and_an_audit_is_one_days_evidence(watch: Watch) -> None:
    work(watch, 0, 20, 90)
    audit = now(watch, Stat.PERSISTED)
    for day in range(1, 4):
        work(watch, day, 20, 1)
    forgotten = now(watch, Stat.PERSISTED)
    for day in range(4, 9):
        work(watch, day, 20, 8)
    assert 2 < audit <= 4
    assert forgotten < 1
    assert now(watch, Stat.PERSISTED) > 12


def test_who_goes_on_is_still_doubted_when_a_day_alone_has_become_usual(watch: Watch) -> None:
    answers = [work(watch, day, 20, 8) for day in range(6)]
    assert min(each["doubt"].max() for each in answers) > 7
    for each in answers[1:]:
        assert int(Stat.PERSISTED) in each["code"][-1].tolist()


def test_a_slow_thief_does_not_become_usual(watch: Watch) -> None:
    for day in range(9):
        work(watch, day, 20, 8)
    assert watch.accounts["usual_a_day"][WHO] < 1


def test_an_account_that_always_opens_as_many_is_not_doubted_for_it() -> None:
    house = Watch(Policy(), *UTC_ZONE)
    show(house, *honest_days(1, 3), grade=1.0, anybody=1.0)
    for day in range(-12, 6):
        work(house, day, 20, 8)
    assert now(house, Stat.PERSISTED) < 3
    house.close()


def test_whom_somebody_opened_yesterday_is_in_somebodys_care(watch: Watch) -> None:
    work(watch, 0, 20, 8, OTHER)
    before = watch.accounts["out_of_care_day"][WHO]
    same = charts(8, 900_000, begin_ms=TODAY_MS + DAY_MS)
    show(watch, same, 9_000_000 + np.arange(8), grade=0.0, anybody=0.0)
    traced = watch.accounts["out_of_care_day"][WHO]
    fresh = charts(8, 900_000, begin_ms=TODAY_MS + DAY_MS + 3 * HOUR_MS)
    show(watch, fresh, 9_500_000 + np.arange(8), grade=0.0, anybody=0.0)
    assert before == 0
    assert traced < 3
    assert watch.accounts["out_of_care_day"][WHO] > 7


def test_a_trace_a_week_old_says_nothing_nor_does_ones_own(watch: Watch) -> None:
    work(watch, 0, 20, 8, OTHER)
    for day in range(1, 7):
        work(watch, day, 20, 0, OTHER)
    late = charts(8, 900_000, begin_ms=TODAY_MS + 7 * DAY_MS)
    show(watch, late, 9_000_000 + np.arange(8), grade=0.0, anybody=0.0)
    assert watch.accounts["uncared_today"][WHO] == pytest.approx(8)


def test_a_nightly_register_leaves_no_trace() -> None:
    house = Watch(Policy(), *UTC_ZONE)
    for night in range(3):
        register = charts(400, 1_000, begin_ms=TODAY_MS + night * DAY_MS - 6 * HOUR_MS)
        register["account"], register["unit"] = OTHER, OTHER // 8
        show(house, register, 9_000_000 + np.arange(400), grade=0.0, anybody=0.0)
    show(house, charts(8, 900_000, begin_ms=TODAY_MS + 2 * DAY_MS), 9_000_000 + np.arange(8), 0.0, 0.0)
    assert house.accounts["uncared_today"][WHO] == pytest.approx(8)
    house.close()


def test_a_persons_word_ends_it(watch: Watch) -> None:
    for day in range(4):
        work(watch, day, 20, 8)
    watch.accounts["released"][WHO] = RELEASED_BY_WORD
    work(watch, 5, 20, 0)
    assert now(watch, Stat.PERSISTED) == 0
    assert watch.accounts["usual_a_day"][WHO] > 0.3


days_of = st.lists(st.floats(0, 300, width=32), min_size=1, max_size=40)


@given(days_of)
def test_the_sum_is_what_plain_python_adds_up(uncared: list[float]) -> None:
    accounts, row = fresh_accounts(1), np.zeros(1, np.int64)
    usual, total = 0.0, 0.0
    for days, opened in enumerate(uncared):
        accounts["uncared_today"] = opened
        persistence.close(accounts, row)
        if days >= 3:
            least = max(usual, 0.5)
            nats = opened * math.log(1 + max(least, 3) / least) - max(least, 3)
            total = max(0.0, total + min(max(nats, -4), 4))
        assert accounts["persisted"][0] == pytest.approx(total, abs=1e-3)
        persistence.learn(accounts, row)
        accounts["days"] += 1
        step = (opened - usual) / min(days + 1, 20)
        usual += min(step, 0.03 * max(usual, 0.5)) if days >= 3 else step
        assert accounts["usual_a_day"][0] == pytest.approx(usual, rel=1e-3, abs=1e-3)
