"""The care index: how far known care explains that an account opens a patient, at a time.

Reads links (an account or a unit cares for a patient from start to end, known from some time on)
and staff rows (an account works in a unit). Gives grades from 0 to 1: own current link 1, a unit's
link 0.9, both falling with the time outside the link's period. A link explains only what happens
after it was known, and stops a day after it was known to be cancelled. Misses colleagues' links
outside a common unit. After Fabbri & LeFevre, "Explanation-based auditing", VLDB 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, Any]
LINK = np.dtype(
    [
        ("patient", "u8"),
        ("link", "u8"),
        ("known_ms", "i8"),
        ("start_ms", "i8"),
        ("end_ms", "i8"),
        ("cancelled_ms", "i8"),
        ("who", "i4"),
        ("next", "i4"),
        ("by_unit", "i1"),
        ("kind", "i1"),
        ("spare", "i2"),
    ],
    align=True,
)
STAFF = np.dtype(
    [
        ("known_ms", "i8"),
        ("start_ms", "i8"),
        ("end_ms", "i8"),
        ("account", "i4"),
        ("unit", "i4"),
        ("role", "i4"),
        ("next", "i4"),
    ],
    align=True,
)
DAY_MS = 86_400_000
BEFORE_DAYS = 7
AFTER_DAYS = 30
UNIT_GRADE = 0.9


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _place(table, links, who, by_unit, patient):  # type: ignore[no-untyped-def]
    mask = np.uint64(table.size - 1)
    z = patient ^ (np.uint64(who * 2 + by_unit + 1) * np.uint64(0x9E3779B97F4A7C15))
    z = (z ^ (z >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    at = np.int64((z ^ (z >> np.uint64(29))) & mask)
    while table[at] != -1:
        link = links[table[at]]
        if link.patient == patient and link.who == who and link.by_unit == by_unit:
            break
        at = (at + 1) & np.int64(mask)
    return at


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _insert(table, links, first, last):  # type: ignore[no-untyped-def]
    used = 0
    for i in range(first, last):
        at = _place(table, links, links[i].who, links[i].by_unit, links[i].patient)
        used += 1 if table[at] == -1 else 0
        links[i].next = table[at]
        table[at] = i
    return used


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _grade(table, links, who, by_unit, patient, now):  # type: ignore[no-untyped-def]
    """Best grade of a chain; of versions of one link only the newest known one counts."""
    best = 0.0
    at = table[_place(table, links, who, by_unit, patient)]
    while at != -1:
        link = links[at]
        at = link.next
        if link.known_ms > now or now > link.cancelled_ms + DAY_MS:
            continue
        newer = table[_place(table, links, who, by_unit, patient)]
        replaced = False
        while newer != -1 and not replaced:
            other = links[newer]
            replaced = other.link == link.link and other.known_ms <= now and other.known_ms > link.known_ms
            newer = other.next
        if replaced:
            continue
        if now < link.start_ms:
            grade = 1.0 - (link.start_ms - now) / (BEFORE_DAYS * DAY_MS)
        elif now > link.end_ms:
            grade = 1.0 - (now - link.end_ms) / (AFTER_DAYS * DAY_MS)
        else:
            grade = 1.0
        best = max(best, grade)
    return best


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _staff_at(heads, staff, account, now):  # type: ignore[no-untyped-def]
    """Row of the account's staff link at ``now``; -1 none known, -2 all ended."""
    if account >= heads.size:
        return -1
    at = heads[account]
    seen = False
    while at != -1:
        row = staff[at]
        if row.known_ms <= now and row.start_ms <= now:
            seen = True
            if now <= row.end_ms:
                return at
        at = row.next
    return -2 if seen else -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _staff_all(heads, staff, accounts, times, out):  # type: ignore[no-untyped-def]
    for i in range(accounts.size):
        out[i] = _staff_at(heads, staff, accounts[i], times[i])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _explain(table, links, heads, staff, accounts, times, first, count, patients, out):  # type: ignore[no-untyped-def]
    for i in range(accounts.size):
        account = accounts[i]
        if account == -1:
            continue
        for p in range(first[i], first[i] + count[i]):
            best = _grade(table, links, account, 0, patients[p], times[i])
            at = heads[account] if account < heads.size else -1
            while at != -1 and best < 1.0:
                row = staff[at]
                if row.unit != -1 and row.known_ms <= times[i] and row.start_ms <= times[i] <= row.end_ms:
                    best = max(best, UNIT_GRADE * _grade(table, links, row.unit, 1, patients[p], times[i]))
                at = row.next
            out[p] = best


