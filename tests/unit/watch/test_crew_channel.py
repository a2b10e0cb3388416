"""Crews: ten slow thefts through one exit are seen as one, a merger's new network is not; as plain Python counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_crew import PlainNetwork
from test_judge import ACCOUNTS, DAY_MS, MONDAY_MS, NETWORKS, PRICES, ROLES, UTC_ZONE, Array, honest_days

from rempart.records import EVENT, Frame, Kind
from rempart.watch.channels import Stat
from rempart.watch.crew import crew_nats
from rempart.watch.judge import Policy, Watch
from rempart.watch.state import MINUTE_MS

EXIT = 57
TODAY_MS = MONDAY_MS + 14 * DAY_MS + 10 * 3_600_000


def show(watch: Watch, rows: Array, patients: Array, grade: float) -> None:
    rows["first_patient"] = np.cumsum(rows["patients"]) - rows["patients"]
    grades = np.full((patients.size, 2), grade, np.float32)
    watch.judge(Frame(rows, patients.astype(np.uint64), None), grades, PRICES, (ACCOUNTS, NETWORKS, ROLES))


def through_exit(accounts: range, each: int) -> Array:
    """``each`` patients of each account in turns, two minutes apart, all from one new network."""
    rows = np.zeros(len(accounts) * each, EVENT)
    who = np.tile(np.array(accounts), each)
    rows["recorded_ms"] = TODAY_MS + np.arange(rows.size) * 2 * MINUTE_MS
    rows["account"], rows["role"], rows["network"], rows["unit"] = who, who % ROLES, EXIT, -1
    rows["session"], rows["patients"] = who + 900, 1
    return rows


@pytest.mark.parametrize(("grade", "is_crew"), [(0.0, True), (0.6, False)])
def test_strangers_of_many_accounts_from_one_exit_are_a_crew_and_usual_patients_a_merger(
    grade: float, is_crew: bool
) -> None:
    watch = Watch(Policy(), *UTC_ZONE)
    show(watch, *honest_days(14, 3), grade=0.5)
    rows = through_exit(range(6), 6)
    show(watch, rows, 9_000_000 + np.arange(rows.size), grade)
    said = watch.accounts["now"][:6, Stat.CREW]
    watch.close()
    assert (said.min() > 5) if is_crew else (said.max() == 0)


def test_the_network_of_one_account_alone_is_no_crew() -> None:
    watch = Watch(Policy(), *UTC_ZONE)
    show(watch, *honest_days(14, 3), grade=0.5)
    rows = through_exit(range(1), 40)
    show(watch, rows, 9_000_000 + np.arange(rows.size), 0.0)
    said = float(watch.accounts["now"][0, Stat.CREW])
    watch.close()
    assert said == 0


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_compiled_sums_say_what_plain_python_says(steps: list[tuple[int, float, bool]]) -> None:
    watch, plain = Watch(Policy(), *UTC_ZONE), PlainNetwork()
    for number, (account, grade, fails) in enumerate(steps):
        row = np.zeros(1, EVENT)
        row["recorded_ms"], row["account"], row["network"] = TODAY_MS + number * MINUTE_MS, account, EXIT
        row["role"], row["unit"], row["patients"] = -1, -1, 0 if fails else 1
        row["kind"] = Kind.LOGIN_FAILED if fails else Kind.ACCESS
        show(watch, row, np.arange(0 if fails else 1) + 100 + number, grade)
        if fails:
            plain.fail_login(account)
        else:
            plain.open_patient(account, grade, 0.4)
    last = np.zeros(1, EVENT)
    last["recorded_ms"], last["account"], last["network"] = TODAY_MS + 40 * MINUTE_MS, 9, -1
    last["role"] = last["unit"] = -1
    show(watch, last, np.arange(0), 0.0)
    network = watch._house.networks[EXIT]
    for account in range(6):
        others = min(len(plain.accounts - {account}), 3)
        found = crew_nats(network, others)
        assert found == pytest.approx(plain.nats(account), rel=1e-3, abs=2e-2)
    watch.close()
