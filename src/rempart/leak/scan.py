"""The whole reading of the files on sale: every table's columns, every row's best person, block by block.

Reads chunks; gives a :class:`Scan`. Memory holds one block of rows (:data:`BLOCK_ROWS` of them, fewer where they
are wide); of all rows before, a few numbers for each that may be ours are kept beside it (:mod:`rempart.leak.kept`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from rempart.leak.chunk import Chunk
from rempart.leak.columns import Column
from rempart.leak.decoys import Recognised, recognise
from rempart.leak.draw import join_people, like_rows, strangers, take_people
from rempart.leak.fresh import Evidence, Witnesses, evidence_of
from rempart.leak.held import held_in
from rempart.leak.kept import Kept
from rempart.leak.match import Matcher, Scored
from rempart.leak.population import Population
from rempart.leak.rows import side_of
from rempart.leak.side import Array, Side
from rempart.leak.tables import ABOUT_PEOPLE, typed
from rempart.leak.weigh import fit_share, probability

BLOCK_ROWS = 1 << 20
BLOCK_BYTES = 256 << 20
BLOCK_CELLS = 1 << 25
"""Cells that a block may become where its chunks have different columns."""
MEASURED_ROWS = 20_000
"""Rows that chance is measured on."""
FEW_ROWS = 200
"""Rows below which chance is measured on people of ours instead: a few rows shuffled among themselves stay near
copies of themselves."""
WORTH_KEEPING = -14.0
"""Logarithm of the likelihood ratio a person, over N, below which a row is forgotten."""
MATCHED = 0.5
MOST_OF_DECOY = 100
"""Rows that are told of one decoy."""
Progress = Callable[[int], None]


@dataclass
class TableScan:
    """One table: its columns and how many rows and spoilt lines it has."""

    name: str
    columns: list[Column]
    rows: int = 0
    dropped: int = 0
    people: bool = False


class Matches(NamedTuple):
    """k rows that are probably ours: number of the row, place of the person, probability, categories held (bits of
    :data:`rempart.records.CATEGORIES`)."""

    row: Array
    person: Array
    chance: Array
    held: Array

    @classmethod
    def joined(cls, parts: Iterable[Matches]) -> Matches:
        """All of them at once."""
        none = (np.empty(0, kind) for kind in (np.int64, np.int32, np.float64, np.int16))
        return cls(*map(np.concatenate, zip(none, *parts, strict=True)))


@dataclass
class Scan:
    """What was found. ``rows`` are numbered over all tables of people in the order read, from 0."""

    tables: dict[str, TableScan]
    rows: int
    kept: Kept
    people: int
    """In the population."""
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

    def matches(self, least: float = MATCHED) -> Iterator[Matches]:
        """The rows that are ours with a probability of at least ``least``, block by block."""
        for block in self.kept.blocks():
            chance = probability(block["own"], block["total"], self.people, self.share)
            probable = chance >= least
            yield Matches(
                block["row"][probable], block["person"][probable], chance[probable], block["held"][probable]
            )

    @property
    def matched(self) -> int:
        """Rows that are more probably ours than not."""
        return sum(len(each.row) for each in self.matches())


class Scanner:
    """Takes chunks, one table after the other."""

    def __init__(self, population: Population, seed: int, hear: Progress, decoys: Side | None = None) -> None:
        self._population = population
        self._matcher = Matcher(population.side)
        self._rng = np.random.default_rng(seed)
        self._hear = hear
        self._decoys = decoys
        self._recognised: list[Recognised] = []
        self._rows_of_decoy: Counter[int] = Counter()
        self._tables: dict[str, TableScan] = {}
        self._waiting: list[Chunk] = []
        self._size = self._bytes = self._rows = 0
        self._kept = Kept(math.log(max(population.size, 1)) + WORTH_KEEPING)
        self._witnesses = Witnesses()
        self._strange: Scored | None = None
        self._power = 0.0

    def scan(self, chunks: Iterable[Chunk]) -> Scan:
        """Every chunk, to the end."""
        for chunk in chunks:
            if self._waiting and not self._fits(chunk):
                self._flush()
            self._waiting.append(chunk)
            self._size += chunk.rows
            self._bytes += sum(column.nbytes for column in chunk.columns)
            if self._size >= BLOCK_ROWS or self._bytes >= BLOCK_BYTES:
                self._flush()
        self._flush()
        return self._finish()

    def _fits(self, chunk: Chunk) -> bool:
        """Whether a chunk can be put to those waiting."""
        last = self._waiting[-1]
        if last.table != chunk.table:
            return False
        width = max(len(last.names), len(chunk.names))
        return last.names == chunk.names or width * (self._size + chunk.rows) <= BLOCK_CELLS

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
        self._kept.add(
            places + self._rows, scored.person[places], scored.own[places], scored.total[places], held[places]
        )
        sure = places[scored.probability(people, max(self._matcher.weights.ours, 1e-3))[places] > 0.9]
        self._witnesses.add(evidence_of(self._population, rows, sure, scored.person[sure], self._rows))
        if self._decoys is not None:
            self._recognise(self._decoys, rows)
        self._rows += rows.size

    def _recognise(self, decoys: Side, rows: Side) -> None:
        for each in recognise(decoys, rows, self._rows):
            self._rows_of_decoy[each.decoy] += 1
            if self._rows_of_decoy[each.decoy] <= MOST_OF_DECOY:
                self._recognised.append(each)

    def _score(self, rows: Side) -> Scored:
        """The rows' best people; with the first block, strangers like its rows are scored too, to measure chance."""
        if self._strange is not None:
            return self._matcher.score(rows)
        if rows.size < FEW_ROWS:
            scored = self._matcher.score(rows)
            who = self._rng.permutation(self._population.size)[:MEASURED_ROWS]
            asked = like_rows(take_people(self._population.side, who), rows, self._rng)
            self._strange = self._matcher.score(strangers(asked, self._rng)).without(who)
            self._power = self._measure_power(rows)
            return scored
        places = self._rng.permutation(rows.size)[:MEASURED_ROWS]
        sample, size = take_people(rows, places), rows.size
        whole = self._matcher.score(join_people(rows, strangers(sample, self._rng)), size)
        scored = whole.part(0, size)
        self._strange = whole.part(size, size + len(places)).without(scored.person[places])
        self._power = self._measure_power(sample)
        return scored

    def _measure_power(self, sample: Side) -> float:
        """Share of our people that rows like those of ``sample`` would find."""
        people = max(self._population.size, 1)
        who = self._rng.integers(0, people, min(2000, 10 * people))
        asked = like_rows(take_people(self._population.side, who), sample, self._rng)
        alone = self._matcher.score_pairs(asked, who)
        return float((alone.probability(people, 0.5) >= MATCHED).mean())

    def _finish(self) -> Scan:
        people = self._population.size
        sums, counts = self._kept.sums()
        sums, counts = np.append(sums, -1e9), np.append(counts, self._rows - self._kept.size)
        share = fit_share(sums, counts, people) if self._rows else 0.0
        found = Scan(
            self._tables, self._rows, self._kept, people, share, 0.0, self._by_chance(share), self._power,
            self._witnesses.evidence(), self._recognised,
        )  # fmt: skip
        if self._rows:
            ratio = np.logaddexp(
                math.log1p(-share), math.log(share) + np.maximum(sums, -700) - math.log(people)
            )
            found.log_ratio = float((counts * ratio).sum())
        return found

    def _by_chance(self, share: float) -> float:
        """Rows of the whole file that would match if all were strangers'."""
        if self._strange is None:
            return 0.0
        part = self._strange.probability(self._population.size, min(share, 0.5))
        return float(part[part >= 0.01].sum()) / max(len(part), 1) * self._rows
