"""A mixture of sources that leaked patients were drawn from, and which of the sources it can do without.

Each source draws from its own patients, each with a density; the weights are fitted by expectation-maximisation.
Sources whose removal costs less than a price are dropped one after the other, the cheapest first.

Misses: sources that draw together (two accounts that divide the patients by an agreement are two sources).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rempart.leak.side import Array

ROUNDS = 120
LEAST_WEIGHT = 0.004
"""Share of the leaked patients below which a source is not kept."""
BASE_PRICE = 6.0
"""Nats that any source must explain, beyond the logarithm of how many there were to choose from."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a leaked patient may come from: ``inside`` (k,) places of the leaked ones it could draw, ``density`` (k,)
    how probable each is if it draws, ``size`` how many patients it draws from in all; ``account`` -1 for no account."""

    account: int
    inside: Array
    density: Array
    size: int


def evenly(account: int, inside: Array, size: int) -> Source:
    """A source that draws each of its ``size`` patients alike."""
    return Source(account, inside, np.full(len(inside), 1 / size), size)


def fit(sources: Sequence[Source], leaked: int) -> tuple[float, Array, Array]:
    """(log likelihood, weights (c,), density (n,) of each leaked patient) of the mixture of ``sources``."""
    where = np.concatenate([source.inside for source in sources])
    which = np.repeat(np.arange(len(sources)), [len(source.inside) for source in sources])
    density = np.concatenate([source.density for source in sources])
    weights = np.full(len(sources), 1 / len(sources))
    whole: Array = np.zeros(leaked)
    for _ in range(ROUNDS):
        joint = weights[which] * density
        whole = np.bincount(where, weights=joint, minlength=leaked)
        fresh = np.bincount(which, weights=joint / whole[where], minlength=len(sources)) / leaked
        if np.abs(fresh - weights).max() < 1e-5:
            break
        weights = np.maximum(fresh, 1e-12)
    return float(np.log(whole).sum()), weights, whole


def price(choices: int) -> float:
    """What one more source must explain, in nats: it was chosen among so many."""
    return math.log(max(choices, 2)) + BASE_PRICE


def select(
    always: list[Source], sources: list[Source], leaked: int, choices: int
) -> tuple[list[Source], list[float], list[float]]:
    """(sources kept, their weights, what each removal would cost in nats), the dearest first; ``always`` stay."""
    least = price(choices)
    kept = sources
    while kept:
        total, weights, whole = fit([*always, *kept], leaked)
        mine = weights[len(always) :]
        weak = _weak(kept, mine, whole, least)
        if weak:
            kept = [source for place, source in enumerate(kept) if place not in weak]
            continue
        exact = np.array(
            [total - fit([*always, *kept[:at], *kept[at + 1 :]], leaked)[0] for at in range(len(kept))]
        )
        if (exact >= least).all():
            order = np.argsort(-exact).tolist()
            return [kept[at] for at in order], mine[order].tolist(), exact[order].tolist()
        kept = [source for place, source in enumerate(kept) if place != int(exact.argmin())]
    return [], [], []


def _weak(kept: list[Source], weights: Array, whole: Array, least: float) -> set[int]:
    """Places of the sources that surely pay less than ``least``: the cheaper half of them, to be dropped at once."""
    costs = np.array([_cost(source, weight, whole) for source, weight in zip(kept, weights, strict=True)])
    weak = np.flatnonzero((costs < least) | (weights < LEAST_WEIGHT))
    cheapest = weak[np.argsort(costs[weak])]
    return set(cheapest[: max(1, len(weak) // 2)].tolist())


def _cost(source: Source, weight: float, whole: Array) -> float:
    """What the likelihood loses at most where nothing takes the source's place."""
    left = np.maximum(1 - weight * source.density / whole[source.inside], 1e-6)
    return float(-np.log(left).sum())
