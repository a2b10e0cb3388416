"""The weight of another region's word: bounded, rarer is heavier, older is lighter, new to the account only."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records import EVENT
from rempart.watch.state import DAY_MS, TIP, fresh_accounts
from rempart.watch.tips import (
    HALF_LIFE_MS,
    LEAST_NATS,
    MOST_NATS,
    concerns,
    tip_tenths,
    weigh_hours,
    weigh_tip,
)


@given(days=st.integers(0, 10_000), more=st.integers(0, 10_000), house=st.integers(1, 100_000))
def test_the_more_staff_use_it_the_less_it_weighs(days: int, more: int, house: int) -> None:
    assert weigh_tip(days + more, house) <= weigh_tip(days, house) <= MOST_NATS


def test_a_network_on_a_twentieth_of_days_weighs_nothing() -> None:
    assert weigh_tip(500, 10_000) == 0.0
    assert weigh_tip(0, 10_000) == MOST_NATS
    assert 2.0 < weigh_tip(0, 100) < 2.5


def rows(*tips: tuple[int, float, int]) -> np.ndarray:
    made = np.zeros(len(tips), TIP)
    for row, (key, nats, seen) in zip(made, tips, strict=True):
        row["key"], row["nats"], row["seen_ms"] = key, nats, seen
    return made


@pytest.mark.parametrize(
    ("key", "now", "expected"),
    [(4, 0, 20), (6, 0, 40), (5, 0, 0), (8, 0, 0), (2, 0, 0), (6, HALF_LIFE_MS, 20), (6, 3 * HALF_LIFE_MS, 5),
     (6, 4 * HALF_LIFE_MS, 0), (6, -DAY_MS, 40)],
)  # fmt: skip
def test_the_best_tip_is_found_and_halves_with_its_age(key: int, now: int, expected: int) -> None:
    tips = rows((4, 2.0, 0), (6, 1.0, 0), (6, 4.0, 0), (7, 3.0, 0))
    assert tip_tenths(tips, key, now) == expected
    assert tip_tenths(rows(), key, now) == 0


def test_the_crews_hours_weigh_a_little_and_never_lift_it_past_the_most() -> None:
    shares = np.zeros(24)
    shares[3] = 1.0
    tips = rows((4, 2.0, 0), (6, MOST_NATS, 0))
    tips["hours"] = weigh_hours(shares)
    assert tip_tenths(tips, 4, 3 * 3_600_000) == 30
    assert tip_tenths(tips, 4, 12 * 3_600_000) == 10
    assert tip_tenths(tips, 6, 3 * 3_600_000) == 40
    assert not weigh_hours(np.zeros(24)).any()


def test_only_accounts_new_to_the_network_or_software_are_concerned() -> None:
    account, event = fresh_accounts(1), np.zeros(1, EVENT)
    account["day"], event["network"], event["software"] = 100, 3, 8
    account["place"][0, 0], account["software"][0, 0] = 3, 8
    account["software_day"][0, 0] = 10
    event["tip_network"], event["tip_software"] = 25, 35
    for since, nats in ((100, 2.5), (94, 2.5), (93, 0.0)):
        account["place_day"][0, 0] = since
        assert concerns(account[0], event[0]) == pytest.approx(nats)
    account["software_day"][0, 0] = 99
    assert concerns(account[0], event[0]) == pytest.approx(3.5)
    assert LEAST_NATS > 0
