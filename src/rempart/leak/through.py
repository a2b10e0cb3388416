"""Through whom a file left: whose readings explain its patients and fields, against what chance and wide jobs explain.

Reads who read which patient when in what form (plain arrays), and the patients and categories of data in the file. Each
leaked patient is taken as drawn from a mixture (:mod:`rempart.leak.mixture`): from the patients one account read (all alike, so
that few patients read explain more than many), or from what needs no thief: the whole population, everybody
who was read at all or within some weeks, everybody a unit read. A category that the file holds and none of an account's readings of that
patient could have shown came from elsewhere, which is rare (:data:`ELSEWHERE`). This is the guilt of Papadimitriou and
Garcia-Molina ("Data leakage detection", IEEE TKDE 2011) with a likelihood in the place of overlap.

An account is named only if those named explain most of the file and far better than no account does.
Speaks of accounts, never of guilt. Misses: readings that no log told of; a copy of exactly what one account read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rempart.leak.mixture import LEAST_WEIGHT, Source, evenly, fit, price, select
from rempart.leak.side import Array

WINDOWS_D = (0, 45, 10)
"""Days before the file left in which the readings are counted; 0 means all of them."""
LEAST_PATIENTS = 5
LEAST_EXPLAINED = 0.6
LEAST_GAIN = 10.0
"""Nats by which the accounts named must beat no account at all, beyond the price of each."""
ELSEWHERE = 0.1
"""Probability that a category of a row comes from elsewhere than the reading that gave the patient."""
PERIODS_D = (7, 30, 90)
"""Lengths of a span of days whose patients are a natural group: an extract of the week, the month, the quarter."""
UNIT_FROM = 3
"""Accounts a unit must have for its patients to count as a natural group."""


@dataclass(frozen=True, slots=True)
class Readings:
    """k readings: ``account`` places in ``names``, ``person`` in the population, ``day`` since 1970, ``shown`` the
    categories each may have shown (bits of :data:`rempart.records.CATEGORIES`).

    ``units`` (a,) the unit of each account as a number, -1 unknown."""

    account: Array
    person: Array
    day: Array
    shown: Array
    names: tuple[str, ...]
    units: Array

    def take(self, kept: Array | slice) -> Readings:
        """Those readings only."""
        return Readings(
            self.account[kept], self.person[kept], self.day[kept], self.shown[kept], self.names, self.units
        )


@dataclass(frozen=True, slots=True)
class AccountShare:
    """What one account explains: ``share`` of the leaked patients, ``read`` of them (``by_chance`` expected),
    out of ``of_all`` patients it read; ``log10_ratio`` weight against doing without it; ``first``, ``last`` days;
    ``unseen`` the categories of the file that none of those readings could have shown (bits), ``covered`` the share of
    the file's categories of those patients that they could."""

    account: str
    share: float
    read: int
    by_chance: float
    of_all: int
    log10_ratio: float
    first: int
    last: int
    unseen: int
    covered: float


@dataclass(frozen=True, slots=True)
class Path:
    """``accounts`` best first, none where no account is named; ``explained`` share of the leaked patients."""

    accounts: tuple[AccountShare, ...]
    explained: float
    log10_ratio: float
    leaked: int
    read_by_anybody: int


def path_of(
    readings: Readings, leaked: Array, people: int, first: int | None, last: int | None, held: int = 0
) -> Path:
    """Whose readings explain the ``leaked`` people (numbers), in a population of ``people``.

    ``first`` and ``last``: the days between which the file left, None where unknown; ``held``: the categories the
    file holds (bits).
    """
    leaked = np.unique(leaked)
    place = np.full(people + 1, -1, np.int64)
    place[leaked] = np.arange(len(leaked))
    if last is not None:
        readings = readings.take(readings.day <= last)
    read = np.unique(readings.person)
    everybody = int((place[read] >= 0).sum())
    if len(leaked) < LEAST_PATIENTS or not len(read):
        return Path((), 0.0, 0.0, len(leaked), everybody)
    nulls = _nulls(readings, place, leaked, people)
    sources = _sources(readings, place, first, held)
    chosen, weights, gains = select(nulls, sources, len(leaked), len(readings.names))
    gain = fit([*nulls, *chosen], len(leaked))[0] - fit(nulls, len(leaked))[0]
    explained = sum(weights)
    named: tuple[AccountShare, ...] = ()
    if explained >= LEAST_EXPLAINED and gain >= len(chosen) * price(len(readings.names)) + LEAST_GAIN:
        named = tuple(
            _share(readings, source, weight, cost, place, len(read), held)
            for source, weight, cost in zip(chosen, weights, gains, strict=True)
        )
    return Path(named, explained, gain / math.log(10), len(leaked), everybody)


def _distinct(readings: Readings, people: int) -> tuple[Array, Array, Array]:
    """(account, person, shown): the pairs, each once, by account, with all that its readings may have shown."""
    codes = readings.account.astype(np.int64) * people + readings.person
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    begin = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]])) if len(codes) else codes
    shown = np.bitwise_or.reduceat(readings.shown[order], begin) if len(begin) else readings.shown[:0]
    return codes[begin] // people, codes[begin] % people, shown


