"""The compiled choice answers as plain Python answers, through challenges passed, failed and forgotten."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_choice import HALF_DAY_MS, PlainChoice
from test_judge import MONDAY_MS

from rempart.records import EVENT, FLAG_TRUSTED, Kind
from rempart.watch.challenge import choose, hear, note_session
from rempart.watch.stance import STANCE
from rempart.watch.state import fresh_accounts

THRESHOLD = 10.0
DOUBTS = st.one_of(
    st.floats(0, 20, width=32), st.sampled_from([9.5, 10.0, 12.0, 12.25, 12.5, 13.25, 13.5, 15.75, 16.0])
)
GAPS = st.sampled_from([1, 60_000, HALF_DAY_MS // 4, HALF_DAY_MS, HALF_DAY_MS + 1])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["access", "access", "access", "pass", "fail"]),
        GAPS,
        st.integers(1, 6),
        st.sampled_from([0, 1, 2, 8]),
        DOUBTS,
    ),
    min_size=1,
    max_size=40,
)

FIVE_ASKED = [
    *(("access", 1, session, 1, 12.0) for session in range(1, 6)),
    ("pass", 1, 1, 0, 0.0),
    ("access", 1, 6, 1, 12.0),
    *((what, 1, session, 1, 12.0) for session in range(1, 6) for what in ("pass", "access")),
    ("fail", 1, 6, 0, 0.0),
]
"""An owner asked in more sessions than a thief was once able to push out."""
NEW_DOUBT = [
    ("access", 1, 1, 1, 12.0),
    ("pass", 1, 1, 0, 0.0),
    *(("access", 1, 1, 1, doubt) for doubt in (15.25, 15.5)),
]
"""Doubt that a pass outweighs, and doubt that it does not."""
BESIDE = [
    ("access", 1, 1, 8, 12.0),
    ("pass", 1, 1, 0, 0.0),
    *(("access", 1, 2, 1, doubt) for doubt in (12.0, 15.25, 12.0)),
    *(("access", 1, session, 1, 12.0) for session in (3, 4)),
]
"""Two more sessions beside one that passed: asked once they brought over a quarter."""


@settings(max_examples=300, deadline=None)
@example(FIVE_ASKED, True, 0.5, 0.0)
@example(NEW_DOUBT, True, 0.5, 0.0)
@example(BESIDE, True, 0.5, 0.0)
@given(STEPS, st.booleans(), st.sampled_from([0.0, 0.5, 0.75, 1.0]), st.sampled_from([0.0, 3.0]))
def test_the_kernel_answers_what_plain_python_answers(
    steps: list[tuple[str, int, int, int, float]], enforce: bool, explained: float, alarm: float
) -> None:
    stance = np.zeros(1, STANCE)
    stance["threshold"], stance["usual"], stance["enforce"] = THRESHOLD - alarm, THRESHOLD, enforce
    account, row, now = fresh_accounts(1), np.zeros(1, EVENT), MONDAY_MS
    account["opened"], account["strange"] = 100, 100 * (1 - explained)
    row["flags"] = FLAG_TRUSTED
    plain = PlainChoice(THRESHOLD - alarm, THRESHOLD, enforce, explained)
    for what, gap, session, fresh, doubt in steps:
        now += gap
        row["session"] = session
        if what == "access":
            row["kind"] = Kind.ACCESS
            odds = doubt - 11.5
            if fresh:
                note_session(account[0], np.uint64(session), np.float32(fresh))
                plain.bring(session, fresh)
            found = choose(account[0], row[0], now, fresh, np.float32(doubt), odds, stance[0])
            assert found == plain.choose(session, now, fresh > 0, doubt, odds)
        else:
            row["kind"] = Kind.LOGIN_PASSED if what == "pass" else Kind.LOGIN_FAILED
            hear(account[0], row[0], now, stance[0])
            plain.answer(session, now, what == "pass")
            assert bool(account["blocked"][0]) == plain.blocked
