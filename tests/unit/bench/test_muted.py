"""A muted channel adds no doubt, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from bench.muted import GROUPS, STATISTICS, statistics_named, tails_without

from rempart.watch.channels import CHANNELS, Group, Stat
from rempart.watch.state import fresh_accounts
from rempart.watch.tails import Tails


def test_every_channel_can_be_named_alone_or_by_its_group() -> None:
    assert sorted(stat for name in GROUPS for stat in statistics_named([name])) == list(Stat)
    assert set(statistics_named(["reading"])) == {c.stat for c in CHANNELS if c.group is Group.READING}
    assert all(Stat[name.upper()] in statistics_named([name]) for name in STATISTICS)


@pytest.mark.parametrize("roles", [0, 3])
def test_a_muted_statistic_surprises_nobody_before_and_after_a_day_is_learned(roles: int) -> None:
    whole, deaf = Tails(), tails_without(["strangers"])
    accounts = fresh_accounts(3)
    accounts["seen"], accounts["role"] = 2, 0 if roles else -1
    accounts["top"] = 5.0
    muted = statistics_named(["strangers"])
    heard = [stat for stat in Stat if stat not in muted]
    for tails in (whole, deaf):
        tails.add_roles(roles)
        tails.close_day(accounts.copy(), 20_000)
    assert whole.nats[muted].max() > 1.0
    assert not deaf.nats[muted].any()
    assert not deaf.apart[muted].any()
    assert np.array_equal(deaf.nats[heard], whole.nats[heard])
    assert np.array_equal(deaf.apart[heard], whole.apart[heard])
    assert np.array_equal(deaf.counts, whole.counts), "it is learned all the same"
    assert set(vars(deaf)) == set(vars(whole)), "state is saved and restored by these names"
