"""The same events give the same answers however they are cut and sharded; thefts stand out, honest work does not."""

from typing import Any

import numpy as np
import pytest

from rempart.records import EVENT, FLAG_QUERY, FLAG_TRUSTED, Action, Frame, Kind
from rempart.watch.judge import Policy, Watch
from rempart.watch.reasons import SLIPPED
from rempart.watch.threshold import MOST_STEERED

DAY_MS = 86_400_000
MONDAY_MS = 1_767_571_200_000
PRICES = np.array([[2.0, 50.0], [2.0, 50.0]])
ACCOUNTS, ROLES, NETWORKS = 40, 4, 60
UTC_ZONE = (np.array([0]), np.array([0]))
Array = np.ndarray[Any, Any]


def honest_days(days: int, seed: int) -> tuple[Array, Array]:
    """Office hours on the account's own network, patients mostly its own."""
    chance = np.random.default_rng(seed)
    rows = np.zeros(days * ACCOUNTS * 25, EVENT)
    account = np.tile(np.repeat(np.arange(ACCOUNTS), 25), days)
    day = np.repeat(np.arange(days), ACCOUNTS * 25)
    rows["recorded_ms"] = MONDAY_MS + day * DAY_MS + chance.integers(8 * 3_600_000, 18 * 3_600_000, rows.size)
    rows["account"], rows["role"], rows["network"] = account, account % ROLES, account // 4
    rows["unit"] = account // 8
    rows["session"] = account + 1
    patients = (account * 1000 + chance.integers(0, 80, rows.size) + 1).astype(np.uint64)
    order = np.argsort(rows["recorded_ms"], kind="stable")
    rows, patients = rows[order], patients[order]
    rows["patients"] = 1
    rows["offset"] = np.arange(rows.size)
    return rows, patients


def run(rows: Array, patients: Array, *, shards: int, cuts: list[int], enforce: bool = False) -> Array:
    """Answers of one watch to the rows, cut at ``cuts``; care explains half of every patient."""
    watch = Watch(Policy(enforce=enforce), *UTC_ZONE, shards=shards)
    answers = []
    edges = [0, *sorted(cuts), rows.size]
    for first, last in zip(edges[:-1], edges[1:], strict=True):
        piece = rows[first:last].copy()
        piece["first_patient"] = np.cumsum(piece["patients"]) - piece["patients"]
        frame = Frame(piece, patients[first:last].copy(), None)
        grades = np.full((piece.size, 2), 0.5, np.float32)
        answers.append(watch.judge(frame, grades, PRICES, (ACCOUNTS, NETWORKS, ROLES)))
    watch.close()
    return np.concatenate(answers)


@pytest.mark.parametrize(("shards", "seed"), [(2, 1), (7, 2)])
def test_shards_and_cuts_change_no_answer(shards: int, seed: int) -> None:
    rows, patients, _ = with_theft(*honest_days(13, seed))
    cuts = np.random.default_rng(seed).integers(1, rows.size, 20).tolist()
    whole = run(rows, patients, shards=1, cuts=[])
    assert run(rows, patients, shards=shards, cuts=cuts).tobytes() == whole.tobytes()
    assert whole["doubt"].max() > 0


def with_theft(rows: Array, patients: Array, hour: int = 3, network: int = 55) -> tuple[Array, Array, Array]:
    """One account, at 3 a.m. from an unseen network, opens 300 strangers; returns who is the thief too."""
    theft = np.zeros(300, EVENT)
    theft["recorded_ms"] = MONDAY_MS + 12 * DAY_MS + hour * 3_600_000 + np.arange(300) * 4_000
    theft["account"], theft["role"], theft["network"], theft["session"] = 5, 5 % ROLES, network, 999
    theft["patients"] = 1
    everything = np.concatenate([rows, theft])
    everybody = np.concatenate([patients, np.arange(300).astype(np.uint64) + np.uint64(10_000_000)])
    order = np.argsort(everything["recorded_ms"], kind="stable")
    thief = np.concatenate([np.zeros(rows.size, bool), np.ones(300, bool)])[order]
    everything = everything[order]
    everything["offset"] = np.arange(everything.size)
    return everything, everybody[order], thief


def test_a_night_scrape_is_challenged_early_and_honest_staff_are_not() -> None:
    rows, patients, thief = with_theft(*honest_days(12, 3))
    answers = run(rows, patients, shards=1, cuts=[])
    challenged = np.flatnonzero(answers["action"][thief] != Action.ALLOW)
    assert challenged.size
    assert challenged[0] < 60
    assert answers["reasons"][thief][challenged[0]] > 0
    honest_days_with_challenge = (answers["action"][~thief] != Action.ALLOW).sum()
    assert honest_days_with_challenge == 0


@pytest.mark.parametrize("day", [0, 2])
def test_pages_wider_than_any_honest_one_are_enough_alone_in_a_house_without_history(day: int) -> None:
    rows, patients = honest_days(day + 1, 3)
    pages = np.zeros(5, EVENT)
    pages["recorded_ms"] = MONDAY_MS + day * DAY_MS + 19 * 3_600_000 + np.arange(5) * 20_000
    pages["account"], pages["role"], pages["network"], pages["session"] = 5, 5 % ROLES, 1, 6
    pages["flags"], pages["count"], pages["page"] = FLAG_QUERY, 5_000, np.arange(5) + 1
    watch = Watch(Policy(), *UTC_ZONE)
    everything = np.concatenate([rows, pages])
    everything["first_patient"] = np.cumsum(everything["patients"]) - everything["patients"]
    grades = np.full((patients.size, 2), 0.5, np.float32)
    answers = watch.judge(Frame(everything, patients, None), grades, PRICES, (ACCOUNTS, NETWORKS, ROLES))[-5:]
    asked_from = Policy().asked_from(watch.tails) + MOST_STEERED
    assert answers["doubt"].max() > asked_from
    assert answers["action"][-1] == Action.STEP_UP


