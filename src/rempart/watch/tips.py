"""Tip-offs: networks and software that another region's bundle names, as bounded evidence here.

Reads, for each tip, on how many days accounts here had used that network or software when the tip came, out of how
many, when the crew was last seen and at which hours it works. Gives nats for an event that uses one: the log of how
much likelier a thief comes that way than an honest account does,

    ln(NAMED_SHARE / ((days + 1/2) / (account days + 1))), at most MOST_NATS,

a little more or less by the hour, halved every :data:`HALF_LIFE_MS` since the crew was seen. So a provider's exit
that nobody here uses weighs a few nats, and a telephone operator's that much of the staff uses weighs nothing.
Only accounts new to the network or software are concerned (:func:`concerns`).

Misses: a crew that changed both; an exit that staff began to use after the tip.
"""

from __future__ import annotations

import math

import numpy as np

from rempart.compiled import njit
from rempart.watch.crew import NEW_DAYS
from rempart.watch.place import used_since
from rempart.watch.state import DAY_MS, HOUR_MS, SOFTWARES, Array

NAMED_SHARE = 0.05
"""Of thefts here after a bundle, the share that comes by what it names: stated, never fitted."""
MOST_NATS = 4.0
LEAST_NATS = 0.5
"""Less than this is no tip."""
HOUR_NATS = 1.0
HALF_LIFE_MS = 30 * DAY_MS
TENTHS = 10.0


def weigh_tip(days: int, account_days: int) -> float:
    """Nats of a network or software used here on ``days`` of ``account_days`` (a day of one account) before the tip."""
    honest = (days + 0.5) / (max(account_days, days) + 1.0)
    nats = min(math.log(NAMED_SHARE / honest), MOST_NATS)
    return nats if nats >= LEAST_NATS else 0.0


def weigh_hours(shares: Array) -> Array:
    """(24,) nats for the share of a crew's work in each hour of the day; nothing where no share is known."""
    if not shares.any():
        return np.zeros(24, np.float32)
    return np.clip(np.log(np.maximum(24.0 * shares, 1e-6)), -HOUR_NATS, HOUR_NATS).astype(np.float32)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def tip_tenths(tips, key, now):  # type: ignore[no-untyped-def]
    """Tenths of a nat that the best tip about ``key`` is worth at ``now``; 0 for none."""
    low, high = 0, tips.size
    while low < high:
        middle = (low + high) // 2
        if tips[middle].key < key:
            low = middle + 1
        else:
            high = middle
    best = 0.0
    while low < tips.size and tips[low].key == key:
        tip = tips[low]
        fresh = 0.5 ** (max(now - tip.seen_ms, 0) / HALF_LIFE_MS)
        nats = min((tip.nats + tip.hours[(now // HOUR_MS) % 24]) * fresh, MOST_NATS)
        best = max(best, nats)
        low += 1
    return np.int8(best * TENTHS + 0.5) if best >= LEAST_NATS else np.int8(0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def mark_tips(tips, row, now):  # type: ignore[no-untyped-def]
    """Fill the row's ``tip_network`` and ``tip_software``."""
    row.tip_network = tip_tenths(tips, 2 * row.network, now) if row.network >= 0 else np.int8(0)
    row.tip_software = tip_tenths(tips, 2 * row.software + 1, now) if row.software >= 0 else np.int8(0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def concerns(acc, row):  # type: ignore[no-untyped-def]
    """Nats of the stronger tip about this event, of those whose network or software is new to the account."""
    tenths = np.int8(0)
    if row.tip_network > 0 and acc.day - used_since(acc, row.network) < NEW_DAYS:
        tenths = row.tip_network
    if row.tip_software > tenths:
        for i in range(SOFTWARES):
            if acc.software[i] == row.software and acc.day - acc.software_day[i] < NEW_DAYS:
                tenths = row.tip_software
    return np.float32(tenths / TENTHS)
