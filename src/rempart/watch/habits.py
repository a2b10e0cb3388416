"""Habits: what an account learns of its day when it closes, what it carries on, and what it forgets.

Reads an account's daily maxima and sums. Its usual values rise by at most :data:`FASTEST_RISE` a day, so that a patient thief
teaches slowly; doubt that nobody vouched for is carried on; whom a thief opened on a withheld day becomes no part of the usual
shares. Misses changes slower than that.
"""

from __future__ import annotations

import numpy as np

from rempart.watch import apart, persistence, reading
from rempart.watch.challenge import RELEASED_BY_WORD
from rempart.watch.channels import N_STATS, Stat
from rempart.watch.state import HOUR_BINS, USUAL_STRANGE, USUAL_UNCARED, USUAL_UNEXPLAINED, Array

KEEP_A_DAY = 0.985
"""What a day's weight keeps on the next day (half after about 46 days)."""
FASTEST_RISE = np.full(N_STATS, 0.15)
FASTEST_RISE[Stat.PERSISTED] = persistence.FASTEST_RISE
"""Largest daily rise of an account's usual ``log1p`` value, (N_STATS,): about 16 % a day, less for what is said against habit
itself."""
FIRST_SPREAD = 0.4
"""Spread of an account known for one day: a day's work differs by about a third from the next one's."""
REACH, LEAST_REACH = 2.5, 0.75
"""How many of its usual spreads a day may lie from an account's habit, and how far at least, in ``log1p``,
to widen that spread further: a few extreme days must not make every later day look usual."""
CARRIED_FROM = 0.7
"""Share of a high doubt beyond which a day's doubt is carried on."""
KEEP_CARRIED = 0.75
SHARE_PATIENTS = 10.0
"""Patients that the share before an account is known is worth."""
SHARES = (
    ("strange", "usual_strange", "opened", USUAL_STRANGE),
    ("uncared", "usual_uncared", "opened", USUAL_UNCARED),
    ("unexplained", "usual_unexplained", "looked_up", USUAL_UNEXPLAINED),
)
"""What of an account's patients is counted, the share learned of it, of how many, and that share at first."""
LEAST_SHARE, MOST_USUAL_SHARE = 0.01, 0.95
HAUL = (
    "strangers",
    "strangers_day",
    "strangers_week",
    "out_of_care_day",
    "out_of_care_week",
    "in_care",
    "odd_strangers",
    "odd_patients",
    "odd_reads",
    "strange_reads",
    "strange_reads_week",
    "kinds_day",
    "visits_day",
    "never_back",
    "burst",
    "singly_day",
    "singly_week",
    "persisted",
)
"""Sums over opened patients, of which nothing is left after a day that ended blocked: what follows a
reinstatement is the owner's. A failed challenge alone takes nothing away that was found against the account."""


def learn(accounts: Array, rows: Array) -> None:
    """Move each account's own habits towards its day, no faster than FASTEST_RISE up."""
    today = np.log1p(accounts["top"][rows])
    mean, spread = accounts["mean"][rows], accounts["spread"][rows]
    days = accounts["days"][rows].astype(np.float64)[:, None]
    rate = np.maximum(1.0 / (days + 1.0), 0.06)
    gap = today - mean
    step = rate * gap
    step = np.where(days >= 3, np.minimum(step, FASTEST_RISE), step)
    reach = np.maximum(REACH * spread, LEAST_REACH)
    capped = np.clip(gap, -reach, reach)
    spread = np.where(days == 0, FIRST_SPREAD, np.sqrt((1 - rate) * spread**2 + rate * capped**2))
    accounts["mean"][rows] = mean + step
    accounts["spread"][rows] = spread
    accounts["scale"][rows] = apart.scale_of(mean + step, spread, days + 1.0)
    touched = (accounts["hours_today"][rows, None] >> np.arange(HOUR_BINS, dtype=np.uint64)) & np.uint64(1)
    keep = np.float32(KEEP_A_DAY)
    accounts["hours"][rows] = accounts["hours"][rows] * keep + touched.astype(np.float32)
    classes = accounts["new_place_class"][rows, None] >> np.arange(4, dtype=np.int8) & 1
    known = accounts["days"][rows, None] > 0
    accounts["roams"][rows] = accounts["roams"][rows] * keep + (classes & known).astype(np.float32)
    reading.learn(accounts, rows)
    persistence.learn(accounts, rows)
    accounts["days"][rows] += 1


def carry_doubt(accounts: Array, rows: Array, high: float, lifted: float) -> None:
    """What an account's day adds to its doubt on the days that follow, less what the whole house had more of; nothing where
    somebody vouched for it and no challenge failed or was left open, nor where it ended blocked."""
    beyond = np.maximum(accounts["fresh_top"][rows] - lifted - CARRIED_FROM * high, 0.0)
    passed = (accounts["released"][rows] != 0) & (accounts["withheld"][rows] == 0)
    settled = passed | (accounts["released"][rows] == RELEASED_BY_WORD) | _ended(accounts, rows)
    carried = KEEP_CARRIED * (accounts["carried"][rows] + beyond)
    accounts["carried"][rows] = np.where(settled, 0.0, carried)


def _ended(accounts: Array, rows: Array) -> Array:
    """Of which accounts (n,) the day ended blocked: a challenge failed for good, or somebody disowned it."""
    return np.asarray((accounts["withheld"][rows] == 1) & (accounts["blocked"][rows] != 0))


def forget_day(accounts: Array, rows: Array) -> None:
    """Start afresh; what was new on a withheld day does not become known."""
    withheld = accounts["withheld"][rows] == 1
    bad, ended = rows[withheld], rows[_ended(accounts, rows)]
    for slot, first in (("place", "place_day"), ("software", "software_day"), ("form", "form_day")):
        fresh = accounts[first][bad] == accounts["day"][bad][:, None]
        accounts[slot][bad] = np.where(fresh, -1, accounts[slot][bad])
    for name in (
        "now",
        "top",
        "doubt_top",
        "fresh_top",
        "hours_today",
        "new_place_class",
        "seen",
        "withheld",
        "challenged",
        "released",
        "sessions_today",
        "passed_today",
        "read_today",
        "visits_today",
        "uncared_today",
    ):
        accounts[name][rows] = 0
    for name in HAUL:
        accounts[name][ended] = 0
    _learn_shares(accounts, rows, withheld)
    fading = np.float32(0.9)
    for name in ("strange", "uncared", "opened", "unexplained", "looked_up"):
        accounts[name][rows] *= fading


def _learn_shares(accounts: Array, rows: Array, withheld: Array) -> None:
    """Which part of an account's patients nothing usually explains, and which nobody treats. Those of a ``withheld`` (n,)
    day count as the usual ones would: whom a thief opened must not become usual."""
    learned, bad = rows[~withheld], rows[withheld]
    for part, usual, whole, at_first in SHARES:
        of = accounts[whole][learned] + SHARE_PATIENTS
        share = (accounts[part][learned] + at_first * SHARE_PATIENTS) / of
        accounts[usual][learned] = np.clip(share, LEAST_SHARE, MOST_USUAL_SHARE)
        of = accounts[whole][bad]
        as_usual = accounts[usual][bad] * (of + SHARE_PATIENTS) - at_first * SHARE_PATIENTS
        accounts[part][bad] = np.clip(as_usual, 0.0, of)
