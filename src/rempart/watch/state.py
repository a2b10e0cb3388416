"""The arrays the watch lives in: accounts, visits, recent events, the house.

All state is in flat numpy structured arrays so that one compiled kernel can read it, a checkpoint
can save it byte for byte, and memory can be counted. Arrays grow by doubling, outside the kernel,
before a batch that could need it. Visits older than :data:`VISIT_DAYS` are dropped when the day
closes: memory is bounded by the number of accounts and by recent activity.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from rempart.watch.channels import N_STATS

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
SPAN_MS = 10 * MINUTE_MS
"""How often the house looks at how much of it stands out."""
VISIT_DAYS = 30
WEEK_FADE_MS = 5.0 * DAY_MS
"""Time in which the sums of a week fade to a third."""
WINDOWS_MS = (10 * MINUTE_MS, HOUR_MS, DAY_MS)
PLACES = 8
SOFTWARES = 4
SESSIONS = 8
"""Challenged sessions remembered of an account."""
QUESTIONS = 16
"""Requests of an account remembered that were asked for and whose outcome was not told yet."""
TODAY_SESSIONS = 8
"""Sessions told apart in which an account opened somebody today."""
FORMS = 12
HOUR_BINS = 48
WORKED = 2
"""``seen`` of an account that opened or asked for something today; 1 where there were only logins or words."""
READINGS = 32
"""Kinds of resource told apart in what an account reads; others share a place."""
BINS = 96
APART_BINS = 96

Array = np.ndarray[Any, Any]

ACCOUNT = np.dtype(
    [
        ("last_ms", "i8"),
        ("woke_ms", "i8"),
        ("value", "i8"),
        ("decayed_ms", "i8"),
        ("decoy_ms", "i8"),
        ("slipped_ms", "i8"),
        ("slipped_session", "u8"),
        ("failed_ms", "i8"),
        ("request", "u8"),
        ("hours_today", "u8"),
        ("at_session", "u8"),
        ("other_session", "u8"),
        ("other_ms", "i8"),
        ("lost_ms", "i8"),
        ("proved_ms", "i8"),
        ("session", "u8", (SESSIONS,)),
        ("today_session", "u8", (TODAY_SESSIONS,)),
        ("asked_ms", "i8", (SESSIONS,)),
        ("passed_ms", "i8", (SESSIONS,)),
        ("place_ms", "i8", (PLACES,)),
        ("question", "u8", (QUESTIONS,)),
        ("question_ms", "i8", (QUESTIONS,)),
        ("last_patient", "u8"),
        ("visit_patient", "u8"),
        ("visit_kinds", "u8"),
        ("visit_ms", "i8"),
        ("visit_gap_ms", "i8"),
        ("newest", "i4"),
        ("tail", "i4", (3,)),
        ("distinct", "i4", (3,)),
        ("place", "i4", (PLACES,)),
        ("place_day", "i4", (PLACES,)),
        ("software", "i4", (SOFTWARES,)),
        ("software_day", "i4", (SOFTWARES,)),
        ("form", "i4", (FORMS,)),
        ("form_day", "i4", (FORMS,)),
        ("last_place", "i4"),
        ("day", "i4"),
        ("days", "i4"),
        ("role", "i4"),
        ("passed_doubt", "f4", (SESSIONS,)),
        ("unanswered", "f4", (SESSIONS,)),
        ("now", "f4", (N_STATS,)),
        ("top", "f4", (N_STATS,)),
        ("mean", "f4", (N_STATS,)),
        ("spread", "f4", (N_STATS,)),
        ("scale", "f4", (N_STATS,)),
        ("hours", "f4", (HOUR_BINS,)),
        ("read", "f4", (READINGS,)),
        ("read_today", "f4", (READINGS,)),
        ("question_rows", "f4", (QUESTIONS,)),
        ("question_odd", "f4", (QUESTIONS,)),
        ("strangers", "f4"),
        ("strangers_day", "f4"),
        ("in_care", "f4"),
        ("pages", "f4"),
        ("run", "f4"),
        ("misses", "f4"),
        ("failed", "f4"),
        ("flips", "f4"),
        ("odd_strangers", "f4"),
        ("doubt_top", "f4"),
        ("odd_patients", "f4"),
        ("roams", "f4", (4,)),
        ("slept", "f4"),
        ("backs", "f4"),
        ("high_days", "f4"),
        ("carried", "f4"),
        ("fresh_top", "f4"),
        ("strangers_week", "f4"),
        ("new_searches", "f4"),
        ("rows_day", "f4"),
        ("out_of_care_day", "f4"),
        ("out_of_care_week", "f4"),
        ("strange", "f4"),
        ("uncared", "f4"),
        ("looked_up", "f4"),
        ("unexplained", "f4"),
        ("usual_unexplained", "f4"),
        ("usual_strange", "f4"),
        ("usual_uncared", "f4"),
        ("opened", "f4"),
        ("visits", "f4"),
        ("visits_today", "f4"),
        ("visit_strange", "f4"),
        ("odd_reads", "f4"),
        ("strange_reads", "f4"),
        ("strange_reads_week", "f4"),
        ("kinds_day", "f4"),
        ("visits_day", "f4"),
        ("even_pace", "f4"),
        ("never_back", "f4"),
        ("usual_depth", "f4"),
        ("burst", "f4"),
        ("singly_day", "f4"),
        ("singly_week", "f4"),
        ("uncared_today", "f4"),
        ("usual_a_day", "f4"),
        ("persisted", "f4"),
        ("lost_doubt", "f4"),
        ("proved_doubt", "f4"),
        ("today_haul", "f4", (TODAY_SESSIONS,)),
        ("sessions_today", "i2"),
        ("passed_today", "i2"),
        ("value_kind", "i1"),
        ("step", "i1"),
        ("blocked", "i1"),
        ("withheld", "i1"),
        ("challenged", "i1"),
        ("released", "i1"),
        ("new_place_class", "i1"),
        ("seen", "i1"),
    ],
    align=True,
)
"""One account. ``now`` holds the current statistics, ``top`` their maxima today, ``mean`` and
``spread`` the account's own history of ``log1p(top)``, ``scale`` what a day may lie apart from it;
``uncared_today`` patients of the day in nobody's care, ``usual_a_day`` the usual number of them, ``persisted`` nats of
:mod:`persistence` of the days before; ``question`` the requests asked for and
not told of yet, when, and the rows and the oddness they were counted with; ``challenged`` how often today what the
account did itself was enough to ask; ``*_ms`` as in
:mod:`rempart.records`; ``slipped_ms`` when a challenge failed that did not block, negative once one was passed since in
that session, ``slipped_session``; ``failed_ms`` when a challenge failed, or somebody disowned what was done, and nothing made
up for it since; ``lost_ms`` when an open challenge last made room for another, ``lost_doubt`` the largest
such; ``today_haul`` strange patients that each of today's sessions brought, ``proved_doubt`` the largest doubt that a
day's passes answered, ``proved_ms`` when sessions that passed had last brought most of a day's haul. The fields leave no
gaps, so that equal accounts are equal bytes."""

VISIT = np.dtype(
    [("patient", "u8"), ("last_ms", "i8"), ("first_ms", "i8"), ("account", "i4"), ("node", "i4")]
)
"""One (account, patient) pair in an open-addressing table; ``account`` -1 marks a free slot."""

NODE = np.dtype([("ms", "i8"), ("next", "i4"), ("superseded", "i4")])
"""One recent event in an account's queue, oldest first by ``next``; free ones are chained."""

