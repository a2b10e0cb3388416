"""Whose rows they are: errors are survived, strangers are not accused, shares are right, dates are bracketed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import xxhash

from rempart.errors import SourceError
from rempart.leak import fresh, kept
from rempart.leak.chunk import Chunk
from rempart.leak.fresh import freshness
from rempart.leak.index_file import read_index, write_index
from rempart.leak.population import ALWAYS, NEVER, Population, build, update
from rempart.leak.scan import Matches, Scan, Scanner
from rempart.leak.tables import typed
from rempart.leak.verdict import judge
from rempart.pipeline.leak_words import verdict_words

sys.path.insert(0, str(Path(__file__).parents[2] / "lab"))
from french_people import Country, people, spoil, take

COUNTRY = Country.draw(7, 8000)
SIZE = 6000
DAY = 20000


def pseudonyms(column: Any) -> Any:
    return np.array(
        [xxhash.xxh3_64_intdigest((text or "").encode()) for text in column.to_pylist()], np.uint64
    )


def chunk(columns: dict[str, Any]) -> Chunk:
    return Chunk(
        "t", tuple(columns), tuple(pa.array(values, pa.large_string()) for values in columns.values())
    )


def population_of(columns: dict[str, Any], day: int = DAY) -> Population:
    kinds, _, size = typed([chunk(columns)])
    return build(kinds, size, day, pseudonyms)


def scan(population: Population, columns: dict[str, Any]) -> Scan:
    return Scanner(population, 1, lambda _: None).scan([chunk(columns)])


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    return people(COUNTRY, SIZE, 1)


@pytest.fixture(scope="module")
def population(ours: dict[str, Any]) -> Population:
    return population_of(ours)


def test_rows_with_errors_in_every_tenth_cell_are_found(ours: dict[str, Any], population: Population) -> None:
    who = np.random.default_rng(2).choice(SIZE, 2000, replace=False)
    found = scan(population, spoil(take(ours, who), 3))
    row, person, *_ = Matches.joined(found.matches())
    right = person == who[row]
    assert right.mean() >= 0.99
    assert right.sum() >= 0.99 * len(who)
    assert judge(found).ours == "ours"


def test_a_file_of_names_and_birthdays_alone_is_ours_by_little_chance(
    ours: dict[str, Any], population: Population
) -> None:
    leak = spoil(take(ours, np.arange(2000)), 3)
    verdict = judge(
        scan(population, {name: leak[name] for name in ("nom", "prenom", "date_naissance", "sexe")})
    )
    assert verdict.ours == "ours"
    assert verdict.expected_by_chance < 0.02 * verdict.rows


def test_strangers_of_the_same_country_are_not_ours(population: Population) -> None:
    for seed in range(100, 105):
        strangers = people(COUNTRY, 1500, seed)
        del strangers["patient_id"]
        for headings in (list(strangers), ["nom", "prenom", "date_naissance", "sexe"]):
            assert judge(scan(population, {name: strangers[name] for name in headings})).ours == "not_ours"


def test_one_row_in_twenty_of_ours_is_partly_ours(ours: dict[str, Any], population: Population) -> None:
    strangers = people(COUNTRY, 1900, 300)
    mine = spoil(take(ours, np.arange(100)), 9)
    mixed = {name: np.concatenate([mine[name], strangers[name]]) for name in mine}
    verdict = judge(scan(population, mixed))
    assert verdict.ours == "partly_ours"
    assert abs(verdict.share - 0.05) < 0.01


def test_the_share_of_ours_is_right_by_names_and_dates_alone(
    ours: dict[str, Any], population: Population
) -> None:
    strangers = people(COUNTRY, 1900, 302)
    for seed in (10, 11, 12):
        mine = spoil(take(ours, np.random.default_rng(seed).choice(SIZE, 100, replace=False)), seed)
        few = ("nom", "prenom", "date_naissance", "sexe")
        verdict = judge(
            scan(population, {name: np.concatenate([mine[name], strangers[name]]) for name in few})
        )
        assert verdict.ours == "partly_ours"
        assert abs(verdict.share - 0.05) < 0.005


def test_rows_that_say_too_little_cannot_be_told(population: Population) -> None:
    strangers = people(COUNTRY, 500, 301)
    assert (
        judge(scan(population, {name: strangers[name] for name in ("prenom", "sexe")})).ours == "cannot_tell"
    )


def test_the_order_of_rows_and_columns_changes_nothing(ours: dict[str, Any], population: Population) -> None:
    leak = spoil(take(ours, np.arange(500)), 4)
    order = np.random.default_rng(5).permutation(500)
    turned = {name: leak[name][order] for name in reversed(leak)}
    one, other = scan(population, leak), scan(population, turned)
    first, second = (Matches.joined(each.matches()) for each in (one, other))
    assert dict(zip(first.row.tolist(), first.person.tolist(), strict=True)) == dict(
        zip(order[second.row].tolist(), second.person.tolist(), strict=True)
    )


def test_an_index_is_encrypted_and_comes_back_whole(population: Population, tmp_path: Path) -> None:
    path, key = tmp_path / "population.index", bytes(range(32))
    write_index(path, population, key)
    content = path.read_bytes()
    assert b"gmail" not in content
    assert path.stat().st_mode & 0o777 == 0o600
    back = read_index(path, key)
    assert np.array_equal(back.pseudonym, population.pseudonym)
    assert np.array_equal(back.side.email.content, population.side.email.content)
    with pytest.raises(SourceError, match="cannot be decrypted"):
        read_index(path, bytes(32))
    half = len(content) // 2
    path.write_bytes(content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :])
    with pytest.raises(SourceError, match=r"cannot be decrypted|cut off"):
        read_index(path, key)


def test_an_update_opens_what_is_new_and_closes_what_is_gone(ours: dict[str, Any]) -> None:
    later = {name: values[:1000].copy() for name, values in ours.items()}
    first = population_of(later)
    later["telephone"][7] = "0698765432"
    both = update(first, population_of(later, DAY + 30))
    place = int(np.flatnonzero(both.pseudonym == first.pseudonym[7])[0])
    begin, end = both.side.phone.starts[place : place + 2]
    assert end - begin == 2
    days = both.days["phone"].take(np.arange(begin, end))
    assert sorted(zip(days.earliest.tolist(), days.gone.tolist(), strict=True)) == [
        (ALWAYS, DAY + 30),
        (DAY, NEVER),
    ]
    assert both.size == 1000


def test_the_bracket_holds_the_day_the_file_left(ours: dict[str, Any]) -> None:
    rng = np.random.default_rng(8)
    now, found, by_day = {name: values.copy() for name, values in ours.items()}, None, {}
    fresh = people(COUNTRY, SIZE, 77)
    for day in range(0, 121):
        for names, rate in (
            (("telephone",), 0.2),
            (("email",), 0.15),
            (("adresse", "code_postal", "commune"), 0.12),
        ):
            moved = rng.random(SIZE) < rate / 365
            for name in names:
                now[name][moved] = rng.permutation(fresh[name])[moved]
        by_day[day] = {name: values.copy() for name, values in now.items()}
        if day % 15 == 0:
            table = population_of(now, DAY + day)
            found = table if found is None else update(found, table)
    assert found is not None
    held, widths = 0, []
    for day in (40, 64, 77, 100):
        who = rng.choice(SIZE, 2000, replace=False)
        leak = spoil(take(by_day[day], who), day)
        fresh_part = freshness(scan(found, leak).evidence, found.as_of, DAY + 200)
        assert fresh_part is not None
        newest = fresh_part.parts[0]
        held += newest.first <= DAY + day <= newest.last
        widths.append(newest.last - newest.first)
    assert held >= 3
    assert np.median(widths) < 15


@pytest.mark.parametrize("size", [1, 2, 3, 5, 10])
def test_a_few_whole_rows_of_ours_are_never_called_foreign(
    size: int, ours: dict[str, Any], population: Population
) -> None:
    kept = ("nom", "prenom", "date_naissance", "telephone", "email")
    verdict = judge(scan(population, {name: take(ours, np.arange(size))[name] for name in kept}))
    assert verdict.ours == ("ours" if size >= 3 else "cannot_tell" if size == 1 else verdict.ours)
    assert verdict.ours in ("ours", "cannot_tell")
    assert verdict.expected_by_chance < 0.1 * size
    assert ("longer sample" in verdict_words(verdict)) == (verdict.ours == "cannot_tell")


@pytest.mark.parametrize("size", [3, 10, 50])
def test_a_few_strangers_are_not_ours_and_nothing_speaks_for_it(size: int, population: Population) -> None:
    for seed in (310, 311, 312):
        strangers = people(COUNTRY, size, seed)
        verdict = judge(scan(population, {k: v for k, v in strangers.items() if k != "patient_id"}))
        assert verdict.ours == "not_ours"
        assert "the rows speak for it" not in verdict_words(verdict)


def test_a_file_longer_than_memory_holds_is_kept_beside_it(
    ours: dict[str, Any], population: Population, monkeypatch: pytest.MonkeyPatch
) -> None:
    leak = chunk(take(ours, np.arange(600)))
    whole = Scanner(population, 1, lambda _: None).scan([leak])
    monkeypatch.setattr(kept, "IN_MEMORY", 100)
    monkeypatch.setattr(kept, "AT_ONCE", 64)
    beside = Scanner(population, 1, lambda _: None).scan([leak])
    assert [len(each.row) for each in beside.matches()][:2] == [64, 64]
    for one, other in zip(Matches.joined(whole.matches()), Matches.joined(beside.matches()), strict=True):
        assert np.array_equal(one, other)


def test_of_many_witnesses_whole_rows_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "MOST_WITNESSES", 1000)
    witnesses = fresh.Witnesses()
    for first in range(0, 50_000, 500):
        rows = np.repeat(np.arange(first, first + 500), 2)
        witnesses.add(fresh.Evidence(rows, *(rows.copy() for _ in range(4))))
    row = witnesses.evidence().row
    assert 300 < len(row) <= 1000
    assert (np.unique(row, return_counts=True)[1] == 2).all()
    assert row.max() > 45_000


def test_chunks_whose_columns_differ_do_not_become_a_wide_block(population: Population) -> None:
    narrow = Chunk("t", ("nom",), (pa.array(["Durand"] * 20_000, pa.large_string()),))
    names = tuple(f"c{place}" for place in range(4000))
    wide = Chunk("t", names, tuple(pa.array(["x"], pa.large_string()) for _ in names))
    heard: list[int] = []
    Scanner(population, 1, heard.append).scan([narrow, wide])
    assert heard == [20_000, 20_001]
