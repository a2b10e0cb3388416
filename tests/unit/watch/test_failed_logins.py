"""Whoever only fails to log in, under whatever names, makes the house no less careful."""

from typing import Any

import numpy as np
import pytest
from test_judge import ACCOUNTS, DAY_MS, MONDAY_MS, NETWORKS, PRICES, ROLES, UTC_ZONE, honest_days, with_theft

from rempart.records import EVENT, FLAG_TRUSTED, Frame, Kind
from rempart.watch.judge import Policy, Watch
from rempart.watch.stance import lift
from rempart.watch.state import Array
from rempart.watch.tails import Tails
from rempart.watch.threshold import MOST_LIFTED

INVENTED = range(ACCOUNTS, ACCOUNTS + 12)


def failures(names: range, days: range, hour: int = 9) -> Array:
    """Each of the names fails sixty times a day, from a network of nobody."""
    rows = np.zeros(len(names) * 60 * len(days), EVENT)
    day, place = np.divmod(np.arange(rows.size), len(names) * 60)
    rows["recorded_ms"] = MONDAY_MS + (days.start + day) * DAY_MS + hour * 3_600_000 + place * 1_000
    rows["account"] = names.start + place % len(names)
    rows["role"], rows["unit"], rows["network"], rows["kind"] = -1, -1, NETWORKS - 1, Kind.LOGIN_FAILED
    return rows


def passes(names: range, days: range) -> Array:
    """The owners of these names answer whatever they are asked within ten minutes, from eight till seven."""
    rows = np.zeros(len(names) * 66 * len(days), EVENT)
    day, place = np.divmod(np.arange(rows.size), len(names) * 66)
    rows["recorded_ms"] = MONDAY_MS + (days.start + day) * DAY_MS + (48 + place // len(names)) * 600_000
    rows["account"] = names.start + place % len(names)
    rows["session"], rows["flags"] = rows["account"] + 1, FLAG_TRUSTED
    rows["role"], rows["unit"], rows["network"], rows["kind"] = -1, -1, -1, Kind.LOGIN_PASSED
    return rows


def beside(spray: Array) -> tuple[Watch, Array]:
    """A watch after twelve days and a theft at the owner's own desk, and its answers to all but the spray."""
    rows, patients, _ = with_theft(*honest_days(13, 3), hour=14, network=1)
    everything = np.concatenate([rows, spray])
    everybody = np.concatenate([patients, np.zeros(spray.size, np.uint64)])
    order = np.argsort(everything["recorded_ms"], kind="stable")
    everything, everybody, whose = everything[order], everybody[order], order < rows.size
    everything["first_patient"] = np.cumsum(everything["patients"]) - everything["patients"]
    watch = Watch(Policy(enforce=True), *UTC_ZONE)
    named = everybody[everything["patients"] > 0]
    grades = np.full((named.size, 2), 0.5, np.float32)
    answers = watch.judge(
        Frame(everything, named, None), grades, PRICES, (ACCOUNTS + len(INVENTED), NETWORKS, ROLES)
    )
    return watch, answers[whose]


@pytest.fixture(scope="module")
def alone() -> tuple[Watch, Array]:
    return beside(failures(range(0), range(1)))


@pytest.mark.parametrize("days", [range(12, 13), range(4, 12)])
def test_names_that_open_nothing_change_no_answer(alone: Any, days: range) -> None:
    watch, answers = beside(failures(INVENTED, days))
    assert alone[1]["action"].any()
    assert answers.tobytes() == alone[1].tobytes()
    assert watch.tails.steered[0] == alone[0].tails.steered[0]


@pytest.mark.parametrize("days", [range(12, 13), range(4, 12)])
def test_names_of_staff_lift_no_threshold(alone: Any, days: range) -> None:
    staff = range(20, 32)
    watch, _ = beside(np.concatenate([failures(staff, days), passes(staff, days)]))
    assert watch.state()["surge"][0] <= alone[0].state()["surge"][0] + 0.1
    assert Policy().asked_from(watch.tails) <= Policy().asked_from(alone[0].tails) + 0.1
    assert watch.tails.steered[0] == alone[0].tails.steered[0]


def test_no_day_lifts_the_threshold_far() -> None:
    stance, usual = Policy().stance(), Policy().asked_from(Tails())
    stance["asked_from"] = usual
    for lifted_to, asked_from in ((0.0, usual), (usual + 1.0, usual + 1.0), (60.0, usual + MOST_LIFTED)):
        stance["lifted_to"] = lifted_to
        lift(stance[0])
        assert stance["threshold"][0] == pytest.approx(asked_from)
