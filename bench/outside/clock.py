"""Time of a made-up region: seconds since its first midnight, a Monday in Paris."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

HOUR = 3_600.0
DAY = 24 * HOUR
FIRST_MIDNIGHT = datetime(2026, 2, 1, 23, tzinfo=UTC)


def instant(second: float) -> str:
    """FHIR instant in UTC, to the millisecond."""
    at = FIRST_MIDNIGHT + timedelta(seconds=second)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def day_of(second: float) -> int:
    """Day of the region, 0 the first."""
    return int(second // DAY)


def weekday(day: int) -> int:
    """0 Monday to 6 Sunday."""
    return day % 7
