"""How probable it is that a row is one of ours, and which one: weights learnt from the file itself. Compiled.

A row is drawn either from the population (share ``ours`` of the rows, everybody alike) or from elsewhere in
the same country. With L the likelihood ratio of a person (:mod:`rempart.leak.compare`) and N people,

    P(row is person j) = ours/N L_j / ((1 - ours) + ours/N sum L),

so homonyms share what they cannot divide. ``ours`` and the chance of each level among true pairs are fitted
by expectation-maximisation on a sample (Winkler 1988), with a prior worth :data:`PRIOR_ROWS` rows that keeps
foreign files from inventing agreement. Several records of one person in the population count as one.

A relative (same family name and address, other first name and other birth date) is never taken for the
person unless a number says so. Same family name and birth date with another first name may be a twin whom the population does not
have: such a pair is weighed against that too. Misses: twins whose first name is missing.
"""
# mypy: disable-error-code="arg-type,return-value"

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from rempart.leak.compare import FIELDS, Compared
from rempart.leak.memory import i32, u64
from rempart.leak.side import (
    BIRTH,
    EMAIL,
    GIVEN,
    GIVENS,
    NIR,
    PHONE,
    SOUNDS,
    STREET,
    V_KEY,
    V_STARTS,
    Side,
    addresses,
)

Array = np.ndarray[Any, Any]

PRIOR_ROWS = 60.0
ROUNDS = 8
TWINS = 0.01
"""Share of people with a twin whom the population does not have: one birth in thirty is a twin's (INSEE), and most are
in their twin's hospital; assumption of this project."""
TWINS_ALIKE = 0.65
"""Share of twins who are of one sex."""
LEAST_OURS, MOST_OURS = 1e-7, 0.9999
START_OURS = 0.2

#                 missing exact close  part  alike  different
_START = np.array(
    [
        [1.0, 0.880, 0.060, 0.030, 0.008, 0.022],  # given
        [1.0, 0.880, 0.060, 0.030, 0.008, 0.022],  # family
        [1.0, 0.920, 0.050, 0.010, 0.008, 0.012],  # birth
        [1.0, 0.985, 1e-4, 1e-4, 1e-4, 0.015],  # sex
        [1.0, 0.800, 0.060, 1e-4, 1e-4, 0.140],  # phone
        [1.0, 0.780, 0.050, 1e-4, 0.030, 0.140],  # email
        [1.0, 0.860, 0.040, 1e-4, 0.040, 0.060],  # place
        [1.0, 0.780, 0.060, 1e-4, 0.040, 0.120],  # street
        [1.0, 0.920, 0.060, 1e-4, 1e-4, 0.020],  # nir
        [1.0, 0.700, 1e-4, 1e-4, 1e-4, 0.300],  # ipp
        [1.0, 0.800, 1e-4, 1e-4, 1e-4, 0.200],  # doctor
        [1.0, 0.800, 1e-4, 1e-4, 1e-4, 0.200],  # insurer
        [1.0, 0.980, 1e-4, 1e-4, 1e-4, 0.020],  # order
    ]
)
"""Share of each level among true pairs before the file has taught better; assumption of this project."""


@dataclass(frozen=True, slots=True)
class Weights:
    """``log_m`` (13, 6): logarithm of the share of each level among true pairs; ``ours``: share of the rows."""

    log_m: Array
    ours: float

    @classmethod
    def start(cls) -> Weights:
        """Before the file has taught better."""
        return cls(np.log(_START), START_OURS)


@numba.njit(cache=True, nogil=True)
def _level(word: Any, field: int) -> int:
    return np.int64((word >> np.uint64(4 * field)) & np.uint64(15))


@numba.njit(cache=True, nogil=True)
def _is_relative(word: Any) -> bool:
    """Both given name and birth date differ and no personal number agrees."""
    given, birth, nir = _level(word, 0), _level(word, 2), _level(word, 8)
    apart = given == 5 and (birth >= 4 or birth == 0)
    apart = apart or (birth == 5 and given >= 4)
    return apart and not (nir == 1 or nir == 2 or _level(word, 9) == 1)


@numba.njit(cache=True, nogil=True)
def _over_twin(word: Any, log_m: Any, log_people: float) -> float:
    """The log likelihood ratio of a pair against the person's twin, 1e9 where it is no twin."""
    given, family, birth, sex = _level(word, 0), _level(word, 1), _level(word, 2), _level(word, 3)
    if given != 5 or not 0 < family < 4 or not 0 < birth < 3:
        return 1e9
    if 0 < _level(word, 8) < 3 or _level(word, 9) == 1:
        return 1e9
    ratio = log_people - math.log(TWINS) + log_m[0, 5]
    if sex:
        ratio += log_m[3, sex] - math.log(TWINS_ALIKE if sex == 1 else 1 - TWINS_ALIKE)
    return ratio


@numba.njit(cache=True, nogil=True)
def _weight(word: Any, chance: Any, log_m: Any, log_people: float) -> float:
    """The log likelihood ratio of a compared pair against a stranger or a twin."""
    if _is_relative(word):
        return -1e9
    total = -np.float64(chance)
    for field in range(13):
        level = _level(word, field)
        if level:
            total += log_m[field, level]
    other = _over_twin(word, log_m, log_people)
    return min(total, other) - math.log1p(math.exp(-abs(total - other)))


