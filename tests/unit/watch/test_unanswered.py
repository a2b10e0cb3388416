"""A challenge that nobody answers: it lifts nothing for others, its day is not learned, and its doubt stays."""

import numpy as np
import pytest
from test_alarm import alarmed, answer, asked_of, known, strangers, watch
from test_channels import TODAY_MS, WHO, charts, show
from test_judge import DAY_MS

from rempart.records import Kind
from rempart.watch.challenge import RATCHET
from rempart.watch.judge import Watch
from rempart.watch.state import WORKED, fresh_accounts
from rempart.watch.threshold import ALARM_PART, ANSWERED_MS, alarm, doubts_today

MINUTE_MS = 60_000
__all__ = ["known", "watch"]


def test_a_day_with_an_unanswered_challenge_is_not_learned_though_the_owner_passes_elsewhere(
    watch: Watch,
) -> None:
    alarmed(watch, TODAY_MS - 30 * MINUTE_MS)
    usual = float(watch.accounts["usual_strange"][WHO])
    assert asked_of(watch, session=999).size
    show(
        watch,
        charts(1, 0, session=WHO + 1, begin_ms=TODAY_MS + 30 * MINUTE_MS),
        strangers(1, 7_000_000),
        grade=0.0,
    )
    answer(watch, Kind.LOGIN_PASSED, WHO + 1, TODAY_MS + 31 * MINUTE_MS)
    assert watch.accounts["released"][WHO] == 1
    alarmed(watch, TODAY_MS + DAY_MS)
    assert watch.tails.withheld["account"].tolist() == [WHO]
    assert watch.accounts["usual_strange"][WHO] == pytest.approx(usual, abs=1e-6)
    assert watch.accounts["carried"][WHO] > 0


def test_a_day_whose_challenges_were_all_answered_is_learned_and_carries_nothing_on(watch: Watch) -> None:
    assert asked_of(watch, session=999).size
    answer(watch, Kind.LOGIN_PASSED, 999, TODAY_MS + 30 * MINUTE_MS)
    alarmed(watch, TODAY_MS + DAY_MS)
    assert not watch.tails.withheld.size
    assert watch.accounts["carried"][WHO] == 0


def house_of(asked_min: int, now_ms: int) -> np.ndarray:
    accounts = fresh_accounts(4)
    accounts["seen"], accounts["doubt_top"] = WORKED, [2.0, 3.0, 20.0, 30.0]
    accounts["challenged"][2:] = 1
    accounts["asked_ms"][2:, 0] = now_ms - asked_min * MINUTE_MS
    accounts["passed_ms"][2, 0] = now_ms
    accounts["released"][2] = 1
    return accounts


def test_what_stays_unanswered_says_nothing_of_the_house_after_a_while() -> None:
    now_ms = 20_000 * DAY_MS + 15 * 60 * MINUTE_MS
    for minutes, open_ones in ((1, [30.0]), (ANSWERED_MS // MINUTE_MS + 1, [])):
        answered, unanswered = doubts_today(house_of(minutes, now_ms), now_ms, 1)
        assert answered.tolist() == [2.0, 3.0, 20.0]
        assert unanswered.tolist() == open_ones
    answered, unanswered = doubts_today(house_of(300, now_ms), now_ms, 0)
    assert unanswered.tolist() == [30.0]
    assert answered.tolist() == [2.0, 3.0, 20.0]


def test_five_thieves_who_drop_their_logins_do_not_make_the_house_less_careful(watch: Watch) -> None:
    """Each opens strangers until asked, leaves the question, and their owners go on and pass."""
    before = float(watch.arrays(0)[3]["usual"][0])
    for place in range(5):
        who = WHO + 8 * place + 2
        rows = charts(80, 20_000, session=900 + place, begin_ms=TODAY_MS + place * 60 * MINUTE_MS)
        rows["account"], rows["network"], rows["form"] = who, 60 + place, 7
        assert show(watch, rows, strangers(80, 9_000_000 + 1000 * place), grade=0.0, anybody=0.0)[
            "action"
        ].any()
        own = charts(2, MINUTE_MS, session=who + 1, begin_ms=int(rows["recorded_ms"][-1]) + MINUTE_MS)
        own["account"] = who
        show(watch, own, strangers(2, 8_000_000 + 10 * place), grade=0.0)
        answer(watch, Kind.LOGIN_PASSED, who + 1, int(own["recorded_ms"][-1]) + MINUTE_MS, account=who)
    alarmed(watch, TODAY_MS + 8 * 60 * MINUTE_MS)
    assert watch.arrays(0)[3]["usual"][0] <= before
    alarmed(watch, TODAY_MS + DAY_MS)
    assert watch.arrays(0)[3]["usual"][0] <= before + 0.05


def test_a_login_that_passes_while_the_account_is_blocked_passes_nothing(watch: Watch) -> None:
    assert asked_of(watch, session=999).size
    for _ in range(2):
        answer(watch, Kind.LOGIN_FAILED, 999, TODAY_MS + 30 * MINUTE_MS)
    assert watch.accounts["blocked"][WHO] == 1
    answer(watch, Kind.LOGIN_PASSED, 999, TODAY_MS + 31 * MINUTE_MS)
    assert watch.accounts["withheld"][WHO] == 1
    assert watch.accounts["passed_ms"][WHO].max() == 0


def test_what_passed_before_a_reinstatement_speaks_for_no_session_after_it(watch: Watch) -> None:
    """The owner proves himself, then somebody beside him fails; after the desk's word strangers are asked about again."""
    assert asked_of(watch, session=999).size
    answer(watch, Kind.LOGIN_PASSED, 999, TODAY_MS + 30 * MINUTE_MS)
    answer(watch, Kind.DISOWNED, 999, TODAY_MS + 31 * MINUTE_MS)
    answer(watch, Kind.REINSTATED, 999, TODAY_MS + 32 * MINUTE_MS)
    rows = charts(40, 20_000, session=998, begin_ms=TODAY_MS + 33 * MINUTE_MS)
    rows["form"] = 7
    assert show(watch, rows, strangers(40, 6_000_000), grade=0.0, anybody=0.0)["action"].any()


def test_every_question_of_an_account_counts_and_a_page_of_events_is_one(watch: Watch) -> None:
    assert asked_of(watch, session=999).size > 1
    assert watch.accounts["challenged"][WHO] == 1
    answer(watch, Kind.LOGIN_PASSED, 999, TODAY_MS + 30 * MINUTE_MS)
    watch.accounts["passed_doubt"][WHO] -= RATCHET
    rows = charts(40, 20_000, session=999, begin_ms=TODAY_MS + 31 * MINUTE_MS)
    rows["form"] = 7
    assert show(watch, rows, strangers(40, 6_000_000), grade=0.0, anybody=0.0)["action"].any()
    assert watch.accounts["challenged"][WHO] == 2


def test_left_challenges_alarm_where_as_many_are_left_as_passed() -> None:
    now_ms = 20_000 * DAY_MS
    accounts = fresh_accounts(6)
    accounts["asked_ms"][:5, 0] = now_ms - 60 * MINUTE_MS
    accounts["passed_ms"][2:5, 0] = now_ms - 50 * MINUTE_MS
    assert alarm(accounts, now_ms, True) == 0
    accounts["passed_ms"][4, 0] = 0
    assert alarm(accounts, now_ms, True) == ALARM_PART
    assert alarm(accounts, now_ms, False) == 0
