"""Worked examples of the care index: units, colleagues, leavers, versions, merges, growth and bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rempart.care.index import DAY_MS, LINK, STAFF, CareIndex
from rempart.care.rows import BROAD_ACCOUNTS, BROAD_GRADE, COLLEAGUE_GRADE, MOST_LINKS, UNIT_GRADE
from rempart.records import MISSING_MS, NEVER_MS

NOW = 1_767_571_200_000


def link(**fields: Any) -> np.ndarray:
    said = {
        "patient": 7, "link": 1, "who": 3, "known_ms": NOW, "start_ms": NOW, "end_ms": NOW + DAY_MS,
        "cancelled_ms": NEVER_MS, "kind": 1,
    } | fields  # fmt: skip
    size = max(np.size(value) for value in said.values())
    rows = np.zeros(size, LINK)
    for name, value in said.items():
        rows[name] = value
    return rows


def post(**fields: Any) -> np.ndarray:
    said = {
        "account": 3, "unit": 5, "role": 1, "known_ms": 0, "start_ms": MISSING_MS, "end_ms": NEVER_MS
    } | fields  # fmt: skip
    size = max(np.size(value) for value in said.values())
    rows = np.zeros(size, STAFF)
    for name, value in said.items():
        rows[name] = value
    return rows


def grade(index: CareIndex, when: int, account: int = 3, patient: int = 7) -> float:
    found = index.explain(
        np.array([account]), np.array([when]), np.array([0]), np.array([1]), np.array([patient], np.uint64)
    )
    return float(found[0, 0])


def at(*whens: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(len(whens), 3), np.array(whens)


def test_unit_and_colleague_count_while_both_work_there() -> None:
    index = CareIndex()
    index.add_links(link(who=5, by_unit=1))
    index.add_links(link(who=4, patient=8))
    index.add_staff(post(end_ms=NOW))
    index.add_staff(post(account=4))
    assert grade(index, NOW) == pytest.approx(UNIT_GRADE)
    assert grade(index, NOW, patient=8) == pytest.approx(COLLEAGUE_GRADE)
    late = NOW + DAY_MS
    assert grade(index, late) == pytest.approx(UNIT_GRADE * 6 / 7)
    assert grade(index, late, patient=8) == pytest.approx(COLLEAGUE_GRADE * 6 / 7)
    assert grade(index, NOW + 7 * DAY_MS) == 0.0
    assert grade(index, NOW, account=9) == 0.0


def test_a_unit_the_size_of_a_house_explains_little() -> None:
    index = CareIndex()
    index.add_links(link(who=5, by_unit=1))
    index.add_staff(post(account=np.arange(BROAD_ACCOUNTS - 1)))
    assert grade(index, NOW) == pytest.approx(UNIT_GRADE)
    index.add_staff(post(account=BROAD_ACCOUNTS, known_ms=NOW + 10))
    assert grade(index, NOW) == pytest.approx(UNIT_GRADE)
    assert grade(index, NOW + 10) == pytest.approx(UNIT_GRADE * BROAD_GRADE)


def test_a_later_version_counts_from_when_it_was_known() -> None:
    index = CareIndex()
    index.add_links(link(end_ms=NEVER_MS))
    index.add_links(link(known_ms=NOW + 2 * DAY_MS, end_ms=NEVER_MS, cancelled_ms=NOW + 2 * DAY_MS))
    assert [grade(index, NOW + day * DAY_MS) for day in (0, 1, 2, 3)] == [1.0, 1.0, 1.0, 0.0]


def test_the_same_version_sent_again_and_again_takes_no_room() -> None:
    index = CareIndex()
    for night in range(50):
        index.add_links(link(known_ms=NOW + night * DAY_MS, kind=2, end_ms=NEVER_MS))
    assert index.links == 1


def test_a_leaver_and_what_he_was() -> None:
    index = CareIndex()
    index.add_staff(post(start_ms=NOW - 9 * DAY_MS, end_ms=NOW - DAY_MS, unit=-1))
    index.add_staff(post(start_ms=NOW - 20 * DAY_MS, end_ms=NOW - 5 * DAY_MS, role=2))
    whens = at(NOW - 8 * DAY_MS, NOW - 15 * DAY_MS, NOW)
    roles, units, left = index.posts_of(*whens)
    assert left.tolist() == [False, False, True]
    assert roles.tolist() == [1, 2, 1]
    assert units.tolist() == [5, 5, 5]
    assert index.posts_of(np.array([-1, 99]), np.array([NOW, NOW]))[2].tolist() == [False, False]
    index.add_staff(post(known_ms=NOW + 1, start_ms=NOW + 1, unit=6))
    assert index.posts_of(*at(NOW, NOW + 1))[2].tolist() == [True, False]


def test_merged_patients_and_accounts_keep_their_links() -> None:
    index = CareIndex()
    index.add_links(np.concatenate([link(), link(patient=8, who=4), link(who=2, by_unit=1)]))
    index.add_staff(post(account=4, unit=2))
    index.move_patients(np.array([7, 8], np.uint64), np.array([8, 9], np.uint64))
    assert grade(index, NOW) == 0.0
    assert grade(index, NOW, patient=9) == 1.0
    index.move_accounts(np.array([3, 4]), np.array([4, 6]))
    assert grade(index, NOW, account=6, patient=9) == 1.0
    assert index.posts_of(np.array([4, 6]), np.array([NOW, NOW]))[1].tolist() == [-1, 2]
    assert grade(index, NOW, account=3, patient=9) == 0.0


def test_a_patient_with_too_many_links_keeps_those_that_end_last() -> None:
    index = CareIndex()
    many = MOST_LINKS + 100
    numbers = np.arange(many)
    index.add_links(link(link=numbers, who=numbers, end_ms=NOW + numbers * DAY_MS))
    assert index.links == MOST_LINKS
    assert index.dropped == 100
    assert grade(index, NOW, account=many - 1) == 1.0
    assert grade(index, NOW, account=0) == 0.0


def test_growth_and_pruning() -> None:
    chance = np.random.default_rng(3)
    patients = chance.integers(0, 2**63, 5_000, dtype=np.uint64)
    rows = link(
        patient=chance.choice(patients, 60_000), link=np.arange(60_000), who=chance.integers(0, 50, 60_000),
        start_ms=NOW - chance.integers(0, 400, 60_000) * DAY_MS, known_ms=0,
    )  # fmt: skip
    rows["end_ms"] = rows["start_ms"]
    index = CareIndex()
    index.add_links(rows)
    assert index.links == 60_000
    living = int((rows["end_ms"] + 30 * DAY_MS > NOW).sum())
    size = sum(array.nbytes for array in index.state().values())
    index.prune(NOW)
    assert index.links == living
    assert sum(array.nbytes for array in index.state().values()) < size / 2
    index.prune(NOW + 400 * DAY_MS)
    assert index.links == 0
    index.add_links(rows[:10])
    assert index.links == 10


def test_slices_outside_the_patients_are_refused() -> None:
    index = CareIndex()
    one = np.array([1])
    for first, count in ((0, 3), (-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="patients"):
            index.explain(one, one, np.array([first]), np.array([count]), np.zeros(2, np.uint64))
    with pytest.raises(ValueError, match="kind"):
        index.add_links(link(kind=9))


def test_empty_everything() -> None:
    index = CareIndex()
    index.add_links(np.zeros(0, LINK))
    index.add_staff(np.zeros(0, STAFF))
    index.add_staff(post(account=-1))
    index.move_patients(np.zeros(0, np.uint64), np.zeros(0, np.uint64))
    index.move_accounts(np.zeros(0, np.int32), np.zeros(0, np.int32))
    index.prune(NOW)
    assert index.explain(*(np.zeros(0, np.int64),) * 4, np.zeros(0, np.uint64)).size == 0
    assert grade(index, NOW) == 0.0
    assert grade(index, MISSING_MS) == 0.0


def test_a_rolled_back_index_is_the_same_after_its_state_is_changed_elsewhere() -> None:
    index = CareIndex()
    index.add_links(link())
    kept = index.state()
    index.add_links(link(known_ms=NOW + 1, cancelled_ms=NOW - 5 * DAY_MS))
    assert grade(index, NOW + 1) == 0.0
    assert grade(CareIndex.restore(kept), NOW + 1) == 1.0
