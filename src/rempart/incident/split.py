"""Who did it, the owner or the thief: a probability for each access of an account that two people used.

Reads the accesses of the period and, as habits, those of the same accounts before it. Accesses that share
account, session, network and software are one *stretch*: one person sat there. Evidence is added in
natural-logarithm odds, from even odds:

- the network: used by the account on earlier days speaks for the owner, never seen before for a thief;
- the software likewise, far less: thieves copy it;
- the session: one that goes on from elsewhere speaks for the owner where it began, for a thief of its token
  where it went on;
- the watch's own doubt: the highest probability it gave within the stretch, as far as it is above even or
  below (bounded, since it rests on the same facts, and doubts the owner beside the thief);
- care: a patient in the account's care speaks for the owner, another for a thief, access by access, as far as
  the owner's own accesses usually are of patients in care (a secretary's are not).

Gives a probability for each access, and an interval of the thief's patients: those of accesses that are
the thief's beyond :data:`SURE`, up to those that are not the owner's beyond it. In between nobody can
tell, and it is said so.

Misses: a thief at the owner's own seat, network and session looks like the owner but for whom he opens. The
weights are judgements, held by the tests on simulated thefts, not estimates from real ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rempart.incident.exposure import CARE_UNKNOWN, Accesses, Array, runs_of
from rempart.records import MISSING_MS

SURE = 0.9
NEW_NETWORK, OWN_NETWORK = 3.0, -3.0
NEW_SOFTWARE, OWN_SOFTWARE = 1.0, -0.5
CARRIED_ON, BEGAN_HERE = 2.0, -2.0
MOST_DOUBT, LEAST_DOUBT = 2.0, -0.5
THIEF_OUT_OF_CARE = 0.9
"""Share of a thief's patients that are not in the care of the account."""
USUAL_ACCESSES = 20.0
"""Accesses that the guess "half of the owner's patients are in care" is worth against the owner's history."""
MOST_CARE = 1.5
"""What all patients of a stretch together may say about it."""
HABIT_DAYS = 2
"""So many earlier days make a network or software the owner's own."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Habits:
    """What the accounts used before the period: rows of (account, network or software) pairs and days."""

    networks: frozenset[tuple[int, int]]
    software: frozenset[tuple[int, int]]
    seen: frozenset[int]
    """Accounts that were active before at all; of others nothing can be said."""
    out_of_care: dict[int, float] = field(default_factory=dict)
    """Share of each account's patients, opened before, that were not in its care."""


@dataclass(frozen=True, slots=True)
class Split:
    """Accesses and patients told apart. ``thief`` (n,) is each access's probability."""

    thief: Array
    thief_accesses: int
    owner_accesses: int
    unclear_accesses: int
    low: int
    high: int
    expected: float


def learn_habits(before: Accesses) -> Habits:
    """The places and programs each account used on at least :data:`HABIT_DAYS` days before the period."""
    day = before.recorded_ms // DAY_MS
    return Habits(
        _usual(before.account, before.network, day),
        _usual(before.account, before.software, day),
        frozenset(np.unique(before.account).tolist()),
        _usual_care(before),
    )


def split_accesses(accesses: Accesses, habits: Habits) -> Split:
    """The split of the period's accesses; nothing is assumed about which account was stolen."""
    stretch, first = _stretches(accesses)
    odds = np.array([_place_odds(accesses, int(row), habits) for row in first], np.float64)
    odds += _session_odds(accesses, stretch, first)
    odds += _doubt_odds(accesses.hijack, stretch, first.size)
    care = _care_odds(accesses, habits)
    together = np.bincount(stretch, weights=care, minlength=first.size)
    odds += np.clip(together, -MOST_CARE, MOST_CARE)
    thief = 1.0 / (1.0 + np.exp(-(odds[stretch] + care)))
    return _count(accesses, thief)


