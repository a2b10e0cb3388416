"""How much doubt is too much: the quantile of honest days that the friction budget allows.

Reads the histogram of account-days by their largest doubt (nats) and the share of account-days the
site is ready to challenge. Gives the threshold. One threshold for the whole house: doubt already
measures each account against itself and its role, and friction is felt, and set, by the house.
Before there is history the tail is exponential with :data:`DAY_0_NATS`; beyond the top
:data:`TAIL_SHARE` of days it is continued as an exponential (peaks over threshold, Siffer et al.
2017), for doubt is a sum of logarithms. Misses friction that falls on one role more than another, and the first minutes of what hits everybody at once.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.watch.challenge import open_since
from rempart.watch.state import DAY_MS, MINUTE_MS, WORKED, Array

DOUBT_BINS = 256
BINS_PER_NAT = 4.0
DAY_0_NATS = 1.6
"""Mean excess of doubt before a site has history."""
PRIOR_DAYS = 60.0
"""Account-days the day-0 tail is worth."""
HIGH_SHARE = 0.06
"""Share of account-days whose doubt is called high."""
AIMED_AT, STEERED_AT = 0.5, 0.6
"""Parts of the budget that the tail of past days and the steering aim at: a tail learned from few days runs short of the days to
come, who is asked is often asked twice, and a question too many is felt where one too few is not."""
TAIL_SHARE = 0.03
"""Share of days from which the tail is continued."""
TAIL_PRIOR = 10.0
"""Days beyond TAIL_SHARE that the day-0 mean excess is worth where the house's is larger: in a small house a
theft's own days are most of the tail."""
YOUNG = 3.0
"""How many budgets more a house without history may spend: a thief need not wait until its habits are known."""
STEERED = 0.35
"""Nats by which a day twice as full of challenges as the budget moves the threshold, on a large site."""
MOST_AT_ONCE = 4.0
"""Budgets that one day may spend before what stands out is held against the house itself."""
MOST_LIFTED = 5.0
"""Nats by which a day that lifts the whole house may move the threshold."""
QUARTER = 4
"""One in so many accounts of a day: whose doubt says whether the whole house has more of it than usual."""
RISEN_FROM, MOST_RISEN = 1.0, 10.0
"""Nats by which that may differ from day to day, and most that it may move the threshold by."""
MOST_OF_A_CREW = 10
"""Accounts that look alike on one day and may all be one crew's: fewer never say anything about the house."""
UNANSWERED = 5
"""Challenged accounts that have not answered and yet do not count as standing out with the house."""
ANSWERED_MS = 30 * MINUTE_MS
"""Within this time staff answer a challenge, or do something else."""
ALARM_PART, ALARM_DAYS = 0.3, 3
"""Part of the threshold by which less doubt is enough to ask after a challenge failed, and for how many days."""
LEFT_OPEN = 2
"""Accounts whose challenges were left open that alarm: one person is called away."""
MOST_A_DAY, MOST_STEERED = 0.5, 3.0
"""Nats that one day may move the threshold by, and that all days together may."""


def doubt_counts(tops: Array, weights: Array | None = None) -> Array:
    """Histogram (DOUBT_BINS,) of daily maxima (n,) of doubt, nats, each counting ``weights`` (n,) days."""
    bins = np.clip(tops * BINS_PER_NAT, 0, DOUBT_BINS - 1).astype(np.int64)
    return np.bincount(bins, weights, minlength=DOUBT_BINS).astype(np.float64)


def _with_day_0(counts: Array) -> tuple[Array, Array]:
    """Account-days (DOUBT_BINS,) with those the day-0 law is worth, and the share at or above each bin."""
    survival = np.exp(-np.arange(DOUBT_BINS + 1) / BINS_PER_NAT / DAY_0_NATS)
    survival[-1] = 0.0
    mass = PRIOR_DAYS * (survival[:-1] - survival[1:]) + counts
    return mass, mass[::-1].cumsum()[::-1] / mass.sum()


def high_doubt(counts: Array) -> float:
    """Doubt in nats that :data:`HIGH_SHARE` of account-days reach."""
    return float((_with_day_0(counts)[1] >= HIGH_SHARE).sum()) / BINS_PER_NAT


def usual_quarter(counts: Array) -> float:
    """Doubt in nats that one in :data:`QUARTER` account-days reaches."""
    return float((_with_day_0(counts)[1] >= 1.0 / QUARTER).sum()) / BINS_PER_NAT


def allowed(counts: Array, challenges_per_day: float) -> float:
    """Share of account-days that may be challenged: more than the site's dial says while the house is young."""
    return float(challenges_per_day * (1.0 + YOUNG * PRIOR_DAYS / (PRIOR_DAYS + counts.sum())))


def steered_to(counts: Array, challenges_per_day: float) -> float:
    """Questions an account-day that the steering aims at: STEERED_AT of :func:`allowed`, but nearer to the dial as soon as days
    are known."""
    young = PRIOR_DAYS / (PRIOR_DAYS + counts.sum())
    return float(STEERED_AT * challenges_per_day * (1.0 + YOUNG * young**2))


