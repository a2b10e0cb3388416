"""Cells to numbers, compiled: telephone numbers, NIR, postcodes, street addresses, hashes of text.

Reads byte arrays cut by offsets (:mod:`rempart.leak.fold`). The rules of each kind are those of the module
of that name in :mod:`rempart.leak.kinds`, which is the plain and tested form of the same.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from rempart.leak.phonetic import hash_bytes, particle

Array = np.ndarray[Any, Any]

NIR_LETTERS = 4
"""A NIR is its 13 digits (a letter counts 0) times 4, plus 1 for 2A and 2 for 2B."""


@numba.njit(cache=True, nogil=True)
def hash_each(content: Array, cuts: Array) -> Array:
    """(n,) uint64: the hash of each text without its spaces; 0 for an empty one."""
    keys = np.empty(len(cuts) - 1, np.uint64)
    for row in range(len(cuts) - 1):
        keys[row] = hash_bytes(content, cuts[row], cuts[row + 1], True)
    return keys


@numba.njit(cache=True, nogil=True)
def hash_identifiers(content: Array, cuts: Array) -> Array:
    """(n,) uint64: the hash of each text's letters and digits, small letters as capitals, without leading zeros."""
    keys = np.zeros(len(cuts) - 1, np.uint64)
    kept = np.empty(256, np.uint8)
    for row in range(len(cuts) - 1):
        size = 0
        for place in range(cuts[row], min(cuts[row + 1], cuts[row] + 256)):
            byte = content[place]
            if 97 <= byte <= 122:
                byte = np.uint8(byte - 32)
            if (48 < byte <= 57) or (65 <= byte <= 90) or byte > 127 or (byte == 48 and size > 0):
                kept[size] = byte
                size += 1
        keys[row] = hash_bytes(kept, 0, size, False)
    return keys


@numba.njit(cache=True, nogil=True)
def lower_mails(content: Array, cuts: Array) -> Any:
    """Mail addresses in small letters, without blanks and brackets: (bytes, cuts)."""
    out = np.empty(len(content) + 1, np.uint8)
    ends = np.zeros(len(cuts), np.int64)
    at = 0
    for row in range(len(cuts) - 1):
        for place in range(cuts[row], cuts[row + 1]):
            byte = content[place]
            if byte <= 32 or byte == 60 or byte == 62 or byte == 34:
                continue
            out[at] = byte + 32 if 65 <= byte <= 90 else byte
            at += 1
        ends[row + 1] = at
    return out[:at].copy(), ends


@numba.njit(cache=True, nogil=True)
def phone_numbers(content: Array, cuts: Array) -> Array:
    """(n,) int64: the national number without its 0; 0 where there are fewer than six digits."""
    numbers = np.zeros(len(cuts) - 1, np.int64)
    digits = np.empty(24, np.int64)
    for row in range(len(cuts) - 1):
        size = 0
        for place in range(cuts[row], cuts[row + 1]):
            byte = content[place]
            if 48 <= byte <= 57 and size < 24:
                digits[size] = byte - 48
                size += 1
            elif (byte == 47 or byte == 44 or byte == 59) and size >= 9:
                break
        first = 0
        while first < size and digits[first] == 0:
            first += 1
        left = size - first
        if left >= 11 and digits[first] == 3 and digits[first + 1] == 3:
            first += 2
        elif left >= 12 and digits[first] in (2, 5, 6):
            code = digits[first] * 100 + digits[first + 1] * 10 + digits[first + 2]
            if code in (262, 590, 594, 596, 508, 687, 689):
                first += 3
        while first < size and digits[first] == 0:
            first += 1
        if size - first < 6 or size - first > 15:
            continue
        value = 0
        for place in range(first, size):
            value = value * 10 + digits[place]
        numbers[row] = value
    return numbers


@numba.njit(cache=True, nogil=True)
def nir_numbers(content: Array, cuts: Array) -> Array:
    """(n,) int64: the NIR as :data:`NIR_LETTERS` says; shorter numbers are taken as they are, times 4."""
    numbers = np.zeros(len(cuts) - 1, np.int64)
    for row in range(len(cuts) - 1):
        value, size, letter = 0, 0, 0
        for place in range(cuts[row], cuts[row + 1]):
            byte = content[place]
            if size == 13:
                break
            if 48 <= byte <= 57:
                value = value * 10 + (byte - 48)
                size += 1
            elif (byte | 32) in (97, 98) and size == 6:
                letter = 1 if (byte | 32) == 97 else 2
                value *= 10
                size += 1
        if size >= 5 and value > 0:
            numbers[row] = value * 4 + letter
    return numbers


