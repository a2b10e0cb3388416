"""Owner and thief on one account: told apart where something differs, and "cannot be told" where nothing does."""

from __future__ import annotations

import numpy as np
from made_accesses import MONDAY_MS, Read, made

from rempart.incident.split import SURE, Split, learn_habits, split_accesses

DAY_MS = 86_400_000
HABIT = [Read(at_ms=MONDAY_MS - day * DAY_MS) for day in range(1, 20)]


def split_of(reads: list[Read]) -> Split:
    return split_accesses(made(reads), learn_habits(made(HABIT)))


def test_the_same_hour_from_another_network_is_the_thief_and_from_the_usual_one_the_owner() -> None:
    reads = [Read(patients=(n,), network=n % 2, in_care=1 - n % 2, hijack=0.99 * (n % 2)) for n in range(40)]
    split = split_of(reads)
    thief = np.arange(40) % 2 == 1
    assert (split.thief[thief] >= SURE).all()
    assert (split.thief[~thief] <= 1 - SURE).all()
    assert (split.low, split.high) == (20, 20)
    assert (split.thief_accesses, split.owner_accesses, split.unclear_accesses) == (20, 20, 0)


def test_the_owners_own_seat_and_patients_nobody_knows_cannot_be_told() -> None:
    split = split_of([Read(patients=(n,), hijack=0.99) for n in range(20)])
    assert split.unclear_accesses == 20
    assert (split.low, split.high) == (0, 20)


def test_an_account_without_a_past_is_not_called_stolen_for_it() -> None:
    reads = [Read(patients=(n,), network=5) for n in range(5)]
    split = split_accesses(made(reads), learn_habits(made([])))
    assert split.thief_accesses == 0


def test_a_network_of_one_earlier_day_is_no_habit() -> None:
    habits = learn_habits(made([*HABIT, Read(network=7, at_ms=MONDAY_MS - DAY_MS)]))
    assert (0, 0) in habits.networks
    assert (0, 7) not in habits.networks


def test_care_tells_patients_of_one_session_apart_only_as_far_as_it_goes() -> None:
    mixed = [
        Read(patients=(1, 2), care_each=(1, 0)),
        Read(patients=(3,), in_care=0),
        Read(patients=(4,), in_care=1),
    ]
    split = split_of(mixed)
    assert split.thief[2] < split.thief[0] < split.thief[1]


def test_the_expected_number_lies_within_its_interval() -> None:
    split = split_of([Read(patients=(n % 7,), network=n % 3, hijack=0.5) for n in range(60)])
    assert split.low <= split.expected <= split.high
