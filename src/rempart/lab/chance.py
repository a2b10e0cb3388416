"""Seeded chance: every draw of the lab comes from a named stream, so that a seed fixes a region.

Gives one independent :class:`random.Random` for each (seed, name, ...) and the few distributions
the lab needs. Streams with other names never disturb each other: adding a thief does not change
what honest staff do. Misses: correlations between accounts other than those a role states.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from random import Random

__all__ = ["Random", "chance", "fresh_hex", "fresh_number", "heavy_burst", "poisson", "token"]

_POISSON_EXACT_BELOW = 40.0


def chance(seed: int, *about: object) -> Random:
    """The stream named by ``about`` under ``seed``; the same names always give the same draws."""
    return Random("/".join(map(str, (seed, *about))))  # noqa: S311 - simulation, not secrecy


def token(seed: int, *about: object, size: int = 16) -> str:
    """An opaque identifier of ``size`` bytes in hex that says nothing of what it names."""
    return blake2b("/".join(map(str, (seed, *about))).encode(), digest_size=size).hexdigest()


def fresh_hex(rng: Random, used: set[str], digits: int = 12) -> str:
    """A random hex identifier not yet in ``used``; it is added there."""
    while True:
        drawn = f"{rng.getrandbits(digits * 4):0{digits}x}"
        if drawn not in used:
            used.add(drawn)
            return drawn


def fresh_number(rng: Random, used: set[str], digits: int = 11) -> str:
    """A random decimal identifier not yet in ``used``; it is added there."""
    least = 10 ** (digits - 1)
    while True:
        drawn = str(rng.randrange(least, least * 10))
        if drawn not in used:
            used.add(drawn)
            return drawn


def poisson(rng: Random, mean: float) -> int:
    """A Poisson count: by multiplication below a mean of 40 (Knuth), rounded normal above."""
    if mean <= 0:
        return 0
    if mean >= _POISSON_EXACT_BELOW:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    floor, product, count = math.exp(-mean), rng.random(), 0
    while product > floor:
        product *= rng.random()
        count += 1
    return count


def heavy_burst(rng: Random, least: float, shape: float, most: int) -> int:
    """A Pareto size: at least ``least``, tail exponent ``shape``, cut off at ``most``."""
    return min(most, int(least * rng.paretovariate(shape)))
