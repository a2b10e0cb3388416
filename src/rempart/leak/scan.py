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
from rempart.leak.decoys import Recognised, recognise
from rempart.leak.draw import join_people, like_rows, strangers, take_people
from rempart.leak.fresh import Evidence, evidence_of
from rempart.leak.held import held_in
from rempart.leak.match import Matcher, Scored
from rempart.leak.population import Population
from rempart.leak.rows import side_of
from rempart.leak.side import Array, Side
from rempart.leak.tables import ABOUT_PEOPLE, typed
from rempart.leak.weigh import fit_share, probability

BLOCK_ROWS = 1 << 20
BLOCK_BYTES = 1 << 30
MEASURED_ROWS = 20_000
"""Rows that chance is measured on."""
FEW_ROWS = 200
"""Rows below which chance is measured on people of ours instead: a few rows shuffled among themselves stay near
copies of themselves."""
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
    """Rows that may be ours: number of the row, person, log likelihoods, categories; arrays of one block each."""

    row: list[Array] = field(default_factory=list)
    person: list[Array] = field(default_factory=list)
    own: list[Array] = field(default_factory=list)
    total: list[Array] = field(default_factory=list)
    held: list[Array] = field(default_factory=list)


@dataclass
class Scan:
    """What was found. ``rows`` are numbered over all tables of people in the order read, from 0."""

    tables: dict[str, TableScan]
    rows: int
    row: Array
    person: Array
    chance: Array
    """(k,) probability that the row is that person."""
    held: Array
    """(k,) the categories that the row holds (bits of :data:`rempart.records.CATEGORIES`)."""
    share: float
    """Share of the rows that are ours, fitted."""
    log_ratio: float
    """Natural logarithm of the likelihood ratio of that share against none."""
    by_chance: float
    """Rows that as many strangers' rows would match."""
    power: float
    """Share of our people that such rows would find."""
    evidence: Evidence
    recognised: list[Recognised] = field(default_factory=list)
    """Rows that are decoys."""

    @property
    def matched(self) -> Array:
        """Places of the rows that are more probably ours than not."""
        return np.flatnonzero(self.chance >= MATCHED)


class Scanner:
    """Takes chunks, one table after the other."""

    def __init__(self, population: Population, seed: int, hear: Progress, decoys: Side | None = None) -> None:
        self._population = population
        self._matcher = Matcher(population.side)
        self._rng = np.random.default_rng(seed)
        self._hear = hear
        self._decoys = decoys
        self._recognised: list[Recognised] = []
        self._tables: dict[str, TableScan] = {}
        self._waiting: list[Chunk] = []
        self._size = self._bytes = self._rows = 0
        self._kept = Kept()
        self._evidence: list[Evidence] = []
        self._strange: Scored | None = None
        self._power = 0.0

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
            rows, held = side_of(columns, size), held_in(columns, size)
            del columns
            self._match(rows, held)
        self._hear(sum(each.rows for each in self._tables.values()))

    def _match(self, rows: Side, held: Array) -> None:
        scored = self._score(rows)
        people = self._population.size
        worth = (scored.person >= 0) & (scored.total - math.log(max(people, 1)) > WORTH_KEEPING)
        places = np.flatnonzero(worth)
        self._kept.row.append(places + self._rows)
        self._kept.person.append(scored.person[places])
        self._kept.own.append(scored.own[places])
        self._kept.total.append(scored.total[places])
        self._kept.held.append(held[places])
        sure = places[scored.probability(people, max(self._matcher.weights.ours, 1e-3))[places] > 0.9]
        self._evidence.append(evidence_of(self._population, rows, sure, scored.person[sure], self._rows))
        if self._decoys is not None:
            self._recognised.extend(recognise(self._decoys, rows, self._rows))
        self._rows += rows.size

    def _score(self, rows: Side) -> Scored:
        """The rows' best people; with the first block, strangers like its rows are scored too, to measure chance."""
        if self._strange is not None:
            return self._matcher.score(rows)
        if rows.size < FEW_ROWS:
            scored = self._matcher.score(rows)
            who = self._rng.permutation(self._population.size)[:MEASURED_ROWS]
            asked = like_rows(take_people(self._population.side, who), rows, self._rng)
            self._strange = self._matcher.score(strangers(asked, self._rng))
            self._power = self._measure_power(rows)
            return scored
        sample = take_people(rows, self._rng.permutation(rows.size)[:MEASURED_ROWS])
        size = rows.size
        whole = self._matcher.score(join_people(rows, strangers(sample, self._rng)), size)
        self._strange = Scored(whole.person[size:], whole.own[size:], whole.total[size:])
        self._power = self._measure_power(sample)
        return Scored(whole.person[:size], whole.own[:size], whole.total[:size])

    def _measure_power(self, sample: Side) -> float:
        """Share of our people that rows like those of ``sample`` would find."""
        people = max(self._population.size, 1)
        who = self._rng.integers(0, people, min(2000, 10 * people))
        asked = like_rows(take_people(self._population.side, who), sample, self._rng)
        alone = self._matcher.score_pairs(asked, who)
        return float((alone.probability(people, 0.5) >= MATCHED).mean())

    def _finish(self) -> Scan:
        kept = self._kept
        if not kept.row:
            nothing = np.empty(0, np.int64)
            return Scan(
                self._tables, 0, nothing, nothing, np.empty(0), nothing, 0.0, 0.0, 0.0, 0.0, Evidence.none()
            )  # fmt: skip
        row, person = np.concatenate(kept.row), np.concatenate(kept.person)
        own, total = np.concatenate(kept.own), np.concatenate(kept.total)
        people = self._population.size
        sums = np.append(total, -1e9)
        counts = np.append(np.ones(len(total)), self._rows - len(total))
        share = fit_share(sums, counts, people)
        ratio = np.logaddexp(math.log1p(-share), math.log(share) + np.maximum(sums, -700) - math.log(people))
        by_chance = self._by_chance(share)
        return Scan(
            self._tables, self._rows, row, person, probability(own, total, people, share),
            np.concatenate(kept.held), share, float((counts * ratio).sum()), by_chance, self._power, Evidence.joined(self._evidence),
            self._recognised,
        )  # fmt: skip

    def _by_chance(self, share: float) -> float:
        """Rows of the whole file that would match if all were strangers'."""
        if self._strange is None:
            return 0.0
        part = self._strange.probability(self._population.size, min(share, 0.5))
        return float(part[part >= 0.01].sum()) / max(len(part), 1) * self._rows
