"""The compiled combination gives the doubt that plain Python gives, for any account and any tails."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_doubt import PlainAccount, plain_doubt, plain_surprise

from rempart.watch.channels import N_STATS
from rempart.watch.state import APART_BINS, BINS, fresh_accounts
from rempart.watch.weigh import doubt_of, surprise

ROLES = 2


def some(low: float, high: float) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(low, high, width=32), min_size=N_STATS, max_size=N_STATS)


@settings(max_examples=120, deadline=None)
@given(
    some(0, 500),
    some(0, 5),
    some(0.0625, 2),
    st.integers(0, 60),
    st.integers(-1, ROLES - 1),
    st.integers(0, 2**32 - 1),
)
def test_the_kernel_doubts_what_plain_python_doubts(
    now: list[float], mean: list[float], scale: list[float], days: int, role: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    tails = chance.exponential(0.2, (N_STATS, ROLES + 1, BINS)).cumsum(axis=2).astype(np.float32)
    apart = chance.exponential(0.2, (N_STATS, ROLES + 1, APART_BINS)).cumsum(axis=2).astype(np.float32)
    role_days = chance.uniform(0, 200, ROLES + 1)
    account = fresh_accounts(1)
    account["now"], account["mean"], account["scale"] = now, mean, scale
    account["days"], account["role"] = days, role
    parts = np.zeros(N_STATS + 1, np.float32)
    plain = PlainAccount(now, mean, scale, days, role)
    plainly = (tails.tolist(), apart.tolist(), role_days.tolist())
    for stat in range(N_STATS):
        found = surprise(account[0], stat, np.float32(now[stat]), tails, apart, role_days)
        assert found == pytest.approx(plain_surprise(plain, stat, *plainly), rel=1e-3, abs=1e-3)
    doubt = doubt_of(account[0], tails, apart, role_days, parts)
    assert doubt == pytest.approx(plain_doubt(plain, *plainly), rel=1e-3, abs=2e-3)
    assert parts.sum() == pytest.approx(float(doubt), rel=1e-3, abs=2e-3)
