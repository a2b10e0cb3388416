"""How fresh a file is: the changes of the people in it say before or after.

Reads matched rows and a population's dated values. Each value in the file that was current only for a time is
a witness: the file left while it was. The likelihood of each day is the product over witnesses, each
wrong with probability :data:`WRONG`; between two tables of the population a change grows likelier evenly.
A file put together from several leaks has rows of several days: a mixture over days is fitted by
expectation-maximisation; the newest part is the leak, the older ones are recycled.

Gives the bracket of days that holds :data:`CERTAINTY` of the likelihood, by the flat prior. Misses: a file of
people of whom nothing changed; values that several leaks share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rempart.leak.population import ALWAYS, NEVER, Population
from rempart.leak.side import CHANGING, Array, Side

WRONG = 0.03
CERTAINTY = 0.98
MOST_ROWS = 20_000
MOST_WITNESSES = 1 << 19
LEAST_PART = 0.03
"""Share of the witnesses below which an older part is not spoken of."""
APART_DAYS = 21
"""Parts nearer than this, or than two updates of the population, are one."""
_FIELDS = ("row", "earliest", "since", "last", "gone")


@dataclass(frozen=True, slots=True)
class Evidence:
    """k witnesses: the row each stands in and the days (:class:`~rempart.leak.population.Days`) of its value."""

    row: Array
    earliest: Array
    since: Array
    last: Array
    gone: Array

    @classmethod
    def none(cls) -> Evidence:
        """No witness at all."""
        return cls(*(np.empty(0, np.int64) for _ in range(5)))

    @classmethod
    def joined(cls, parts: Sequence[Evidence]) -> Evidence:
        """One after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


