"""Channels turned off: what a muted statistic shows surprises nobody.

The statistic is still counted and learned; its tables say nothing, so it adds no doubt, and the threshold settles on
what the other channels say of honest days, within the same friction budget.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.watch.channels import CHANNELS, Group, Stat
from rempart.watch.tails import Tails

GROUPS = tuple(group.name.lower() for group in Group)
STATISTICS = tuple(stat.name.lower() for stat in Stat)


def statistics_named(names: Sequence[str]) -> list[Stat]:
    """The statistics of those names, and all those of the groups of those names."""
    return [
        channel.stat
        for channel in CHANNELS
        if channel.stat.name.lower() in names or channel.group.name.lower() in names
    ]


def tails_without(names: Sequence[str]) -> Tails:
    """The tails of a house that knows nothing yet, deaf to the statistics and groups of those ``names``."""
    muted = statistics_named(names)

    class Deaf(Tails):
        def rebuild(self) -> None:
            super().rebuild()
            self.nats[muted] = 0.0
            self.apart[muted] = 0.0

    return Deaf()
