"""Records sent twice: the same source, id and content within seven days.

One open-addressing table from (source, id) to (content, time, decision number). The same id with
other content is decided and flagged. Entries older than seven days of event time mean nothing and
are dropped when the table grows. Misses: the same event under two ids, or two sources.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.records import FLAG_NO_TIME, FLAG_SAME_ID_OTHER_CONTENT
from rempart.watch.state import DAY_MS, Array

KEEP_MS = 7 * DAY_MS
SEEN = np.dtype([("key", "u8"), ("content", "u8"), ("ms", "i8"), ("number", "i8")])
"""A free slot has key 0; a real key 0 is stored as 1."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _slot(table, key):  # type: ignore[no-untyped-def]
    mask = np.uint64(table.size - 1)
    slot = np.int64((key ^ (key >> np.uint64(29))) & mask)
    while table[slot].key != 0 and table[slot].key != key:
        slot = (slot + 1) & np.int64(mask)
    return slot


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def has_room(table, used, more):  # type: ignore[no-untyped-def]
    """Whether ``more`` records fit; ``used`` (1,) slots are taken."""
    return (used[0] + more) * 2 <= table.size


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def sift(table, used, keys, rows, first_number, earlier):  # type: ignore[no-untyped-def]
    """Fill ``earlier`` (n,) as :meth:`Duplicates.sift` gives it; there must be room."""
    number = first_number
    for i in range(keys.size):
        row = rows[i]
        now = 0 if row.flags & FLAG_NO_TIME else row.recorded_ms
        key = keys[i] if keys[i] != 0 else np.uint64(1)
        slot = _slot(table, key)
        seen = table[slot]
        earlier[i] = -1
        if seen.key == 0:
            used[0] += 1
        elif now - seen.ms < KEEP_MS:
            if seen.content == row.content:
                earlier[i] = seen.number
                continue
            row.flags |= FLAG_SAME_ID_OTHER_CONTENT
        seen.key = key
        seen.content = row.content
        seen.ms = now
        seen.number = number
        number += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _move(table, fresh, oldest):  # type: ignore[no-untyped-def]
    kept = 0
    for i in range(table.size):
        if table[i].key != 0 and table[i].ms > oldest:
            fresh[_slot(fresh, table[i].key)] = table[i]
            kept += 1
    return kept


class Duplicates:
    """Remembers seven days of records."""

    def __init__(self) -> None:
        self.table = np.zeros(1 << 12, SEEN)
        self.used = np.zeros(1, np.int64)
        self.changes = 0
        """How often the table was replaced."""

    @property
    def arrays(self) -> tuple[Array, Array]:
        """The table and how many of its slots are taken, until ``changes`` moves."""
        return self.table, self.used

    def sift(self, keys: Array, rows: Array, first_number: int) -> Array:
        """Earlier decision number (n,) of each of ``rows`` (n,) EVENT, or -1 for a new one, which takes the next number.

        ``keys`` (n,) uint64 stand for (source, id); a row's flags say where an id returns with other content.
        """
        if not has_room(self.table, self.used, keys.size):
            times = np.where(rows["flags"] & FLAG_NO_TIME, 0, rows["recorded_ms"])
            self._grow(keys.size, int(times.min()) if times.size else 0)
        earlier = np.empty(keys.size, np.int64)
        sift(self.table, self.used, keys, rows, first_number, earlier)
        return earlier

    def _grow(self, more: int, now_ms: int) -> None:
        self.changes += 1
        oldest = now_ms - KEEP_MS
        recent = int(np.count_nonzero((self.table["key"] != 0) & (self.table["ms"] > oldest)))
        size = 1 << 12
        while size < (recent + more) * 3:
            size *= 2
        fresh = np.zeros(size, SEEN)
        self.used[0] = _move(self.table, fresh, oldest)
        self.table = fresh

    def state(self) -> dict[str, Array]:
        """For a checkpoint."""
        return {"seen": self.table[self.table["key"] != 0]}

    def restore(self, arrays: dict[str, Array]) -> None:
        """Back from :meth:`state`."""
        self.changes += 1
        kept = np.array(arrays["seen"], SEEN)
        size = 1 << 12
        while size < kept.size * 3:
            size *= 2
        self.table = np.zeros(size, SEEN)
        self.used[0] = _move(kept, self.table, -(2**63))
