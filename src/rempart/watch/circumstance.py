"""Circumstance: how unusual the place, the hour and the waking are in which a patient is opened.

A burst of work is often honest, and so is a new network; a burst of strangers *from* a new network
hardly ever is. Reads the surprise of place and hour (nats) and the days slept; gives one weight by
which the patients of this event count in the channels ``odd_strangers`` and ``odd_patients``. Their
honest tails are learned like any other, so a house whose staff roam learns larger ones. Misses a
thief in the owner's place and hours.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit

USUAL_HOUR = 1.6
"""Nats of an hour below which it is nothing unusual (a fifth of the days touch it)."""
ONE = 3.0
"""Nats of surprise that count a patient once."""
LONG_SLEEP_DAYS = 21.0
MOST = 4.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def circumstance(place_nats, hour_nats, slept_days):  # type: ignore[no-untyped-def]
    """Weight of a patient opened now, 0 (nothing unusual) to MOST."""
    nats = place_nats + max(np.float32(0.0), hour_nats - np.float32(USUAL_HOUR))
    asleep = np.log1p(max(slept_days - 3.0, 0.0)) / np.log1p(LONG_SLEEP_DAYS - 3.0)
    return np.float32(min(nats / ONE + asleep, MOST))
