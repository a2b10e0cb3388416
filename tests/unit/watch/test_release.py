"""A false alarm teaches: the day that was not learned is learned, and the doubt it left goes."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.watch.channels import Stat
from rempart.watch.state import WORKED, fresh_accounts
from rempart.watch.tails import KEEP_WITHHELD_DAYS, Tails

PATIENTS = int(Stat.FAILED_LOGINS_1H)


def day_of(accounts: np.ndarray, row: int, height: float, withheld: int) -> None:
    accounts["seen"][row] = WORKED
    accounts["withheld"][row] = withheld
    accounts["top"][row, PATIENTS] = height
    accounts["hours_today"][row] = 1 << 9


def test_a_withheld_day_is_kept_aside_and_learned_when_it_is_called_a_false_alarm() -> None:
    tails, accounts = Tails(), fresh_accounts(3)
    told = fresh_accounts(3)
    for row, (mine, its) in enumerate(((accounts, 1), (told, 0))):
        keeper = tails if row == 0 else Tails()
        day_of(mine, 1, 50.0, its)
        keeper.close_day(mine, 100)
    assert tails.withheld["account"].tolist() == [1]
    assert accounts["mean"][1, PATIENTS] == 0
    accounts["carried"][1] = 5.0
    tails.release(accounts, np.array([1]))
    assert accounts["mean"][1, PATIENTS] == told["mean"][1, PATIENTS] > 0
    assert accounts["hours"][1].tolist() == told["hours"][1].tolist()
    assert accounts["days"][1] == told["days"][1] == 1
    assert accounts["carried"][1] == 0
    assert tails.withheld.size == 0


def test_todays_figures_are_left_alone() -> None:
    tails, accounts = Tails(), fresh_accounts(3)
    day_of(accounts, 1, 50.0, 1)
    tails.close_day(accounts, 100)
    day_of(accounts, 1, 7.0, 0)
    tails.release(accounts, np.array([1]))
    assert accounts["top"][1, PATIENTS] == 7.0
    assert accounts["seen"][1] == WORKED


def test_others_keep_their_withheld_days_for_a_while() -> None:
    tails, accounts = Tails(), fresh_accounts(3)
    for row in (1, 2):
        day_of(accounts, row, 50.0, 1)
    tails.close_day(accounts, 100)
    tails.release(accounts, np.array([1]))
    assert tails.withheld["account"].tolist() == [2]
    tails.close_day(accounts, 100 + KEEP_WITHHELD_DAYS)
    assert tails.withheld.size == 0


@pytest.mark.parametrize(("blocked", "left"), [(0, 30.0), (1, 0.0), (2, 0.0)])
def test_a_slip_wipes_out_nothing_that_was_found_and_a_block_does(blocked: int, left: float) -> None:
    tails, accounts = Tails(), fresh_accounts(2)
    day_of(accounts, 1, 50.0, 1)
    accounts["fresh_top"][1], accounts["strangers_week"][1], accounts["never_back"][1] = 40.0, 30.0, 30.0
    accounts["blocked"][1] = blocked
    tails.close_day(accounts, 100)
    assert accounts["strangers_week"][1] == accounts["never_back"][1] == left
    assert (accounts["carried"][1] > 0) == (blocked == 0)
    assert accounts["days"][1] == 0


def test_whom_a_thief_opened_does_not_become_usual_on_that_day_nor_the_next() -> None:
    tails, accounts = Tails(), fresh_accounts(2)
    for day in range(10):
        for row in (0, 1):
            day_of(accounts, row, 5.0, 0)
        accounts["opened"] += 20
        accounts["strange"] += 1
        tails.close_day(accounts, 100 + day)
    day_of(accounts, 0, 5.0, 0)
    day_of(accounts, 1, 5.0, 1)
    accounts["opened"] += 100
    accounts["strange"] += np.array([5, 100])
    tails.close_day(accounts, 110)
    for row in (0, 1):
        day_of(accounts, row, 5.0, 0)
    accounts["opened"] += 20
    accounts["strange"] += 1
    tails.close_day(accounts, 111)
    assert accounts["usual_strange"][1] == pytest.approx(accounts["usual_strange"][0], abs=0.01)
