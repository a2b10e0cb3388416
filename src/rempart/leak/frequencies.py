"""How common each value of a population is: names by decade, their sounds, birthdays, phones, towns.

Reads a side; gives logarithms of shares as arrays for compiled code. A name's count is lowered before it is a share: who has a rare name
was counted because he is here, so others have it more seldom than the count says (absolute discounting, Ney, Essen and Kneser 1994).
First names are smoothed by their share over all decades; other values are counted in buckets, never below their number.
"""
# mypy: disable-error-code="arg-type,return-value"

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np

from rempart.leak.side import ATTRIBUTES, Side, Values, address_table

Array = np.ndarray[Any, Any]

DECADES = 16
"""From the 1850s on; the place of the first is that of an unknown one, and holds the share over all."""
SELDOM = 0.1
"""What the count of a name is not lowered beyond."""

F_GIVEN, F_FAMILY, F_GIVEN_SOUND, F_FAMILY_SOUND, F_BIRTH, F_PEOPLE, F_VALUES = range(7)
BIRTH_PLACES = 372 * 300


class Frequencies(NamedTuple):
    """Natural logarithms of shares of a population, all float32, and their table of addresses."""

    arrays: tuple[Array, ...]
    """First names by decade (w, 16), family names, sounds of both, birth days by ``birth_places``, the number of
    people itself (1,), then every attribute's values in the order of ``ATTRIBUTES``."""
    table: Array


def frequencies(side: Side) -> Frequencies:
    """The shares of everything in a population."""
    people = max(side.size, 1)
    family_counts = np.bincount(side.family[side.family >= 0], minlength=len(side.families.key))
    given_counts = np.bincount(side.given[side.given >= 0], minlength=len(side.givens.key))
    arrays = (
        _given_shares(side),
        np.log(discounted(family_counts) / people).astype(np.float32),
        _sound_shares(side.givens.sounds[:, 0], given_counts, people),
        _sound_shares(side.families.sounds[:, 0], family_counts, people),
        _birth_shares(side.birth, people),
        np.array([math.log(people)], np.float32),
        *(_value_shares(getattr(side, name), people) for name in ATTRIBUTES),
    )
    return Frequencies(arrays, address_table([(array, np.float32) for array in arrays]))


def _birth_shares(births: Array, people: int) -> Array:
    """By day: the share of its neighbourhood, or its own where far more are born on it than chance allows."""
    counts = np.bincount(birth_places(births), minlength=BIRTH_PLACES)[:BIRTH_PLACES].astype(np.float64)
    counts[0] = 0
    near = np.convolve(counts, np.ones(61) / 61, "same")
    sure = counts - 4 * np.sqrt(counts) - 4
    return np.log(np.maximum(np.maximum(sure, near), 1e-3 * max(near.max(), 1)) / people).astype(np.float32)


def birth_places(births: Array) -> Array:
    """(n,) the place of each day: 372 a year from 1850, 0 where the day is not whole."""
    births = births.astype(np.int64)
    year, month, day = births // 10000, births // 100 % 100, births % 100
    whole = (day > 0) & (month > 0) & (year >= 1850)
    return np.where(whole, (year - 1850) * 372 + (month - 1) * 31 + day, 0)


def _given_shares(side: Side) -> Array:
    """Logarithm of each first name's share within each decade, smoothed by its share over all."""
    count = len(side.givens.key)
    decade = np.clip(side.birth // 100000 - 185, 0, DECADES - 1)
    known = side.given >= 0
    where = side.given[known].astype(np.int64) * DECADES + decade[known]
    table = (
        np.bincount(where.astype(np.int64), minlength=count * DECADES)
        .reshape(count, DECADES)
        .astype(np.float64)
    )
    overall = discounted(table.sum(axis=1, keepdims=True)) / max(known.sum(), 1)
    totals = table.sum(axis=0, keepdims=True)
    shares = (table + 200.0 * overall) / (totals + 200.0)
    shares[:, :1] = overall
    return np.asarray(np.log(shares), dtype=np.float32)


def discounted(counts: Array) -> Array:
    """``counts`` of each name less what their own bearers are worth, by how many names occur once and twice."""
    once, twice = float((counts == 1).sum()), float((counts == 2).sum())
    return np.maximum(counts - once / max(once + 2 * twice, 1.0), SELDOM)


def _sound_shares(sounds: Array, counts: Array, people: int) -> Array:
    _, place = np.unique(sounds, return_inverse=True)
    totals = np.bincount(place, weights=counts) if len(place) else np.empty(0)
    return np.log((totals[place] + 1.0) / people).astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _bucket_counts(keys: Array, buckets: int) -> Array:
    counts = np.zeros(buckets, np.int32)
    mask = np.uint64(buckets - 1)
    for place in range(len(keys)):
        counts[((keys[place] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask] += 1
    found = np.empty(len(keys), np.float32)
    for place in range(len(keys)):
        found[place] = counts[((keys[place] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask]
    return found


def _value_shares(values: Values, people: int) -> Array:
    """Logarithm of how many share each value; counted in buckets, so never less than the truth."""
    if not len(values.key):
        return np.empty(0, np.float32)
    buckets = 1 << int(np.clip(len(values.key).bit_length() + 1, 8, 24))
    return np.log((_bucket_counts(values.key, buckets) + 0.3) / people).astype(np.float32)