class Witnesses:
    """The evidence of a whole file, of which at most :data:`MOST_WITNESSES` are kept: all those of rows drawn by a hash of
    their number."""

    def __init__(self) -> None:
        self._parts: list[Evidence] = []
        self._every = 1

    def add(self, evidence: Evidence) -> None:
        """Those of a block."""
        self._parts.append(self._drawn(evidence))
        while sum(len(part.row) for part in self._parts) > MOST_WITNESSES:
            self._every *= 2
            self._parts = [self._drawn(self.evidence())]

    def _drawn(self, evidence: Evidence) -> Evidence:
        if self._every == 1:
            return evidence
        mixed = (evidence.row.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
        kept = mixed % np.uint64(self._every) == 0
        return Evidence(*(getattr(evidence, name)[kept] for name in _FIELDS))

    def evidence(self) -> Evidence:
        """All that is kept."""
        return Evidence.joined([Evidence.none(), *self._parts])


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that left together: the days between which they did, and the share of the file's witnesses."""

    first: int
    last: int
    share: float


@dataclass(frozen=True, slots=True)
class Freshness:
    """``days`` (d,) since 1970, their ``likelihood`` (d,) scaled to a largest of 1, the parts newest first."""

    days: Array
    likelihood: Array
    parts: tuple[Part, ...]
    witnesses: int
    old_rows: Array
    """Rows that surely are of an older part."""


def evidence_of(population: Population, rows: Side, places: Array, people: Array, first_row: int) -> Evidence:
    """The witnesses in the rows at ``places``, which are the ``people``; rows are numbered from ``first_row``.

    An address is one witness, not three: its street speaks for its postcode and town.
    """
    found = []
    moved_together = (
        ("postcode", "city") if len(rows.street.key) else ("city",) if len(rows.postcode.key) else ()
    )
    for name in CHANGING:
        if name in moved_together:
            continue
        mine, theirs, days = getattr(rows, name), getattr(population.side, name), population.days[name]
        if not len(mine.key) or not len(theirs.key):
            continue
        limited = (days.since != ALWAYS) | (days.gone != NEVER)
        if not limited.any():
            continue
        row, entry = _equal_values(mine, theirs, places, people)
        kept = limited[entry]
        row, entry = row[kept], entry[kept]
        fields = (days.earliest, days.since, days.last, days.gone)
        found.append(Evidence(row + first_row, *(each[entry].astype(np.int64) for each in fields)))
    return Evidence.joined(found) if found else Evidence.none()


def _equal_values(mine: Any, theirs: Any, places: Array, people: Array) -> tuple[Array, Array]:
    """(row, entry of the population) of each value of a row that its person has or had."""
    counts = np.diff(theirs.starts)[people]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    entry = np.arange(starts[-1]) + np.repeat(theirs.starts[:-1][people] - starts[:-1], counts)
    row = np.repeat(places, counts)
    rows, entries = [], []
    for extra in range(int(np.diff(mine.starts).max(initial=0))):
        at = mine.starts[row] + extra
        there = at < mine.starts[row + 1]
        same = np.zeros(len(row), bool)
        same[there] = mine.key[at[there]] == theirs.key[entry[there]]
        rows.append(row[same])
        entries.append(entry[same])
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(rows), np.concatenate(entries)


def freshness(evidence: Evidence, as_of: Sequence[int], today: int) -> Freshness | None:
    """When the file left; None where nothing in it says."""
    if not len(evidence.row):
        return None
    bounds = np.concatenate([each[(each > ALWAYS) & (each < NEVER)] for each in _bounds(evidence)])
    first = min(int(bounds.min()), min(as_of)) - 30
    days = np.arange(first, max(today, first + 1) + 1)
    rows, place = np.unique(evidence.row, return_inverse=True)
    if len(rows) > MOST_ROWS:
        step = math.ceil(len(rows) / MOST_ROWS)
        kept = place % step == 0
        evidence = Evidence(*(getattr(evidence, name)[kept] for name in _FIELDS))
        rows, place = np.unique(evidence.row, return_inverse=True)
    grid = days[:: max(1, len(days) // 400)]
    by_row = np.zeros((len(rows), len(grid)), np.float32)
    for begin in range(0, len(place), 4096):
        piece = slice(begin, begin + 4096)
        np.add.at(by_row, place[piece], _log_chance(evidence, piece, grid))
    between = float(np.median(np.diff(as_of))) if len(as_of) > 1 else 0.0
    parts, shares = _parts(by_row, grid, max(APART_DAYS, 2 * between + 1))
    return _described(evidence, place, rows, by_row, days, parts, shares)


def _bounds(evidence: Evidence) -> tuple[Array, ...]:
    return evidence.earliest, evidence.since, evidence.last, evidence.gone


def _log_chance(evidence: Evidence, piece: slice, days: Array) -> Array:
    """(k, d) logarithm of how probable each witness is if the file left on each day."""
    earliest, since, last, gone = (each[piece][:, None].astype(np.float64) for each in _bounds(evidence))
    at = days[None, :] + 0.5
    begun = np.clip((at - earliest) / np.maximum(since - earliest, 1e-9), 0, 1)
    still = np.clip((gone - at) / np.maximum(gone - last, 1e-9), 0, 1)
    begun = np.where(since <= ALWAYS, 1.0, begun)
    still = np.where(gone >= NEVER, 1.0, still)
    return np.log(WRONG + (1 - WRONG) * begun * still).astype(np.float32)


def _parts(by_row: Array, grid: Array, apart: float) -> tuple[Array, Array]:
    """(peaks: places in the grid, newest first; their shares): the fewest days that explain the rows."""
    peaks = [int(by_row.sum(axis=0).argmax())]
    best, shares = _mixture(by_row, peaks)
    while len(peaks) < 4:
        density = by_row[:, peaks] + np.log(np.maximum(shares, 1e-9))
        now = np.logaddexp.reduce(density, axis=1)
        gain = np.logaddexp(np.log(0.8) + now[:, None], np.log(0.2) + by_row).sum(axis=0) - now.sum()
        far = np.min(np.abs(grid[:, None] - grid[peaks][None, :]), axis=1) > apart
        if not far.any():
            break
        fresh = int(np.where(far, gain, -np.inf).argmax())
        tried = [*peaks, fresh]
        for _ in range(3):
            better, tried_shares = _mixture(by_row, tried)
            tried = _moved(by_row, tried, tried_shares)
        better, tried_shares = _mixture(by_row, tried)
        near = bool(np.diff(np.sort(grid[tried])).min() <= apart)
        if (
            near
            or better - best < 12 + 0.004 * len(by_row)
            or tried_shares.min() < LEAST_PART
            or len(set(tried)) < len(tried)
        ):
            break
        peaks, best, shares = tried, better, tried_shares
    order = np.argsort(-grid[peaks])
    return np.array(peaks)[order], shares[order]


def _mixture(by_row: Array, peaks: list[int]) -> tuple[float, Array]:
    """(log likelihood, shares) of rows that left on the days ``peaks``."""
    shares = np.full(len(peaks), 1 / len(peaks))
    density = by_row[:, peaks].astype(np.float64)
    total = 0.0
    for _ in range(40):
        joint = density + np.log(np.maximum(shares, 1e-12))
        whole = np.logaddexp.reduce(joint, axis=1)
        shares = np.exp(joint - whole[:, None]).mean(axis=0)
        total = float(whole.sum())
    return total, shares


def _moved(by_row: Array, peaks: list[int], shares: Array) -> list[int]:
    """Each day moved to where the rows it explains are likeliest."""
    joint = by_row[:, peaks] + np.log(np.maximum(shares, 1e-12))
    mine = np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None])
    return [int((mine[:, part : part + 1] * by_row).sum(axis=0).argmax()) for part in range(len(peaks))]


def _described(
    evidence: Evidence,
    place: Array,
    rows: Array,
    by_row: Array,
    days: Array,
    peaks: Array,
    shares: Array,
) -> Freshness:
    joint = by_row[:, peaks] + np.log(np.maximum(shares, 1e-12))
    mine = np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None])
    parts, curves = [], []
    for part in range(len(peaks)):
        curve = _curve(evidence, mine[:, part][place], days)
        curves.append(curve)
        parts.append(Part(*_bracket(curve, days), float(shares[part])))
    old = rows[mine[:, 0] < 0.05] if len(peaks) > 1 else np.empty(0, np.int64)
    likelihood = np.exp(curves[0] - curves[0].max())
    return Freshness(days, likelihood, tuple(parts), len(place), old)


def _curve(evidence: Evidence, share: Array, days: Array) -> Array:
    """Log likelihood of each day, each witness counting by its ``share``."""
    curve = np.zeros(len(days))
    for begin in range(0, len(share), 2048):
        piece = slice(begin, begin + 2048)
        curve += (share[piece][:, None] * _log_chance(evidence, piece, days)).sum(axis=0)
    return curve


def _bracket(curve: Array, days: Array) -> tuple[int, int]:
    """The shortest run of days around the likeliest that holds the certainty asked for."""
    weight = np.exp(curve - curve.max())
    weight /= weight.sum()
    low = high = int(curve.argmax())
    held = weight[low]
    while held < CERTAINTY and (low > 0 or high < len(days) - 1):
        before = weight[low - 1] if low > 0 else -1.0
        after = weight[high + 1] if high < len(days) - 1 else -1.0
        if before >= after:
            low -= 1
            held += before
        else:
            high += 1
            held += after
    return int(days[low]), int(days[high])