NETWORK = np.dtype(
    [
        ("first_ms", "i8"),
        ("opened", "i8"),
        ("strange", "i8"),
        ("expected", "i8"),
        ("accounts", "i4", (4,)),
        ("known", "i4"),
        ("spare", "i4"),
    ]
)
"""Who in the house uses a network: up to four accounts, and how many of them (``known``). What was opened
there in the last days, in thousandths of a patient: all, what nothing explains, what was to be expected."""

WARD_VISIT = np.dtype(
    [("patient", "u8"), ("ms", "i8", (2,)), ("unit", "i4"), ("account", "i4", (2,)), ("spare", "i4")]
)
"""The last two accounts of a unit that opened a patient, in an open-addressing table."""

PENDING = np.dtype(
    [
        ("patient", "u8"),
        ("ms", "i8"),
        ("account", "i4"),
        ("unit", "i4"),
        ("network", "i4"),
        ("opened", "i4"),
        ("strange", "i4"),
        ("expected", "i4"),
    ]
)
"""An observation that becomes a house-wide fact when its minute closes."""


TIP = np.dtype(
    [
        ("bundle", "u8"),
        ("key", "i8"),
        ("seen_ms", "i8"),
        ("nats", "f4"),
        ("hours", "f4", (24,)),
        ("spare", "f4"),
    ]
)
"""A network or software that another region named: ``key`` twice its number, one more for software; ``hours`` what
each hour of the day (UTC) adds."""


