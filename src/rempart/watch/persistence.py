"""Persistence: day after day a few patients more in nobody's care than the account usually opens.

A burst is often honest (an audit, a recall), and ends; who copies a register at eight patients a day stays below every
daily limit, and goes on. Reads how many patients of the day are in nobody's care and left no trace in the house
(:mod:`volume`, :mod:`house`). Gives a CUSUM in nats: each day adds the Poisson log-likelihood ratio of "the usual
and some more" against "the usual", at most :data:`MOST_A_DAY` however long a list was run through, and a quiet day
takes some away again. What is usual is learned quickly downwards and hardly upwards, so that the thief does not become
usual. Source: e-detectors, Shin, Ramdas & Rinaldo 2023; CUSUM, Page 1954.
Misses a thief whom only patients in somebody's care interest, or who takes less than the account's usual number more.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.challenge import vouched
from rempart.watch.state import Array

MORE = np.float32(3.0)
"""Patients a day more that are looked for; as many more as usual where that is more."""
MOST_A_DAY = np.float32(4.0)
"""Nats that one day can add or take away: a burst of a hundred is one day's evidence."""
LEAST_USUAL = np.float32(0.5)
KNOWN_DAYS = 3
"""Days after which an account's usual number is known well enough to begin."""
LEARNED_DAYS = 20.0
FASTEST_RISE = 0.03
"""Part by which a day nobody vouched for may raise a known account's usual number."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def persisting(acc):  # type: ignore[no-untyped-def]
    """Nats of the days before and of today so far."""
    if acc.days < KNOWN_DAYS or (acc.persisted <= 0.0 and acc.uncared_today <= 0.0):
        return np.float32(0.0)
    usual = max(acc.usual_a_day, LEAST_USUAL)
    more = max(usual, MORE)
    gain = acc.uncared_today * np.log1p(more / usual) - more
    gain = min(max(gain, -MOST_A_DAY), MOST_A_DAY)
    return np.float32(max(acc.persisted + gain, 0.0))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add_day(accounts, rows):  # type: ignore[no-untyped-def]
    for row in rows:
        accounts[row].persisted = persisting(accounts[row])


def close(accounts: Array, rows: Array) -> None:
    """Add the day of ``accounts[rows]``; nothing is left where somebody vouched for all of it."""
    _add_day(accounts, rows)
    accounts["persisted"][rows[vouched(accounts[rows])]] = 0


def learn(accounts: Array, rows: Array) -> None:
    """Move each account's usual number towards its day's; ``rows`` before their ``days`` are counted up."""
    days, usual = accounts["days"][rows], accounts["usual_a_day"][rows]
    step = (accounts["uncared_today"][rows] - usual) / np.minimum(days + 1, LEARNED_DAYS)
    slow = (days >= KNOWN_DAYS) & ~vouched(accounts[rows])
    step = np.where(slow, np.minimum(step, FASTEST_RISE * np.maximum(usual, LEAST_USUAL)), step)
    accounts["usual_a_day"][rows] = usual + step
