"""How well a row and a person agree, field by field, and how surprising that is among strangers. Compiled.

Gives for each field a level (:mod:`rempart.leak.similar`) and the natural logarithm of how often two
strangers reach that level with this very value (Fellegi and Sunter 1969; frequencies by value as
Winkler 1988): agreeing on Martin says less than agreeing on Quatrefages. First names are weighed within
the decade of birth that the row states, sex by what the first name says already.

Misses: dependence between fields beyond name and decade, sex and first name, place and street; relatives
of one household are told apart in :mod:`rempart.leak.weigh`.
"""
# mypy: disable-error-code="arg-type,return-value"

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numba
import numpy as np

from rempart.leak.frequencies import (
    BIRTH_PLACES,
    DECADES,
    F_BIRTH,
    F_FAMILY,
    F_FAMILY_SOUND,
    F_GIVEN,
    F_GIVEN_SOUND,
    F_PEOPLE,
    F_VALUES,
    Frequencies,
)
from rempart.leak.memory import f32, i8, i32, i64, u64
from rempart.leak.numbers import digit_edits
from rempart.leak.pairs import THREADS, Candidates
from rempart.leak.side import (
    BIRTH,
    CITY,
    CONTENT,
    CUTS,
    DOCTOR,
    EMAIL,
    FAMILIES,
    FAMILY,
    GIVEN,
    GIVENS,
    INSURER,
    IPP,
    KEY,
    NIR,
    PHONE,
    POSTCODE,
    SEX,
    SOUNDS,
    STREET,
    V_CONTENT,
    V_CUTS,
    V_KEY,
    V_NUMBER,
    V_STARTS,
    Side,
    addresses,
)
from rempart.leak.similar import jaro_winkler, name_level, one_edit

Array = np.ndarray[Any, Any]

FIELDS = (
    "given", "family", "birth", "sex", "phone", "email", "place", "street", "nir", "ipp", "doctor", "insurer", "order",
)  # fmt: skip
"""What is compared; ``order`` says whether given and family name stand the other way round."""


class Compared(NamedTuple):
    """Candidates with what the comparison found: for each pair ``packed`` uint64, four bits a field, the levels;
    ``chance`` float32, the sum of the logarithms of strangers' chance. Row i's are ``starts[i]:starts[i+1]``."""

    starts: Array
    people: Array
    packed: Array
    chance: Array


@numba.njit(cache=True, nogil=True)
def _name(
    a: Any, a_words: int, i: int, b: Any, b_words: int, j: int, share: float, sound_share: float
) -> Any:
    """(level, log of how often strangers reach it) of two words of two vocabularies."""
    a0, a1 = i64(a[a_words + CUTS], i), i64(a[a_words + CUTS], i + 1)
    b0, b1 = i64(b[b_words + CUTS], j), i64(b[b_words + CUTS], j + 1)
    level = name_level(
        a[a_words + CONTENT], a0, a1, u64(a[a_words + KEY], i), u64(a[a_words + SOUNDS], 3 * i),
        b[b_words + CONTENT], b0, b1, u64(b[b_words + KEY], j), u64(b[b_words + SOUNDS], 3 * j),
    )  # fmt: skip
    if level == 1:
        return level, np.float64(share)
    if level == 2:
        return level, math.log(math.exp(sound_share) + 3e-4)
    if level == 3:
        short = min(a1 - a0, b1 - b0)
        return level, math.log(0.07) if short == 1 else math.log(math.exp(share) + 2e-3)
    if level == 4:
        return level, math.log(0.012)
    return level, -0.01


@numba.njit(cache=True, nogil=True)
def _best_family(rows: Any, words: int, mine: int, people: Any, j: int, f: Any, log_m: Any) -> Any:
    """(gain, level, chance) of one name of a row against both family names of a person."""
    best, best_level, best_u = -1e9, 0, 0.0
    for other in range(2):
        theirs = i32(people[FAMILY], 2 * j + other)
        if theirs < 0:
            continue
        level, u = _name(
            rows,
            words,
            mine,
            people,
            FAMILIES,
            theirs,
            f32(f[F_FAMILY], theirs),
            f32(f[F_FAMILY_SOUND], theirs),
        )
        if log_m[1, level] - u > best:
            best, best_level, best_u = log_m[1, level] - u, level, u
    return best, best_level, best_u


