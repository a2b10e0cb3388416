"""How alike two spellings are: compiled comparisons of folded text.

Reads folded text by address (``a``) and places (``a0``, ``a1``: :mod:`rempart.leak.memory`); gives one of the levels below. Edit distance
counts an exchange of neighbours as one (optimal string alignment); similarity is Jaro's with Winkler's
prefix (Winkler 1990), common prefix of at most four, weight 0.1.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from rempart.leak.memory import u8

MISSING, EXACT, CLOSE, PART, ALIKE, DIFFERENT = range(6)
"""Nothing to compare; same letters; one edit apart or said alike; one name is a word or the initial of
the other; similar; different."""
LEVELS = 6
ALIKE_FROM = 0.86
_LONGEST = 64


@numba.njit(cache=True, nogil=True)
def one_edit(a: Any, a0: int, a1: int, b: Any, b0: int, b1: int) -> bool:
    """Whether one insertion, deletion, substitution or exchange of neighbours makes them equal."""
    while a0 < a1 and b0 < b1 and u8(a, a0) == u8(b, b0):
        a0 += 1
        b0 += 1
    while a0 < a1 and b0 < b1 and u8(a, a1 - 1) == u8(b, b1 - 1):
        a1 -= 1
        b1 -= 1
    left, right = a1 - a0, b1 - b0
    if left <= 1 and right <= 1:
        return True
    return left == 2 and right == 2 and u8(a, a0) == u8(b, b0 + 1) and u8(a, a0 + 1) == u8(b, b0)


@numba.njit(cache=True, nogil=True)
def jaro_winkler(a: Any, a0: int, a1: int, b: Any, b0: int, b1: int) -> float:
    """Similarity in [0, 1] of two texts of at most 64 bytes (the rest is not read)."""
    n, m = min(a1 - a0, 64), min(b1 - b0, 64)
    if n == 0 or m == 0:
        return 0.0
    reach = max(max(n, m) // 2 - 1, 0)
    taken_a, taken_b = np.uint64(0), np.uint64(0)
    one = np.uint64(1)
    matches = 0
    for i in range(n):
        for j in range(max(0, i - reach), min(m, i + reach + 1)):
            if not (taken_b >> np.uint64(j)) & one and u8(a, a0 + i) == u8(b, b0 + j):
                taken_a |= one << np.uint64(i)
                taken_b |= one << np.uint64(j)
                matches += 1
                break
    if matches == 0:
        return 0.0
    moved = 0
    j = 0
    for i in range(n):
        if (taken_a >> np.uint64(i)) & one:
            while not (taken_b >> np.uint64(j)) & one:
                j += 1
            if u8(a, a0 + i) != u8(b, b0 + j):
                moved += 1
            j += 1
    score = (matches / n + matches / m + (matches - moved / 2) / matches) / 3
    prefix = 0
    while prefix < min(4, n, m) and u8(a, a0 + prefix) == u8(b, b0 + prefix):
        prefix += 1
    return score + prefix * 0.1 * (1 - score)


@numba.njit(cache=True, nogil=True)
def has_word(a: Any, a0: int, a1: int, b: Any, b0: int, b1: int) -> bool:
    """Whether the whole of ``b`` stands in ``a`` as one or several whole words."""
    size = b1 - b0
    for start in range(a0, a1 - size + 1):
        if start > a0 and u8(a, start - 1) != 32:
            continue
        if start + size < a1 and u8(a, start + size) != 32:
            continue
        same = True
        for step in range(size):
            if u8(a, start + step) != u8(b, b0 + step):
                same = False
                break
        if same:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def shares_word(a: Any, a0: int, a1: int, b: Any, b0: int, b1: int) -> bool:
    """Whether a word of at least four letters of ``b`` stands in ``a``, or the reverse."""
    begin = b0
    while begin < b1:
        end = begin
        while end < b1 and u8(b, end) != 32:
            end += 1
        if end - begin >= 4 and has_word(a, a0, a1, b, begin, end):
            return True
        begin = end + 1
    return False


@numba.njit(cache=True, nogil=True)
def name_level(
    a: Any, a0: int, a1: int, a_key: Any, a_sound: Any, b: Any, b0: int, b1: int, b_key: Any, b_sound: Any
) -> int:
    """The level of two names; keys are hashes of the letters without spaces and of the sound."""
    if a1 <= a0 or b1 <= b0:
        return 0
    if a_key == b_key:
        return 1
    if a_sound == b_sound or one_edit(a, a0, a1, b, b0, b1):
        return 2
    short, long = min(a1 - a0, b1 - b0), max(a1 - a0, b1 - b0)
    if short == 1:
        return 3 if u8(a, a0) == u8(b, b0) else 5
    if long > short and (has_word(a, a0, a1, b, b0, b1) or has_word(b, b0, b1, a, a0, a1)):
        return 3
    if shares_word(a, a0, a1, b, b0, b1):
        return 3
    return 4 if jaro_winkler(a, a0, a1, b, b0, b1) >= 0.86 else 5
