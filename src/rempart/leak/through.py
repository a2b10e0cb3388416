"""Through whom a file left: whose readings explain its patients, against what chance and wide jobs explain.

Reads who read which patient when (plain arrays), and the patients in the file. Each leaked patient is taken as
drawn from a mixture: from the patients one account read (all alike, so that few patients read explain more
than many), or from what needs no thief: the whole population, everybody who was read at all, everybody
a unit read. The mixture is fitted by expectation-maximisation; accounts whose removal costs less than their number
warrants are dropped one after the other. This is the guilt of Papadimitriou and Garcia-Molina ("Data leakage
detection", IEEE TKDE 2011) with a likelihood in the place of overlap.

An account is named only if those named explain most of the file and far better than no account does.
Speaks of accounts, never of guilt. Misses: readings that no log told of; a copy of exactly what one account read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rempart.leak.side import Array

WINDOWS_D = (0, 45, 10)
"""Days before the file left in which the readings are counted; 0 means all of them."""
LEAST_PATIENTS = 5
LEAST_EXPLAINED = 0.6
LEAST_WEIGHT = 0.004
LEAST_GAIN = 10.0
"""Nats by which the accounts named must beat no account at all, beyond the price of each."""
ROUNDS = 120
UNIT_FROM = 3
"""Accounts a unit must have for its patients to count as a natural group."""


@dataclass(frozen=True, slots=True)
class Readings:
    """k readings: ``account`` places in ``names``, ``person`` in the population, ``day`` since 1970.

    ``units`` (a,) the unit of each account as a number, -1 unknown."""

    account: Array
    person: Array
    day: Array
    names: tuple[str, ...]
    units: Array


@dataclass(frozen=True, slots=True)
class AccountShare:
    """What one account explains: ``share`` of the leaked patients, ``read`` of them (``by_chance`` expected),
    out of ``of_all`` patients it read; ``log10_ratio`` weight against doing without it; ``first``, ``last`` days."""

    account: str
    share: float
    read: int
    by_chance: float
    of_all: int
    log10_ratio: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Path:
    """``accounts`` best first, none where no account is named; ``explained`` share of the leaked patients."""

    accounts: tuple[AccountShare, ...]
    explained: float
    log10_ratio: float
    leaked: int
    read_by_anybody: int


@dataclass(frozen=True, slots=True)
class _Component:
    """Patients something draws from: the leaked ones among them (places) and how many they are in all."""

    account: int
    window: int
    inside: Array
    size: int


def path_of(readings: Readings, leaked: Array, people: int, first: int | None, last: int | None) -> Path:
    """Whose readings explain the ``leaked`` people (numbers), in a population of ``people``.

    ``first`` and ``last``: the days between which the file left, None where unknown.
    """
    leaked = np.unique(leaked)
    place = np.full(people + 1, -1, np.int64)
    place[leaked] = np.arange(len(leaked))
    if last is not None:
        kept = readings.day <= last
        readings = Readings(
            readings.account[kept], readings.person[kept], readings.day[kept], readings.names, readings.units
        )
    read = np.unique(readings.person)
    everybody = int((place[read] >= 0).sum())
    if len(leaked) < LEAST_PATIENTS or not len(read):
        return Path((), 0.0, 0.0, len(leaked), everybody)
    nulls = _nulls(readings, place, leaked, people)
    components = _components(readings, place, first)
    chosen, weights, gains = _select(nulls, components, len(leaked), len(readings.names))
    total = sum(weights)
    base = _fit(nulls, len(leaked))[0]
    full = _fit([*nulls, *chosen], len(leaked))[0]
    accounts = _shares(readings, chosen, weights, gains, place, len(leaked), len(read))
    price = len(chosen) * _price(len(readings.names)) + LEAST_GAIN
    named = tuple(accounts) if total >= LEAST_EXPLAINED and full - base >= price else ()
    return Path(named, total, (full - base) / math.log(10), len(leaked), everybody)


def _distinct(account: Array, person: Array, people: int) -> tuple[Array, Array]:
    """(account, person) pairs, each once."""
    codes = np.unique(account.astype(np.int64) * people + person)
    return codes // people, codes % people


def _nulls(readings: Readings, place: Array, leaked: Array, people: int) -> list[_Component]:
    """What needs no thief: the population, everybody read, each unit's patients, with its widest reader and without."""
    read = np.unique(readings.person)
    inside = place[read]
    found = [
        _Component(-1, 0, np.arange(len(leaked)), people),
        _Component(-1, 0, inside[inside >= 0], len(read)),
    ]
    unit_sizes = (
        np.bincount(readings.units[readings.units >= 0]) if (readings.units >= 0).any() else np.empty(0)
    )
    whose, person = _distinct(readings.account, readings.person, people + 1)
    read_by = np.bincount(whose, minlength=len(readings.names))
    unit = readings.units[whose]
    for number in np.flatnonzero(unit_sizes >= UNIT_FROM):
        mine = unit == number
        widest = int(np.where(readings.units == number, read_by, -1).argmax())
        for patients in (np.unique(person[mine]), np.unique(person[mine & (whose != widest)])):
            here = place[patients]
            if (here >= 0).sum() >= LEAST_PATIENTS:
                found.append(_Component(-1, 0, here[here >= 0], len(patients)))
    return found


