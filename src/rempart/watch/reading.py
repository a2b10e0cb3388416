"""Reading: what of each patient an account opens, against what it and its role usually open.

A visit is a run of accesses to one patient. Reads the kind of resource of each access, learned as the share of an
account's visits that read it, shrunk to its role's and the house's share; a kind that hardly any of its visits
read is odd, by so many nats. Gives the day's odd readings, and those of patients whom nothing explains: who opens
insurance data of a dozen strangers from a ward doctor's login does not do the doctor's work. Gives too by how much the
day's visits are deeper than the account's usual (everything of everybody), and how many were made at an even pace.
Misses a thief who reads as the owner does, and a program that waits at random.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.challenge import vouched
from rempart.watch.state import MINUTE_MS, READINGS, Array

USUAL_NATS = 1.5
"""Nats of surprise below which reading a kind is nothing odd: more than a fifth of the visits read it."""
MOST_ODD = 4.0
OWN_VISITS = 20.0
"""How many visits of an account's own its role's habits weigh."""
DAY_0_SHARE, DAY_0_DAYS = 0.3, 5.0
"""Share of visits that read a kind before there is history, and account-days that it is worth."""
ROLE_DAYS = 3.0
"""Account-days that the house's share is worth against a role's own."""
KNOWN_DAYS = 20.0
"""Account-days after which a role's share is half known, for accounts new to it."""
KEEP_VISITS = 0.94
"""What an account's visits still count on its next day."""
FASTEST_RISE = 0.015
"""Most that a day nobody vouched for may raise a known account's share of a kind."""
LEAST_SHARE = 1e-3
LEAST_DEPTH = 0.5
EVEN = 12
"""Two gaps are even when they differ by less than one part in so many."""
SLOWEST_PACE_MS = 2 * MINUTE_MS
CHANCE_RUN = np.float32(3.0)
"""So many even gaps come about by chance."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def begin_visit(acc, patient, strange, now):  # type: ignore[no-untyped-def]
    """The account turns to another patient, ``strange`` (0 to 1) of whom nothing explains."""
    acc.visit_patient = patient
    acc.visit_kinds = 0
    acc.visit_strange = strange
    acc.visits_today += np.float32(1.0)
    acc.visits_day += np.float32(1.0)
    gap, before = now - acc.visit_ms, acc.visit_gap_ms
    if 0 < gap <= SLOWEST_PACE_MS and abs(gap - before) * EVEN < before:
        acc.even_pace += np.float32(1.0)
    else:
        acc.even_pace *= np.float32(0.5)
    acc.visit_gap_ms = gap
    acc.visit_ms = now


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def read_kind(acc, form, usual):  # type: ignore[no-untyped-def]
    """Count a kind of resource once a visit; ``usual`` (READINGS + 1,) is the role's share of visits by kind,
    then how well the role is known, 0 to 1."""
    kind = form & (READINGS - 1)
    bit = np.uint64(1) << np.uint64(kind)
    if acc.visit_kinds & bit:
        return
    acc.visit_kinds |= bit
    acc.read_today[kind] += np.float32(1.0)
    acc.kinds_day += np.float32(1.0)
    share = (acc.read[kind] * acc.visits + OWN_VISITS * usual[kind]) / (acc.visits + OWN_VISITS)
    nats = -np.log(max(share, LEAST_SHARE)) - USUAL_NATS
    if nats <= 0.0:
        return
    odd = np.float32(min(nats, MOST_ODD) * max(acc.days / (acc.days + 2.0), usual[READINGS]))
    acc.odd_reads += odd
    acc.strange_reads += odd * acc.visit_strange
    acc.strange_reads_week += odd * acc.visit_strange


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def deeper(acc):  # type: ignore[no-untyped-def]
    """Nats by which the day's visits read more kinds each than the account's usually do: a Poisson log-likelihood ratio."""
    expected = acc.usual_depth * acc.visits_day
    if expected <= 0.0 or acc.kinds_day <= expected:
        return np.float32(0.0)
    nats = acc.kinds_day * np.log(acc.kinds_day / expected) - acc.kinds_day + expected
    return np.float32(nats * acc.days / (acc.days + 2.0))


def shares_by_role(reads: Array, days: Array) -> Array:
    """Share of visits (roles + 1, READINGS + 1) by kind, the house's first, then how well each is known, 0 to 1;
    ``reads`` sums of account-days' shares, ``days`` how many."""
    house = (reads[0] + DAY_0_SHARE * DAY_0_DAYS) / (days[0] + DAY_0_DAYS)
    shares = (reads + ROLE_DAYS * house) / (days[:, None] + ROLE_DAYS)
    shares[0] = house
    return np.insert(shares, READINGS, days / (days + KNOWN_DAYS), axis=1).astype(np.float32)


def day_shares(accounts: Array) -> tuple[Array, Array]:
    """What the day says of each account (n,): share of its visits by kind (n, READINGS), and its weight in account-days."""
    visits = accounts["visits_today"].astype(np.float64)
    return accounts["read_today"] / np.maximum(visits, 1.0)[:, None], visits / (visits + 5.0)


def learn(accounts: Array, rows: Array) -> None:
    """Move each account's shares towards its day's."""
    today = accounts["visits_today"][rows].astype(np.float64)
    known = accounts["visits"][rows] * KEEP_VISITS
    rate = today / np.maximum(known + today, 1.0)
    step = rate[:, None] * (day_shares(accounts[rows])[0] - accounts["read"][rows])
    slow = (accounts["days"][rows] >= 3) & ~vouched(accounts[rows])
    step = np.where(slow[:, None], np.minimum(step, FASTEST_RISE), step)
    accounts["read"][rows] += step.astype(np.float32)
    accounts["visits"][rows] = known + today
    accounts["usual_depth"][rows] = np.maximum(accounts["read"][rows].sum(axis=1), LEAST_DEPTH)
