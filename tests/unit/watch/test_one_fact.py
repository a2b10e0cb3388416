"""What tells the same fact twice counts once: an owner elsewhere in the evening passes, a thief there does not."""

import numpy as np
import pytest
from test_judge import ACCOUNTS, DAY_MS, MONDAY_MS, NETWORKS, PRICES, ROLES, UTC_ZONE, honest_days

from rempart.records import EVENT, Action, Frame
from rempart.watch.channels import CHANNELS, N_STATS, Group, Stat
from rempart.watch.judge import Policy, Watch
from rempart.watch.state import APART_BINS, BINS, fresh_accounts
from rempart.watch.weigh import doubt_of

NATS = np.tile(np.arange(BINS, dtype=np.float32), (N_STATS, 1, 1))
APART = np.zeros((N_STATS, 1, APART_BINS), np.float32)


def doubt(**seen: float) -> float:
    """Doubt of an account nobody knows, whose statistics are a house's ``exp(nats / 8) - 1``, else 0."""
    accounts = fresh_accounts(1)
    for name, nats in seen.items():
        accounts["now"][0, Stat[name]] = np.expm1(nats / 8)
    return float(doubt_of(accounts[0], NATS, APART, np.zeros(1), np.zeros(N_STATS + 1, np.float32)))


def test_a_new_network_at_night_is_one_fact_and_strangers_another() -> None:
    place, hour, circumstance = doubt(NEW_PLACE=5), doubt(ODD_HOUR=5), doubt(ODD_STRANGERS=8)
    assert min(place, hour, circumstance) > 0
    together = doubt(NEW_PLACE=5, ODD_HOUR=5, ODD_STRANGERS=8)
    assert together == pytest.approx(max(place, hour, circumstance))
    more = doubt(NEW_PLACE=5, ODD_HOUR=5, ODD_STRANGERS=8, STRANGERS_24H=8)
    assert more == pytest.approx(together + doubt(STRANGERS_24H=8))


def test_every_other_group_adds() -> None:
    stats = {channel.group: channel.stat.name for channel in CHANNELS}
    for group in set(Group) - {Group.PLACE, Group.TIME, Group.CIRCUMSTANCE}:
        alone = doubt(**{stats[group]: 6})
        assert doubt(**{stats[group]: 6, "NEW_PLACE": 5}) == pytest.approx(alone + doubt(NEW_PLACE=5))


def evening_elsewhere(patients: np.ndarray) -> Action:  # type: ignore[type-arg]
    """The hardest answer to account 5, at seven in the evening on a network nobody used, opening ``patients`` (n,)."""
    rows, opened = honest_days(12, 3)
    late = np.zeros(patients.size, EVENT)
    late["recorded_ms"] = MONDAY_MS + 11 * DAY_MS + 19 * 3_600_000 + np.arange(patients.size) * 60_000
    late["account"], late["role"], late["network"], late["session"] = 5, 5 % ROLES, 55, 999
    late["unit"], late["patients"] = 0, 1
    everything = np.concatenate([rows, late])
    everything["first_patient"] = np.arange(everything.size)
    frame = Frame(everything, np.concatenate([opened, patients]), None)
    grades = np.full((everything.size, 2), 0.5, np.float32)
    answers = Watch(Policy(), *UTC_ZONE).judge(frame, grades, PRICES, (ACCOUNTS, NETWORKS, ROLES))
    return Action(int(answers["action"][-patients.size :].max()))


def test_an_owner_who_looks_at_a_few_own_patients_from_elsewhere_in_the_evening_is_not_asked() -> None:
    assert evening_elsewhere(np.arange(5_001, 5_007, dtype=np.uint64)) == Action.ALLOW


def test_a_thief_who_takes_strangers_from_there_is() -> None:
    assert evening_elsewhere(np.arange(10_000_000, 10_000_050, dtype=np.uint64)) != Action.ALLOW
