"""A scanned line made a row: time, kind, outcome, action, and its strings numbered.

Reads: the spans of a line the scanner walked to its end. Gives: one row of
:class:`~rempart.sources.fhir_rows.Rows`; strings that repeat from line to line (accounts, addresses,
software, …) become numbers into a list of distinct spans, so that they are decoded once a block.
Misses: what is spelled unusually (a month as time, an unknown zone) is refused.

Follows the rules of :mod:`rempart.sources.fhir`; time per FHIR dateTime and instant.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from rempart.sources.fhir_bytes import word_at
from rempart.sources.fhir_paths import ACTION, EVENT_ID, OCCURRED, OUTCOME, RECORDED, RESOURCE_TYPE
from rempart.sources.fhir_pick_entities import end_patient
from rempart.sources.fhir_rows import (
    AGENTS,
    FIRST_PATIENT,
    INTERNED,
    IS_QUERY,
    LAST_PATIENT,
    LOGIN,
    P_ACCOUNT,
    P_ADDRESS,
    P_CLIENT_DISPLAY,
    P_CLIENT_NAME,
    P_OTHER_ADDRESS,
    P_OWN_NAME,
    P_REQUEST,
    P_SOFTWARE,
    REFUSED_LINE,
    REQUESTORS,
    is_plain,
    spells,
)

STRANGE_TIME = -(2**63)
_MIXER = 0x9E3779B97F4A7C15


class Interned(NamedTuple):
    """Distinct spans by column: ``table`` (7, size) int32 is a hash table of numbers (-1 free), ``spans``
    (7, n, 2) and ``hashes`` (7, n) are what the numbers stand for, ``count`` (7,) how many there are."""

    table: np.ndarray[Any, Any]
    spans: np.ndarray[Any, Any]
    hashes: np.ndarray[Any, Any]
    count: np.ndarray[Any, Any]


def new_interned(lines: int) -> Interned:
    """Room for every line to say something new; a power of two at least twice as large is used."""
    size = 1 << (2 * lines - 1).bit_length()
    return Interned(
        np.full((INTERNED, size), -1, np.int32),
        np.empty((INTERNED, lines, 2), np.int64),
        np.empty((INTERNED, lines), np.uint64),
        np.zeros(INTERNED, np.int64),
    )


@numba.njit(cache=True, nogil=True)
def _hash_span(data, at, length):
    mixer = np.uint64(_MIXER)
    value = np.uint64(length) * mixer
    end = at + length
    while at + 8 <= end:
        value = (value ^ word_at(data, at)) * mixer
        value ^= value >> np.uint64(29)
        at += 8
    if at < end:
        rest = word_at(data, at) & ((np.uint64(1) << np.uint64(8 * (end - at))) - np.uint64(1))
        value = (value ^ rest) * mixer
        value ^= value >> np.uint64(29)
    return value


@numba.njit(cache=True, nogil=True)
def _same(data, a, b, length):
    k = 0
    while k < length:
        if data[a + k] != data[b + k]:
            return False
        k += 1
    return True


@numba.njit(cache=True, nogil=True)
def intern_span(data, at, length, column, interned):
    """The number of a span's text within its column."""
    value = _hash_span(data, at, length)
    mask = np.uint64(interned.table.shape[1] - 1)
    slot = np.int64((value >> np.uint64(20)) & mask)
    while True:
        number = interned.table[column, slot]
        if number < 0:
            break
        known = interned.spans[column, number]
        if (
            interned.hashes[column, number] == value
            and known[1] == length
            and _same(data, known[0], at, length)
        ):
            return number
        slot = (slot + 1) & np.int64(mask)
    number = np.int32(interned.count[column])
    interned.count[column] += 1
    interned.table[column, slot] = number
    interned.hashes[column, number] = value
    interned.spans[column, number, 0] = at
    interned.spans[column, number, 1] = length
    return number


@numba.njit(cache=True, nogil=True)
def _two_digits(data, at):
    a, b = np.int64(data[at]) - 48, np.int64(data[at + 1]) - 48
    if a < 0 or a > 9 or b < 0 or b > 9:
        return -1
    return a * 10 + b


@numba.njit(cache=True, nogil=True)
def _day_number(year, month, day):
    """Days since 1970-01-01 of a Gregorian date, -1000000 for none (years 1900 to 2199 only)."""
    if year < 1900 or year > 2199 or month < 1 or month > 12 or day < 1:
        return -1000000
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 28 + leap if month == 2 else 31 - (month in (4, 6, 9, 11))
    if day > longest:
        return -1000000
    before = year - 1 if month <= 2 else year
    era_days = 365 * before + before // 4 - before // 100 + before // 400
    shifted = month + 9 if month <= 2 else month - 3
    return era_days + (153 * shifted + 2) // 5 + day - 1 - 719468


