"""A day on which the whole house does more than ever: few are asked, who takes far more is, and the house does not
learn to expect it."""

import numpy as np
import pytest
from test_judge import ACCOUNTS, DAY_MS, MONDAY_MS, NETWORKS, PRICES, ROLES, UTC_ZONE, Array, honest_days

from rempart.records import EVENT, Action, Frame
from rempart.watch.judge import Policy, Watch
from rempart.watch.state import WORKED, fresh_accounts
from rempart.watch.tails import Tails
from rempart.watch.threshold import MOST_OF_A_CREW, threshold

DAYS = 12
STRANGERS = 10**7
"""Patients from here on are nobody's."""


def more(accounts: Array, each: int, hours: float) -> tuple[Array, Array]:
    """``each`` strangers opened by every one of ``accounts`` on the last day, from nine o'clock on, at their own desks."""
    account = np.repeat(accounts, each)
    rows = np.zeros(account.size, EVENT)
    gaps = np.random.default_rng(8).uniform(0, hours * 3_600_000, account.size).astype(np.int64)
    rows["recorded_ms"] = MONDAY_MS + (DAYS - 1) * DAY_MS + 9 * 3_600_000 + gaps
    rows["account"], rows["role"], rows["network"], rows["session"] = (
        account,
        account % ROLES,
        account // 4,
        account + 1,
    )
    rows["unit"], rows["patients"] = -1, 1
    return rows, STRANGERS + np.arange(account.size, dtype=np.uint64) + np.uint64(int(accounts[0]) * 100_000)


def asked(*works: tuple[Array, Array]) -> set[int]:
    """Accounts that are asked on the last day."""
    rows, patients = (np.concatenate(parts) for parts in zip(honest_days(DAYS, 3), *works, strict=True))
    order = np.argsort(rows["recorded_ms"], kind="stable")
    rows, patients = rows[order], patients[order]
    rows["first_patient"] = np.arange(rows.size)
    grades = np.repeat(np.where(patients >= STRANGERS, 0, 0.5).astype(np.float32)[:, None], 2, axis=1)
    answers = Watch(Policy(), *UTC_ZONE).judge(
        Frame(rows, patients, None), grades, PRICES, (ACCOUNTS, NETWORKS, ROLES)
    )
    return set(rows["account"][answers["action"] != Action.ALLOW].tolist())


def test_in_an_epidemic_few_are_asked_and_a_thief_is() -> None:
    everybody, thief = np.arange(ACCOUNTS), np.array([5])
    assert asked(more(thief, 25, 8)) == {5}
    ill = more(everybody, 25, 8)
    assert len(asked(ill)) <= ACCOUNTS / 4
    assert 5 in asked(ill, more(thief, 300, 2))


def learned(risen: int) -> float:
    """The threshold after three weeks on the last of which days ``risen`` of 60 accounts had eight nats more."""
    tails, chance = Tails(), np.random.default_rng(3)
    for day in range(20_000, 20_021):
        accounts = fresh_accounts(60)
        accounts["days"], accounts["seen"] = 2, WORKED
        accounts["doubt_top"] = chance.exponential(1.0, 60)
        accounts["doubt_top"][: risen if day == 20_020 else 0] += 8.0
        tails.close_day(accounts, day)
    return threshold(tails.doubts, 1 / 220)


def test_what_the_whole_house_had_more_of_is_not_learned_and_a_crews_days_are() -> None:
    usual = learned(0)
    assert learned(60) == pytest.approx(usual, abs=0.7)
    assert learned(MOST_OF_A_CREW) > usual + 2