def _components(readings: Readings, place: Array, first: int | None) -> list[_Component]:
    """Every account that read enough of the leaked patients, in the window that explains them best."""
    people = len(place)
    best: dict[int, tuple[float, _Component]] = {}
    leaked = int((place >= 0).sum())
    for window in WINDOWS_D if first is not None else (0,):
        kept = readings.day >= (first - window if window and first is not None else -(1 << 40))
        account, person = _distinct(readings.account[kept], readings.person[kept], people)
        sizes = np.bincount(account, minlength=len(readings.names))
        hits = np.bincount(account[place[person] >= 0], minlength=len(readings.names))
        cuts = np.searchsorted(account, np.arange(len(readings.names) + 1))
        for number in np.flatnonzero(hits >= max(LEAST_PATIENTS, LEAST_WEIGHT * leaked / 2)).tolist():
            inside = place[person[cuts[number] : cuts[number + 1]]]
            part = _Component(number, window, inside[inside >= 0], int(sizes[number]))
            worth = _alone(part, leaked, people)
            if number not in best or worth > best[number][0]:
                best[number] = (worth, part)
    return [part for _, part in best.values()]


def _alone(part: _Component, leaked: int, people: int) -> float:
    """Log likelihood of this component beside the whole population."""
    share = min(len(part.inside) / leaked, 0.999)
    inside = math.log(share / part.size + (1 - share) / people)
    return len(part.inside) * inside + (leaked - len(part.inside)) * math.log((1 - share) / people)


def _fit(parts: Sequence[_Component], leaked: int, start: Array | None = None) -> tuple[float, Array, Array]:
    """(log likelihood, weights (c,), density (n,) of each leaked patient) of the mixture."""
    where = np.concatenate([part.inside for part in parts])
    which = np.repeat(np.arange(len(parts)), [len(part.inside) for part in parts])
    density = np.repeat([1 / part.size for part in parts], [len(part.inside) for part in parts])
    weights = np.full(len(parts), 1 / len(parts)) if start is None else start
    whole: Array = np.zeros(leaked)
    for _ in range(ROUNDS):
        joint = weights[which] * density
        whole = np.bincount(where, weights=joint, minlength=leaked)
        fresh = np.bincount(which, weights=joint / whole[where], minlength=len(parts)) / leaked
        if np.abs(fresh - weights).max() < 1e-5:
            break
        weights = np.maximum(fresh, 1e-12)
    return float(np.log(whole).sum()), weights, whole


def _price(accounts: int) -> float:
    """What one more account must explain, in nats: it was chosen among so many."""
    return math.log(max(accounts, 2)) + 6.0


def _select(
    nulls: list[_Component], parts: list[_Component], leaked: int, accounts: int
) -> tuple[list[_Component], list[float], list[float]]:
    """(components kept, their weights, what each removal would cost in nats), the heaviest first."""
    price = _price(accounts)
    kept = parts
    while kept:
        total, weights, whole = _fit([*nulls, *kept], leaked)
        mine = weights[len(nulls) :]
        costs = np.array([_cost(part, weight, whole) for part, weight in zip(kept, mine, strict=True)])
        weak = (costs < price) | (mine < LEAST_WEIGHT)
        if weak.any():
            worst = np.argsort(costs)[: max(1, int(weak.sum()) // 2)]
            drop = set(worst[weak[worst]].tolist()) or {int(np.flatnonzero(weak)[0])}
            kept = [part for place, part in enumerate(kept) if place not in drop]
            continue
        exact = np.array(
            [total - _fit([*nulls, *kept[:at], *kept[at + 1 :]], leaked)[0] for at in range(len(kept))]
        )
        if (exact >= price).all():
            order = np.argsort(-exact)
            return (
                [kept[at] for at in order],
                [float(mine[at]) for at in order],
                [float(exact[at]) for at in order],
            )
        kept = [part for place, part in enumerate(kept) if place != int(exact.argmin())]
    return [], [], []


def _cost(part: _Component, weight: float, whole: Array) -> float:
    """What the likelihood loses at most where nothing takes the component's place."""
    left = np.maximum(1 - weight / part.size / whole[part.inside], 1e-6)
    return float(-np.log(left).sum())


def _shares(
    readings: Readings, chosen: list[_Component], weights: list[float], gains: list[float], place: Array,
    leaked: int, read: int,
) -> list[AccountShare]:  # fmt: skip
    found = []
    for part, weight, gain in zip(chosen, weights, gains, strict=True):
        mine = (readings.account == part.account) & (place[readings.person] >= 0)
        days = readings.day[mine]
        low, high = np.percentile(days, [1, 99]).astype(int)
        found.append(
            AccountShare(
                readings.names[part.account], weight, len(part.inside), leaked * part.size / max(read, part.size),
                part.size, gain / math.log(10), int(low), int(high),
            )
        )  # fmt: skip
    return found
