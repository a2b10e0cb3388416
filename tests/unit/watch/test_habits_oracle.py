"""Place, hour and sleep: the compiled channels say what plain Python says, event by event."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_habits import DAY_MS, MINUTE_MS, PlainPlaces, plain_bin, plain_odd_hour, plain_slept
from test_judge import MONDAY_MS

from rempart.records import EVENT
from rempart.watch.hours import hour_bin, odd_hour, slept
from rempart.watch.place import come_from
from rempart.watch.state import HOUR_BINS, fresh_accounts

GAPS = st.sampled_from(
    [1, MINUTE_MS, 10 * MINUTE_MS - 1, 10 * MINUTE_MS, DAY_MS // 3, DAY_MS, DAY_MS + 1, 9 * DAY_MS]
)
SHARES = st.floats(1 / 1024, 1, width=32)
VISITS = st.lists(
    st.tuples(GAPS, st.integers(0, 11), st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=60
)


@settings(max_examples=150, deadline=None)
@given(
    VISITS,
    st.integers(0, 40),
    st.lists(st.floats(0, 9, width=32), min_size=4, max_size=4),
    st.lists(SHARES, min_size=5, max_size=5),
    st.lists(st.one_of(st.just(0.0), SHARES), min_size=4, max_size=4),
)
def test_the_kernel_is_surprised_by_the_places_that_surprise_plain_python(
    visits: list[tuple[int, int, int, int]],
    days: int,
    roams: list[float],
    rates: list[float],
    today: list[float],
) -> None:
    account, row = fresh_accounts(1), np.zeros(1, EVENT)
    account["days"], account["roams"] = days, roams
    plain = PlainPlaces(days, roams, rates, today)
    known, now = np.array(rates, np.float32), MONDAY_MS
    for gap, network, software, others in visits:
        now += gap
        row["network"], row["software"] = network, software
        nats = come_from(account[0], row[0], np.int8(others), now // DAY_MS, now, known, np.array(today))
        account["last_ms"] = now
        assert nats == pytest.approx(
            plain.see(network, software, others, now // DAY_MS, now), rel=1e-3, abs=1e-3
        )
    assert account["flips"][0] == plain.changes


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 4 * 365 * DAY_MS),
    st.integers(-12, 14),
    st.lists(st.floats(0, 30, width=32), min_size=HOUR_BINS, max_size=HOUR_BINS),
    st.integers(0, 60),
    st.lists(SHARES, min_size=HOUR_BINS, max_size=HOUR_BINS),
    SHARES,
)
def test_the_kernel_finds_the_hours_odd_that_plain_python_finds_odd(
    after_ms: int, offset_h: int, touched: list[float], days: int, hours: list[float], weekends: float
) -> None:
    now, offset = MONDAY_MS + after_ms, offset_h * 3_600_000
    at = hour_bin(now, np.array([0], np.int64), np.array([offset], np.int64))
    assert at == plain_bin(now, offset)
    account, shares = fresh_accounts(1), np.array([*hours, weekends], np.float32)
    account["days"], account["hours"] = days, touched
    expected = plain_odd_hour(touched, days, hours, weekends, int(at))
    assert odd_hour(account[0], at, shares) == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert account["hours_today"][0] == 1 << int(at)


@settings(max_examples=150, deadline=None)
@given(st.lists(GAPS, min_size=1, max_size=30))
def test_the_kernel_sees_the_sleep_that_plain_python_sees(gaps: list[int]) -> None:
    account, times = fresh_accounts(1), [MONDAY_MS]
    account["last_ms"] = MONDAY_MS
    for gap in gaps:
        times.append(times[-1] + gap)
        assert slept(account[0], times[-1]) == pytest.approx(plain_slept(times), rel=1e-5)
        account["last_ms"] = times[-1]
