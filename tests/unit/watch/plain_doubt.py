"""Surprise and doubt in plain Python, as ``rempart.watch.weigh`` describes them: the oracle.

Reads one account's statistics and habits and the tables of tails as nested lists; pools own history,
role and house, lets a group count once by its strongest, and adds up. Misses the days before and what a
challenge said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rempart.watch.channels import CHANNELS, Group

FLOOR, SECOND = 1.2, 0.2
CAPS = {
    Group.VOLUME: 7.0,
    Group.STRANGERS: 10.5,
    Group.SEARCH: 9.0,
    Group.PLACE: 5.0,
    Group.TIME: 9.0,
    Group.CIRCUMSTANCE: 9.0,
    Group.LOGIN: 12.0,
}
WEIGHTS = {Group.SEARCH: 1.2, Group.TIME: 0.9, Group.CIRCUMSTANCE: 0.5}
"""The others weigh 1."""


@dataclass(frozen=True)
class PlainAccount:
    """What the oracle knows of an account; ``role`` -1 where nobody said it."""

    now: list[float]
    mean: list[float]
    spread: list[float]
    days: int
    role: int


def _read(table: list[float], y: float) -> float:
    """The table, one entry for each eighth of a log, read between two entries."""
    at = min(8 * y, len(table) - 1.001)
    low = math.floor(at)
    return table[low] + (at - low) * (table[low + 1] - table[low])


def plain_surprise(
    account: PlainAccount, stat: int, tables: list[list[list[float]]], role_days: list[float]
) -> float:
    """Nats of one statistic; ``tables[stat][0]`` is the house's, the next ones the roles'."""
    y = math.log1p(account.now[stat])
    nats = _read(tables[stat][0], y)
    if account.role >= 0:
        known = role_days[account.role + 1] / (role_days[account.role + 1] + 40)
        nats = known * _read(tables[stat][account.role + 1], y) + (1 - known) * nats
    if account.days:
        far = (y - account.mean[stat]) / max(account.spread[stat], 0.3)
        own = math.log1p(math.exp(min(1.8 * far, 30)))
        known = 0.5 * account.days / (account.days + 7)
        nats = known * own + (1 - known) * nats
    return nats


def plain_doubt(account: PlainAccount, tables: list[list[list[float]]], role_days: list[float]) -> float:
    """Doubt in nats, without the days before."""
    groups = dict.fromkeys(Group, 0.0)
    for channel in CHANNELS:
        nats = plain_surprise(account, channel.stat, tables, role_days)
        groups[channel.group] = max(groups[channel.group], nats)
    says = {
        group: max(0.0, min(nats, CAPS[group]) - FLOOR) * WEIGHTS.get(group, 1.0)
        for group, nats in groups.items()
    }
    weaker = min(says[Group.VOLUME], says[Group.STRANGERS])
    return sum(says.values()) - (1 - SECOND) * weaker