def _nulls(readings: Readings, place: Array, leaked: Array, people: int) -> list[Source]:
    """What needs no thief: the population, everybody read, also within a span of days, each unit's patients, with its
    widest reader and without."""
    read = np.unique(readings.person)
    inside = place[read]
    found = [evenly(-1, np.arange(len(leaked)), people), evenly(-1, inside[inside >= 0], len(read))]
    known = readings.units[readings.units >= 0]
    unit_sizes = np.bincount(known) if len(known) else np.empty(0)
    whose, person, _ = _distinct(readings, people + 1)
    read_by = np.bincount(whose, minlength=len(readings.names))
    unit = readings.units[whose]
    for number in np.flatnonzero(unit_sizes >= UNIT_FROM):
        mine = unit == number
        widest = int(np.where(readings.units == number, read_by, -1).argmax())
        for patients in (np.unique(person[mine]), np.unique(person[mine & (whose != widest)])):
            here = place[patients]
            if (here >= 0).sum() >= LEAST_PATIENTS:
                found.append(evenly(-1, here[here >= 0], len(patients)))
    return [*found, *_periods(readings, place, len(leaked))]


def _periods(readings: Readings, place: Array, leaked: int) -> list[Source]:
    """Of each length in :data:`PERIODS_D` the span of days whose patients, whoever read them, explain the file best;
    a span of which one account read most is that account's."""
    order = np.argsort(readings.day, kind="stable")
    by_day = readings.take(order)
    day, found = by_day.day, []
    for length in PERIODS_D:
        best: tuple[float, Source] | None = None
        for first in _firsts(day, length):
            span = slice(*np.searchsorted(day, (first, first + length)))
            patients = np.unique(by_day.person[span])
            widest = int(np.bincount(_distinct(by_day.take(span), len(place))[0], minlength=1).max())
            if 2 * widest > len(patients):
                continue
            here = place[patients]
            if (here >= 0).sum() < LEAST_PATIENTS:
                continue
            source = evenly(-1, here[here >= 0], len(patients))
            worth = _alone(source, leaked, len(place))
            if best is None or worth > best[0]:
                best = worth, source
        found.extend([best[1]] if best else [])
    return found


def _firsts(day: Array, length: int) -> list[int]:
    """First days of the spans to look at, a third of their length apart, of those that hold any of the sorted ``day`` (n,)."""
    step = max(1, length // 3)
    cells = np.unique((day - day[0]) // step)[:, None] - np.arange(-(-length // step))
    firsts = day[0] + step * np.unique(cells[cells >= 0])
    holds = np.searchsorted(day, firsts + length) > np.searchsorted(day, firsts)
    return firsts[holds].tolist()  # type: ignore[no-any-return]


def _sources(readings: Readings, place: Array, first: int | None, held: int) -> list[Source]:
    """Every account that read enough of the leaked patients, in the window that explains them best."""
    best: dict[int, tuple[float, Source]] = {}
    leaked = int((place >= 0).sum())
    least = max(LEAST_PATIENTS, LEAST_WEIGHT * leaked / 2)
    for window in WINDOWS_D if first is not None else (0,):
        since = first - window if window and first is not None else -(1 << 40)
        account, person, shown = _distinct(readings.take(readings.day >= since), len(place))
        sizes = np.bincount(account, minlength=len(readings.names))
        hits = np.bincount(account[place[person] >= 0], minlength=len(readings.names))
        cuts = np.searchsorted(account, np.arange(len(readings.names) + 1))
        for number in np.flatnonzero(hits >= least).tolist():
            here = slice(cuts[number], cuts[number + 1])
            inside = place[person[here]]
            density = _as_held(shown[here], held)[inside >= 0] / int(sizes[number])
            source = Source(number, inside[inside >= 0], density, int(sizes[number]))
            worth = _alone(source, leaked, len(place))
            if number not in best or worth > best[number][0]:
                best[number] = (worth, source)
    return [source for _, source in best.values()]


def _as_held(shown: Array, held: int) -> Array:
    """(k,) how probable the file's categories are where ``shown`` is what the readings could give."""
    return np.asarray(ELSEWHERE ** np.bitwise_count(held & ~shown.astype(np.int64)).astype(np.float64))


def _alone(source: Source, leaked: int, people: int) -> float:
    """Log likelihood of this source beside the whole population."""
    share = min(len(source.inside) / leaked, 0.999)
    inside = np.log(share * source.density + (1 - share) / people).sum()
    return float(inside + (leaked - len(source.inside)) * math.log((1 - share) / people))


def _share(
    readings: Readings, source: Source, weight: float, cost: float, place: Array, read: int, held: int
) -> AccountShare:
    mine = readings.take((readings.account == source.account) & (place[readings.person] >= 0))
    first, last = np.percentile(mine.day, [1, 99]).astype(int)
    _, _, shown = _distinct(mine, len(place))
    lacking = np.bitwise_count(held & ~shown.astype(np.int64)).mean()
    return AccountShare(
        readings.names[source.account], weight, len(source.inside),
        int((place >= 0).sum()) * source.size / max(read, source.size), source.size, cost / math.log(10),
        int(first), int(last), held & ~int(np.bitwise_or.reduce(shown)), 1 - float(lacking) / max(held.bit_count(), 1),
    )  # fmt: skip
