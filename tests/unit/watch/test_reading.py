"""What an account reads of its patients: each channel's honest look-alike, and its theft."""

from collections.abc import Iterator

import numpy as np
import pytest
from test_channels import TODAY_MS, WHO, charts, now, show
from test_judge import DAY_MS, UTC_ZONE, Array, honest_days

from rempart.watch.challenge import RELEASED_BY_WORD
from rempart.watch.channels import Stat
from rempart.watch.judge import Policy, Watch

HOUR_MS = 3_600_000
NAME, RESULTS, NOTES, INSURANCE, DRUGS = range(5)


def reads(
    patients: Array, kinds: tuple[int, ...], apart_ms: int, begin_ms: int = TODAY_MS
) -> tuple[Array, Array]:
    """Each patient's kinds, two seconds apart."""
    rows = charts(patients.size * len(kinds), 0, begin_ms=begin_ms)
    rows["recorded_ms"] = (
        begin_ms + np.add.outer(np.arange(patients.size) * apart_ms, np.arange(len(kinds)) * 2000).ravel()
    )
    rows["form"] = np.tile(kinds, patients.size)
    return rows, np.repeat(patients, len(kinds))


@pytest.fixture(scope="module")
def known() -> Iterator[Watch]:
    """A watch whose house reads names and results, and of every fifth patient the notes."""
    house = Watch(Policy(), *UTC_ZONE)
    rows, patients = honest_days(14, 3)
    kinds = np.where(np.arange(patients.size) % 5 == 0, NOTES, RESULTS)
    rows, patients = np.repeat(rows, 2), np.repeat(patients, 2)
    rows["form"][1::2] = kinds
    show(house, rows, patients)
    yield house
    house.close()


@pytest.fixture
def watch(known: Watch) -> Iterator[Watch]:
    house = Watch(Policy(), *UTC_ZONE)
    house.restore(known.state())
    yield house
    house.close()


def strangers(count: int, first: int = 9_000_000) -> Array:
    return first + np.arange(count)


def test_who_reads_what_nobody_of_the_role_reads_shows_and_a_busy_day_of_usual_reads_does_not(
    watch: Watch,
) -> None:
    show(watch, *reads(strangers(60), (NAME, RESULTS), 300_000), grade=0.0)
    busy = now(watch, Stat.ODD_READS)
    show(
        watch, *reads(strangers(15, 8_000_000), (NAME, INSURANCE), 300_000, TODAY_MS + 8 * HOUR_MS), grade=0.0
    )
    assert busy < 1
    assert now(watch, Stat.ODD_READS) > 20
    assert now(watch, Stat.STRANGE_READS) > 20
    assert now(watch, Stat.STRANGE_READS_WEEK) > 20


def test_an_odd_read_of_the_owners_patients_is_no_strange_one(watch: Watch) -> None:
    own = WHO * 1000 + 1 + np.arange(20)
    show(watch, *reads(own, (NAME, INSURANCE), 300_000), grade=0.95)
    assert now(watch, Stat.ODD_READS) > 20
    assert now(watch, Stat.STRANGE_READS) < 3


def test_a_kind_that_a_vouched_day_brought_is_soon_usual_and_one_of_unvouched_days_is_not(
    watch: Watch,
) -> None:
    teacher = Watch(Policy(), *UTC_ZONE)
    teacher.restore(watch.state())
    for house, vouched in ((watch, 1), (teacher, 0)):
        for day in range(3):
            show(house, *reads(strangers(30), (NAME, INSURANCE), 300_000, TODAY_MS + day * DAY_MS))
            house.accounts["released"][WHO] = RELEASED_BY_WORD if vouched else 0
        show(house, *reads(strangers(1), (NAME,), 1, TODAY_MS + 3 * DAY_MS))
    vouched_share, taught = (float(house.accounts["read"][WHO][INSURANCE]) for house in (watch, teacher))
    teacher.close()
    assert vouched_share > 0.15
    assert taught < 0.05


def test_everything_of_everybody_is_deep_and_a_full_record_now_and_then_is_not(watch: Watch) -> None:
    whole = (NAME, RESULTS, NOTES)
    show(watch, *reads(strangers(4), whole, 300_000))
    show(watch, *reads(strangers(40, 7_000_000), (NAME, RESULTS), 300_000, TODAY_MS + HOUR_MS))
    assert now(watch, Stat.DEPTH) < 1
    show(watch, *reads(strangers(60, 8_000_000), whole, 300_000, TODAY_MS + 2 * DAY_MS))
    assert now(watch, Stat.DEPTH) > 4


def test_a_visit_that_goes_on_after_a_day_that_ended_blocked_is_judged(watch: Watch) -> None:
    show(watch, *reads(strangers(3), (NAME,), 60_000, TODAY_MS + 14 * HOUR_MS))
    watch.accounts["withheld"][WHO] = watch.accounts["blocked"][WHO] = 1
    show(watch, *reads(strangers(3)[-1:], (RESULTS, NOTES), 60_000, TODAY_MS + 16 * HOUR_MS))
    assert now(watch, Stat.DEPTH) == 0


def test_a_programs_even_pace_shows_and_a_persons_does_not(watch: Watch) -> None:
    rows = charts(60, 0)
    rows["recorded_ms"] += np.random.default_rng(1).integers(2_000, 30_000, 60).cumsum()
    show(watch, rows, strangers(60))
    person = now(watch, Stat.EVEN_PACE)
    show(watch, charts(60, 10_000, begin_ms=TODAY_MS + 4 * HOUR_MS), strangers(60, 8_000_000))
    assert person < 1
    assert now(watch, Stat.EVEN_PACE) > 30


def test_patients_seen_again_later_stop_counting_as_never_again(watch: Watch) -> None:
    patients = strangers(40)
    show(watch, charts(40, 60_000), patients)
    once = now(watch, Stat.NEVER_BACK)
    show(watch, charts(40, 60_000, begin_ms=TODAY_MS + 5 * HOUR_MS), patients)
    back = now(watch, Stat.NEVER_BACK)
    show(watch, charts(40, 60_000, begin_ms=TODAY_MS + 8 * HOUR_MS), strangers(40, 8_000_000))
    assert once > 38
    assert back < 8
    assert now(watch, Stat.NEVER_BACK) > back + 35