@numba.njit(cache=True, nogil=True)
def _names(
    rows: Any, i: int, people: Any, j: int, f: Any, log_m: Any, decade: int, levels: Any, chances: Any
) -> None:
    """Given and family name, as they stand or the other way round, whichever explains more."""
    mine, theirs = i32(rows[GIVEN], i), i32(people[GIVEN], j)
    if mine >= 0 and theirs >= 0:
        levels[0], chances[0] = _name(
            rows, GIVENS, mine, people, GIVENS, theirs,
            f32(f[F_GIVEN], theirs * DECADES + decade), f32(f[F_GIVEN_SOUND], theirs),
        )  # fmt: skip
    best = -1e9
    for one in range(2):
        word = i32(rows[FAMILY], 2 * i + one)
        if word >= 0:
            gain, level, u = _best_family(rows, FAMILIES, word, people, j, f, log_m)
            if level and gain > best:
                best, levels[1], chances[1] = gain, level, u
    levels[12] = 1
    if levels[0] <= 1 or levels[1] <= 1:
        return
    straight = log_m[0, levels[0]] - chances[0] + best + log_m[12, 1]
    word = i32(rows[FAMILY], 2 * i)
    if word < 0:
        word = i32(rows[FAMILY], 2 * i + 1)
    first, first_u = _name(
        rows, FAMILIES, word, people, GIVENS, theirs,
        f32(f[F_GIVEN], theirs * DECADES + decade), f32(f[F_GIVEN_SOUND], theirs),
    )  # fmt: skip
    gain, last, last_u = _best_family(rows, GIVENS, mine, people, j, f, log_m)
    if first and last and log_m[0, first] - first_u + gain + log_m[12, 5] > straight:
        levels[0], chances[0], levels[1], chances[1], levels[12] = first, first_u, last, last_u, 5


@numba.njit(cache=True, nogil=True)
def birth_level(one: int, other: int) -> int:
    """1 same day; 2 one figure, day and month exchanged, or a neighbouring error; 3 same year or month as far
    as known; 4 same year, or same day of another year; 5 different; 0 unknown."""
    if one == 0 or other == 0:
        return 0
    if one == other:
        return 1 if one % 100 else 3
    year, month, day = one // 10000, one // 100 % 100, one % 100
    year2, month2, day2 = other // 10000, other // 100 % 100, other % 100
    if month == 0 or month2 == 0 or day == 0 or day2 == 0:
        same = year == year2 and (month == 0 or month2 == 0 or month == month2)
        return 3 if same else 5
    if year == year2 and month == day2 and day == month2:
        return 2
    if digit_edits(one, other) <= 1:
        return 2
    if year == year2 and ((day == 1 and month == 1) or (day2 == 1 and month2 == 1)):
        return 3
    if (year == year2 and (month == month2 or day == day2)) or (month == month2 and day == day2):
        return 4
    return 5


_BIRTH_U = np.log(np.array([1.0, 1.0, 0.0022, 0.015, 0.045, 0.98]))


@numba.njit(cache=True, nogil=True)
def _attribute(rows: Any, i: int, people: Any, j: int, at: int, shares: Any, near: int, near_u: float) -> Any:
    """Best level of several values against several. ``near``: 0 equal only, 1 digits, 2 text, 3 digits of a NIR."""
    i0, i1 = i32(rows[at + V_STARTS], i), i32(rows[at + V_STARTS], i + 1)
    j0, j1 = i32(people[at + V_STARTS], j), i32(people[at + V_STARTS], j + 1)
    if i0 == i1 or j0 == j1:
        return 0, 0.0
    level, u = 5, -0.01
    for one in range(i0, i1):
        key = u64(rows[at + V_KEY], one)
        for other in range(j0, j1):
            if key == u64(people[at + V_KEY], other):
                share = np.float64(f32(shares, other))
                if level != 1 or share < u:
                    level, u = 1, share
            elif level == 5 and near & 1:
                letters = near & 2  # a NIR holds its letter in two bits
                a_number, b_number = i64(rows[at + V_NUMBER], one), i64(people[at + V_NUMBER], other)
                if digit_edits(a_number >> letters, b_number >> letters) <= 1:
                    level, u = 2, near_u
            elif level == 5 and near == 2:
                a, b = rows[at + V_CONTENT], people[at + V_CONTENT]
                a0, a1 = i64(rows[at + V_CUTS], one), i64(rows[at + V_CUTS], one + 1)
                b0, b1 = i64(people[at + V_CUTS], other), i64(people[at + V_CUTS], other + 1)
                if one_edit(a, a0, a1, b, b0, b1):
                    level, u = 2, near_u
                elif jaro_winkler(a, a0, a1, b, b0, b1) > 0.92:
                    level, u = 4, near_u + 0.7
    return level, u


@numba.njit(cache=True, nogil=True)
def _place(rows: Any, i: int, people: Any, j: int, f: Any) -> Any:
    """Postcode and town as one field: same postcode or town, one figure apart, same department."""
    code, code_u = _attribute(rows, i, people, j, POSTCODE, f[F_VALUES + 2], 1, math.log(2e-3))
    town, town_u = _attribute(rows, i, people, j, CITY, f[F_VALUES + 3], 0, 0.0)
    if code == 1 and (town != 1 or code_u <= town_u):
        return code, code_u
    if town == 1:
        return (1 if code <= 1 else 2), town_u
    if code == 0:
        return town, town_u
    if code == 5:
        one = i64(rows[POSTCODE + V_NUMBER], i32(rows[POSTCODE + V_STARTS], i))
        other = i64(people[POSTCODE + V_NUMBER], i32(people[POSTCODE + V_STARTS], j))
        if one // 1000 == other // 1000:
            return 4, math.log(0.03)
    return code, code_u


