"""Through whom: the account or the crew is named, and nobody where the file left another way."""

from __future__ import annotations

from typing import Any

import numpy as np

from rempart.leak.through import Readings, path_of
from rempart.records import CATEGORIES

PEOPLE, ACCOUNTS, UNITS = 20_000, 150, 15


def honest(rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Every account reads mostly its unit's patients over a year; one in fifty reads everywhere."""
    rows = []
    for account in range(ACCOUNTS):
        unit = account % UNITS
        wide = account % 50 == 7
        count = int(rng.integers(100, 600)) * (8 if wide else 1)
        pool = (
            rng.integers(0, PEOPLE, count)
            if wide
            else unit * (PEOPLE // UNITS) + ((PEOPLE // UNITS) * rng.random(count) ** 1.5).astype(int)
        )
        rows += list(zip([account] * count, pool.tolist(), rng.integers(0, 365, count).tolist(), strict=True))
    return rows


def readings(rows: list[tuple[int, int, int]], shows: Any = None) -> Readings:
    """``shows`` what the readings of each account may have shown, all the same where nothing is said."""
    account, person, day = (np.array(part, np.int64) for part in zip(*rows, strict=True))
    each = np.zeros(ACCOUNTS, np.int64) if shows is None else shows
    names = tuple(f"a{k}" for k in range(ACCOUNTS))
    return Readings(account, person, day, each[account], names, np.arange(ACCOUNTS) % UNITS)


def steal(rows: list[tuple[int, int, int]], account: int, patients: Any, day: int) -> None:
    rows += [(account, int(person), day) for person in patients]


def test_one_thief_is_named_first_from_the_whole_file_and_from_a_sample() -> None:
    right = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        rows = honest(rng)
        haul = rng.choice(PEOPLE, int(rng.integers(300, 4000)), replace=False)
        thief = int(rng.integers(0, ACCOUNTS))
        steal(rows, thief, haul, 350)
        sold = rng.choice(haul, int(rng.choice([100, len(haul)])), replace=False)
        found = path_of(readings(rows), sold, PEOPLE, 345, 360)
        right += bool(found.accounts) and found.accounts[0].account == f"a{thief}"
    assert right >= 7


def test_a_crew_of_ten_is_named_whole() -> None:
    recalls, precisions = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rows = honest(rng)
        crew = rng.choice(ACCOUNTS, 10, replace=False)
        hauls = [rng.choice(PEOPLE, 400, replace=False) for _ in crew]
        for account, haul in zip(crew, hauls, strict=True):
            steal(rows, int(account), haul, 340)
        found = {
            each.account for each in path_of(readings(rows), np.concatenate(hauls), PEOPLE, 335, 350).accounts
        }
        named = {f"a{account}" for account in crew}
        recalls.append(len(found & named) / 10)
        precisions.append(len(found & named) / max(len(found), 1))
    assert np.mean(recalls) >= 0.8
    assert np.mean(precisions) >= 0.9


def test_nobody_is_named_for_what_no_account_took() -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        table = readings(honest(rng))
        unit = np.arange(PEOPLE // UNITS) + (seed % UNITS) * (PEOPLE // UNITS)
        read = np.unique(table.person)
        for leaked in (rng.choice(PEOPLE, 3000, replace=False), unit, rng.choice(read, 2000, replace=False)):
            assert path_of(table, leaked, PEOPLE, 350, 360).accounts == ()


def test_of_two_who_read_the_same_patients_the_one_who_saw_the_fields_is_named() -> None:
    contact, diagnoses = (1 << CATEGORIES.index(name) for name in ("contact", "diagnoses"))
    for first, second in ((3, 9), (9, 3)):
        rng = np.random.default_rng(first)
        rows = honest(rng)
        haul = rng.choice(PEOPLE, 800, replace=False)
        steal(rows, first, haul, 350)
        steal(rows, second, haul, 350)
        shows = np.full(ACCOUNTS, contact | diagnoses)
        shows[second] = contact
        found = path_of(readings(rows, shows), haul, PEOPLE, 345, 360, contact | diagnoses)
        assert [each.account for each in found.accounts] == [f"a{first}"]
        assert (found.accounts[0].unseen, found.accounts[0].covered) == (0, 1)


def test_an_account_that_never_saw_most_fields_is_not_named_though_it_read_the_patients() -> None:
    wanted = sum(1 << CATEGORIES.index(name) for name in ("contact", "diagnoses", "prescriptions", "results"))
    rng = np.random.default_rng(1)
    rows = honest(rng)
    haul = rng.choice(PEOPLE, 800, replace=False)
    steal(rows, 4, haul, 350)
    blind = np.zeros(ACCOUNTS, np.int64)
    assert path_of(readings(rows, blind), haul, PEOPLE, 345, 360, wanted).accounts == ()
    assert path_of(readings(rows, blind), haul, PEOPLE, 345, 360).accounts != ()