def _empty(dtype: np.dtype[Any], n: int, key: str | None = None) -> Array:
    array = np.zeros(n, dtype)
    if key is not None:
        array[key] = -1
    return array


@dataclass
class Shard:
    """What belongs to the accounts of one shard (``account % shards``)."""

    visits: Array = field(default_factory=lambda: _empty(VISIT, 1 << 12, "account"))
    nodes: Array = field(default_factory=lambda: _empty(NODE, 1 << 12))
    counts: Array = field(default_factory=lambda: np.array([0, -1, 0, 0], np.int64))
    """Visits in use, first free node, nodes ever handed out, unused."""


@dataclass
class House:
    """Facts across accounts, as of the last closed minute."""

    networks: Array = field(default_factory=lambda: _empty(NETWORK, 256))
    wards: Array = field(default_factory=lambda: _empty(WARD_VISIT, 1 << 12, "unit"))
    pending: Array = field(default_factory=lambda: _empty(PENDING, 1 << 12))
    clock: Array = field(default_factory=lambda: np.array([-(2**62), -(2**62), 0, 0], np.int64))
    """Watermark (ms), time of the event before, pending observations, ward visits in use."""
    decoys: Array = field(default_factory=lambda: np.zeros(0, np.uint64))
    """Pseudonyms of the decoy patients, sorted."""
    tips: Array = field(default_factory=lambda: np.zeros(0, TIP))
    """What other regions named, by key."""


USUAL_STRANGE, USUAL_UNCARED, USUAL_UNEXPLAINED = 0.3, 0.2, 0.4
"""Shares of an account's patients whom nothing explains, whom nobody treats, and whom neither care nor a
colleague explains (own earlier visits left aside), before the account is known."""


def fresh_accounts(n: int) -> Array:
    """``n`` accounts nothing is known of."""
    accounts = np.zeros(n, ACCOUNT)
    for name in ("newest", "tail", "place", "software", "form", "last_place", "day", "role"):
        accounts[name] = -1
    accounts["usual_strange"], accounts["usual_uncared"] = USUAL_STRANGE, USUAL_UNCARED
    accounts["usual_unexplained"] = USUAL_UNEXPLAINED
    return accounts


def dump(prefix: str, holder: Shard | House) -> dict[str, Array]:
    """The holder's arrays under ``prefix.field`` names, for a checkpoint."""
    return {f"{prefix}.{item.name}": getattr(holder, item.name) for item in fields(holder)}


def load(prefix: str, holder: Shard | House, arrays: dict[str, Array]) -> None:
    """Put back what :func:`dump` gave; copies, so that a checkpoint stays untouched."""
    for item in fields(holder):
        setattr(holder, item.name, np.array(arrays[f"{prefix}.{item.name}"], copy=True))