@numba.njit(cache=True, nogil=True)
def _street(rows: Any, i: int, people: Any, j: int, f: Any) -> Any:
    """Street and number: both, street alone, a similar street, none."""
    level, u = _attribute(rows, i, people, j, STREET, f[F_VALUES + 4], 2, math.log(1e-3))
    if level == 0 or level == 5:
        return level, u
    house, known = False, False
    for one in range(i32(rows[STREET + V_STARTS], i), i32(rows[STREET + V_STARTS], i + 1)):
        mine = i64(rows[STREET + V_NUMBER], one)
        for other in range(i32(people[STREET + V_STARTS], j), i32(people[STREET + V_STARTS], j + 1)):
            theirs = i64(people[STREET + V_NUMBER], other)
            known = known or (mine > 0 and theirs > 0)
            house = house or (mine > 0 and mine == theirs)
    if house:
        return level, u + math.log(0.03)
    return (4, u) if known else (level, u)


@numba.njit(cache=True, nogil=True)
def compare(rows: Any, i: int, people: Any, j: int, f: Any, log_m: Any, levels: Any, chances: Any) -> None:
    """Fill ``levels`` (13,) and ``chances`` (13,) for one row and one person; ``log_m`` chooses among spellings."""
    levels[:] = 0
    chances[:] = 0.0
    born, theirs = np.int64(i32(rows[BIRTH], i)), np.int64(i32(people[BIRTH], j))
    decade = min(max(born // 100000 - 185, 0), DECADES - 1)
    _names(rows, i, people, j, f, log_m, decade, levels, chances)
    levels[2] = birth_level(born, theirs)
    chances[2] = _BIRTH_U[levels[2]]
    if levels[2] == 1:
        at = (theirs // 10000 - 1850) * 372 + (theirs // 100 % 100 - 1) * 31 + theirs % 100
        chances[2] = f32(f[F_BIRTH], at) if 0 < at < BIRTH_PLACES else -9.0
    mine, other = i8(rows[SEX], i), i8(people[SEX], j)
    if mine and other:
        levels[3] = 1 if mine == other else 5
        known = levels[0] == 1 or levels[0] == 2
        chances[3] = math.log((0.98 if mine == other else 0.02) if known else 0.5)
    per_person = -np.float64(f32(f[F_PEOPLE], 0))
    levels[4], chances[4] = _attribute(rows, i, people, j, PHONE, f[F_VALUES], 1, math.log(40.0) + per_person)
    levels[5], chances[5] = _attribute(
        rows, i, people, j, EMAIL, f[F_VALUES + 1], 2, math.log(5.0) + per_person
    )
    levels[6], chances[6] = _place(rows, i, people, j, f)
    levels[7], chances[7] = _street(rows, i, people, j, f)
    levels[8], chances[8] = _attribute(
        rows, i, people, j, NIR, f[F_VALUES + 5], 3, math.log(20.0) + per_person
    )
    levels[9], chances[9] = _attribute(rows, i, people, j, IPP, f[F_VALUES + 6], 0, 0.0)
    levels[10], chances[10] = _attribute(rows, i, people, j, DOCTOR, f[F_VALUES + 7], 0, 0.0)
    levels[11], chances[11] = _attribute(rows, i, people, j, INSURER, f[F_VALUES + 8], 0, 0.0)


@numba.njit(cache=True, nogil=True)
def _compare_rows(
    rows: Any,
    people: Any,
    starts: Any,
    listed: Any,
    f: Any,
    log_m: Any,
    first: int,
    last: int,
    packed: Any,
    chance: Any,
) -> None:
    levels, chances = np.zeros(13, np.int8), np.zeros(13)
    for row in range(first, last):
        for place in range(starts[row], starts[row + 1]):
            compare(rows, row, people, listed[place], f, log_m, levels, chances)
            word, total = np.uint64(0), 0.0
            for field in range(13):
                word |= np.uint64(levels[field]) << np.uint64(4 * field)
                if levels[field]:
                    total += chances[field]
            packed[place], chance[place] = word, total


def compare_all(population: Side, rows: Side, found: Candidates, f: Frequencies, log_m: Array) -> Compared:
    """Every row with every of its candidates, on two threads."""
    packed, chance = np.zeros(len(found.people), np.uint64), np.zeros(len(found.people), np.float32)
    rows_at, people_at = addresses(rows), addresses(population)
    edges = np.searchsorted(found.starts, np.linspace(0, found.starts[-1], 4 * THREADS + 1)).clip(
        0, rows.size
    )
    edges[0], edges[-1] = 0, rows.size
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [
            pool.submit(_compare_rows, rows_at, people_at, found.starts, found.people, f.table, log_m,
                        int(begin), int(end), packed, chance)
            for begin, end in pairwise(edges)
            if begin < end
        ]  # fmt: skip
        for job in jobs:
            job.result()
    return Compared(found.starts, found.people, packed, chance)
