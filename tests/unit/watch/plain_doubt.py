"""Surprise and doubt in plain Python, as ``rempart.watch.weigh`` describes them: the oracle.

Reads one account's statistics and habits and the tables of tails (eighths of a log, quarters of a scale); pools own history,
role and house, lets a group count once by its strongest, of groups that tell one fact the strongest, and adds up; what did
not happen says nothing. Misses the days before and what a
challenge said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rempart.watch.channels import CHANNELS, Group

FLOORS = {
    Group.LOGIN: 1.2,
    Group.PERSISTENCE: 4.5,
    Group.CIRCUMSTANCE: 2.0,
    **dict.fromkeys((Group.SEARCH, Group.PLACE, Group.BESIDE, Group.CREW), 1.5),
}
"""The others' is 2.5."""
CAPS = {
    Group.VOLUME: 7.0,
    Group.STRANGERS: 12.5,
    Group.SEARCH: 14.0,
    Group.PLACE: 5.0,
    Group.TIME: 9.0,
    Group.CIRCUMSTANCE: 9.0,
    Group.LOGIN: 12.0,
    Group.BESIDE: 7.0,
    Group.CREW: 9.0,
    Group.READING: 12.5,
    Group.PERSISTENCE: 12.5,
}
WEIGHTS = {
    Group.VOLUME: 0.7,
    Group.SEARCH: 1.2,
    Group.TIME: 1.2,
    Group.CIRCUMSTANCE: 0.5,
    Group.CREW: 0.7,
    Group.PERSISTENCE: 2.0,
}
"""The others weigh 1."""


@dataclass(frozen=True)
class PlainAccount:
    """What the oracle knows of an account; ``role`` -1 where nobody said it."""

    now: list[float]
    mean: list[float]
    scale: list[float]
    days: int
    role: int


def _read(table: list[float], place: float) -> float:
    """The table read between two entries."""
    at = min(max(place, 0.0), len(table) - 1.001)
    low = math.floor(at)
    return table[low] + (at - low) * (table[low + 1] - table[low])


Tables = list[list[list[float]]]
"""By statistic, then the house's and each role's."""


def plain_surprise(
    account: PlainAccount, stat: int, values: Tables, deviations: Tables, role_days: list[float]
) -> float:
    """Nats of one statistic: its value against others', and its distance from the account's habit."""
    y = math.log1p(account.now[stat])
    nats = _pooled(account, values[stat], 8 * y, role_days)
    if account.days:
        far = (y - account.mean[stat]) / account.scale[stat]
        own = _pooled(account, deviations[stat], 4 * (far + 2), role_days)
        known = 0.8 * account.days / (account.days + 5)
        nats = known * own + (1 - known) * nats
    return nats


def _pooled(account: PlainAccount, tables: list[list[float]], place: float, role_days: list[float]) -> float:
    """The house's table and the role's, by how many days the role is known."""
    nats = _read(tables[0], place)
    if account.role < 0:
        return nats
    known = role_days[account.role + 1] / (role_days[account.role + 1] + 40)
    return known * _read(tables[account.role + 1], place) + (1 - known) * nats


def plain_doubt(account: PlainAccount, values: Tables, deviations: Tables, role_days: list[float]) -> float:
    """Doubt in nats, without the days before."""
    groups = dict.fromkeys(Group, 0.0)
    for channel in CHANNELS:
        if not account.now[channel.stat]:
            continue
        nats = plain_surprise(account, channel.stat, values, deviations, role_days)
        groups[channel.group] = max(groups[channel.group], nats)
    says = {
        group: max(0.0, min(nats, CAPS[group]) - FLOORS.get(group, 2.5)) * WEIGHTS.get(group, 1.0)
        for group, nats in groups.items()
    }
    for one_fact in ((Group.VOLUME, Group.STRANGERS), (Group.PLACE, Group.TIME, Group.CIRCUMSTANCE)):
        strongest = max(one_fact, key=lambda group: says[group])
        for group in one_fact:
            says[group] = says[group] if group == strongest else 0.0
    return sum(says.values())
