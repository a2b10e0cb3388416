"""The care index: every care link and staff row a site has shown, answering in less than a microsecond.

Reads rows of :data:`~rempart.care.rows.LINK` and :data:`~rempart.care.rows.STAFF`. Gives, for any number
of accesses at once, a grade of explanation for each patient, the role and unit of an account, and
whether it belongs to a leaver. A later version of a link (same link, who and patient) replaces the
older from the time it was known; decisions before that time keep the older. The rules stand in
:mod:`rempart.care.rows`, the arrays in :mod:`rempart.care.blocks`, the lookup in
:mod:`rempart.care.lookup`.
Misses: a new version that no longer names somebody does not end his link; it fades with its own end.
"""

from __future__ import annotations

import numpy as np

from rempart.care import blocks
from rempart.care.lookup import explain_patients, find_blocks, find_posts, slices_fit
from rempart.care.rows import (
    BROAD_ACCOUNTS,
    DAY_MS,
    KEPT,
    KINDS,
    LINK,
    MOST_LINKS,
    MOST_UNITS,
    NO_END_MS,
    POST,
    STAFF,
    Array,
    keep_links,
    keep_staff,
)  # fmt: skip

__all__ = ["DAY_MS", "KINDS", "LINK", "STAFF", "CareIndex"]

_STATE = (
    "slots", "rows", "row_free", "row_counts", "people", "posts", "post_free", "post_counts", "broad_from"
)  # fmt: skip


class CareIndex:
    """Who cares for whom, in arrays that grow. Not to be changed while another thread asks."""

    def __init__(self) -> None:
        self._slots = np.zeros(16, blocks.SLOT)
        self._rows = np.zeros(16, KEPT)
        self._row_free = np.full(blocks.SIZES, -1, np.int64)
        self._row_counts = np.zeros(blocks.COUNTS, np.int64)
        self._people = np.zeros(0, blocks.SLOT)
        self._posts = np.zeros(16, POST)
        self._post_free = np.full(blocks.SIZES, -1, np.int64)
        self._post_counts = np.zeros(blocks.COUNTS, np.int64)
        self._broad_from = np.zeros(0, np.int64)

    @property
    def links(self) -> int:
        """Versions of links kept."""
        return int(self._slots["used"].sum())

    @property
    def dropped(self) -> int:
        """Links and staff rows that gave way because a patient or an account had too many."""
        return int(self._row_counts[blocks.DROPPED] + self._post_counts[blocks.DROPPED])

    def add_links(self, links: Array) -> None:
        """Learn rows (n,) of LINK, in the order they came."""
        self._enter(_plain(links["patient"], np.uint64), keep_links(links))

    def _enter(self, keys: Array, kept: Array) -> None:
        at = 0
        while at < kept.size:
            at += blocks.add_links(
                self._slots, self._rows, self._row_free, self._row_counts, keys[at:], kept[at:], MOST_LINKS
            )
            if at == kept.size:
                return
            if self._row_counts[blocks.KEYS] * 2 >= self._slots.size:
                larger = np.zeros(self._slots.size * 2, blocks.SLOT)
                blocks.move_slots(self._slots, larger)
                self._slots = larger
            else:
                self._rows = _grown(self._rows, self._rows.size + max(self._rows.size, MOST_LINKS))

    def add_staff(self, staff: Array) -> None:
        """Learn rows (n,) of STAFF, in the order they came; rows of account -1 are ignored."""
        staff = staff[staff["account"] >= 0]
        self._employ(_plain(staff["account"], np.int32), keep_staff(staff))

    def _employ(self, accounts: Array, kept: Array) -> None:
        if not kept.size:
            return
        most = int(accounts.max())
        if most >= self._people.size:
            self._people = _grown(self._people, max(most + 1, self._people.size * 2, 16))
        at = 0
        while True:
            at += blocks.add_posts(
                self._people, self._posts, self._post_free, self._post_counts, accounts[at:], kept[at:],
                MOST_UNITS,
            )  # fmt: skip
            if at == kept.size:
                break
            self._posts = _grown(self._posts, self._posts.size + max(self._posts.size, MOST_UNITS))
        self._broad_from = _broad_units(self._people, self._posts)

    def explain(self, accounts: Array, times: Array, first: Array, count: Array, patients: Array) -> Array:
        """Grades (m, 2) float32 from 0 to 1 of ``patients`` (m,) uint64: the account's, and anybody's care.

        Event i, of ``accounts[i]`` (-1 unknown) at ``times[i]`` ms, opened the ``count[i]`` patients from
        ``first[i]`` on; patients of no event get 0. Raises ValueError where a slice leaves ``patients``.
        """
        out = np.zeros((patients.size, 2), np.float32)
        first, count = _plain(first, np.int64), _plain(count, np.int64)
        if not slices_fit(first, count, patients.size):
            raise ValueError("first and count must stay within patients")
        begin, used = np.empty(patients.size, np.int64), np.empty(patients.size, np.int32)
        find_blocks(self._slots, _plain(patients, np.uint64), begin, used)
        explain_patients(
            self._rows, self._people, self._posts, self._broad_from, _plain(accounts, np.int32),
            _plain(times, np.int64), first, count, begin, used, out,
        )  # fmt: skip
        return out

    @property
    def lookup(self) -> tuple[Array, ...]:
        """The arrays :mod:`rempart.care.lookup` reads, as they stand until the next change: slots, rows,
        people, posts, broad_from."""
        return self._slots, self._rows, self._people, self._posts, self._broad_from

    def posts_of(self, accounts: Array, times: Array) -> tuple[Array, Array, Array]:
        """Of each account at each time (n,): role int32 and main unit int32, -1 where no staff row says
        them, and bool: it had staff rows, and all had ended before: a leaver's."""
        roles, units = np.full(accounts.size, -1, np.int32), np.full(accounts.size, -1, np.int32)
        left = np.zeros(accounts.size, np.bool_)
        find_posts(
            self._people, self._posts, _plain(accounts, np.int32), _plain(times, np.int64), roles,
            units, left,
        )  # fmt: skip
        return roles, units, left

    def move_patients(self, old: Array, new: Array) -> None:
        """Enter the links of each patient of ``old`` (k,) under the patient beside him in ``new``."""
        for one, other in zip(old.tolist(), new.tolist(), strict=True):
            key = np.uint64(one)
            slot = self._slots[blocks.find_slot(self._slots, key)]
            if one == other or not slot["used"]:
                continue
            rows = self._rows[slot["first"] : slot["first"] + slot["used"]].copy()
            slot["used"] = 0
            rows = rows[np.argsort(rows["known"], kind="stable")]
            self._enter(np.full(rows.size, other, np.uint64), rows)

    def move_accounts(self, old: Array, new: Array) -> None:
        """Give the links and staff rows of each account of ``old`` (k,) to the one beside it in ``new``."""
        if not old.size:
            return
        own = np.flatnonzero(self._rows["by_unit"] == 0)
        whose = self._rows["who"][own]
        becomes = np.arange(
            max(int(whose.max(initial=0)), int(old.max()), int(new.max())) + 1, dtype=np.int32
        )
        for one, other in zip(old.tolist(), new.tolist(), strict=True):
            becomes[becomes == one] = other
            if one == other or one >= self._people.size or not self._people[one]["used"]:
                continue
            person = self._people[one]
            posts = self._posts[person["first"] : person["first"] + person["used"]].copy()
            person["used"] = 0
            posts = posts[np.argsort(posts["known"], kind="stable")]
            self._employ(np.full(posts.size, other, np.int32), posts)
        self._rows["who"][own] = np.where(whose >= 0, becomes[whose], whose)

    def prune(self, before_ms: int) -> None:
        """Forget the links that can explain no access from ``before_ms`` on. Staff rows stay."""
        slots, rows = (
            np.zeros_like(self._slots),
            np.zeros(max(16, int(self._row_counts[blocks.TOP]) * 2), KEPT),
        )
        free, counts = np.full(blocks.SIZES, -1, np.int64), np.zeros(blocks.COUNTS, np.int64)
        counts[blocks.DROPPED] = self._row_counts[blocks.DROPPED]
        blocks.copy_living(self._slots, self._rows, before_ms, slots, rows, free, counts, MOST_LINKS)
        size = 16
        while size < counts[blocks.KEYS] * 2 + 2:
            size *= 2
        self._slots = np.zeros(size, blocks.SLOT)
        blocks.move_slots(slots, self._slots)
        self._rows = rows[: max(16, int(counts[blocks.TOP]))].copy()
        self._row_free, self._row_counts = free, counts

    def state(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.void]]]:
        """Everything the index knows, as named arrays (copies)."""
        return {name: getattr(self, f"_{name}").copy() for name in _STATE}

    @classmethod
    def restore(cls, state: dict[str, Array]) -> CareIndex:
        """The index that :meth:`state` was taken from; it answers and grows identically."""
        index = cls()
        for name in _STATE:
            setattr(index, f"_{name}", np.array(state[name]))
        return index


