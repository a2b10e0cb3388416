"""Who proved himself in one session is not asked in the next one for the same doubt, and whoever works beside him is."""

import numpy as np
import pytest
from test_alarm import answer, asked_of, known, strangers, watch
from test_channels import HOUR_MS, TODAY_MS, WHO, charts, show
from test_judge import DAY_MS, UTC_ZONE, Array

from rempart.records import Action, Kind
from rempart.watch.judge import Policy, Watch
from rempart.watch.state import TODAY_SESSIONS

MINUTE_MS = 60_000
ASKED, BESIDE = 999, 998
__all__ = ["known", "watch"]
NIGHT_MS = TODAY_MS + 14 * HOUR_MS
"""23:00 UTC: half an hour of work ends before midnight."""


def opened(watch: Watch, count: int, session: int, at_ms: int, first: int = 8_000_000) -> Array:
    """Answers to somebody who opens so many strangers, ten seconds apart."""
    rows = charts(count, 10_000, session=session, begin_ms=at_ms)
    rows["form"] = 7
    return show(watch, rows, strangers(count, first), grade=0.0, anybody=0.0)["action"]


def prove(watch: Watch, begin_ms: int = TODAY_MS) -> int:
    """An owner is asked, passes, and goes on a little; when that was."""
    assert asked_of(watch, ASKED, begin_ms).size
    answer(watch, Kind.LOGIN_PASSED, ASKED, begin_ms + 30 * MINUTE_MS)
    return begin_ms + 31 * MINUTE_MS


def test_an_owner_who_passed_goes_on_in_another_session_unasked(watch: Watch) -> None:
    at_ms = prove(watch)
    assert (opened(watch, 3, BESIDE, at_ms) == Action.ALLOW).all()
    assert watch.accounts["challenged"][WHO]


@pytest.mark.parametrize("sessions", [1, 5, TODAY_SESSIONS])
def test_a_thief_in_few_or_many_sessions_after_the_owner_passed_is_asked_before_long(
    watch: Watch, sessions: int
) -> None:
    at_ms = prove(watch)
    answers = np.concatenate(
        [
            opened(watch, 1, BESIDE - turn % sessions, at_ms + turn * 10_000, 7_000_000 + turn)
            for turn in range(40)
        ]
    )
    assert np.flatnonzero(answers == Action.STEP_UP)[0] < 30
    assert (answers[-5:] == Action.STEP_UP).any()


def test_after_a_failure_the_other_sessions_are_asked_whoever_passed_before(watch: Watch) -> None:
    at_ms = prove(watch)
    watch.accounts["slipped_ms"][WHO] = at_ms
    assert opened(watch, 1, BESIDE, at_ms) == [Action.STEP_UP]


def carried_after_the_night(watch: Watch) -> float:
    """What the account's small hours after a night like that add to its next day."""
    opened(watch, 1, ASKED, NIGHT_MS + 80 * MINUTE_MS, 6_000_000)
    answer(watch, Kind.LOGIN_PASSED, 1, NIGHT_MS + DAY_MS + 70 * MINUTE_MS, account=WHO + 8)
    return float(watch.accounts["carried"][WHO])


def test_what_the_owner_passed_for_before_midnight_is_not_held_against_the_next_day(watch: Watch) -> None:
    again = Watch(Policy(enforce=True), *UTC_ZONE)
    again.restore(watch.state())
    prove(watch, NIGHT_MS)
    assert watch.accounts["proved_ms"][WHO] > 0
    assert carried_after_the_night(watch) == 0
    opened(again, 60, BESIDE, NIGHT_MS - 30 * MINUTE_MS)
    prove(again, NIGHT_MS)
    assert carried_after_the_night(again) > 1
    again.close()