def _count(accesses: Accesses, thief: Array) -> Split:
    given = accesses.possible
    sure, ruled_out = thief >= SURE, thief <= 1.0 - SURE
    row = accesses.row
    low = np.unique(accesses.people[(sure & accesses.certain)[row]]).size
    high = np.unique(accesses.people[(~ruled_out & given)[row]]).size
    order = np.argsort(accesses.people, kind="stable")
    people, weight = accesses.people[order], np.where(given, thief, 0.0)[row][order]
    expected = float(np.maximum.reduceat(weight, runs_of(people)).sum()) if people.size else 0.0
    return Split(
        thief,
        thief_accesses=int((sure & given).sum()),
        owner_accesses=int((ruled_out & given).sum()),
        unclear_accesses=int((~sure & ~ruled_out & given).sum()),
        low=int(low),
        high=int(high),
        expected=min(max(expected, float(low)), float(high)),
    )


def _usual(account: Array, what: Array, day: Array) -> frozenset[tuple[int, int]]:
    """Pairs of account and place (or program) seen on enough days."""
    if not account.size:
        return frozenset()
    days = np.unique(np.stack([account, what, day], axis=1), axis=0)
    pairs, counts = np.unique(days[:, :2], axis=0, return_counts=True)
    return frozenset((int(one), int(other)) for one, other in pairs[counts >= HABIT_DAYS])


def _stretches(accesses: Accesses) -> tuple[Array, Array]:
    """(n,) which stretch each access belongs to, and the first access of each."""
    if not len(accesses):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    keys = np.stack([accesses.account, accesses.session, accesses.network, accesses.software], axis=1)
    _, first, stretch = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return stretch.reshape(-1), first


def _place_odds(accesses: Accesses, row: int, habits: Habits) -> float:
    account = int(accesses.account[row])
    if account not in habits.seen:
        return 0.0
    network = (account, int(accesses.network[row])) in habits.networks
    software = (account, int(accesses.software[row])) in habits.software
    odds = OWN_NETWORK if network else NEW_NETWORK
    return odds + (OWN_SOFTWARE if software else NEW_SOFTWARE)


def _session_odds(accesses: Accesses, stretch: Array, first: Array) -> Array:
    """Of each stretch: whether its session began in it, or goes on from another place or program."""
    odds = np.zeros(first.size)
    if not first.size:
        return odds
    begins = np.full(first.size, np.iinfo(np.int64).max)
    timed = accesses.recorded_ms != MISSING_MS
    np.minimum.at(begins, stretch[timed], accesses.recorded_ms[timed])
    sessions = np.stack([accesses.account[first], accesses.session[first]], axis=1)
    _, session, count = np.unique(sessions, axis=0, return_inverse=True, return_counts=True)
    session = session.reshape(-1)
    earliest = np.full(count.size, np.iinfo(np.int64).max)
    np.minimum.at(earliest, session, begins)
    shared = count[session] > 1
    odds[shared] = np.where(begins[shared] == earliest[session][shared], BEGAN_HERE, CARRIED_ON)
    return odds


def _doubt_odds(hijack: Array, stretch: Array, count: int) -> Array:
    top = np.zeros(count)
    np.maximum.at(top, stretch, hijack)
    top = np.clip(top, 1e-6, 1.0 - 1e-6)
    return np.clip(np.log(top / (1.0 - top)), LEAST_DOUBT, MOST_DOUBT)


def _usual_care(before: Accesses) -> dict[int, float]:
    """Share of patients out of care by account, where care was known."""
    account = before.account[before.row]
    shares = {}
    for one in np.unique(account).tolist():
        care = before.in_care[account == one]
        out, known = int((care == 0).sum()), int((care != CARE_UNKNOWN).sum())
        shares[one] = (out + 0.5 * USUAL_ACCESSES) / (known + USUAL_ACCESSES)
    return shares


def _care_odds(accesses: Accesses, habits: Habits) -> Array:
    """(n,) what the patients of each access say, their mean."""
    out = np.array([habits.out_of_care.get(one, 0.5) for one in accesses.account.tolist()])[accesses.row]
    worth = np.select(
        [accesses.in_care == 0, accesses.in_care == 1],
        [np.log(THIEF_OUT_OF_CARE / out), np.log((1.0 - THIEF_OUT_OF_CARE) / (1.0 - out))],
        0.0,
    )
    total = np.bincount(accesses.row, weights=worth, minlength=len(accesses))
    return np.asarray(total / np.maximum(accesses.patients, 1))
