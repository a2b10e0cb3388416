"""Searches decoded and taken apart without Python: compiled.

Reads: the base64 texts of many searches. Gives: for each usual one its pattern (the text up to the
question mark, then the names without their values) and where each value stands; and, by what each name
of a pattern means, the bound, the page and the ordered number, as
:mod:`rempart.sources.query_form` reads them. Misses: whatever is out of the ordinary (other alphabets,
a form as body, dates that are not plain days), which is left to that module.

Follows RFC 4648 (base64) and HL7 FHIR search.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.sources.byte_words import byte_at

LONGEST = 1024
"""Letters of the longest base64 text looked at here."""
MOST_PAIRS = 16
NOTHING, COUNT, PAGE, DATE, LETTERS, NUMBER = range(6)
"""What the value of a name means."""

_SIX = np.full(256, -1, np.int64)
for _place, _sign in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):
    _SIX[_sign] = _place
_HEX = np.full(256, -1, np.int64)
for _place, _sign in enumerate(b"0123456789abcdef"):
    _HEX[_sign] = _HEX[bytes([_sign]).upper()[0]] = _place
_PREFIXES = np.array(
    [word[0] * 256 + word[1] for word in (b"eq", b"ne", b"gt", b"lt", b"ge", b"le", b"sa", b"eb", b"ap")]
)
_BEFORE_MONTH = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365], np.int64)


@njit(cache=True, nogil=True)
def _decode(data, begin, length, text, to):
    """Decode base64 into ``text`` from ``to`` on; how many bytes, -1 for what is not plain base64 of ASCII."""
    while length and byte_at(data, begin + length - 1) == 61:
        length -= 1
    if length % 4 == 1:
        return -1
    word = bits = 0
    at = to
    for k in range(begin, begin + length):
        six = _SIX[byte_at(data, k)]
        if six < 0:
            return -1
        word = word << 6 | six
        bits += 6
        if bits >= 8:
            bits -= 8
            byte = word >> bits & 255
            if byte > 126 or (byte < 32 and byte != 10 and byte != 13):
                return -1
            text[at] = byte
            at += 1
    return at - to


@njit(cache=True, nogil=True)
def _take_apart(text, begin, end, pattern, to, pairs):
    """Write the pattern of the text into ``pattern`` from ``to`` on and its values' spans into ``pairs``.

    Returns the pattern's length (-1: not a usual search) and the number of names.
    """
    at = begin
    while at < end and text[at] != 63:
        if text[at] < 32 or text[at] == 35 or (text[at] == 32 and at == begin):
            return -1, 0
        pattern[to + at - begin] = text[at]
        at += 1
    if at == end:
        return -1, 0
    written = to + at - begin
    count = 0
    byte = 63
    while byte == 63 or byte == 38:
        if count == MOST_PAIRS:
            return -1, 0
        pattern[written] = byte
        written += 1
        at += 1
        while at < end and text[at] > 32 and text[at] != 38 and text[at] != 61 and text[at] != 35:
            if text[at] == 63:
                return -1, 0
            pattern[written] = text[at]
            written += 1
            at += 1
        pairs[count, 0], pairs[count, 1] = at, 0
        if at < end and text[at] == 61:
            pattern[written] = 61
            written += 1
            at += 1
            pairs[count, 0] = at
            while at < end and text[at] > 32 and text[at] != 38 and text[at] != 35:
                at += 1
            pairs[count, 1] = at - pairs[count, 0]
        count += 1
        byte = text[at] if at < end else 10
    if byte == 13 and at + 1 < end and text[at + 1] != 10:
        return -1, 0
    return written - to, count


@njit(cache=True, nogil=True)
def scan_queries(block, spans, text, pattern, patterns, pairs, counts):
    """Decode the searches at ``spans`` (n, 2) of ``block`` and take them apart.

    ``text`` and ``pattern`` (uint8) have room for all of them. Fills ``patterns`` (n, 2) with spans of
    ``pattern``, ``pairs`` (n, MOST_PAIRS, 2) with spans of ``text``, ``counts`` (n,) with the number of
    names, -1 for what is left to :func:`rempart.sources.query_form.read_query`.
    """
    data = block.ctypes.data
    at = to = 0
    for i in range(spans.shape[0]):
        counts[i] = -1
        patterns[i, 0], patterns[i, 1] = to, 0
        if spans[i, 1] > LONGEST:
            continue
        length = _decode(data, spans[i, 0], spans[i, 1], text, at)
        if length < 0:
            continue
        size, count = _take_apart(text, at, at + length, pattern, to, pairs[i])
        if size < 0:
            continue
        patterns[i, 1], counts[i] = size, count
        to += size
        at += length


@njit(cache=True, nogil=True)
def _letter(text, at, end):
    """The letter at ``at`` and where the next stands; (-1, at) where only decoding can tell."""
    byte = np.int64(text[at])
    if byte == 43:
        return 32, at + 1
    if byte != 37:
        return byte, at + 1
    if at + 2 >= end or _HEX[text[at + 1]] < 0 or _HEX[text[at + 2]] < 0 or _HEX[text[at + 1]] > 7:
        return -1, at
    return _HEX[text[at + 1]] * 16 + _HEX[text[at + 2]], at + 3


@njit(cache=True, nogil=True)
def _bound(text, begin, length):
    """A plain number, -1 for no text, -2 where only decoding can tell."""
    if length == 0:
        return -1
    if length > 9:
        return -2
    number = 0
    for k in range(begin, begin + length):
        if not 48 <= text[k] <= 57:
            return -2
        number = number * 10 + text[k] - 48
    return number


@njit(cache=True, nogil=True)
def _digits(text, begin, length):
    number = 0
    for k in range(begin, begin + length):
        if not 48 <= text[k] <= 57:
            return -1
        number = number * 10 + text[k] - 48
    return number


@njit(cache=True, nogil=True)
def _is_prefix(letters):
    for k in range(_PREFIXES.size):
        if _PREFIXES[k] == letters:
            return True
    return False


@njit(cache=True, nogil=True)
def _day(text, begin, length):
    """The ordinal of a plain day, perhaps behind a prefix; 0 for no text, -1 where only decoding can tell."""
    if length == 0:
        return 0
    if length == 12 and _is_prefix(np.int64(text[begin]) * 256 + text[begin + 1]):
        begin, length = begin + 2, 10
    if length != 10 or text[begin + 4] != 45 or text[begin + 7] != 45:
        return -1
    year, month, day = _digits(text, begin, 4), _digits(text, begin + 5, 2), _digits(text, begin + 8, 2)
    if year < 1900 or year > 2199 or month < 1 or month > 12 or day < 1:
        return -1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day > _BEFORE_MONTH[month] - _BEFORE_MONTH[month - 1] + (leap and month == 2):
        return -1
    past = year - 1
    days = past * 365 + past // 4 - past // 100 + past // 400
    return days + _BEFORE_MONTH[month - 1] + (leap and month > 2) + day


@njit(cache=True, nogil=True)
def _letters(text, begin, length):
    """The first eight letters in base 27, 0 for none, -1 where only decoding can tell."""
    number = found = seen = 0
    at, end = begin, begin + length
    while at < end and seen < 64:
        letter, at = _letter(text, at, end)
        if letter < 0:
            return -1
        seen += 1
        folded = letter | 32
        if 97 <= folded <= 122 and letter >= 65 and found < 8:
            number = number * 27 + folded - 96
            found += 1
    while found < 8:
        number *= 27
        found += 1
    return number


@njit(cache=True, nogil=True)
def _number(text, begin, length):
    """The last 15 digits behind the last bar, 0 for none, -1 where only decoding can tell; and whether any."""
    number, any_digit = 0, False
    at, end = begin, begin + length
    while at < end:
        letter, at = _letter(text, at, end)
        if letter < 0:
            return -1, False
        if letter == 124:
            number, any_digit = 0, False
        elif 48 <= letter <= 57:
            number = (number * 10 + letter - 48) % 1_000_000_000_000_000
            any_digit = True
    return number, any_digit


@njit(cache=True, nogil=True)
def weigh_values(text, pairs, counts, groups, meanings, ranks, told):
    """What the values say: ``told`` (n, 4) int64 bound, page, kind of the ordered number, and it.

    ``groups`` (n,) the pattern of each search, ``meanings`` and ``ranks`` (g, MOST_PAIRS) what each name of a
    pattern means and how telling it is (the lowest first). Where only decoding can tell, ``counts`` becomes
    -1.
    """
    for i in range(counts.size):
        if counts[i] < 0:
            continue
        told[i, 0] = told[i, 1] = -1
        told[i, 2] = told[i, 3] = 0
        best = 1_000_000
        for k in range(counts[i]):
            begin, length = np.int64(pairs[i, k, 0]), np.int64(pairs[i, k, 1])
            meaning, rank = meanings[groups[i], k], ranks[groups[i], k]
            said, kind, value = True, 0, 0
            if length > 400:
                value = -1
            elif meaning == COUNT or meaning == PAGE:
                value = _bound(text, begin, length)
                place = 0 if meaning == COUNT else 1
                told[i, place] = max(told[i, place], value)
                value, said = (-1 if value == -2 else 0), False
            elif meaning == DATE:
                kind, value = 1, _day(text, begin, length)
                said = value > 0
            elif meaning == LETTERS:
                kind, value = 2, _letters(text, begin, length)
                said = value > 0
            elif meaning == NUMBER:
                kind = 3
                value, said = _number(text, begin, length)
            else:
                said = False
            if value < 0:
                counts[i] = -1
                break
            if said and rank < best:
                best = rank
                told[i, 2], told[i, 3] = kind, value
