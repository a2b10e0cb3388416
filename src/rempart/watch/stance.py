"""What the house asks from at this moment: the threshold of its past, lifted where everybody stands out today,
lowered where a challenge failed.

Reads the accounts' largest doubts of the day, and what is new about them, once each span of event time. Misses what
rises within a span.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.watch.place import novel_today
from rempart.watch.state import SPAN_MS
from rempart.watch.threshold import MOST_LIFTED, MOST_RISEN, alarm, doubts_today, risen, surge

STANCE = np.dtype(
    [
        ("threshold", "f4"),
        ("usual", "f4"),
        ("enforce", "i8"),
        ("asked_from", "f8"),
        ("lifted_to", "f8"),
        ("risen", "f8"),
        ("usual_quarter", "f8"),
        ("alarm", "f8"),
        ("novel", "f8", (4,)),
        ("challenges_per_day", "f8"),
        ("span", "i8"),
    ]
)
"""``threshold``: nats of doubt from which is asked now, ``usual`` the same but for an alarm, ``asked_from`` without today's
lift either; ``lifted_to`` nats that who stands out today has in common; ``risen`` nats that the house as a whole has more than on a
usual day, when one account in four has ``usual_quarter``; ``alarm`` part by which less is enough; ``novel`` part of today's
accounts that brought each class of novelty (:func:`place.novel_today`); ``span``: number of
the span of event time last looked at, -1 before the first."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def lift(stance):  # type: ignore[no-untyped-def]
    """Set the threshold: a part less in an alarm, more by what the house has risen by, and at least what who stands out has
    in common; ``stance`` is one record."""
    lifted = min(stance.lifted_to, stance.asked_from + MOST_LIFTED)
    risen = min(stance.risen, MOST_RISEN)
    stance.threshold = max(stance.asked_from * (1.0 - stance.alarm) + risen, lifted)
    stance.usual = max(stance.asked_from + risen, lifted)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def look(stance, accounts, span):  # type: ignore[no-untyped-def]
    """Look at the house as span ``span`` of its time opens; ``stance`` (1,) of STANCE is changed in place."""
    now = stance[0]
    now.span = span
    answered, unanswered = doubts_today(accounts, span * SPAN_MS, now.enforce)
    now.lifted_to = surge(answered, unanswered, now.challenges_per_day)
    now.risen = risen(answered, unanswered, now.usual_quarter)
    now.alarm = alarm(accounts, span * SPAN_MS, now.enforce == 1)
    novel_today(accounts, now.novel)
    lift(now)