class CareIndex:
    """Links and staff rows, growing."""

    def __init__(self) -> None:
        self._links = np.zeros(0, LINK)
        self._staff = np.zeros(0, STAFF)
        self._table = np.full(1 << 10, -1, np.int64)
        self._heads = np.full(0, -1, np.int64)
        self._used = 0
        self._size = 0

    def add_links(self, rows: Array) -> None:
        """Take LINK rows (k,) in."""
        begin, self._size = self._size, self._size + rows.size
        if self._size > self._links.size:
            grown = np.zeros(max(self._size, self._links.size * 2, 1024), LINK)
            grown[:begin] = self._links[:begin]
            self._links = grown
        self._links[begin : self._size] = rows
        if (self._used + rows.size) * 2 > self._table.size:
            size = self._table.size
            while size < (self._used + rows.size) * 4:
                size *= 2
            self._table = np.full(size, -1, np.int64)
            self._used = _insert(self._table, self._links, 0, self._size)
        else:
            self._used += _insert(self._table, self._links, begin, self._size)

    def add_staff(self, rows: Array) -> None:
        """Take STAFF rows (k,) in; a later row of an account is asked first."""
        begin = self._staff.size
        self._staff = np.concatenate([self._staff, rows])
        top = int(rows["account"].max(initial=-1)) + 1
        if top > self._heads.size:
            more = np.full(max(top, self._heads.size * 2) - self._heads.size, -1, np.int64)
            self._heads = np.concatenate([self._heads, more])
        for i in range(begin, self._staff.size):
            account = int(self._staff["account"][i])
            self._staff["next"][i] = self._heads[account]
            self._heads[account] = i

    def explain(self, accounts: Array, times: Array, first: Array, count: Array, patients: Array) -> Array:
        """Grades (m,) float32 of ``patients`` (m,), event i owning ``count[i]`` from ``first[i]`` on."""
        out = np.zeros(patients.size, np.float32)
        if self._size:
            _explain(
                self._table,
                self._links,
                self._heads,
                self._staff,
                accounts,
                times,
                first,
                count,
                patients,
                out,
            )
        return out

    def _rows(self, accounts: Array, times: Array) -> Array:
        out = np.full(accounts.size, -1, np.int64)
        if self._staff.size:
            _staff_all(self._heads, self._staff, accounts, times, out)
        return out

    def _column(self, name: str, accounts: Array, times: Array) -> Array:
        rows = self._rows(accounts, times)
        found: Array = np.full(rows.size, -1, np.int32)
        found[rows >= 0] = self._staff[name][rows[rows >= 0]]
        return found

    def role_of(self, accounts: Array, times: Array) -> Array:
        """Role number (n,) at the time, -1 unknown."""
        return self._column("role", accounts, times)

    def unit_of(self, accounts: Array, times: Array) -> Array:
        """Unit number (n,) at the time, -1 unknown."""
        return self._column("unit", accounts, times)

    def left(self, accounts: Array, times: Array) -> Array:
        """Whether (n,) the staff list says that the owner has left."""
        gone: Array = self._rows(accounts, times) == -2
        return gone

    def state(self) -> dict[str, Array]:
        """For a checkpoint."""
        return {"links": self._links[: self._size], "staff": self._staff}

    def restore(self, arrays: dict[str, Array]) -> CareIndex:
        """An index with the state of :meth:`state`."""
        back = CareIndex()
        if arrays["links"].size:
            back.add_links(np.array(arrays["links"]))
        if arrays["staff"].size:
            back.add_staff(np.array(arrays["staff"]))
        return back
