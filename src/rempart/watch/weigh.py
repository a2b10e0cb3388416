"""Evidence to doubt to answer.

Each statistic's surprise is the negative log of a tail probability of honest daily maxima: how rarely
the role and the house reach that value, and how rarely their accounts depart so far from their own
habit. The two are pooled geometrically (an arithmetic pool would cap the evidence at the house's
floor). Groups of dependent statistics count once, by their strongest member, and are capped, so that
dependence cannot inflate certainty; of groups that tell the same fact (:data:`ONE_FACT`) the strongest counts.
The sum is *doubt*, in nats; :mod:`threshold` says how much of it
the friction the site chose allows.

Sources: Vovk & Wang 2021 (merging dependent evidence); Shin, Ramdas & Rinaldo 2023 (e-detectors).
Misses: evidence that stays small in every group.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.apart import LEAST, PER_SCALE
from rempart.watch.channels import CHANNELS, N_GROUPS, N_STATS, Group
from rempart.watch.state import APART_BINS, BINS

BINS_PER_LOG = 8.0
"""Tail tables have one bin for each 1/8 of ``log1p(statistic)``."""
OWN_PART, OWN_DAYS = 0.8, 5.0
"""Most that an account's own history counts against its role's and the house's, and days to half of it."""
GROUP_FLOOR = np.array([2.5, 2.5, 1.5, 1.5, 2.5, 2.0, 1.2, 1.5, 1.5, 2.5, 4.5], np.float32)
"""Nats of a group that mean nothing: the strongest of several statistics is odd on every tenth honest day, and on one day
in a hundred three groups are at once. Groups of one or two statistics need less, and so do searches, which a thief can
hardly do without; days that add up need more, for what is slow can wait, and would lift the threshold for what cannot."""
GROUP_CAP = np.array([7.0, 12.5, 14.0, 5.0, 9.0, 9.0, 12.0, 7.0, 9.0, 12.5, 12.5], np.float32)
GROUP_OF = np.array([channel.group for channel in CHANNELS], np.int64)
GROUP_WEIGHT = np.array([0.7, 1.0, 1.2, 1.0, 1.2, 0.5, 1.0, 1.0, 0.7, 1.0, 2.0], np.float32)
_BY_GROUP = np.argsort(GROUP_OF, kind="stable")
_BEGINS = np.searchsorted(GROUP_OF[_BY_GROUP], np.arange(N_GROUPS + 1))
"""The statistics of group g are ``_BY_GROUP[_BEGINS[g] : _BEGINS[g + 1]]``."""
ONE_FACT = (
    np.array([Group.VOLUME, Group.STRANGERS], np.int64),
    np.array([Group.PLACE, Group.TIME, Group.CIRCUMSTANCE], np.int64),
)
"""Groups that speak of the same thing: volume and strangers grow together; what is opened from a new network or at night
counts in circumstance by just that network and that hour."""
_AMOUNT, _WHERE_AND_WHEN = ONE_FACT


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def table_nats(tails, stat, role, y):  # type: ignore[no-untyped-def]
    """Interpolated nats of ``tails[stat, role]`` at ``y = log1p(x)``."""
    at = min(y * BINS_PER_LOG, BINS - 1.001)
    low = int(at)
    part = at - low
    return tails[stat, role, low] * (1.0 - part) + tails[stat, role, low + 1] * part


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def apart_nats(apart, stat, role, z):  # type: ignore[no-untyped-def]
    """Interpolated nats of a deviation of ``z`` scales."""
    at = min(max((z - LEAST) * PER_SCALE, 0.0), APART_BINS - 1.001)
    low = int(at)
    part = at - low
    return apart[stat, role, low] * (1.0 - part) + apart[stat, role, low + 1] * part


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def surprise(acc, stat, x, tails, apart, role_days):  # type: ignore[no-untyped-def]
    """Pooled nats of one statistic: own history, then role, then house."""
    y = np.log1p(x)
    role = acc.role + 1
    seen = role_days[role] if role > 0 else np.float64(0.0)
    known = seen / (seen + 40.0)
    nats = table_nats(tails, stat, 0, y)
    if role > 0:
        nats = known * table_nats(tails, stat, role, y) + (1.0 - known) * nats
    if acc.days > 0:
        z = (y - acc.mean[stat]) / acc.scale[stat]
        own = apart_nats(apart, stat, 0, z)
        if role > 0:
            own = known * apart_nats(apart, stat, role, z) + (1.0 - known) * own
        part = OWN_PART * acc.days / (acc.days + OWN_DAYS)
        nats = part * own + (1.0 - part) * nats
    return np.float32(nats)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _keep_strongest(parts, group):  # type: ignore[no-untyped-def]
    """Of a group's ``parts`` leave the strongest, the first of equals, as what the group says; the others are 0."""
    best, who = np.float32(0.0), -1
    for k in range(_BEGINS[group], _BEGINS[group + 1]):
        stat = _BY_GROUP[k]
        if parts[stat] > best:
            best, who = parts[stat], stat
        parts[stat] = np.float32(0.0)
    if who >= 0:
        said = min(best, GROUP_CAP[group]) - GROUP_FLOOR[group]
        parts[who] = max(np.float32(0.0), said) * GROUP_WEIGHT[group]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sum(parts, group):  # type: ignore[no-untyped-def]
    total = np.float32(0.0)
    for k in range(_BEGINS[group], _BEGINS[group + 1]):
        total += parts[_BY_GROUP[k]]
    return total


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _keep_one(parts, groups):  # type: ignore[no-untyped-def]
    """Of several groups leave what the strongest says, the first of equals."""
    strongest = groups[0]
    for group in groups:
        if _sum(parts, group) > _sum(parts, strongest):
            strongest = group
    for group in groups:
        if group != strongest:
            for k in range(_BEGINS[group], _BEGINS[group + 1]):
                parts[_BY_GROUP[k]] = np.float32(0.0)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def doubt_of(acc, tails, apart, role_days, parts):  # type: ignore[no-untyped-def]
    """Doubt in nats; ``parts`` (N_STATS,) receives what each statistic contributed."""
    for stat in range(N_STATS):
        parts[stat] = np.float32(0.0)
        if acc.now[stat] > 0.0:  # Of what did not happen nobody is surprised.
            parts[stat] = surprise(acc, stat, acc.now[stat], tails, apart, role_days)
    for group in range(N_GROUPS):
        _keep_strongest(parts, group)
    _keep_one(parts, _AMOUNT)
    _keep_one(parts, _WHERE_AND_WHEN)
    doubt = np.float32(0.0)
    for group in range(N_GROUPS):
        doubt += _sum(parts, group)
    return doubt
