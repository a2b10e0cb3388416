"""Rows kept side by side for each patient and each account: hash table, blocks, versions.

The compiled half of :class:`rempart.care.index.CareIndex`. A patient's links lie in one block of an
arena, so that a lookup costs one gather in the table and one in the arena, then reads on. A full block
moves to one of twice the room; the old one goes to a free list of its size. The table is open
addressing with linear probing, at most half full. Nothing here allocates: where room is missing, a
function says how far it came and the caller makes room.
Knuth, The Art of Computer Programming 3, section 6.4 (linear probing, multiplicative hashing).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.care.rows import NO_END_MS

SLOT = np.dtype([("key", "u8"), ("first", "i8"), ("used", "i4"), ("room", "i4")])
"""Where the block of ``key`` begins in the arena, rows used, room; room 0 marks an empty slot."""

SIZES = 12
"""Block sizes 1, 2, 4 … 2048 have one free list each."""
TOP, KEYS, DROPPED = 0, 1, 2
"""Places in the counts: rows of the arena ever handed out, keys in the table, links dropped when full."""
COUNTS = 3


@njit(nogil=True, cache=True, inline="always")  # type: ignore[untyped-decorator]
def find_slot(slots, key):  # type: ignore[no-untyped-def]
    """Index of the slot of ``key``, or of the empty slot where it would go."""
    mask = np.uint64(slots.size - 1)
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    at = (mixed ^ (mixed >> np.uint64(29))) & mask
    while slots[at].room != 0 and slots[at].key != key:
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def take_block(rows, free, counts, room):  # type: ignore[no-untyped-def]
    """First row of a free block of ``room`` (a power of two), -1 where the arena is full."""
    size = 0
    while (1 << size) < room:
        size += 1
    first = free[size]
    if first >= 0:
        free[size] = rows[first].known
        return first
    first = counts[TOP]
    if first + room > rows.size:
        return -1
    counts[TOP] = first + room
    return first


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def give_block(rows, free, first, room):  # type: ignore[no-untyped-def]
    """Put a block on the free list of its size."""
    size = 0
    while (1 << size) < room:
        size += 1
    rows[first].known = free[size]
    free[size] = first


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def grow_block(rows, free, counts, slot, most):  # type: ignore[no-untyped-def]
    """Make room for one more row in the block of ``slot``; False where the arena is full."""
    if slot.used < slot.room or slot.room >= most:
        return True
    room = slot.room * 2 if slot.room else 2
    first = take_block(rows, free, counts, room)
    if first < 0:
        return False
    for place in range(slot.used):
        rows[first + place] = rows[slot.first + place]
    if slot.room:
        give_block(rows, free, slot.first, slot.room)
    slot.first = first
    slot.room = room
    return True


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def place_version(rows, slot, new, same, last):  # type: ignore[no-untyped-def]
    """Fit ``new`` among the versions of its link, marked in ``same``; True if it needs a row of its own.

    A version known at the same time is overwritten; the version before ends where the new one begins,
    and the new one where the next begins. A newest version that says what the one before said
    (``last`` compares them) adds nothing.
    """
    before, after, before_known, after_known = -1, -1, new.known, new.known
    for place in range(slot.used):
        if not same[place]:
            continue
        row = rows[slot.first + place]
        if row.known == new.known:
            new.until = row.until
            rows[slot.first + place] = new
            return False
        if row.known < new.known and (before < 0 or row.known > before_known):
            before, before_known = place, row.known
        if row.known > new.known and (after < 0 or row.known < after_known):
            after, after_known = place, row.known
    if before >= 0 and after < 0 and last[before]:
        return False
    new.until = after_known if after >= 0 else NO_END_MS
    if before >= 0:
        rows[slot.first + before].until = new.known
    return True


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def put_row(rows, slot, new, ends, counts):  # type: ignore[no-untyped-def]
    """Append ``new`` to a block with room, or let it take the place of the row that ends first."""
    if slot.used < slot.room:
        rows[slot.first + slot.used] = new
        slot.used += 1
        return
    counts[DROPPED] += 1
    place = 0
    for other in range(slot.used):
        if ends[other] < ends[place]:
            place = other
    rows[slot.first + place] = new


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def add_links(slots, rows, free, counts, keys, new, most):  # type: ignore[no-untyped-def]
    """Add rows ``new`` (n,) of KEPT for patients ``keys``; how many were added before room ran out."""
    same, last, ends = np.zeros(most, np.bool_), np.zeros(most, np.bool_), np.zeros(most, np.int64)
    for number in range(keys.size):
        at = find_slot(slots, keys[number])
        slot, row = slots[at], new[number]
        if slot.room == 0 and counts[KEYS] * 2 >= slots.size:
            return number
        fresh = slot.room == 0
        if not grow_block(rows, free, counts, slot, most):
            return number
        if fresh:
            slot.key = keys[number]
            counts[KEYS] += 1
        for place in range(slot.used):
            old = rows[slot.first + place]
            same[place] = old.link == row.link and old.who == row.who and old.by_unit == row.by_unit
            last[place] = (
                old.start == row.start
                and old.end == row.end
                and old.gone == row.gone
                and old.kind == row.kind
            )
            ends[place] = min(old.gone, old.until)
        if place_version(rows, slot, row, same, last):
            put_row(rows, slot, row, ends, counts)
    return keys.size


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def add_posts(people, posts, free, counts, accounts, new, most):  # type: ignore[no-untyped-def]
    """Add staff rows ``new`` (n,) of POST for ``accounts``; how many before room ran out."""
    same, last, ends = np.zeros(most, np.bool_), np.zeros(most, np.bool_), np.zeros(most, np.int64)
    for number in range(accounts.size):
        person, row = people[accounts[number]], new[number]
        if not grow_block(posts, free, counts, person, most):
            return number
        for place in range(person.used):
            old = posts[person.first + place]
            same[place] = old.unit == row.unit and old.role == row.role
            last[place] = old.start == row.start and old.end == row.end
            ends[place] = min(old.end, old.until)
        if place_version(posts, person, row, same, last):
            put_row(posts, person, row, ends, counts)
    return accounts.size


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def move_slots(old, new):  # type: ignore[no-untyped-def]
    """Enter every slot of the table ``old`` into the empty, larger table ``new``."""
    for at in range(old.size):
        if old[at].room:
            new[find_slot(new, old[at].key)] = old[at]


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def copy_living(slots, rows, before_ms, new_slots, new_rows, free, counts, most):  # type: ignore[no-untyped-def]
    """Copy the rows that can still explain something from ``before_ms`` on into empty arrays."""
    for at in range(slots.size):
        slot = slots[at]
        for place in range(slot.used):
            row = rows[slot.first + place]
            if min(row.gone, row.until) <= before_ms:
                continue
            target = new_slots[find_slot(new_slots, slot.key)]
            grow_block(new_rows, free, counts, target, most)
            if target.used == 0:
                target.key = slot.key
                counts[KEYS] += 1
            new_rows[target.first + target.used] = row
            target.used += 1
