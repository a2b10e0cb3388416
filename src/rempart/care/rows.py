"""The shapes and the rules of care context: what a link is, and how long it explains an access.

Reads rows of :data:`LINK` and :data:`STAFF` (numbers only; the words were replaced at the door). Gives
rows of :data:`KEPT`, in which every rule about time has been applied, so that a lookup only compares.

The rules (docs/explanation/care-context.md says why):

- a link explains fully from its start to its end; before the start it begins at one half, ``LEAD_MS``
  earlier; after the end it falls to nothing over ``FADE_MS``;
- a standing link (an episode, a team, a list) that nobody gives a start has always been: when it came to be known
  says nothing about when it began; any other begins when it was known;
- a link without an end ends ``OPEN_MS`` of its kind after its start (never, for a care team, an
  episode or a list: a treating doctor has no end in sight);
- a cancelled link stops explaining ``CANCELLED_MS`` after its cancellation was known;
- nothing explains before it was known;
- that *somebody* treats a patient these days is said by any link, but by a standing one (an episode, a team,
  a list that goes on) less and less over ``STANDING_MS``: a treating doctor for life says nothing about today.

Explanation-based auditing: Fabbri & LeFevre, "Explanation-Based Auditing", VLDB 2011.
Misses: a reason that no system recorded (a telephone call, a corridor consultation).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rempart.records import MISSING_MS

Array = npt.NDArray[Any]

KINDS = ("appointment", "encounter", "episode", "team", "list")
"""Kinds of care link; the number of a kind is its place."""

DAY_MS = 86_400_000
ALWAYS_MS = -(2**61)
"""Stands for a start nobody gave: earlier than any event, and safe to subtract."""
NO_END_MS = 2**61

LEAD_MS = np.array([7, 7, 1, 1, 1], np.int64) * DAY_MS
"""How long before its start a link of each kind begins to explain."""
OPEN_MS = np.array([1 * DAY_MS, 365 * DAY_MS, NO_END_MS, NO_END_MS, NO_END_MS], np.int64)
"""How long a link of each kind without an end goes on after its start."""
FADE_MS = 30 * DAY_MS
CANCELLED_MS = 1 * DAY_MS
STANDING = np.array([False, False, True, True, True])
STANDING_MS = 45 * DAY_MS
"""A link of a standing kind that lasts longer than this says less and less, over this time from its start,
about whether its patient is being treated these days."""
HANDOVER_MS = 7 * DAY_MS
"""How long somebody who left a unit still counts, falling, as one of it."""

UNIT_GRADE = 0.9
"""Grade of a link of the account's unit, beside 1.0 for the account's own."""
COLLEAGUE_GRADE = 0.7
"""Grade of another account's link, where both work in one unit."""
BROAD_ACCOUNTS = 150
"""A unit that so many accounts belong to is a house, not a ward ..."""
BROAD_GRADE = 0.3
"""... and its grades are multiplied by this: it explains nearly everybody."""

MOST_LINKS = 1024
"""Links kept of one patient; a further one takes the place of the one that ends first."""
MOST_UNITS = 64
"""Staff rows kept of one account, likewise."""

LINK = np.dtype(
    [
        ("patient", "u8"), ("link", "u8"), ("known_ms", "i8"), ("start_ms", "i8"), ("end_ms", "i8"),
        ("cancelled_ms", "i8"), ("who", "i4"), ("by_unit", "i1"), ("kind", "i1"), ("spare", "i2"),
    ]
)  # fmt: skip
"""A :class:`~rempart.records.CareLink` as numbers; ``who`` numbers an account, or a unit if ``by_unit``."""

STAFF = np.dtype(
    [
        ("known_ms", "i8"), ("start_ms", "i8"), ("end_ms", "i8"), ("account", "i4"), ("unit", "i4"),
        ("role", "i4"), ("spare", "i4"),
    ]
)  # fmt: skip
"""A :class:`~rempart.records.StaffLink` as numbers; -1 for a unit or role not said."""

KEPT = np.dtype(
    [
        ("link", "u8"), ("known", "i8"), ("until", "i8"), ("opens", "i8"), ("start", "i8"), ("end", "i8"),
        ("gone", "i8"), ("who", "i4"), ("by_unit", "i1"), ("kind", "i1"), ("standing", "i2"),
    ]
)  # fmt: skip
"""A link as the index keeps it (64 bytes): in force from ``known`` to ``until`` (when a later version
was known), explaining from ``opens`` to ``gone``, fully from ``start`` to ``end``."""

POST = np.dtype(
    [("known", "i8"), ("until", "i8"), ("start", "i8"), ("end", "i8"), ("unit", "i4"), ("role", "i4")]
)
"""A staff row as the index keeps it."""


def _bounded(times: Array) -> Array:
    return np.clip(times, ALWAYS_MS, NO_END_MS)


def keep_links(links: Array) -> Array:
    """Rows (n,) of :data:`KEPT` for rows (n,) of :data:`LINK`, in the same order."""
    if links.size and (links["kind"].min() < 0 or links["kind"].max() >= len(KINDS)):
        raise ValueError("kind of a care link out of range")
    kept = np.zeros(links.size, KEPT)
    for name in ("link", "who", "by_unit", "kind"):
        kept[name] = links[name]
    known = _bounded(links["known_ms"])
    begun = np.where(STANDING[links["kind"]], ALWAYS_MS, known)
    start = np.where(links["start_ms"] == MISSING_MS, begun, _bounded(links["start_ms"]))
    open_end = (links["end_ms"] >= NO_END_MS) | (links["end_ms"] == MISSING_MS)
    lasts = OPEN_MS[links["kind"]]
    open_until = np.where(lasts == NO_END_MS, NO_END_MS, start + lasts)
    end = np.where(open_end, open_until, _bounded(links["end_ms"]))
    end = np.minimum(np.maximum(end, start), NO_END_MS)
    cancelled = _bounded(links["cancelled_ms"])
    kept["known"], kept["until"], kept["start"], kept["end"] = known, NO_END_MS, start, end
    kept["opens"] = start - LEAD_MS[links["kind"]]
    kept["standing"] = STANDING[links["kind"]] & (end - start > STANDING_MS)
    kept["gone"] = np.minimum(
        end + FADE_MS, np.where(cancelled >= NO_END_MS, NO_END_MS, cancelled + CANCELLED_MS)
    )
    return kept


def keep_staff(staff: Array) -> Array:
    """Rows (n,) of :data:`POST` for rows (n,) of :data:`STAFF`, in the same order."""
    kept = np.zeros(staff.size, POST)
    kept["unit"], kept["role"] = staff["unit"], staff["role"]
    kept["known"], kept["until"] = _bounded(staff["known_ms"]), NO_END_MS
    kept["start"] = _bounded(staff["start_ms"])
    ends = np.where(staff["end_ms"] == MISSING_MS, NO_END_MS, _bounded(staff["end_ms"]))
    kept["end"] = np.maximum(ends, kept["start"])
    return kept
