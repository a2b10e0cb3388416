"""Leaks of which the answer is known, many of each kind: ``python -m bench.through [RUNS [FIRST]]`` (100 by default, seeds from 0).

Prints, with counts: the right account named first; crews of ten, recall and precision; leaks outside watched access that
accuse nobody; foreign files that are "not ours"; files with one row in twenty of ours, the share told; brackets that hold the day the
file left, and their width. People, readings and errors are drawn (``tests/lab``); no file of a real theft is at hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from rempart.leak.chunk import Chunk
from rempart.leak.fresh import freshness
from rempart.leak.population import Population, build, update
from rempart.leak.scan import Scan, Scanner
from rempart.leak.tables import typed
from rempart.leak.through import path_of
from rempart.leak.verdict import judge

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lab"))
from french_people import Country, people, spoil, take
from wards import Wards

CONTACT, DIAGNOSES = 1 << 1, 1 << 6
DAY = 20_000


def single(runs: int, start: int) -> None:
    """One thief; a sample or the whole haul is sold; half of the other accounts never see diagnoses."""
    right = first = 0
    for seed in range(start, start + runs):
        rng = np.random.default_rng(seed)
        wards = Wards().honest(rng)
        thief = int(rng.integers(wards.accounts))
        wards.shows = np.where(rng.random(wards.accounts) < 0.5, CONTACT, CONTACT | DIAGNOSES)
        wards.shows[thief] = CONTACT | DIAGNOSES
        haul = rng.choice(wards.people, int(rng.integers(300, 4000)), replace=False)
        wards.read(thief, haul, 350)
        sold = rng.choice(haul, int(rng.choice([100, len(haul)])), replace=False)
        found = path_of(wards.readings(), sold, wards.people, 345, 360, CONTACT | DIAGNOSES).accounts
        right += bool(found) and found[0].account == f"a{thief}"
        first += len(found) == 1
    print(f"one thief: the right account first in {right} of {runs}, nobody beside it in {first}")


def crews(runs: int, start: int) -> None:
    """Ten accounts divide the patients; the file holds all of it."""
    hit = named = 0
    for seed in range(start, start + runs):
        rng = np.random.default_rng(1000 + seed)
        wards = Wards().honest(rng)
        crew = rng.choice(wards.accounts, 10, replace=False)
        hauls = np.split(rng.permutation(wards.people)[:4000], 10)
        for account, haul in zip(crew.tolist(), hauls, strict=True):
            wards.read(account, haul, int(rng.integers(335, 345)))
        found = {
            each.account
            for each in path_of(wards.readings(), np.concatenate(hauls), wards.people, 335, 350).accounts
        }
        hit += len(found & {f"a{account}" for account in crew.tolist()})
        named += len(found)
    print(
        f"crews of ten: recall {hit / (10 * runs):.3f}, precision {hit / max(named, 1):.3f} over {runs} crews"
    )


def elsewhere(runs: int, start: int) -> None:
    """Nobody took it through an account: everybody's copy, a unit's list, a draw of those who were read, one month's."""
    accused = 0
    for seed in range(start, start + runs):
        rng = np.random.default_rng(2000 + seed)
        wards = Wards().honest(rng)
        table = wards.readings()
        size = wards.people // wards.units
        kind = seed % 4
        if kind == 0:
            leaked = rng.choice(wards.people, int(rng.integers(500, 5000)), replace=False)
        elif kind == 1:
            leaked = np.arange(size) + int(rng.integers(wards.units)) * size
        elif kind == 2:
            leaked = rng.choice(np.unique(table.person), 2000, replace=False)
        else:
            leaked = np.unique(table.person[table.day // 30 == int(rng.integers(11))])
        accused += bool(path_of(table, leaked, wards.people, 350, 360).accounts)
    print(f"outside watched access: nobody accused in {runs - accused} of {runs}")


def population_of(columns: dict[str, Any], day: int) -> Population:
    """An index of one table."""
    kinds, _, size = typed([chunk_of(columns)])
    return build(kinds, size, day, lambda column: np.arange(len(column), dtype=np.uint64))


def chunk_of(columns: dict[str, Any]) -> Chunk:
    """The table as a reader gives it."""
    return Chunk("t", tuple(columns), tuple(pa.array(cells, pa.large_string()) for cells in columns.values()))


def scan(population: Population, columns: dict[str, Any]) -> Scan:
    """What the command finds."""
    return Scanner(population, 1, lambda _: None).scan([chunk_of(columns)])


def foreign(runs: int, start: int) -> None:
    """The same country's other people: alone, with all columns and with names, date and sex; and with 5 % of ours."""
    land = Country.draw(7)
    ours = people(land, 20_000, 1)
    population = population_of(ours, DAY)
    foreign_ones, partly, off = 0, 0, []
    few = ("nom", "prenom", "date_naissance", "sexe")
    for seed in range(start, start + runs):
        strangers = people(land, 2000, 5000 + seed)
        del strangers["patient_id"]
        kept = few if seed % 2 else tuple(strangers)
        foreign_ones += judge(scan(population, {name: strangers[name] for name in kept})).ours == "not_ours"
        mine = spoil(take(ours, np.random.default_rng(seed).choice(20_000, 100, replace=False)), seed)
        verdict = judge(
            scan(population, {name: np.concatenate([mine[name], strangers[name][:1900]]) for name in kept})
        )
        partly += verdict.ours == "partly_ours"
        off.append(abs(100 * verdict.share - 5))
    print(f"foreign files: not ours in {foreign_ones} of {runs}")
    print(
        f"one row in twenty of ours: partly ours in {partly} of {runs}, share within a point in "
        f"{sum(each <= 1 for each in off)}, largest error {max(off):.2f} points"
    )


def brackets(runs: int, start: int) -> None:
    """A year of changes (phones 15 %, mails 10 %, addresses 10 % a year), updates every 30 days, leaks of any day."""
    land, rng, size = Country.draw(7), np.random.default_rng(8 + start), 8000
    now, fresh = people(land, size, 1), people(land, size, 77 + start)
    found: Population | None = None
    by_day = {}
    wanted = set(rng.integers(40, 330, runs).tolist())
    for day in range(361):
        for names, rate in (
            (("telephone",), 0.15),
            (("email",), 0.1),
            (("adresse", "code_postal", "commune"), 0.1),
        ):
            moved = rng.random(size) < rate / 365
            for name in names:
                now[name][moved] = rng.permutation(fresh[name])[moved]
        if day in wanted:
            by_day[day] = {name: cells.copy() for name, cells in now.items()}
        if day % 30 == 0:
            table = population_of(now, DAY + day)
            found = table if found is None else update(found, table)
    assert found is not None
    held, widths, told = 0, [], 0
    days = sorted(wanted)
    for run in range(runs):
        day = days[run % len(days)]
        who = rng.choice(size, int(rng.choice([1000, 3000])), replace=False)
        dated = freshness(
            scan(found, spoil(take(by_day[day], who), start + run)).evidence, found.as_of, DAY + 400
        )
        if dated is not None:
            newest = dated.parts[0]
            told += 1
            held += newest.first <= DAY + day <= newest.last
            widths.append(newest.last - newest.first + 1)
    print(
        f"brackets: hold the day in {held} of {told} (of {runs} asked), median width {np.median(widths):.0f} days, longest {max(widths)}"
    )


def main(runs: int, start: int) -> None:
    """Every kind."""
    for each in (single, crews, elsewhere, foreign, brackets):
        each(runs, start)
        sys.stdout.flush()


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:3]]
    main(*asked, *(100, 0)[len(asked) :])