@numba.njit(cache=True, nogil=True)
def read_time(data, at, length):
    """A date, or a date and time with seconds, in ms UTC; :data:`STRANGE_TIME` for all else."""
    if length < 10 or length > 40 or data[at + 4] != 45 or data[at + 7] != 45:
        return STRANGE_TIME
    century, year = _two_digits(data, at), _two_digits(data, at + 2)
    month, day = _two_digits(data, at + 5), _two_digits(data, at + 8)
    if century < 0 or year < 0:
        return STRANGE_TIME
    days = _day_number(century * 100 + year, month, day)
    if days == -1000000:
        return STRANGE_TIME
    if length == 10:
        return days * 86400000
    if length < 19 or data[at + 10] != 84 or data[at + 13] != 58 or data[at + 16] != 58:
        return STRANGE_TIME
    hour, minute, second = _two_digits(data, at + 11), _two_digits(data, at + 14), _two_digits(data, at + 17)
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:
        return STRANGE_TIME
    moment = days * 86400000 + hour * 3600000 + minute * 60000 + second * 1000
    k, end = at + 19, at + length
    if k < end and data[k] == 46:
        k += 1
        scale, begun = 100, k
        while k < end and 48 <= data[k] <= 57:
            moment += (np.int64(data[k]) - 48) * scale
            scale //= 10
            k += 1
        if k == begun or k - begun > 18:
            return STRANGE_TIME
    if k == end or (k + 1 == end and data[k] == 90):
        return moment
    if k + 6 != end or data[k + 3] != 58 or (data[k] != 43 and data[k] != 45):
        return STRANGE_TIME
    ahead, past = _two_digits(data, k + 1), _two_digits(data, k + 4)
    if ahead < 0 or ahead > 23 or past < 0 or past > 59:
        return STRANGE_TIME
    shift = ahead * 3600000 + past * 60000
    return moment + shift if data[k] == 45 else moment - shift


@numba.njit(cache=True, nogil=True)
def _read_outcome(data, span):
    """The compiled twin of ``read_outcome``."""
    if spells(data, span, 0x30, 1):
        return 0
    if spells(data, span, 0x34, 1) or spells(data, span, 0x676E696E726177, 7):
        return 4
    if spells(data, span, 0x38, 1) or spells(data, span, 0x726F727265, 5):
        return 8
    if spells(data, span, 0x3231, 2) or spells(data, span, 0x6C61746166, 5):
        return 12
    if spells(data, span, 0x73736563637573, 7):
        return 0
    if span[1] == 11 and word_at(data, span[0]) == np.uint64(0x74616D726F666E69):
        ending = word_at(data, span[0] + 3)
        return 0 if ending == np.uint64(0x6E6F6974616D726F) else -1
    return -1


@numba.njit(cache=True, nogil=True)
def _read_action(data, span):
    if span[1] == 1 and data[span[0]] in (67, 68, 69, 82, 85):
        return np.int64(data[span[0]])
    return 0


@numba.njit(cache=True, nogil=True)
def _choose(line, into, first, second):
    if line[first, 1]:
        line[into] = line[first]
    elif line[second, 1]:
        line[into] = line[second]


@numba.njit(cache=True, nogil=True)
def finish_line(data, spans, line, rows, row, interned):
    """Write the row of a scanned line; False leaves it to the tolerant reader."""
    kind = spans[RESOURCE_TYPE]
    if kind[1] != 10 or word_at(data, kind[0]) != np.uint64(0x6576457469647541):
        return False
    if word_at(data, kind[0] + 2) != np.uint64(0x746E657645746964):
        return False
    end_patient(data, spans, line, rows)
    when = spans[RECORDED] if spans[RECORDED, 1] else spans[OCCURRED]
    moment = read_time(data, when[0], when[1])
    plain = is_plain(data, spans[EVENT_ID]) and is_plain(data, line[P_REQUEST])
    if line[REFUSED_LINE, 0] or moment == STRANGE_TIME or not plain:
        return False
    moment = min(max(moment, -2208988800000), 7258118399999)
    outcome = _read_outcome(data, spans[OUTCOME])
    numbers = rows.numbers[row]
    numbers[0] = moment
    numbers[1] = (2 if outcome > 0 else 1) if line[LOGIN, 0] else 0
    numbers[2] = _read_action(data, spans[ACTION])
    numbers[3] = outcome
    numbers[4] = line[IS_QUERY, 0]
    numbers[5] = (
        0 if line[P_ACCOUNT, 1] else 1 if not line[AGENTS, 0] else 2 if not line[REQUESTORS, 0] else 3
    )
    rows.picked[row, 0] = spans[EVENT_ID, :2]
    rows.picked[row, 1] = line[P_REQUEST, :2]
    rows.patient_at[row, 0] = line[FIRST_PATIENT, 0]
    rows.patient_at[row, 1] = line[LAST_PATIENT, 0] - line[FIRST_PATIENT, 0]
    if not line[P_ADDRESS, 1]:
        line[P_ADDRESS] = line[P_OTHER_ADDRESS]
    line[P_SOFTWARE] = line[P_OWN_NAME]
    _choose(line, P_SOFTWARE, P_CLIENT_NAME, P_CLIENT_DISPLAY)
    for column in range(INTERNED):
        rows.codes[row, column] = intern_span(data, line[column, 0], line[column, 1], column, interned)
    return True
