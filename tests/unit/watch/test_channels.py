"""Each channel's own story: an honest look-alike that says little, and a theft that says much."""

from collections.abc import Iterator

import numpy as np
import pytest
from test_judge import ACCOUNTS, DAY_MS, MONDAY_MS, NETWORKS, PRICES, ROLES, UTC_ZONE, Array, honest_days

from rempart.records import EVENT, FLAG_QUERY, Frame
from rempart.watch.challenge import RELEASED_BY_WORD
from rempart.watch.channels import Stat
from rempart.watch.judge import Policy, Watch
from rempart.watch.reasons import DAYS_BEFORE, DECOY

HOUR_MS = 3_600_000
WHO = 5
TODAY_MS = MONDAY_MS + 14 * DAY_MS + 9 * HOUR_MS


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A watch that knows the house after two weeks."""
    house = Watch(Policy(), *UTC_ZONE)
    rows, patients = honest_days(14, 3)
    show(house, rows, patients)
    yield house
    house.close()


def show(house: Watch, rows: Array, patients: Array, grade: float = 0.5, anybody: float = 0.5) -> Array:
    rows = rows.copy()
    rows["first_patient"] = np.cumsum(rows["patients"]) - rows["patients"]
    frame = Frame(rows, patients.astype(np.uint64), None)
    grades = np.tile(np.array([grade, anybody], np.float32), (patients.size, 1))
    return house.judge(frame, grades, PRICES, (ACCOUNTS, NETWORKS, ROLES))


def charts(count: int, apart_ms: int, session: int = WHO + 1, begin_ms: int = TODAY_MS) -> Array:
    rows = np.zeros(count, EVENT)
    rows["recorded_ms"] = begin_ms + np.arange(count) * apart_ms
    rows["account"], rows["role"], rows["network"], rows["unit"] = WHO, WHO % ROLES, WHO // 4, WHO // 8
    rows["session"], rows["patients"] = session, 1
    return rows


def searches(count: int, apart_ms: int, form: int, width: int) -> Array:
    rows = charts(count, apart_ms)
    rows["flags"], rows["form"], rows["count"], rows["patients"] = FLAG_QUERY, form, width, 0
    rows["request"] = np.arange(count) + 77
    return rows


def now(house: Watch, stat: Stat) -> float:
    return float(house.accounts["now"][WHO][stat])


def interleaved(own: int, other: int, apart_ms: int) -> tuple[Array, Array]:
    rows = np.concatenate([charts(40, apart_ms, own), charts(40, apart_ms, other, TODAY_MS + apart_ms // 2)])
    rows = rows[np.argsort(rows["recorded_ms"], kind="stable")]
    return rows, WHO * 1000 + np.arange(80) % 60 + 1


def test_a_second_session_beside_the_owner_is_seen_and_a_new_one_after_a_break_is_not(watch: Watch) -> None:
    rows = np.concatenate([charts(20, 60_000, 6), charts(20, 60_000, 600, TODAY_MS + 2 * HOUR_MS)])
    show(watch, rows, WHO * 1000 + np.arange(40) + 1)
    assert now(watch, Stat.SESSIONS_1H) == 0
    rows, patients = interleaved(600, 601, 120_000)
    rows["recorded_ms"] += 4 * HOUR_MS
    show(watch, rows, patients)
    assert now(watch, Stat.SESSIONS_1H) > 10


def test_a_few_strangers_a_day_add_up_over_the_week_and_own_patients_do_not(watch: Watch) -> None:
    for day in range(5):
        show(watch, charts(10, 600_000, begin_ms=TODAY_MS + day * DAY_MS), WHO * 1000 + np.arange(10) + 1)
    own = now(watch, Stat.STRANGERS_WEEK)
    for day in range(5, 10):
        fresh = 9_000_000 + day * 100 + np.arange(10)
        show(watch, charts(10, 600_000, begin_ms=TODAY_MS + day * DAY_MS), fresh, grade=0.0)
    assert own < 15
    assert now(watch, Stat.STRANGERS_WEEK) > 30
    assert now(watch, Stat.STRANGERS_24H) < 20


def test_a_new_form_of_search_counts_the_day_it_appears_only(watch: Watch) -> None:
    none = np.zeros(0)
    show(watch, searches(20, 60_000, 1, 10), none)
    assert now(watch, Stat.NEW_SEARCHES_24H) == pytest.approx(20, rel=0.1)
    usual = searches(20, 60_000, 1, 10)
    usual["recorded_ms"] += 3 * DAY_MS
    show(watch, usual, none)
    assert now(watch, Stat.NEW_SEARCHES_24H) < 1


def test_pages_that_widen_at_a_human_pace_show_as_rows(watch: Watch) -> None:
    none = np.zeros(0)
    show(watch, searches(12, 600_000, 0, 5), none)
    assert now(watch, Stat.ROWS_24H) < 60
    wide = searches(12, 600_000, 0, 100)
    wide["recorded_ms"] += 3 * HOUR_MS
    show(watch, wide, none)
    assert now(watch, Stat.ROWS_24H) > 900


def theft(day: int) -> tuple[Array, Array]:
    rows = charts(60, 300_000, begin_ms=TODAY_MS + day * DAY_MS)
    return rows, 9_000_000 + day * 1000 + np.arange(60)


def test_days_that_nobody_vouched_for_raise_the_doubt_of_the_next(watch: Watch) -> None:
    first = show(watch, *theft(0), grade=0.0)["doubt"].max()
    second = show(watch, *theft(1), grade=0.0)
    assert second["doubt"].max() > first + 1
    assert DAYS_BEFORE in second["code"][second["doubt"].argmax()]


def test_a_day_that_somebody_vouched_for_is_not_carried_on(watch: Watch) -> None:
    first = show(watch, *theft(0), grade=0.0)["doubt"].max()
    watch.accounts["released"][WHO] = RELEASED_BY_WORD
    second = show(watch, *theft(1), grade=0.0)
    assert float(watch.accounts["carried"][WHO]) == 0
    assert second["doubt"].max() < first


def test_patients_of_other_peoples_care_are_in_care_and_those_of_a_list_are_not(watch: Watch) -> None:
    show(watch, charts(30, 60_000), 500_000 + np.arange(30), grade=0.0, anybody=1.0)
    audit = now(watch, Stat.OUT_OF_CARE_24H)
    assert now(watch, Stat.STRANGERS_24H) > 25
    show(
        watch,
        charts(30, 60_000, begin_ms=TODAY_MS + HOUR_MS),
        600_000 + np.arange(30),
        grade=0.0,
        anybody=0.0,
    )
    assert audit < 1
    assert now(watch, Stat.OUT_OF_CARE_24H) > 25
    assert now(watch, Stat.OUT_OF_CARE_WEEK) > 25


def test_a_few_extreme_days_do_not_make_the_next_look_usual() -> None:
    house = Watch(Policy(), *UTC_ZONE)
    rows, patients = honest_days(14, 3)
    show(house, rows, patients)
    before = float(house.accounts["spread"][WHO][Stat.STRANGERS_24H])
    for day in range(3):
        begin_ms = TODAY_MS + day * DAY_MS
        show(house, charts(200, 60_000, begin_ms=begin_ms), 700_000 + 1000 * day + np.arange(200), grade=0.0)
    show(house, charts(1, 1, begin_ms=TODAY_MS + 3 * DAY_MS), np.array([900_000]), grade=1.0)
    after = float(house.accounts["spread"][WHO][Stat.STRANGERS_24H])
    house.close()
    assert before < after < 2 * before + 0.1


def test_a_full_day_without_the_owners_patients_shows_and_a_few_strangers_among_them_do_not(
    watch: Watch,
) -> None:
    own = WHO * 1000 + np.arange(30) + 1
    busy, patients = charts(35, 300_000), np.concatenate([own, 9_000_000 + np.arange(5)])
    show(watch, busy, patients, grade=0.9)
    usual_day = now(watch, Stat.STRANGER_SHARE)
    show(watch, charts(40, 300_000, begin_ms=TODAY_MS + 4 * DAY_MS), 8_000_000 + np.arange(40), 0.0, 0.0)
    assert usual_day < 1
    assert now(watch, Stat.STRANGER_SHARE) > 10
    assert now(watch, Stat.OUT_OF_CARE_SHARE) > 10


def test_a_machines_list_a_third_longer_is_further_from_habit_than_a_persons() -> None:
    house = Watch(Policy(), *UTC_ZONE)
    chance = np.random.default_rng(4)
    machine, person = WHO, WHO + 1
    for day in range(15):
        for who, count in ((machine, 200), (person, int(200 * np.exp(chance.normal(0, 0.4))))):
            begin_ms = MONDAY_MS + day * DAY_MS + (2 + who) * HOUR_MS
            rows = charts(count, 1000, begin_ms=begin_ms)
            rows["account"] = who
            show(house, rows, who * 1000 + np.arange(count), grade=1.0)
    today = np.log1p(270)
    mean, scale = (house.accounts[name][:, Stat.PATIENTS_24H] for name in ("mean", "scale"))
    house.close()
    assert today - mean[machine] > 2 * scale[machine]
    assert today - mean[person] < scale[person]


def test_an_opened_decoy_says_more_than_a_page_that_lists_it(watch: Watch) -> None:
    decoys = np.array([77_000_001, 77_000_002], np.uint64)
    watch.set_decoys(decoys[::-1])
    listed = searches(1, 60_000, 0, 2)
    listed["patients"] = 2
    calm = show(watch, listed, decoys)["doubt"].max()
    opened = charts(1, 1, begin_ms=TODAY_MS + HOUR_MS)
    answer = show(watch, opened, decoys[1:])
    assert calm < 5
    assert answer["doubt"][0] > 10
    assert answer["code"][0][0] == DECOY
    back = charts(3, 60_000, begin_ms=TODAY_MS + 27 * HOUR_MS)
    later = show(watch, back, WHO * 1000 + np.arange(3) + 1)
    assert DECOY not in later["code"][2]


def test_strangers_all_through_the_day_count_singly_and_an_audit_in_one_go_hardly(watch: Watch) -> None:
    show(watch, charts(60, 5_000), 7_000_000 + np.arange(60), grade=0.0)
    audit = now(watch, Stat.SINGLY_24H)
    show(watch, charts(40, 800_000, begin_ms=TODAY_MS + 2 * DAY_MS), 8_000_000 + np.arange(40), grade=0.0)
    assert audit < 8
    assert now(watch, Stat.SINGLY_24H) > 15
    assert now(watch, Stat.SINGLY_WEEK) > 20
