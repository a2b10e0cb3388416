"""Time: hours this account is not seen at, and accounts that wake after a long sleep.

Reads local hour and whether it is a weekend (48 bins), learned as the share of the account's
active days that touched the bin, shrunk to the role's share and the house's. Misses a thief in the
owner's hours.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.state import DAY_MS, HOUR_MS

ROLE_DAYS = 4.0
"""How many days of an account's own history its role's habits weigh."""
WAKE_AFTER_DAYS = 1.0
WEEKENDS = 48
AN_HOUR_OFF = np.float32(np.exp(-2.0))
"""How much of an hour's usualness reaches the hour beside it: who begins earlier than ever is less odd than who comes at night."""
REACH_HOURS = 3


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def hour_bin(now, zone_from, zone_offset):  # type: ignore[no-untyped-def]
    """Local hour 0-23 on weekdays, 24-47 at weekends; zone as sorted transition times and offsets (ms)."""
    at = np.searchsorted(zone_from, now, side="right") - 1
    local = now + zone_offset[max(at, 0)]
    weekday = (local // DAY_MS + 3) % 7
    hour = (local % DAY_MS) // HOUR_MS
    return np.int64(hour + (24 if weekday >= 5 else 0))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def odd_hour(acc, at, shares):  # type: ignore[no-untyped-def]
    """Nats of surprise of bin ``at``: its own, or two more for each hour to one nearby.

    ``shares`` (49,) the role's share of active days per bin, then the part of all days that were at weekends.
    """
    first = at - at % 24
    whole = (acc.days * shares[WEEKENDS] if at >= 24 else np.float32(acc.days)) + np.float32(ROLE_DAYS)
    chance = np.float32(0.0)
    reaches = np.float32(1.0)
    for off in range(REACH_HOURS + 1):
        for near in (first + (at + off) % 24, first + (at - off) % 24):
            days = acc.hours[near] + np.float32(ROLE_DAYS) * shares[near]
            chance = max(chance, reaches * min(days / whole, np.float32(1.0)))
        reaches *= AN_HOUR_OFF
    acc.hours_today |= np.uint64(1) << np.uint64(at)
    return np.float32(-np.log(max(chance, np.float32(1e-4))))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def slept(acc, now):  # type: ignore[no-untyped-def]
    """Days the account slept before it woke, held for one day after the waking."""
    if acc.last_ms != 0:
        gap = (now - acc.last_ms) / DAY_MS
        if gap > WAKE_AFTER_DAYS:
            acc.slept = np.float32(gap)
            acc.woke_ms = now
        elif now - acc.woke_ms > DAY_MS:
            acc.slept = np.float32(0.0)
    return acc.slept
