"""After a failed challenge the house asks from less doubt, for a while; who passes in one session vouches for that one."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_channels import TODAY_MS, WHO, charts, show
from test_judge import DAY_MS, UTC_ZONE, Array, honest_days

from rempart.records import EVENT, FLAG_TRUSTED, Kind
from rempart.watch.challenge import choose, hear, note_session, vouched
from rempart.watch.judge import Policy, Watch
from rempart.watch.stance import STANCE
from rempart.watch.state import TODAY_SESSIONS, fresh_accounts
from rempart.watch.threshold import ALARM_DAYS, ALARM_PART

MINUTE_MS = 60_000
OTHER = WHO + 8


@pytest.fixture(scope="module")
def known() -> Iterator[Watch]:
    house = Watch(Policy(enforce=True), *UTC_ZONE)
    show(house, *honest_days(14, 3))
    yield house
    house.close()


@pytest.fixture
def watch(known: Watch) -> Iterator[Watch]:
    house = Watch(Policy(enforce=True), *UTC_ZONE)
    house.restore(known.state())
    yield house
    house.close()


def strangers(count: int, first: int = 9_000_000) -> Array:
    return first + np.arange(count)


def asked_of(watch: Watch, session: int, begin_ms: int = TODAY_MS) -> Array:
    """Somebody opens strangers in this session until asked; the rows that were."""
    rows = charts(80, 20_000, session=session, begin_ms=begin_ms)
    rows["form"] = 7
    answers = show(watch, rows, strangers(80), grade=0.0, anybody=0.0)
    return rows[answers["action"] > 0]


def answer(watch: Watch, kind: Kind, session: int, at_ms: int, account: int = WHO) -> None:
    row = charts(1, 0, session=session, begin_ms=at_ms)
    row["kind"], row["flags"], row["patients"], row["account"] = kind, FLAG_TRUSTED, 0, account
    show(watch, row, np.zeros(0))


def alarmed(watch: Watch, at_ms: int) -> float:
    """Doubt from which anybody is asked then, as a part of the usual."""
    row = charts(1, 0, session=OTHER + 1, begin_ms=at_ms)
    row["account"] = OTHER
    show(watch, row, np.array([OTHER * 1000 + 1]), grade=1.0, anybody=1.0)
    stance = watch.arrays(OTHER)[3]
    return float(stance["threshold"][0] / stance["usual"][0])


def test_after_a_failed_challenge_less_doubt_is_enough_until_some_days_later(watch: Watch) -> None:
    assert alarmed(watch, TODAY_MS - 30 * MINUTE_MS) == 1
    assert asked_of(watch, session=999).size
    answer(watch, Kind.LOGIN_FAILED, 999, TODAY_MS + 30 * MINUTE_MS)
    assert alarmed(watch, TODAY_MS + 45 * MINUTE_MS) == pytest.approx(1 - ALARM_PART)
    again = Watch(Policy(enforce=True), *UTC_ZONE)
    again.restore(watch.state())
    assert alarmed(again, TODAY_MS + 46 * MINUTE_MS) == alarmed(watch, TODAY_MS + 46 * MINUTE_MS)
    again.close()
    later = [alarmed(watch, TODAY_MS + day * DAY_MS) for day in range(1, ALARM_DAYS + 2)]
    assert max(later[:ALARM_DAYS]) < 1 == later[-1]


def test_an_owner_who_slipped_and_then_passed_alarms_nobody(watch: Watch) -> None:
    rows = charts(1, 0, session=999)
    watch.accounts["carried"][WHO] = 60.0
    for at_ms in (0, 1):
        rows["recorded_ms"] = TODAY_MS + at_ms * MINUTE_MS
        show(watch, rows, strangers(1, 8_000_000 + at_ms), grade=0.0)
    watch.accounts["session"][WHO][0], watch.accounts["asked_ms"][WHO][0] = 999, TODAY_MS
    answer(watch, Kind.LOGIN_FAILED, 999, TODAY_MS + 2 * MINUTE_MS)
    assert watch.accounts["slipped_ms"][WHO] > 0
    answer(watch, Kind.LOGIN_PASSED, 999, TODAY_MS + 3 * MINUTE_MS)
    assert alarmed(watch, TODAY_MS + 45 * MINUTE_MS) == 1


def leave_open(watch: Watch, accounts: tuple[int, ...], at_ms: int) -> None:
    """Each of these was challenged then in a session that went silent."""
    for account in accounts:
        watch.accounts["session"][account][2], watch.accounts["asked_ms"][account][2] = 999, at_ms


def test_one_challenge_left_open_alarms_nobody_and_those_of_two_accounts_do(watch: Watch) -> None:
    assert alarmed(watch, TODAY_MS) == 1
    leave_open(watch, (WHO,), TODAY_MS)
    assert alarmed(watch, TODAY_MS + 60 * MINUTE_MS) == 1
    leave_open(watch, (WHO + 1,), TODAY_MS + 60 * MINUTE_MS)
    assert alarmed(watch, TODAY_MS + 75 * MINUTE_MS) == 1, "it may still be answered"
    assert alarmed(watch, TODAY_MS + 105 * MINUTE_MS) == pytest.approx(1 - ALARM_PART)
    later = [alarmed(watch, TODAY_MS + day * DAY_MS) for day in range(1, ALARM_DAYS + 2)]
    assert max(later[: ALARM_DAYS - 1]) < 1 == later[-1]


def test_a_challenge_answered_at_last_alarms_nobody_nor_does_one_that_was_only_observed(watch: Watch) -> None:
    leave_open(watch, (WHO, WHO + 1), TODAY_MS - 60 * MINUTE_MS)
    observer = Watch(Policy(enforce=False), *UTC_ZONE)
    observer.restore(watch.state())
    assert alarmed(observer, TODAY_MS) == 1
    observer.close()
    assert alarmed(watch, TODAY_MS) < 1
    answer(watch, Kind.LOGIN_PASSED, 999, TODAY_MS + 5 * MINUTE_MS)
    assert alarmed(watch, TODAY_MS + 15 * MINUTE_MS) == 1


def test_the_owner_who_passes_does_not_vouch_for_who_works_beside_him(watch: Watch) -> None:
    alone = Watch(Policy(enforce=True), *UTC_ZONE)
    alone.restore(watch.state())
    show(watch, charts(3, MINUTE_MS, session=WHO + 1, begin_ms=TODAY_MS - 60 * MINUTE_MS), strangers(3, 1))
    for house in (watch, alone):
        assert asked_of(house, session=999).size
        answer(house, Kind.LOGIN_PASSED, 999, TODAY_MS + 30 * MINUTE_MS)
        alarmed(house, TODAY_MS + DAY_MS)
    assert alone.accounts["read"][WHO][7] > 2 * watch.accounts["read"][WHO][7] > 0
    alone.close()


@given(st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=16))
def test_a_day_is_vouched_for_where_every_session_that_opened_anything_passed(
    day: list[tuple[int, bool]],
) -> None:
    stance, account, row = np.zeros(1, STANCE), fresh_accounts(1), np.zeros(1, EVENT)
    stance["threshold"], stance["usual"], stance["enforce"] = 10.0, 10.0, True
    row["flags"] = FLAG_TRUSTED
    opened: set[int] = set()
    passed: set[int] = set()
    for at, (session, is_passed) in enumerate(day):
        now = TODAY_MS + at * 1000
        row["session"], row["kind"] = session, Kind.ACCESS
        note_session(account[0], np.uint64(session), np.float32(1.0))
        opened.add(session)
        doubt = np.float32(12.0 + 4.0 * at)  # Enough to ask whoever comes next.
        choose(account[0], row[0], now, 1, doubt, 0.5, stance[0])
        if is_passed:
            row["kind"] = Kind.LOGIN_PASSED
            hear(account[0], row[0], now, stance[0])
            passed.add(session)
    assert vouched(account)[0] == (bool(opened) and opened == passed and len(opened) <= TODAY_SESSIONS)
