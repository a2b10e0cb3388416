"""The compiled care index against a plain oracle of dicts and loops, and the laws it must keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.care import index as index_module
from rempart.care.index import LINK, STAFF, CareIndex
from rempart.care.rows import BROAD_GRADE, COLLEAGUE_GRADE, STANDING_MS, UNIT_GRADE
from rempart.records import MISSING_MS, NEVER_MS

DAY = 86_400_000
LEAD = (7, 7, 1, 1, 1)
OPEN = (1, 365, None, None, None)
FOREVER = 2**61
BROAD = 4
"""Accounts that make a unit broad in these tests, so that small examples reach it."""


@dataclass
class Version:
    """A link or a post, as an oracle keeps it."""

    known: int
    content: dict[str, Any]


@dataclass
class Oracle:
    """The rules of care, written as slowly and plainly as they read."""

    links: dict[tuple[int, int, int, int], list[Version]] = field(default_factory=dict)
    posts: dict[tuple[int, int, int], list[Version]] = field(default_factory=dict)

    @staticmethod
    def _learn(versions: list[Version], new: Version) -> None:
        for old in versions:
            if old.known == new.known:
                old.content = new.content
                return
        if versions and new.known > versions[-1].known and versions[-1].content == new.content:
            return
        versions.append(new)
        versions.sort(key=lambda one: one.known)

    @staticmethod
    def _in_force(versions: list[Version], at: int) -> dict[str, Any] | None:
        known = [one for one in versions if one.known <= at]
        return known[-1].content if known else None

    def add_link(self, row: Any) -> None:
        known = max(int(row["known_ms"]), -FOREVER)
        begun = -FOREVER if OPEN[row["kind"]] is None else known
        start = begun if row["start_ms"] == MISSING_MS else int(row["start_ms"])
        end = int(row["end_ms"])
        if end >= FOREVER or end == MISSING_MS:
            length = OPEN[row["kind"]]
            end = FOREVER if length is None else start + length * DAY
        end = max(end, start)
        gone = end + 30 * DAY
        if row["cancelled_ms"] < FOREVER:
            gone = min(gone, int(row["cancelled_ms"]) + DAY)
        key = (int(row["patient"]), int(row["link"]), int(row["who"]), int(row["by_unit"]))
        content = {"start": start, "end": end, "gone": gone, "kind": int(row["kind"])}
        self._learn(self.links.setdefault(key, []), Version(known, content))

    def add_staff(self, row: Any) -> None:
        start = max(int(row["start_ms"]), -FOREVER)
        end = FOREVER if row["end_ms"] == MISSING_MS else min(int(row["end_ms"]), FOREVER)
        content = {"start": start, "end": max(end, start)}
        key = (int(row["account"]), int(row["unit"]), int(row["role"]))
        self._learn(self.posts.setdefault(key, []), Version(max(int(row["known_ms"]), -FOREVER), content))

    def grade_link(self, link: dict[str, Any] | None, at: int) -> float:
        if link is None or at >= link["gone"]:
            return 0.0
        lead = LEAD[link["kind"]] * DAY
        if at < link["start"] - lead:
            return 0.0
        if at < link["start"]:
            return 0.5 + 0.5 * (at - (link["start"] - lead)) / lead
        return 1.0 if at <= link["end"] else max(0.0, 1.0 - (at - link["end"]) / (30 * DAY))

    def belonging(self, account: int, unit: int, at: int) -> float:
        best = 0.0
        for (whose, where, _), versions in self.posts.items():
            post = self._in_force(versions, at)
            if whose != account or where != unit or post is None or at < post["start"]:
                continue
            late = max(0, at - post["end"])
            best = max(best, 1.0 - late / (7 * DAY))
        return best

    def weight(self, unit: int, at: int) -> float:
        known = {key[0] for key, versions in self.posts.items() if key[1] == unit and versions[0].known <= at}
        return BROAD_GRADE if len(known) >= BROAD else 1.0

    def explain(self, account: int, at: int, patient: int) -> float:
        best = 0.0
        units = {key[1] for key in self.posts if key[1] >= 0}
        for (whose, _, who, by_unit), versions in self.links.items():
            grade = self.grade_link(self._in_force(versions, at), at)
            if whose != patient or grade == 0.0 or account < 0:
                continue
            if by_unit:
                share = self.belonging(account, who, at) * self.weight(who, at) if who in units else 0.0
                best = max(best, UNIT_GRADE * share * grade)
            elif who == account:
                best = max(best, grade)
            else:
                for unit in units:
                    share = self.belonging(account, unit, at) * self.belonging(who, unit, at)
                    best = max(best, COLLEAGUE_GRADE * share * self.weight(unit, at) * grade)
        return best

    def both(self, account: int, at: int, patient: int) -> tuple[float, float]:
        """The account's own grade, and the best that anybody's link gives while it says the patient is about."""
        best = own = self.explain(account, at, patient)
        for (whose, *_), versions in self.links.items():
            link = self._in_force(versions, at)
            grade = self.grade_link(link, at)
            if whose != patient or grade == 0.0 or account < 0:
                continue
            if link["kind"] >= 2 and link["end"] - link["start"] > STANDING_MS:
                grade *= min(1.0, max(0.0, 1.0 - (at - link["start"]) / STANDING_MS))
            best = max(best, grade)
        return own, best

    def left(self, account: int, at: int) -> bool:
        own = [versions for key, versions in self.posts.items() if key[0] == account]
        posts = [post for post in (self._in_force(versions, at) for versions in own) if post]
        return bool(posts) and all(post["end"] < at for post in posts)


instants = st.integers(-40, 80).map(lambda half_days: half_days * DAY // 2)
starts = st.one_of(st.just(MISSING_MS), instants)
ends = st.one_of(st.just(NEVER_MS), st.just(MISSING_MS), instants)
cancelled = st.one_of(st.just(NEVER_MS), st.just(NEVER_MS), instants)
link_rows = st.tuples(
    st.integers(0, 3), st.integers(0, 2), st.one_of(st.just(MISSING_MS), instants), starts, ends, cancelled,
    st.integers(0, 4), st.integers(0, 1), st.integers(0, 4), st.just(0),
)  # fmt: skip
staff_rows = st.tuples(
    st.one_of(st.just(MISSING_MS), instants), starts, ends, st.integers(0, 6), st.integers(-1, 3),
    st.integers(-1, 2), st.just(0),
)  # fmt: skip
steps = st.lists(st.one_of(link_rows, staff_rows), max_size=40)


@pytest.fixture(autouse=True, scope="module")
def _small_broad_units() -> Any:
    patch = pytest.MonkeyPatch()
    patch.setattr(index_module, "BROAD_ACCOUNTS", BROAD)
    yield
    patch.undo()


def build(rows: list[tuple[int, ...]]) -> tuple[CareIndex, Oracle]:
    index, oracle = CareIndex(), Oracle()
    for row in rows:
        if len(row) == len(LINK.names):
            made = np.array([row], LINK)
            index.add_links(made)
            oracle.add_link(made[0])
        else:
            made = np.array([row], STAFF)
            index.add_staff(made)
            oracle.add_staff(made[0])
    return index, oracle


ACCOUNTS = np.arange(-1, 7, dtype=np.int32)
PATIENTS = np.arange(5, dtype=np.uint64)


def ask(index: CareIndex, at: int) -> np.ndarray:
    """Grades (accounts, patients, 2) at one time."""
    first = np.arange(ACCOUNTS.size) * PATIENTS.size
    count = np.full(ACCOUNTS.size, PATIENTS.size, np.int32)
    times = np.full(ACCOUNTS.size, at, np.int64)
    found = index.explain(ACCOUNTS, times, first, count, np.tile(PATIENTS, ACCOUNTS.size))
    return found.reshape(ACCOUNTS.size, PATIENTS.size, 2)


@settings(deadline=None, max_examples=120)
@given(steps, st.lists(instants, min_size=1, max_size=4))
def test_as_the_oracle_says(rows: list[tuple[int, ...]], times: list[int]) -> None:
    index, oracle = build(rows)
    for at in (*times, times[0] + 1234):
        expected = [[oracle.both(int(who), at, int(patient)) for patient in PATIENTS] for who in ACCOUNTS]
        assert ask(index, at) == pytest.approx(np.array(expected), abs=1e-6)
        _, _, left = index.posts_of(ACCOUNTS, np.full(ACCOUNTS.size, at))
        assert left.tolist() == [oracle.left(int(who), at) for who in ACCOUNTS]


@settings(deadline=None, max_examples=60)
@given(steps, steps, instants)
def test_what_was_known_later_changes_no_earlier_answer(
    rows: list[tuple[int, ...]], later: list[tuple[int, ...]], at: int
) -> None:
    index, _ = build(rows)
    before = ask(index, at)
    times = np.full(ACCOUNTS.size, at)
    posts = index.posts_of(ACCOUNTS, times)
    for row in later:
        table = LINK if len(row) == len(LINK.names) else STAFF
        made = np.array([row], table)
        made["known_ms"] = at + 1 + abs(int(made["known_ms"][0])) % (40 * DAY)
        (index.add_links if table is LINK else index.add_staff)(made)
    assert ask(index, at).tobytes() == before.tobytes()
    for now, then in zip(index.posts_of(ACCOUNTS, times), posts, strict=True):
        assert now.tolist() == then.tolist()


@settings(deadline=None, max_examples=60)
@given(steps, steps, instants, instants)
def test_restored_and_pruned_indexes_answer_the_same(
    rows: list[tuple[int, ...]], more: list[tuple[int, ...]], before: int, later: int
) -> None:
    index, _ = build(rows)
    copy = CareIndex.restore({name: array.copy() for name, array in index.state().items()})
    pruned = CareIndex.restore(index.state())
    pruned.prune(before)
    at = before + abs(later)
    assert ask(pruned, at).tobytes() == ask(index, at).tobytes()
    assert pruned.links <= index.links
    for row in more:
        made = np.array([row], LINK if len(row) == len(LINK.names) else STAFF)
        for one in (index, copy):
            (one.add_links if made.dtype == LINK else one.add_staff)(made)
    assert {name: array.tobytes() for name, array in index.state().items()} == {
        name: array.tobytes() for name, array in copy.state().items()
    }


@settings(deadline=None, max_examples=40)
@given(st.lists(link_rows, max_size=40), st.data(), instants)
def test_any_cut_into_batches_gives_the_same_index(
    rows: list[tuple[int, ...]], data: st.DataObject, at: int
) -> None:
    table = np.array(rows, LINK)
    cut = data.draw(st.integers(0, len(rows)))
    whole, parts = CareIndex(), CareIndex()
    whole.add_links(table)
    parts.add_links(table[:cut])
    parts.add_links(table[cut:])
    assert ask(whole, at).tobytes() == ask(parts, at).tobytes()
    assert whole.links == parts.links
