"""Which of our people each row is: candidates in two passes, weights learnt from the file, scores.

Reads a population and rows as numbers; gives for each row its best person and how much speaks for it. The
first pass uses keys that hardly anybody shares (family name with birth date, phone, mail, numbers); only rows
it leaves in doubt go through the wide keys, which bring most strangers. A file larger than a block is
matched block by block with the weights of its first one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rempart.leak.compare import Compared, compare_all
from rempart.leak.frequencies import Frequencies, frequencies
from rempart.leak.keys import KEY_FAMILIES
from rempart.leak.pairs import Candidates, gather, hits_of
from rempart.leak.side import Side
from rempart.leak.weigh import Weights, fit, probability, score

Array = np.ndarray[Any, Any]

NARROW = (0, 4, 5, 6, 7)
WIDE = tuple(family for family in range(len(KEY_FAMILIES)) if family not in NARROW)
SURE_OURS = 0.01
"""Share of ours that the first pass assumes: a row it settles is settled whatever the file."""
SETTLED = 0.9999
LEARNT_FROM = 20_000
"""Rows the weights are learnt from."""


@dataclass(frozen=True, slots=True)
class Scored:
    """n rows: best person (-1: nobody), log likelihood of that person and of everybody together."""

    person: Array
    own: Array
    total: Array

    def probability(self, people: int, ours: float) -> Array:
        """(n,) probability that the row is that person."""
        return probability(self.own, self.total, people, ours)

    def part(self, first: int, end: int) -> Scored:
        """The rows from ``first`` on, before ``end``."""
        return Scored(self.person[first:end], self.own[first:end], self.total[first:end])

    def without(self, people: Array) -> Scored:
        """The same, each row of which is nobody where it was taken for the one of ``people`` (n,) named for it."""
        same = self.person == people
        return Scored(
            np.where(same, -1, self.person),
            np.where(same, -1e9, self.own),
            np.where(same, -1e9, self.total),
        )


class Matcher:
    """A population ready to be asked; learns its weights from the first rows it sees."""

    def __init__(self, population: Side) -> None:
        self.population = population
        self.frequencies: Frequencies = frequencies(population)
        self.weights = Weights.start()
        self.learnt = False

    def score(self, rows: Side, teach: int | None = None) -> Scored:
        """The best person of every row; the weights are learnt from the first ``teach`` rows ever seen, None all."""
        narrow, wide, is_open = self._compared(rows)
        if not self.learnt:
            self.weights = fit(self.population, self._sample(narrow, wide, is_open, teach or rows.size))
            self.learnt = True
        return self._joined(narrow, wide, is_open)

    def score_pairs(self, rows: Side, people: Array) -> Scored:
        """Each row against one given person only, as if he were its only candidate."""
        found = Candidates(np.arange(rows.size + 1, dtype=np.int64), people.astype(np.int32))
        return self._scored(self._compare(rows, found))

    def _compare(self, rows: Side, found: Candidates) -> Compared:
        return compare_all(self.population, rows, found, self.frequencies, self.weights.log_m)

    def _scored(self, pairs: Compared) -> Scored:
        place, own, total = score(self.population, pairs, self.weights.log_m)
        person = np.append(pairs.people, np.int32(-1))[place]
        return Scored(person, own, total)

    def _compared(self, rows: Side) -> tuple[Compared, Compared, Array]:
        """(pairs by narrow keys of all rows, pairs by all keys of the open rows, which rows are open)."""
        everybody = np.ones(rows.size, np.uint8)
        hits = hits_of(self.population, rows, NARROW, everybody)
        narrow = self._compare(rows, gather(hits, everybody))
        _, own, total = score(self.population, narrow, self.weights.log_m)
        is_open = (probability(own, total, self.population.size, SURE_OURS) < SETTLED).astype(np.uint8)
        hits.extend(hits_of(self.population, rows, WIDE, is_open))
        return narrow, self._compare(rows, gather(hits, is_open)), is_open > 0

    def _joined(self, narrow: Compared, wide: Compared, is_open: Array) -> Scored:
        """Open rows by all keys, the others by the narrow ones."""
        one, other = self._scored(narrow), self._scored(wide)
        return Scored(
            np.where(is_open, other.person, one.person),
            np.where(is_open, other.own, one.own),
            np.where(is_open, other.total, one.total),
        )

    def _sample(self, narrow: Compared, wide: Compared, is_open: Array, among: int) -> Compared:
        """At most :data:`LEARNT_FROM` of the first ``among`` rows, spread over them, with their pairs."""
        rows = np.arange(0, among, max(1, math.ceil(among / LEARNT_FROM)))
        begins = np.where(is_open[rows], wide.starts[rows] + len(narrow.people), narrow.starts[rows])
        ends = np.where(is_open[rows], wide.starts[rows + 1] + len(narrow.people), narrow.starts[rows + 1])
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(ends - begins)])
        places = np.arange(starts[-1]) + np.repeat(begins - starts[:-1], ends - begins)
        both = (np.concatenate(pair)[places] for pair in zip(narrow[1:], wide[1:], strict=True))
        return Compared(starts, *both)
