"""Through whom: the account or the crew is named, and nobody where the file left another way."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rempart.leak.through import _firsts, path_of
from rempart.records import CATEGORIES

sys.path.insert(0, str(Path(__file__).parents[2] / "lab"))
from wards import Wards

WARDS = Wards()
PEOPLE = WARDS.people


def test_one_thief_is_named_first_from_the_whole_file_and_from_a_sample() -> None:
    right = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        wards = Wards().honest(rng)
        haul = rng.choice(PEOPLE, int(rng.integers(300, 4000)), replace=False)
        thief = int(rng.integers(0, WARDS.accounts))
        wards.read(thief, haul, 350)
        sold = rng.choice(haul, int(rng.choice([100, len(haul)])), replace=False)
        found = path_of(wards.readings(), sold, PEOPLE, 345, 360)
        right += bool(found.accounts) and found.accounts[0].account == f"a{thief}"
    assert right >= 7


def test_a_crew_of_ten_is_named_whole() -> None:
    recalls, precisions = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        wards = Wards().honest(rng)
        crew = rng.choice(WARDS.accounts, 10, replace=False)
        hauls = [rng.choice(PEOPLE, 400, replace=False) for _ in crew]
        for account, haul in zip(crew, hauls, strict=True):
            wards.read(int(account), haul, 340)
        found = {
            each.account
            for each in path_of(wards.readings(), np.concatenate(hauls), PEOPLE, 335, 350).accounts
        }
        named = {f"a{account}" for account in crew}
        recalls.append(len(found & named) / 10)
        precisions.append(len(found & named) / max(len(found), 1))
    assert np.mean(recalls) >= 0.8
    assert np.mean(precisions) >= 0.9


def test_nobody_is_named_for_what_no_account_took() -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        table = Wards().honest(rng).readings()
        unit = np.arange(PEOPLE // WARDS.units) + (seed % WARDS.units) * (PEOPLE // WARDS.units)
        read = np.unique(table.person)
        for leaked in (rng.choice(PEOPLE, 3000, replace=False), unit, rng.choice(read, 2000, replace=False)):
            assert path_of(table, leaked, PEOPLE, 350, 360).accounts == ()


def test_of_two_who_read_the_same_patients_the_one_who_saw_the_fields_is_named() -> None:
    contact, diagnoses = (1 << CATEGORIES.index(name) for name in ("contact", "diagnoses"))
    for first, second in ((3, 9), (9, 3)):
        rng = np.random.default_rng(first)
        wards = Wards().honest(rng)
        haul = rng.choice(PEOPLE, 800, replace=False)
        wards.read(first, haul, 350)
        wards.read(second, haul, 350)
        wards.shows = np.full(WARDS.accounts, contact | diagnoses)
        wards.shows[second] = contact
        found = path_of(wards.readings(), haul, PEOPLE, 345, 360, contact | diagnoses)
        assert [each.account for each in found.accounts] == [f"a{first}"]
        assert (found.accounts[0].unseen, found.accounts[0].covered) == (0, 1)


def test_an_account_that_never_saw_most_fields_is_not_named_though_it_read_the_patients() -> None:
    wanted = sum(1 << CATEGORIES.index(name) for name in ("contact", "diagnoses", "prescriptions", "results"))
    rng = np.random.default_rng(1)
    wards = Wards().honest(rng)
    haul = rng.choice(PEOPLE, 800, replace=False)
    wards.read(4, haul, 350)
    wards.shows = np.zeros(WARDS.accounts, np.int64)
    assert path_of(wards.readings(), haul, PEOPLE, 345, 360, wanted).accounts == ()
    assert path_of(wards.readings(), haul, PEOPLE, 345, 360).accounts != ()


def test_nobody_is_named_for_an_extract_of_a_month() -> None:
    for seed in (702003, 702027, 702055):
        rng = np.random.default_rng(seed)
        table = Wards().honest(rng).readings()
        month = np.unique(table.person[table.day // 30 == int(rng.integers(11))])
        assert not path_of(table, month, PEOPLE, 350, 360).accounts


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30), st.sampled_from([7, 30, 90]))
def test_the_spans_looked_at_are_those_of_a_walk_that_hold_a_day(days: list[int], length: int) -> None:
    day = np.sort(np.array(days))
    step = max(1, length // 3)
    walk = [
        first
        for first in range(int(day[0]), int(day[-1]) + 1, step)
        if ((day >= first) & (day < first + length)).any()
    ]
    assert walk == _firsts(day, length)
