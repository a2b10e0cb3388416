"""How probable it is that a row is one of ours, and which one: weights learnt from the file itself. Compiled.

A row is drawn either from the population (share ``ours`` of the rows, everybody alike) or from elsewhere in
the same country. With L the likelihood ratio of a person (:mod:`rempart.leak.compare`) and N people,

    P(row is person j) = ours/N L_j / ((1 - ours) + ours/N sum L),

so homonyms share what they cannot divide. ``ours`` and the chance of each level among true pairs are fitted
by expectation-maximisation on a sample (Winkler 1988), with a prior worth :data:`PRIOR_ROWS` rows that keeps
foreign files from inventing agreement. Several records of one person in the population count as one.

A relative (same family name and address, other first name and other birth date) is never taken for the
person unless a number says so. Misses: twins whose first name is missing.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np

from rempart.leak.compare import FIELDS, Frequencies, compare
from rempart.leak.memory import i32, u64
from rempart.leak.pairs import THREADS, Candidates
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


def start_weights() -> Array:
    """Logarithms (13, 6) of the shares to begin with."""
    return np.log(_START)


@numba.njit(cache=True, nogil=True)
def _is_relative(levels: Any) -> bool:
    """Both given name and birth date differ and no personal number agrees."""
    apart = levels[0] == 5 and (levels[2] >= 4 or levels[2] == 0)
    apart = apart or (levels[2] == 5 and levels[0] >= 4)
    return apart and not (levels[8] == 1 or levels[8] == 2 or levels[9] == 1)


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
    rows: Any, people: Any, starts: Any, listed: Any, f: Any, log_m: Any, first: int, last: int, best: Any,
    best_weight: Any, own: Any, total: Any,
) -> None:  # fmt: skip
    """For the rows ``first`` to ``last``: best person, log L, log of L of that person's records, log sum L."""
    levels, chances = np.zeros(13, np.int8), np.zeros(13)
    for row in range(first, last):
        top, top_person = -1e9, -1
        begin, end = starts[row], starts[row + 1]
        weights = np.empty(end - begin)
        for place in range(begin, end):
            weight = compare(rows, row, people, listed[place], f, log_m, levels, chances)
            if _is_relative(levels):
                weight = -1e9
            weights[place - begin] = weight
            if weight > top:
                top, top_person = weight, listed[place]
        best[row], best_weight[row] = top_person, top
        if top_person < 0:
            own[row], total[row] = -1e9, -1e9
            continue
        mine, everybody = 0.0, 0.0
        for place in range(begin, end):
            part = math.exp(max(weights[place - begin] - top, -700.0))
            everybody += part
            if listed[place] == top_person or same_person(people, top_person, listed[place]):
                mine += part
        own[row], total[row] = top + math.log(mine), top + math.log(everybody)


def score(population: Side, rows: Side, found: Candidates, f: Frequencies, log_m: Array) -> tuple[Array, Array, Array, Array]:
    """(best person or -1, its log L, log L of its records together, log sum L), each (n,)."""
    size = rows.size
    best = np.full(size, -1, np.int32)
    weight, own, total = np.full(size, -1e9), np.full(size, -1e9), np.full(size, -1e9)
    edges = np.searchsorted(found.starts, np.linspace(0, found.starts[-1], 4 * THREADS + 1)).clip(0, size)
    edges[0], edges[-1] = 0, size
    rows_at, people_at = addresses(rows), addresses(population)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [
            pool.submit(
                _score, rows_at, people_at, found.starts, found.people, f.table, log_m, int(edges[k]), int(edges[k + 1]),
                best, weight, own, total,
            )
            for k in range(len(edges) - 1)
            if edges[k] < edges[k + 1]
        ]  # fmt: skip
        for job in jobs:
            job.result()
    return best, weight, own, total


@numba.njit(cache=True, nogil=True)
def _tally(rows: Any, people: Any, chosen: Any, share: Any, f: Any, log_m: Any) -> Any:
    """Sum of ``share`` at each level of each field, over each row and its chosen person."""
    levels, chances = np.zeros(13, np.int8), np.zeros(13)
    tally = np.zeros((13, 6))
    for row in range(len(chosen)):
        if chosen[row] >= 0 and share[row] > 1e-6:
            compare(rows, row, people, chosen[row], f, log_m, levels, chances)
            for field in range(13):
                tally[field, levels[field]] += share[row]
    return tally


def fit(population: Side, rows: Side, found: Candidates, f: Frequencies) -> tuple[Array, float]:
    """(weights (13, 6) as logarithms, share of the rows that are ours), learnt from a sample of rows."""
    log_m, ours = start_weights(), START_OURS
    for _ in range(ROUNDS):
        best, _, own, total = score(population, rows, found, f, log_m)
        before = ours
        ours = fit_share(total, np.ones(rows.size), population.size, ours)
        share = probability(own, total, population.size, ours)
        tally = _tally(addresses(rows), addresses(population), best, share, f.table, log_m)
        log_m = _updated(tally)
        if abs(ours - before) < 1e-4:
            break
    return log_m, ours


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
