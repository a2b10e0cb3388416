"""The threshold holds the friction budget on days like those it has seen."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rempart.watch.channels import Group
from rempart.watch.stance import STANCE, lift
from rempart.watch.threshold import (
    AIMED_AT,
    DOUBT_BINS,
    MOST_A_DAY,
    MOST_LIFTED,
    MOST_OF_A_CREW,
    MOST_RISEN,
    MOST_STEERED,
    RISEN_FROM,
    STEERED,
    UNANSWERED,
    doubt_counts,
    risen,
    steered,
    surge,
    threshold,
    usual_quarter,
)
from rempart.watch.weigh import GROUP_CAP, GROUP_FLOOR, GROUP_WEIGHT

BUDGET = 1 / 220


@pytest.mark.parametrize("scale", [0.8, 2.0, 4.0])
def test_the_share_of_honest_days_above_it_is_what_it_aims_at(scale: float) -> None:
    chance = np.random.default_rng(4)
    learned, later = chance.exponential(scale, 5_000), chance.exponential(scale, 200_000)
    share = float((later > threshold(doubt_counts(learned), BUDGET)).mean())
    assert 0.6 * AIMED_AT * BUDGET < share < 1.5 * AIMED_AT * BUDGET


def test_without_history_it_follows_the_day_0_law() -> None:
    assert 6 < threshold(np.zeros(DOUBT_BINS), BUDGET) < 12


def test_searches_alone_reach_the_threshold_of_a_house_without_history_however_it_was_steered() -> None:
    most = (GROUP_CAP[Group.SEARCH] - GROUP_FLOOR[Group.SEARCH]) * GROUP_WEIGHT[Group.SEARCH]
    assert most > threshold(np.zeros(DOUBT_BINS), BUDGET) + MOST_STEERED


def test_a_young_house_spends_more_and_a_theft_does_not_lift_a_small_one_out_of_reach() -> None:
    chance = np.random.default_rng(7)
    honest = chance.exponential(1.0, 150)
    alone = threshold(doubt_counts(honest), BUDGET)
    robbed = threshold(doubt_counts(np.append(honest, [16.0, 17.0, 18.0])), BUDGET)
    assert robbed < alone + 5
    assert threshold(np.zeros(DOUBT_BINS), BUDGET) < threshold(np.zeros(DOUBT_BINS), BUDGET / 4)
    assert threshold(np.zeros(DOUBT_BINS), BUDGET) < 10


@example([55.0], 1 / 64, 1.03125)
@given(st.lists(st.floats(0, 80), max_size=200), st.floats(0.0005, 0.02), st.floats(1.01, 4))
def test_a_larger_budget_never_raises_it(tops: list[float], budget: float, more: float) -> None:
    counts = doubt_counts(np.array(tops, np.float32))
    assert counts.sum() == len(tops)
    assert threshold(counts, budget * more) <= threshold(counts, budget) + 1e-9


def test_a_day_on_budget_leaves_the_correction_and_others_move_it_their_way() -> None:
    assert steered(0.4, 1, 220, BUDGET) == pytest.approx(0.4)
    assert steered(0.4, 0, 220, BUDGET) < 0.4 < steered(0.4, 2, 220, BUDGET)
    assert steered(0.0, 0, 2200, BUDGET) < steered(0.0, 0, 220, BUDGET) < 0


@given(st.floats(-MOST_STEERED, MOST_STEERED), st.integers(0, 5_000), st.integers(0, 5_000))
def test_one_day_moves_the_correction_little_and_all_days_together_not_far(
    nats: float, asked: int, others: int
) -> None:
    after = steered(nats, asked, asked + others, BUDGET)
    assert nats - STEERED - 1e-9 <= after <= nats + MOST_A_DAY + 1e-9
    assert abs(after) <= MOST_STEERED


@pytest.mark.parametrize(("scale", "accounts"), [(0.8, 2_000), (1.6, 2_000), (1.6, 100)])
def test_whatever_a_sites_tail_is_challenges_come_back_to_the_budget(scale: float, accounts: int) -> None:
    """A threshold that is wrong for the site (of an exponential of mean 1.2) is steered to its budget and stays."""
    chance = np.random.default_rng(6)
    fixed, nats, asked = 1.2 * np.log(1 / BUDGET), 0.0, []
    for _ in range(600):
        asked.append(int((chance.exponential(scale, accounts) > fixed + nats).sum()))
        nats = steered(nats, asked[-1], accounts, BUDGET)
    late = np.array(asked[200:])
    assert 0.8 * BUDGET < late.mean() / accounts < 1.25 * BUDGET


def test_what_lifts_the_whole_house_asks_only_who_stands_out_in_it() -> None:
    usual, lifted = np.full(200, 3.0), np.linspace(11.0, 15.0, 200)
    few = usual.copy()
    few[:3] = 12.0
    none = np.zeros(0)
    assert surge(few, none, BUDGET) < 10
    level = surge(lifted, none, BUDGET)
    assert 14.5 < level < 15
    assert (lifted > level).sum() <= 4
    assert surge(np.append(lifted, 30.0), none, BUDGET) < 15


def test_accounts_that_do_not_answer_hide_no_other() -> None:
    usual = np.full(30, 3.0)
    assert surge(usual, np.full(UNANSWERED, 30.0), BUDGET) == 3.0
    assert surge(np.append(usual, [12.0, 13.0]), np.full(UNANSWERED, 30.0), BUDGET) <= 13.0


def test_what_lifts_a_quarter_of_the_house_lifts_who_is_asked_by_as_much_and_a_crew_lifts_nobody() -> None:
    none, usual = np.zeros(0), 2.0
    assert risen(np.linspace(0, 6, 80), none, usual) == pytest.approx(4.5 - usual - RISEN_FROM, abs=0.1)
    assert risen(np.linspace(0, 2.5, 80), none, usual) == 0
    crew = np.append(np.full(30, 0.5), np.full(MOST_OF_A_CREW, 9.0))
    assert risen(crew, none, usual) == 0
    assert risen(np.full(MOST_OF_A_CREW, 9.0), none, usual) == 0
    assert risen(np.full(30, 0.5), np.full(MOST_OF_A_CREW + UNANSWERED, 9.0), usual) == 0


def test_the_lift_of_a_house_is_bounded() -> None:
    stance = np.zeros(1, STANCE)
    stance["asked_from"], stance["risen"] = 10.0, 3.0
    lift(stance[0])
    assert stance["threshold"][0] == stance["usual"][0] == 13.0
    stance["alarm"] = 0.3
    lift(stance[0])
    assert stance["threshold"][0] == 10.0
    stance["alarm"], stance["risen"] = 0.0, 60.0
    lift(stance[0])
    assert stance["threshold"][0] == 10.0 + MOST_RISEN
    stance["risen"], stance["lifted_to"] = 0.0, 60.0
    lift(stance[0])
    assert stance["threshold"][0] == 10.0 + MOST_LIFTED


def test_a_quarter_of_days_reaches_what_is_usual_for_a_quarter() -> None:
    days = np.random.default_rng(2).exponential(3.0, 4_000).astype(np.float32)
    assert usual_quarter(doubt_counts(days)) == pytest.approx(np.quantile(days, 0.75), abs=0.3)
