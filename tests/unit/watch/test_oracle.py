"""The compiled kernel and the plain Python oracle count the same, event by event, however they are cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_statistics import DAY_MS, HOUR_MS, MINUTE_MS, Event, PlainStatistics
from test_judge import MONDAY_MS, PRICES, UTC_ZONE, Array

from rempart.records import EVENT, FLAG_QUERY, Frame
from rempart.watch.channels import Stat
from rempart.watch.judge import Policy, Watch

GAPS = st.one_of(
    st.integers(0, 3 * MINUTE_MS),
    st.sampled_from([10 * MINUTE_MS, 10 * MINUTE_MS - 1, HOUR_MS, HOUR_MS + 1, DAY_MS, DAY_MS - 1]),
    st.integers(0, DAY_MS),
)
"""A single event more than a day ahead would not be believed."""
PATIENTS = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    found: list[Event] = []
    at_ms = MONDAY_MS
    for _ in range(draw(st.integers(1, 40))):
        at_ms += draw(GAPS)
        session = draw(st.sampled_from([7, 7, 8, 9]))
        kind = draw(st.sampled_from(["open", "open", "open", "page", "miss"]))
        if kind == "page":
            width, request = draw(st.integers(1, 60)), draw(st.sampled_from([0, 5, 6]))
            found.append(Event(at_ms, session, page=width, request=request))
        else:
            patients = tuple(draw(PATIENTS))
            grades = tuple((patient % 4 / 4, patient % 3 / 2) for patient in patients)
            form = draw(st.sampled_from([0, 1, 2, 33]))
            found.append(Event(at_ms, session, patients, grades, failed=kind == "miss", form=form))
    return found


def row_of(event: Event) -> Array:
    row = np.zeros(1, EVENT)
    row["recorded_ms"], row["session"], row["request"] = event.at_ms, event.session, event.request
    row["network"], row["software"], row["unit"], row["role"] = -1, -1, -1, -1
    row["patients"], row["outcome"] = len(event.patients), 4 if event.failed else 0
    row["count"], row["flags"] = event.page, FLAG_QUERY if event.page else 0
    row["form"] = event.form
    return row


@settings(max_examples=150, deadline=None)
@given(events())
def test_the_kernel_counts_what_plain_python_counts(stream: list[Event]) -> None:
    watch, plain = Watch(Policy(), *UTC_ZONE), PlainStatistics()
    for event in stream:
        frame = Frame(row_of(event), np.array(event.patients, np.uint64), None)
        watch.judge(frame, np.array(event.grades, np.float32).reshape(-1, 2), PRICES, (1, 1, 1))
        account = watch.accounts[0]
        plain.usual = float(account["usual_strange"]), float(account["usual_uncared"])
        plain.days = int(account["days"])
        plain.reading.own, plain.reading.visits = account["read"].tolist(), float(account["visits"])
        *plain.reading.role, plain.reading.role_known = watch.tails.usual[0].tolist()
        plain.reading.depth = float(account["usual_depth"])
        now = account["now"]
        for name, value in plain.see(event).items():
            assert now[Stat[name.upper()]] == pytest.approx(value, rel=1e-3, abs=1e-3), name
    watch.close()
