"""What the house asks from at this moment: the threshold of its past, lifted where everybody stands out today.

Reads the accounts' largest doubts of the day, once each span of event time. Misses what rises within a span.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.watch.threshold import MOST_LIFTED, doubts_today, surge

STANCE = np.dtype(
    [
        ("threshold", "f4"),
        ("enforce", "i4"),
        ("asked_from", "f8"),
        ("lifted_to", "f8"),
        ("challenges_per_day", "f8"),
        ("span", "i8"),
    ]
)
"""``threshold``: nats of doubt from which is asked; ``asked_from`` the same without today's lift; ``lifted_to`` nats
that the house as a whole has today; ``span``: number of the span of event time last looked at, -1 before the first."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def lift(stance):  # type: ignore[no-untyped-def]
    """Set the threshold, lifted by at most MOST_LIFTED; ``stance`` is one record."""
    stance.threshold = max(stance.asked_from, min(stance.lifted_to, stance.asked_from + MOST_LIFTED))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def look(stance, accounts, span):  # type: ignore[no-untyped-def]
    """Look at the house as span ``span`` of its time opens; ``stance`` (1,) of STANCE is changed in place."""
    now = stance[0]
    now.span = span
    answered, unanswered = doubts_today(accounts)
    now.lifted_to = surge(answered, unanswered, now.challenges_per_day)
    lift(now)