def threshold(counts: Array, challenges_per_day: float) -> float:
    """Doubt in nats that AIMED_AT of ``challenges_per_day`` of account-days reach; ``counts`` as doubt_counts gives."""
    wanted = AIMED_AT * allowed(counts, challenges_per_day)
    mass, share = _with_day_0(counts)
    start = max(int((share >= TAIL_SHARE).sum()) - 1, 0)
    if wanted >= share[start]:
        return float(
            np.interp(-np.log(wanted), -np.log(share[: start + 1]), np.arange(start + 1) / BINS_PER_NAT)
        )
    beyond = (np.arange(DOUBT_BINS - start) + 0.5) / BINS_PER_NAT
    tail, days = float((mass[start:] * beyond).sum()), float(mass[start:].sum())
    excess = min(tail / days, (tail + TAIL_PRIOR * DAY_0_NATS) / (days + TAIL_PRIOR))
    return float(start / BINS_PER_NAT + excess * np.log(share[start] / wanted))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def doubts_today(accounts, now, enforce):  # type: ignore[no-untyped-def]
    """Largest doubt of each account that worked today and did not fail: (n,) of those that were not asked or passed in
    every session that was, (m,) of those whose challenge is open, or who were reinstated since. Where challenges are answered, one open for longer than
    ANSWERED_MS counts no more: nobody who works waits so long, and what a thief leaves unanswered must lift nothing."""
    answered, unanswered = np.empty(accounts.size, np.float32), np.empty(accounts.size, np.float32)
    n = m = 0
    for acc in accounts:
        if acc.seen != WORKED or acc.withheld != 0:
            continue
        asked = open_since(acc, now, DAY_MS) if enforce == 1 else np.int64(0)
        if asked != 0 and now - asked > ANSWERED_MS:
            continue
        if asked != 0 or (acc.challenged != 0 and acc.released == 0):
            unanswered[m] = acc.doubt_top
            m += 1
        else:
            answered[n] = acc.doubt_top
            n += 1
    return answered[:n], unanswered[:m]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _that_count(answered, unanswered):  # type: ignore[no-untyped-def]
    """The doubts of a day that say something about the house; some that do not answer count for nothing: a thief must
    not hide one account behind another."""
    return np.concatenate((answered, np.sort(unanswered)[: max(unanswered.size - UNANSWERED, 0)]))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def risen(answered, unanswered, usual):  # type: ignore[no-untyped-def]
    """Nats by which one in QUARTER of today's accounts, and more than a crew, exceeds what one in QUARTER ``usual`` has.

    What lifts the quarter of a house (an epidemic) lifts whoever stands at its top as well, and seldom before it.
    """
    tops = _that_count(answered, unanswered)
    rank = max(tops.size // QUARTER, MOST_OF_A_CREW) + 1
    if tops.size < rank:
        return 0.0
    return max(float(np.partition(tops, tops.size - rank)[tops.size - rank]) - usual - RISEN_FROM, 0.0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def surge(answered, unanswered, challenges_per_day):  # type: ignore[no-untyped-def]
    """Least threshold for the rest of a day on which active accounts had so much doubt at most, nats so far.

    ``unanswered`` (m,) of accounts that were challenged and did neither pass nor fail, ``answered`` (n,) of all
    others but those that failed. What lifts everybody at once (an epidemic, a new program, care data that stay
    away) says nothing about any one of them: once MOST_AT_ONCE budgets of the house, and one account, stand out,
    only who stands out among those is asked.
    """
    tops = _that_count(answered, unanswered)
    most = 1 + int(MOST_AT_ONCE * challenges_per_day * (answered.size + unanswered.size))
    if tops.size <= most:
        return 0.0
    return float(np.partition(tops, tops.size - most)[tops.size - most])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def alarm(accounts, now, enforce):  # type: ignore[no-untyped-def]
    """Part of the threshold by which less doubt is enough to ask, ALARM_DAYS long after a challenge failed and nothing
    made up for it, or where, in ``enforce`` mode, challenges of LEFT_OPEN accounts were left open, and of as many as only
    passed theirs: logins are seldom stolen alone, and who has several need not answer."""
    left = passed = 0
    for acc in accounts:
        if acc.failed_ms != 0 and now - acc.failed_ms < ALARM_DAYS * DAY_MS:
            return ALARM_PART
        if enforce:
            asked = open_since(acc, now, ALARM_DAYS * DAY_MS)
            if asked == 0:
                passed += now - np.max(acc.passed_ms) < ALARM_DAYS * DAY_MS
            elif now - asked >= ANSWERED_MS:
                left += 1
    return ALARM_PART if left >= max(LEFT_OPEN, passed) else 0.0


def steered(nats: float, asked: int, active: int, challenges_per_day: float) -> float:
    """The correction of the threshold, in nats, after a day on which ``active`` accounts were asked ``asked`` questions and
    did not fail: up where that was more than the budget, down where it was less.

    A feedback as in adaptive conformal inference (Gibbs & Candès 2021): whatever a site's tail is like, and
    however it drifts, challenges come back to the budget.
    """
    wanted = challenges_per_day * active
    moved = STEERED * (asked - wanted) / (1.0 + wanted)
    return float(min(max(nats + min(moved, MOST_A_DAY), -MOST_STEERED), MOST_STEERED))