@numba.njit(cache=True, nogil=True)
def _share_value(people: Any, at: int, i: int, j: int) -> bool:
    for one in range(i32(people[at + V_STARTS], i), i32(people[at + V_STARTS], i + 1)):
        for other in range(i32(people[at + V_STARTS], j), i32(people[at + V_STARTS], j + 1)):
            if u64(people[at + V_KEY], one) == u64(people[at + V_KEY], other):
                return True
    return False


@numba.njit(cache=True, nogil=True)
def same_person(people: Any, i: int, j: int) -> bool:
    """Whether two records of the population are one person's: same first name and birth date and a shared
    number, phone, mail or street."""
    given, other = i32(people[GIVEN], i), i32(people[GIVEN], j)
    born = i32(people[BIRTH], i)
    if born == 0 or born != i32(people[BIRTH], j) or given < 0 or other < 0:
        return False
    if u64(people[GIVENS + SOUNDS], 3 * given) != u64(people[GIVENS + SOUNDS], 3 * other):
        return False
    return (
        _share_value(people, NIR, i, j)
        or _share_value(people, PHONE, i, j)
        or _share_value(people, EMAIL, i, j)
        or _share_value(people, STREET, i, j)
    )


@numba.njit(cache=True, nogil=True)
def _score(
    people: Any,
    starts: Any,
    listed: Any,
    packed: Any,
    chance: Any,
    log_m: Any,
    log_people: float,
    best: Any,
    own: Any,
    total: Any,
) -> None:
    """For each row: place of its best pair, log of L of that person's records, log sum L."""
    for row in range(len(best)):
        begin, end = starts[row], starts[row + 1]
        top, top_place = -1e8, -1
        for place in range(begin, end):
            weight = _weight(packed[place], chance[place], log_m, log_people)
            if weight > top:
                top, top_place = weight, place
        if top_place < 0:
            continue
        mine, everybody = 0.0, 0.0
        for place in range(begin, end):
            part = math.exp(max(_weight(packed[place], chance[place], log_m, log_people) - top, -700.0))
            everybody += part
            if place == top_place or (part > 1e-9 and same_person(people, listed[top_place], listed[place])):
                mine += part
        best[row] = top_place
        own[row], total[row] = top + math.log(mine), top + math.log(everybody)


def score(population: Side, pairs: Compared, log_m: Array) -> tuple[Array, Array, Array]:
    """(place of the best pair or -1, log L of that person's records together, log sum L), each (n,)."""
    size = len(pairs.starts) - 1
    best = np.full(size, -1, np.int64)
    own, total = np.full(size, -1e9), np.full(size, -1e9)
    _score(
        addresses(population), pairs.starts, pairs.people, pairs.packed, pairs.chance, log_m,
        math.log(max(population.size, 1)), best, own, total,
    )  # fmt: skip
    return best, own, total


@numba.njit(cache=True, nogil=True)
def _tally(packed: Any, chosen: Any, share: Any) -> Any:
    """Sum of ``share`` at each level of each field, over each row's chosen pair."""
    tally = np.zeros((13, 6))
    for row in range(len(chosen)):
        if chosen[row] >= 0:
            for field in range(13):
                tally[field, _level(packed[chosen[row]], field)] += share[row]
    return tally


def fit(population: Side, pairs: Compared) -> Weights:
    """Weights learnt from a sample of rows and all their candidates."""
    log_m, ours = Weights.start().log_m, START_OURS
    for _ in range(ROUNDS):
        best, own, total = score(population, pairs, log_m)
        before = ours
        ours = fit_share(total, np.ones(len(total)), population.size, ours)
        share = probability(own, total, population.size, ours)
        log_m = _updated(_tally(pairs.packed, best, share))
        if abs(ours - before) < 1e-4:
            break
    return Weights(log_m, ours)


def _updated(tally: Array) -> Array:
    seen = tally[:, 1:]
    prior = _START[:, 1:] / _START[:, 1:].sum(axis=1, keepdims=True) * PRIOR_ROWS
    shares = np.ones((len(FIELDS), 6))
    shares[:, 1:] = (seen + prior) / (seen + prior).sum(axis=1, keepdims=True)
    return np.asarray(np.log(shares))


def fit_share(total: Array, counts: Array, people: int, ours: float = START_OURS) -> float:
    """The share of rows that are ours, from their log sums (each standing for ``counts`` rows)."""
    ratio = np.exp(np.clip(total - math.log(max(people, 1)), -700, 700))
    rows = max(float(counts.sum()), 1.0)
    for _ in range(200):
        part = ours * ratio
        fresh = float((counts * part / (part + 1 - ours)).sum()) / rows
        fresh = min(max(fresh, LEAST_OURS), MOST_OURS)
        if abs(fresh - ours) < 1e-7:
            break
        ours = fresh
    return fresh


def probability(own: Array, total: Array, people: int, ours: float) -> Array:
    """(n,) probability that the row is its best person."""
    odds = math.log(ours / max(people, 1))
    high = np.maximum(total + odds, math.log1p(-ours))
    below = np.exp(total + odds - high) + np.exp(math.log1p(-ours) - high)
    return np.asarray(np.exp(own + odds - high) / below)
