"""Instants read from bytes, compiled: ``2026-03-02T08:31:07.120+01:00``.

Reads: the bytes of one instant. Gives: ms UTC, the same as :func:`rempart.sources.fhir_words.parse_time`
for every form it knows, and MISSING_MS for any other (a date alone, a year before 1970), which the
tolerant reader then reads.

Follows HL7 FHIR R4 instant and dateTime, ISO 8601.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.records import MISSING_MS
from rempart.sources.byte_words import byte_at

_BEFORE_MONTH = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365], np.int64)


@numba.njit(cache=True, nogil=True)
def _number(data, at, digits):
    """The number its ``digits`` spell at ``at``, -1 where one is no digit."""
    number = 0
    for k in range(digits):
        digit = byte_at(data, at + k) - 48
        if digit < 0 or digit > 9:
            return -1
        number = number * 10 + digit
    return number


@numba.njit(cache=True, nogil=True)
def _day_number(year, month, day):
    """Days since 1970-01-01; -1 where there is no such day after it."""
    if year < 1970 or year > 2198 or month < 1 or month > 12 or day < 1:
        return -1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = _BEFORE_MONTH[month] - _BEFORE_MONTH[month - 1] + (leap and month == 2)
    if day > longest:
        return -1
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162
    return days + _BEFORE_MONTH[month - 1] + (leap and month > 2) + day - 1


@numba.njit(cache=True, nogil=True)
def read_day(data, at, end):
    """The first ms UTC of the date (``2026-03-02``) between the two; MISSING_MS for any other form."""
    if end - at != 10 or byte_at(data, at + 4) != 45 or byte_at(data, at + 7) != 45:
        return MISSING_MS
    day = _day_number(_number(data, at, 4), _number(data, at + 5, 2), _number(data, at + 8, 2))
    return day * 86_400_000 if day >= 1 else MISSING_MS


@numba.njit(cache=True, nogil=True)
def read_instant(data, at, end):
    """The instant (``2026-03-02T08:31:07.120+01:00``) between the two in ms UTC, as
    :func:`rempart.sources.fhir_words.parse_time` reads it; MISSING_MS for any other form."""
    if (
        end - at < 19
        or byte_at(data, at + 4) != 45
        or byte_at(data, at + 7) != 45
        or byte_at(data, at + 10) != 84
    ):
        return MISSING_MS
    if byte_at(data, at + 13) != 58 or byte_at(data, at + 16) != 58:
        return MISSING_MS
    day = _day_number(_number(data, at, 4), _number(data, at + 5, 2), _number(data, at + 8, 2))
    hour, minute, second = _number(data, at + 11, 2), _number(data, at + 14, 2), _number(data, at + 17, 2)
    if day < 1 or not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return MISSING_MS
    ms = day * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000
    at += 19
    if at < end and byte_at(data, at) == 46:
        weight, digits = 100, 0
        at += 1
        while at < end and 48 <= byte_at(data, at) <= 57 and digits < 18:
            ms += weight * (byte_at(data, at) - 48)
            weight //= 10
            digits += 1
            at += 1
        if digits == 0:
            return MISSING_MS
    if at == end or (byte_at(data, at) == 90 and at + 1 == end):
        return ms
    sign = 1 if byte_at(data, at) == 45 else -1 if byte_at(data, at) == 43 else 0
    if sign == 0 or end - at != 6 or byte_at(data, at + 3) != 58:
        return MISSING_MS
    ahead, past = _number(data, at + 1, 2), _number(data, at + 4, 2)
    if not (0 <= ahead < 24 and 0 <= past < 60):
        return MISSING_MS
    return ms + sign * (ahead * 3_600_000 + past * 60_000)