def _plain(values: Array, dtype: type) -> Array:
    """``values`` contiguous, writable and of ``dtype``: one compiled form serves every caller."""
    if values.dtype == dtype and values.flags.c_contiguous and values.flags.writeable:
        return values
    return np.array(values, dtype, order="C")


def _grown(old: Array, size: int) -> Array:
    larger = np.zeros(size, old.dtype)
    larger[: old.size] = old
    return larger


def _broad_units(people: Array, posts: Array) -> Array:
    """(units,) ms from which each unit was known to hold BROAD_ACCOUNTS accounts; NO_END_MS for never."""
    used = people["used"].astype(np.int64)
    owner = np.repeat(np.arange(people.size), used)
    inside = np.arange(owner.size) - np.repeat(np.cumsum(used) - used, used)
    staff = posts[people["first"][owner] + inside]
    units = int(staff["unit"].max(initial=-1)) + 1
    broad_from = np.full(units, NO_END_MS, np.int64)
    belongs = staff["unit"] >= 0
    owner, staff = owner[belongs], staff[belongs]
    order = np.lexsort((staff["known"], owner, staff["unit"]))
    owner, unit, known = owner[order], staff["unit"][order], staff["known"][order]
    once = np.ones(owner.size, np.bool_)
    once[1:] = (owner[1:] != owner[:-1]) | (unit[1:] != unit[:-1])
    unit, known = unit[once], known[once]
    order = np.lexsort((known, unit))
    unit, known = unit[order], known[order]
    starts = np.searchsorted(unit, np.arange(units))
    enough = np.flatnonzero(np.bincount(unit, minlength=units) >= BROAD_ACCOUNTS)
    broad_from[enough] = known[starts[enough] + BROAD_ACCOUNTS - 1]
    return broad_from