def answered(kinds: dict[int, Kind]) -> Array:
    """Answers to a theft from the owner's own desk, from its first challenge on, its n-th act being a login instead."""
    rows, patients, thief = with_theft(*honest_days(12, 3), hour=19, network=1)
    theft = np.flatnonzero(thief)
    challenged = theft[run(rows, patients, shards=1, cuts=[], enforce=True)["action"][theft] != Action.ALLOW][
        0
    ]
    for place, kind in kinds.items():
        login = theft[np.searchsorted(theft, challenged) + place]
        rows["kind"][login], rows["flags"][login] = kind, FLAG_TRUSTED
    answers = run(rows, patients, shards=1, cuts=[], enforce=True)
    assert not ((rows["account"] != 5) & (answers["action"] == Action.BLOCK)).any()
    return answers[theft[theft >= challenged]]


def test_a_slip_is_asked_once_more_and_serves_nothing() -> None:
    answers = answered({1: Kind.LOGIN_FAILED})
    assert answers["code"][1][0] == SLIPPED
    assert set(answers["action"][1:].tolist()) <= {Action.STEP_UP, Action.RESTRICT}


def test_a_second_failure_blocks_the_account() -> None:
    answers = answered({1: Kind.LOGIN_FAILED, 2: Kind.LOGIN_FAILED})
    assert answers["action"][1] == Action.STEP_UP
    assert (answers["action"][2:] == Action.BLOCK).all()


@pytest.mark.parametrize("others", [3, 9])
def test_challenges_in_other_sessions_make_no_failure_count_less(others: int) -> None:
    rows, patients, thief = with_theft(*honest_days(12, 3), hour=19, network=1)
    theft = np.flatnonzero(thief)
    challenged = int(
        np.argmax(run(rows, patients, shards=1, cuts=[], enforce=True)["action"][theft] != Action.ALLOW)
    )
    for first in (challenged + 1, challenged + 2 + others):
        rows["session"][theft[first : first + others]] = 1001 + np.arange(others)
        login = theft[first + others]
        rows["kind"][login], rows["flags"][login] = Kind.LOGIN_FAILED, FLAG_TRUSTED
    answers = run(rows, patients, shards=1, cuts=[], enforce=True)[theft]
    assert answers["code"][challenged + 1 + others][0] == SLIPPED
    assert (answers["action"][challenged + 2 + 2 * others :] == Action.BLOCK).all()


def test_who_passes_after_a_slip_goes_on_and_is_asked_at_the_next_doubt() -> None:
    sure = answered({2: Kind.LOGIN_PASSED})["action"][3:].tolist()
    slip = {1: Kind.LOGIN_FAILED, 2: Kind.LOGIN_PASSED}
    unsure = answered(slip)["action"][3:].tolist()
    assert unsure.index(Action.STEP_UP) < sure.index(Action.STEP_UP)
    asked = 3 + unsure.index(Action.STEP_UP)
    twice = answered(slip | {asked + 1: Kind.LOGIN_PASSED})["action"][asked + 2 :].tolist()
    assert twice[0] == Action.ALLOW
    third = asked + 2 + twice.index(Action.STEP_UP)
    again = answered(slip | {asked + 1: Kind.LOGIN_PASSED, third + 1: Kind.LOGIN_FAILED})
    assert (again["action"][third + 1 :] == Action.BLOCK).all()


def test_in_enforce_mode_a_challenge_failed_in_strong_doubt_blocks_the_account() -> None:
    rows, patients, thief = with_theft(*honest_days(12, 3))
    first = int(np.flatnonzero(thief)[80])
    rows["kind"][first] = 2
    rows["flags"][first] = 32
    answers = run(rows, patients, shards=1, cuts=[first], enforce=True)
    assert (answers["action"][np.flatnonzero(thief)[81:]] == Action.BLOCK).all()
    others = (rows["account"] != 5) & (answers["action"] == Action.BLOCK)
    assert not others.any()


def test_a_watch_put_back_from_its_state_gives_the_same_answers() -> None:
    rows, patients, thief = with_theft(*honest_days(14, 6))
    whole = run(rows, patients, shards=1, cuts=[])
    begun = int(np.flatnonzero(thief)[1])
    first = Watch(Policy(), *UTC_ZONE)
    second = Watch(Policy(), *UTC_ZONE)
    answers = []
    for watch, piece in ((first, slice(0, begun)), (second, slice(begun, rows.size))):
        part = rows[piece].copy()
        part["first_patient"] = np.arange(part.size)
        frame = Frame(part, patients[piece].copy(), None)
        grades = np.full((part.size, 2), 0.5, np.float32)
        answers.append(watch.judge(frame, grades, PRICES, (ACCOUNTS, NETWORKS, ROLES)))
        second.restore(first.state())
    assert np.concatenate(answers).tobytes() == whole.tobytes()
