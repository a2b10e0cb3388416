"""The threshold holds the friction budget on days like those it has seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.watch.threshold import AIMED_AT, DOUBT_BINS, doubt_counts, threshold

BUDGET = 1 / 220


@pytest.mark.parametrize("scale", [0.8, 2.0, 4.0])
def test_the_share_of_honest_days_above_it_is_what_it_aims_at(scale: float) -> None:
    chance = np.random.default_rng(4)
    learned, later = chance.exponential(scale, 5_000), chance.exponential(scale, 200_000)
    share = float((later > threshold(doubt_counts(learned), BUDGET)).mean())
    assert 0.6 * AIMED_AT * BUDGET < share < 1.5 * AIMED_AT * BUDGET


def test_without_history_it_follows_the_day_0_law() -> None:
    assert 6 < threshold(np.zeros(DOUBT_BINS), BUDGET) < 12


def test_a_young_house_spends_more_and_a_theft_does_not_lift_a_small_one_out_of_reach() -> None:
    chance = np.random.default_rng(7)
    honest = chance.exponential(1.0, 150)
    alone = threshold(doubt_counts(honest), BUDGET)
    robbed = threshold(doubt_counts(np.append(honest, [16.0, 17.0, 18.0])), BUDGET)
    assert robbed < alone + 5
    assert threshold(np.zeros(DOUBT_BINS), BUDGET) < threshold(np.zeros(DOUBT_BINS), BUDGET / 4)
    assert threshold(np.zeros(DOUBT_BINS), BUDGET) < 10


@given(st.lists(st.floats(0, 80), max_size=200), st.floats(0.0005, 0.02), st.floats(1.01, 4))
def test_a_larger_budget_never_raises_it(tops: list[float], budget: float, more: float) -> None:
    counts = doubt_counts(np.array(tops, np.float32))
    assert counts.sum() == len(tops)
    assert threshold(counts, budget * more) <= threshold(counts, budget) + 1e-9
