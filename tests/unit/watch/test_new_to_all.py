"""What is new to much of the staff on one day says little of anybody, and in a house without history nothing is odd yet;
a crew of ten, and who takes strangers meanwhile, stand out as before."""

import numpy as np
import pytest
from test_judge import ACCOUNTS, DAY_MS, MONDAY_MS, NETWORKS, PRICES, ROLES, UTC_ZONE, Array, honest_days

from rempart.records import EVENT, Action, Frame
from rempart.watch.judge import Policy, Watch
from rempart.watch.place import COMMON, SOFTWARE, novel_today
from rempart.watch.state import WORKED, fresh_accounts
from rempart.watch.threshold import MOST_OF_A_CREW

DAYS = 12
NEW = 50
"""A network that nobody used before."""
STRANGERS = 10**7
"""Patients from here on."""


def shares(accounts: Array) -> list[float]:
    found = np.zeros(4)
    novel_today(accounts, found)
    return [float(share) for share in found]


def staff(n: int, novel: int, kind: int) -> Array:
    """``n`` known accounts at work, ``novel`` of which bring novelty ``kind``."""
    accounts = fresh_accounts(n)
    accounts["days"], accounts["seen"] = 20, WORKED
    accounts["new_place_class"][:novel] = 1 << kind
    return accounts


def test_the_share_counts_whoever_is_beyond_a_crew() -> None:
    merger = staff(60, 40, COMMON)
    assert shares(merger)[COMMON] == pytest.approx((40 - MOST_OF_A_CREW) / 60)
    assert shares(merger)[SOFTWARE] == 0
    assert shares(staff(60, MOST_OF_A_CREW, COMMON)) == [0, 0, 0, 0]
    merger["withheld"][:25] = 1
    assert shares(merger)[COMMON] == pytest.approx((15 - MOST_OF_A_CREW) / 35)
    newcomers = staff(60, 40, COMMON)
    newcomers["days"][:40] = 0
    assert shares(newcomers) == [0, 0, 0, 0]


def played(rows: Array, patients: Array) -> Array:
    """The answers of a watch to all rows; care explains half of every patient, and nothing of STRANGERS."""
    rows["first_patient"] = np.arange(rows.size)
    watch = Watch(Policy(), *UTC_ZONE)
    grades = np.repeat(np.where(patients >= STRANGERS, 0, 0.5).astype(np.float32)[:, None], 2, axis=1)
    return watch.judge(Frame(rows, patients, None), grades, PRICES, (ACCOUNTS, NETWORKS, ROLES))


def last_day(moved: int) -> tuple[Array, Array]:
    """Honest days, on the last of which ``moved`` accounts come from NEW."""
    rows, patients = honest_days(DAYS, 3)
    last = np.flatnonzero(rows["recorded_ms"] >= MONDAY_MS + (DAYS - 1) * DAY_MS)
    rows["network"][last[rows["account"][last] < moved]] = NEW
    return rows, patients


def test_a_merger_lowers_what_a_new_network_says_of_one_account() -> None:
    def evening(moved: int) -> float:
        """Most doubt of account 0 on the evening of a day on which the first ``moved`` accounts moved."""
        rows, patients = last_day(moved)
        late = (rows["account"] == 0) & (
            rows["recorded_ms"] > MONDAY_MS + (DAYS - 1) * DAY_MS + 14 * 3_600_000
        )
        return float(played(rows, patients)["doubt"][late].max())

    alone, crew, merger = evening(1), evening(MOST_OF_A_CREW), evening(ACCOUNTS)
    assert merger < 1 < crew
    assert merger < 1 < alone


def test_a_thief_on_the_day_of_a_merger_is_asked_and_the_staff_is_not() -> None:
    rows, patients = last_day(ACCOUNTS)
    theft = np.zeros(60, EVENT)
    theft["recorded_ms"] = MONDAY_MS + (DAYS - 1) * DAY_MS + 15 * 3_600_000 + np.arange(60) * 30_000
    theft["account"], theft["role"], theft["network"], theft["session"], theft["patients"] = (
        5,
        5 % ROLES,
        NEW,
        999,
        1,
    )
    everything, opened = (
        np.concatenate([rows, theft]),
        np.concatenate([patients, np.arange(60).astype(np.uint64) + STRANGERS]),
    )
    order = np.argsort(everything["recorded_ms"], kind="stable")
    everything, opened = everything[order], opened[order]
    answers = played(everything, opened)
    assert (answers["action"][everything["session"] == 999] != Action.ALLOW).any()
    assert len(set(everything["account"][answers["action"] != Action.ALLOW].tolist()) - {5}) <= 2


def test_a_nightly_account_is_not_odd_on_the_first_night_of_a_house() -> None:
    def nightly(days: int) -> Array:
        rows, patients = honest_days(days + 1, 3)
        before = rows["recorded_ms"] < MONDAY_MS + days * DAY_MS
        night = np.zeros(150, EVENT)
        night["recorded_ms"] = MONDAY_MS + days * DAY_MS + 3_600_000 + np.arange(150) * 20_000
        night["account"], night["role"], night["network"], night["session"] = 39, 3, 9, 40
        night["patients"] = 1
        known = before & (rows["account"] != 39)
        opened = np.concatenate([patients[known], np.arange(150).astype(np.uint64) + STRANGERS])
        return played(np.concatenate([rows[known], night]), opened)[-150:]

    assert (nightly(0)["action"] == Action.ALLOW).all()
    assert (nightly(10)["action"] != Action.ALLOW).any()
