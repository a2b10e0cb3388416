"""A time zone as two arrays, so that the kernel can tell local hours without Python objects.

Reads the IANA data of :mod:`zoneinfo`; gives transition times and offsets of years 1970 to 2100.
Misses changes of law after the installed data.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from rempart.watch.state import Array

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = 130 * 366


@cache
def transitions(zone: str) -> tuple[Array, Array]:
    """(from_ms, offset_ms), both (k,) int64, sorted; the offset holds from its time on."""
    info = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(info).utcoffset() or timedelta(0)

    times, offsets = [_FIRST], [offset(_FIRST)]
    for week in range(0, _DAYS, 7):
        low, high = _FIRST + timedelta(days=week), _FIRST + timedelta(days=week + 7)
        if offset(high) == offsets[-1]:
            continue
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        minute = high.replace(second=0, microsecond=0)
        times.append(minute)
        offsets.append(offset(high))
    from_ms = np.array([round(at.timestamp() * 1000) for at in times], np.int64)
    return from_ms, np.array([round(each.total_seconds() * 1000) for each in offsets], np.int64)
