"""Apart from habit: how far a day lies from what is usual for its account, and how rarely honest days do.

Reads an account's daily maxima, the mean and spread of its own history (``log1p``). Gives deviations in
*scales* of the account, and the tails of honest deviations, learned by house and role like those of the
values themselves. A machine whose list hardly changes has a tiny scale, a coder with quiet and full weeks a
wide one; what a deviation of four scales is worth is not assumed but counted. The scale is never below the
noise of counting (a Poisson count's, seen through ``log1p``). Before there is history a logistic law stands in.
Misses changes slower than the habit follows. Peer and own baselines: Boxwala et al. 2011; tails as in
:mod:`tails`.
"""

from __future__ import annotations

import numpy as np

from rempart.watch.state import APART_BINS, Array

PER_SCALE = 4.0
"""Bins a scale of deviation, from LEAST on."""
LEAST = -2.0
KNOWN_DAYS = 3
"""Days after which an account's deviations from its own habit are learned."""
DAY_0_SLOPE = 1.8
"""Nats a scale of deviation is worth before there is history."""
LEAST_SCALE = 0.05
"""Least scale of an account's days, in ``log1p``: even a machine's list grows by a twentieth."""
SHORT_HISTORY = 1.5
"""Days: an account known for so long has twice the scale that its own days show."""
SLOWEST, STEEPEST = 0.25, 2.5
"""Nats a scale that the tail of deviations may fall by, from and to."""
TOP_SHARE = 0.02
"""Beyond this share of days the tail is continued as an exponential."""


def scale_of(mean: Array, spread: Array, days: Array) -> Array:
    """What an account's day may lie apart from its habit: its spread, at least the noise of counting, more
    while its history is short."""
    usual = np.expm1(mean)
    counting = np.sqrt(usual + 0.25) / (usual + 1.0)
    least = np.maximum(counting, LEAST_SCALE)
    return np.asarray(np.maximum(spread, least) * (1.0 + SHORT_HISTORY / days))


def bins_of(accounts: Array) -> Array:
    """Bin (n, N_STATS) of each account's day."""
    z = (np.log1p(accounts["top"]) - accounts["mean"]) / accounts["scale"]
    return np.asarray(np.clip((z - LEAST) * PER_SCALE, 0, APART_BINS - 1).astype(np.int64))


def _day_0() -> Array:
    edges = LEAST + np.arange(APART_BINS + 1) / PER_SCALE
    survival = 1.0 / (1.0 + np.exp(DAY_0_SLOPE * edges))
    survival[0], survival[-1] = 1.0, 0.0
    return np.asarray(survival[:-1] - survival[1:])


DAY_0 = _day_0()
"""Probability mass (APART_BINS,) of each bin before there is history."""


def tail_nats(mass: Array) -> Array:
    """``-ln P(Z >= z)`` at each bin's lower edge; ``mass`` (..., APART_BINS) account-days."""
    share = mass[..., ::-1].cumsum(axis=-1)[..., ::-1]
    share = share / share[..., :1]
    at = (share >= TOP_SHARE).sum(axis=-1) - 1
    steps = np.arange(APART_BINS)
    beyond = np.maximum(steps - at[..., None], 0) / PER_SCALE
    top = np.take_along_axis(share, at[..., None], -1)
    weight = mass * (steps >= at[..., None])
    excess = (weight * (beyond + 0.5 / PER_SCALE)).sum(axis=-1, keepdims=True)
    rate = np.clip(weight.sum(axis=-1, keepdims=True) / np.maximum(excess, 1e-12), SLOWEST, STEEPEST)
    plain = -np.log(np.maximum(share, 1e-300))
    return np.asarray(np.where(beyond > 0, -np.log(top) + rate * beyond, plain))
