"""The whole reading of the files on sale: every table's columns, every row's best person, block by block.

Reads chunks; gives a :class:`Scan`. Memory holds one block of rows (:data:`BLOCK_ROWS` of them, fewer where they
are wide) and, of all rows before, a few numbers for each that may be ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from rempart.leak.chunk import Chunk
from rempart.leak.columns import Column
from rempart.leak.draw import like_rows, strangers, take_people
from rempart.leak.fresh import Evidence, evidence_of
from rempart.leak.match import Matcher
from rempart.leak.population import Population
from rempart.leak.rows import side_of
from rempart.leak.side import Array, Side
from rempart.leak.tables import ABOUT_PEOPLE, typed
from rempart.leak.weigh import fit_share, probability

BLOCK_ROWS = 1 << 20
BLOCK_BYTES = 1 << 30
MEASURED_ROWS = 20_000
"""Rows that chance is measured on."""
WORTH_KEEPING = -14.0
"""Logarithm of the likelihood ratio a person, over N, below which a row is forgotten."""
MATCHED = 0.5
Progress = Callable[[int], None]


@dataclass
class TableScan:
    """One table: its columns and how many rows and spoilt lines it has."""

    name: str
    columns: list[Column]
    rows: int = 0
    dropped: int = 0
    people: bool = False


@dataclass
class Kept:
    """Rows that may be ours: number of the row, person, log likelihoods; arrays of one block each."""

    row: list[Array] = field(default_factory=list)
    person: list[Array] = field(default_factory=list)
    own: list[Array] = field(default_factory=list)
    total: list[Array] = field(default_factory=list)


@dataclass
class Scan:
    """What was found. ``rows`` are numbered over all tables of people in the order read, from 0."""

    tables: dict[str, TableScan]
    rows: int
    row: Array
    person: Array
    chance: Array
    """(k,) probability that the row is that person."""
    share: float
    """Share of the rows that are ours, fitted."""
    log_ratio: float
    """Natural logarithm of the likelihood ratio of that share against none."""
    by_chance: float
    """Rows that as many strangers' rows would match."""
    power: float
    """Share of our people that such rows would find."""
    evidence: Evidence

    @property
    def matched(self) -> Array:
        """Places of the rows that are more probably ours than not."""
        return np.flatnonzero(self.chance >= MATCHED)


class Scanner:
    """Takes chunks, one table after the other."""

    def __init__(self, population: Population, seed: int, hear: Progress) -> None:
        self._population = population
        self._matcher = Matcher(population.side)
        self._rng = np.random.default_rng(seed)
        self._hear = hear
        self._tables: dict[str, TableScan] = {}
        self._waiting: list[Chunk] = []
        self._size = self._bytes = self._rows = 0
        self._kept = Kept()
        self._evidence: list[Evidence] = []
        self._measured: tuple[Side, float] | None = None

    def scan(self, chunks: Iterable[Chunk]) -> Scan:
        """Every chunk, to the end."""
        for chunk in chunks:
            if self._waiting and self._waiting[0].table != chunk.table:
                self._flush()
            self._waiting.append(chunk)
            self._size += chunk.rows
            self._bytes += sum(column.nbytes for column in chunk.columns)
            if self._size >= BLOCK_ROWS or self._bytes >= BLOCK_BYTES:
                self._flush()
        self._flush()
        return self._finish()

    def _flush(self) -> None:
        """Match the waiting rows."""
        chunks, self._waiting, self._size, self._bytes = self._waiting, [], 0, 0
        if not chunks:
            return
        known = self._tables.get(chunks[0].table)
        columns, found, size = typed(chunks, known.columns if known else ())
        table = self._tables.setdefault(chunks[0].table, TableScan(chunks[0].table, found))
        table.columns = found
        table.rows += size
        table.dropped += sum(chunk.dropped for chunk in chunks)
        table.people = bool(ABOUT_PEOPLE & columns.keys())
        del chunks
        if table.people and size:
            rows = side_of(columns, size)
            del columns
            self._match(rows)
        self._hear(sum(each.rows for each in self._tables.values()))

    def _match(self, rows: Side) -> None:
        scored = self._matcher.score(rows)
        people = self._population.size
        worth = (scored.person >= 0) & (scored.total - math.log(max(people, 1)) > WORTH_KEEPING)
        places = np.flatnonzero(worth)
        self._kept.row.append(places + self._rows)
        self._kept.person.append(scored.person[places])
        self._kept.own.append(scored.own[places])
        self._kept.total.append(scored.total[places])
        sure = places[scored.probability(people, max(self._matcher.weights.ours, 1e-3))[places] > 0.9]
        self._evidence.append(evidence_of(self._population, rows, sure, scored.person[sure], self._rows))
        if self._measured is None:
            self._measured = self._measure(rows)
        self._rows += rows.size

    def _measure(self, rows: Side) -> tuple[Side, float]:
        """(strangers' rows like the first ones, share of our people such rows would find)."""
        count = min(rows.size, MEASURED_ROWS)
        sample = take_people(rows, self._rng.permutation(rows.size)[:count])
        who = self._rng.integers(
            0, max(self._population.size, 1), min(2000, 10 * max(self._population.size, 1))
        )
        asked = like_rows(take_people(self._population.side, who), sample, self._rng)
        alone = self._matcher.score_pairs(asked, who)
        power = float((alone.probability(self._population.size, 0.5) >= MATCHED).mean())
        return strangers(sample, self._rng), power

    def _finish(self) -> Scan:
        kept = self._kept
        if not kept.row:
            nothing = np.empty(0, np.int64)
            return Scan(self._tables, 0, nothing, nothing, np.empty(0), 0.0, 0.0, 0.0, 0.0, Evidence.none())
        row, person = np.concatenate(kept.row), np.concatenate(kept.person)
        own, total = np.concatenate(kept.own), np.concatenate(kept.total)
        people = self._population.size
        sums = np.append(total, -1e9)
        counts = np.append(np.ones(len(total)), self._rows - len(total))
        share = fit_share(sums, counts, people)
        ratio = np.logaddexp(math.log1p(-share), math.log(share) + np.maximum(sums, -700) - math.log(people))
        strange, power = self._measured or (None, 0.0)
        by_chance = self._by_chance(strange, share) if strange is not None else 0.0
        return Scan(
            self._tables, self._rows, row, person, probability(own, total, people, share), share,
            float((counts * ratio).sum()), by_chance, power, Evidence.joined(self._evidence),
        )  # fmt: skip

    def _by_chance(self, strange: Side, share: float) -> float:
        found = self._matcher.score(strange)
        part = found.probability(self._population.size, min(share, 0.5))
        return float(part[part >= 0.01].sum()) / max(strange.size, 1) * self._rows
