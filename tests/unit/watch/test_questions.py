"""A request that was judged before it was served is counted once, by what the server behind told of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.records import EVENT, FLAG_QUERY, FLAG_TOLD, Frame
from rempart.watch.judge import Policy, Watch
from rempart.watch.questions import NOT_SAID
from rempart.watch.state import QUESTIONS

MONDAY_MS = 1_767_571_200_000
PRICES = np.array([[2.0, 50.0], [2.0, 50.0]])
SUMS = ("pages", "rows_day", "odd_patients")
Array = np.ndarray[Any, Any]


def event(at_s: float, **said: int) -> Array:
    row = np.zeros(1, EVENT)
    row["recorded_ms"] = MONDAY_MS + int(at_s * 1000)
    row["account"], row["network"], row["session"], row["count"], row["outcome"] = 0, 0, 1, -1, NOT_SAID
    row["role"] = row["unit"] = -1
    for name, value in said.items():
        row[name] = value
    return row


def asked(at_s: float, request: int, bound: int = 50) -> Array:
    return event(at_s, request=request, flags=FLAG_QUERY, count=bound)


def told(at_s: float, request: int, patients: int, outcome: int = 0) -> Array:
    flags = FLAG_TOLD | FLAG_QUERY
    return event(at_s, request=request, flags=flags, patients=patients, outcome=outcome)


def account_after(*rows: Array) -> Any:
    """The account after the rows, each of which names the first so many of the same patients."""
    watch = Watch(Policy(enforce=True), np.array([0]), np.array([0]))
    for row in rows:
        patients = np.arange(1, 1 + row["patients"][0], dtype=np.uint64)
        watch.judge(
            Frame(row.copy(), patients, None), np.zeros((patients.size, 2), np.float32), PRICES, (1, 1, 1)
        )
    return watch.accounts[0]


def test_a_page_counts_the_rows_it_listed_not_its_bound() -> None:
    corrected = account_after(asked(0, 7, bound=50), told(1, 7, 3))
    listed = account_after(asked(0, 7, bound=3))
    for name in SUMS:
        assert corrected[name] == pytest.approx(listed[name], rel=1e-3), name


def test_records_of_one_request_one_a_patient_add_up_to_one_page() -> None:
    corrected = account_after(asked(0, 7), *(told(1 + each / 10, 7, 1) for each in range(4)))
    assert corrected["pages"] == pytest.approx(account_after(asked(0, 7, bound=4))["pages"], rel=1e-3)


@given(wait_s=st.integers(0, 40_000), listed=st.integers(1, 200), bound=st.integers(0, 1_000))
@settings(max_examples=40, deadline=None)
def test_however_late_it_is_told_nothing_else_is_taken_out(wait_s: int, listed: int, bound: int) -> None:
    others = [asked(each, 100 + each, bound=20) for each in range(3)]
    corrected = account_after(*others, asked(10, 7, bound=bound), told(10 + wait_s, 7, listed))
    plain = account_after(*others, asked(10, 7, bound=0), event(10 + wait_s, patients=0, outcome=0))
    for name, rows in (("pages", listed / 10), ("rows_day", listed)):
        assert corrected[name] == pytest.approx(plain[name] + rows, rel=1e-3, abs=2e-3), name


def test_a_failed_request_showed_nothing_and_is_a_miss() -> None:
    corrected = account_after(asked(0, 7), told(1, 7, 0, outcome=8))
    assert corrected["rows_day"] == pytest.approx(0.0, abs=1e-4)
    assert corrected["pages"] == pytest.approx(1.0, rel=1e-3)
    assert corrected["misses"] == pytest.approx(1.0)


def test_a_record_that_lists_nobody_leaves_the_bound() -> None:
    silent = account_after(asked(0, 7), told(1, 7, 0))
    assert silent["rows_day"] == pytest.approx(50.0, rel=1e-3)
    assert silent["pages"] == pytest.approx(6.0, rel=1e-2)


def test_a_read_told_of_is_not_opened_twice_and_a_patient_not_asked_for_is() -> None:
    question = event(0, request=7, patients=1)
    same = event(1, request=7, patients=1, outcome=0, flags=FLAG_TOLD)
    once, twice = account_after(question), account_after(question, same)
    for name in ("visits_today", "opened", "kinds_day"):
        assert twice[name] == pytest.approx(once[name], rel=1e-3), name
    more = event(1, request=7, patients=2, outcome=0, flags=FLAG_TOLD)
    assert account_after(question, more)["opened"] == pytest.approx(once["opened"] + 1, rel=1e-3)


def test_what_nobody_asked_for_is_an_access_of_its_own() -> None:
    strange = account_after(asked(0, 7), told(1, 8, 3))
    assert strange["pages"] > account_after(asked(0, 7))["pages"] + 1
    later = [asked(each, 100 + each, bound=1) for each in range(1, QUESTIONS + 1)]
    forgotten = account_after(asked(0, 7), *later, told(60, 7, 3))
    assert forgotten["rows_day"] > 50


def test_a_repeated_request_id_never_makes_two_questions_one() -> None:
    """Were an id chosen by the client, it would still pay for every page: only what the server told is corrected."""
    both = account_after(asked(0, 7), asked(1, 7), told(2, 7, 3))
    assert both["rows_day"] > 50