@numba.njit(cache=True, nogil=True)
def postcode_numbers(content: Array, cuts: Array) -> Array:
    """(n,) int64: the first run of four or five digits as a number (2A, 2B as 20); 0 where there is none."""
    numbers = np.zeros(len(cuts) - 1, np.int64)
    for row in range(len(cuts) - 1):
        value, size = 0, 0
        for place in range(cuts[row], cuts[row + 1]):
            byte = content[place]
            if 48 <= byte <= 57:
                value = value * 10 + (byte - 48)
                size += 1
            elif size == 1 and value == 2 and (byte | 32) in (97, 98):
                value, size = 20, 2
            elif size >= 4:
                break
            elif byte != 32:
                value, size = 0, 0
        if 4 <= size <= 5:
            numbers[row] = value
    return numbers


@numba.njit(cache=True, nogil=True)
def split_streets(content: Array, cuts: Array, types: Array) -> Any:
    """Folded addresses taken apart: (house number, postcode, street bytes, cuts, town bytes, cuts).

    Of the street only the words that name it are kept: neither the number, nor bis or ter, nor its type
    (hashes ``types``, sorted), nor particles. A five-digit word behind the first begins postcode and town.
    """
    rows = len(cuts) - 1
    house = np.zeros(rows, np.int64)
    postcode = np.zeros(rows, np.int64)
    street = np.empty(len(content) + 1, np.uint8)
    street_cuts = np.zeros(rows + 1, np.int64)
    town = np.empty(len(content) + 1, np.uint8)
    town_cuts = np.zeros(rows + 1, np.int64)
    at, town_at = 0, 0
    for row in range(rows):
        begin = cuts[row]
        words, seen_post = 0, False
        first_at, first_town = at, town_at
        while begin < cuts[row + 1]:
            end = begin
            figures = True
            while end < cuts[row + 1] and content[end] != 32:
                figures = figures and 48 <= content[end] <= 57
                end += 1
            size = end - begin
            value = 0
            if figures and size < 9:
                for place in range(begin, end):
                    value = value * 10 + (content[place] - 48)
            if seen_post:
                if town_at > first_town:
                    town[town_at] = 32
                    town_at += 1
                for place in range(begin, end):
                    town[town_at] = content[place]
                    town_at += 1
            elif figures and size == 5 and words > 0:
                postcode[row] = value
                seen_post = True
            elif figures and words == 0 and house[row] == 0:
                house[row] = value
            elif (
                (size == 1 and at == first_at and not figures)
                or (
                    size == 3
                    and at == first_at
                    and (content[begin] == 98 or content[begin] == 116)
                    and (content[end - 1] == 115 or content[end - 1] == 114)
                    and content[begin + 1] != 111
                    and content[begin + 1] != 97
                    and content[begin + 1] != 117
                )
                or particle(content, begin, end)
            ):
                pass
            else:
                key = hash_bytes(content, begin, end, False)
                found = np.searchsorted(types, key)
                if not (found < len(types) and types[found] == key and at == first_at):
                    if at > first_at:
                        street[at] = 32
                        at += 1
                    for place in range(begin, end):
                        street[at] = content[place]
                        at += 1
            words += 1
            begin = end + 1
        street_cuts[row + 1] = at
        town_cuts[row + 1] = town_at
    return house, postcode, street[:at].copy(), street_cuts, town[:town_at].copy(), town_cuts


@numba.njit(cache=True, nogil=True)
def towns(content: Array, cuts: Array) -> Array:
    """(n,) uint64: hashes of folded towns; saint is st, cedex and what follows is left out, as are articles."""
    keys = np.zeros(len(cuts) - 1, np.uint64)
    kept = np.empty(256, np.uint8)
    for row in range(len(cuts) - 1):
        size = 0
        begin = cuts[row]
        stop = min(cuts[row + 1], begin + 200)
        while begin < stop:
            end = begin
            while end < stop and content[end] != 32:
                end += 1
            length = end - begin
            cedex = (
                length == 5 and content[begin] == 99 and content[begin + 1] == 101 and content[end - 1] == 120
            )
            if cedex:
                break
            saint = (
                length >= 5
                and length <= 6
                and content[begin] == 115
                and content[begin + 1] == 97
                and (content[begin + 2] == 105 and content[begin + 3] == 110 and content[begin + 4] == 116)
            )
            if saint:
                kept[size] = 115
                kept[size + 1] = 116
                size += 2
                if length == 6:
                    kept[size] = 101
                    size += 1
            elif not particle(content, begin, end):
                for place in range(begin, end):
                    if not 48 <= content[place] <= 57:
                        kept[size] = content[place]
                        size += 1
            begin = end + 1
        keys[row] = hash_bytes(kept, 0, size, False)
    return keys


@numba.njit(cache=True, nogil=True)
def digit_edits(one: int, other: int) -> int:
    """How many decimal digits differ, 9 where the lengths do; an exchange of neighbours counts as one."""
    edits, last_one, last_other = 0, -1, -1
    while one > 0 or other > 0:
        if one == 0 or other == 0:
            return 9
        a, b = one % 10, other % 10
        if a != b:
            if last_one == b and last_other == a:
                last_one, last_other = -1, -1
            else:
                edits += 1
                last_one, last_other = a, b
        else:
            last_one, last_other = -1, -1
        one //= 10
        other //= 10
    return edits
