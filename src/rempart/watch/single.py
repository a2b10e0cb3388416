"""One event at once: the same compiled steps as a frame of one row, in one call.

Reads and changes the arrays of :class:`rempart.watch.judge.Watch` (its ``arrays``). Gives False, with
nothing changed, where an event needs what only :meth:`Watch.judge` can do: close a day or make room.
Misses nothing: an answer given here is the one a frame gives.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.watch.channels import N_STATS
from rempart.watch.house import has_room as house_has_room
from rempart.watch.house import tell_time, walk
from rempart.watch.kernel import judge_rows
from rempart.watch.stance import look
from rempart.watch.state import DAY_MS, SPAN_MS
from rempart.watch.windows import has_room


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def tell_single(rows, clock, marks, now):  # type: ignore[no-untyped-def]
    """:func:`house.tell_time` of one event, leaving the clock as it is."""
    tell_time(rows, clock.copy(), marks, now)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def is_ready(mark, patients, names, house, shard, habits, stance):  # type: ignore[no-untyped-def]
    """Whether an event with so many ``patients`` needs no day closed and no table grown; ``names`` (accounts,
    networks, roles) how many exist."""
    networks, wards, pending, clock, _, _ = house
    accounts, visits, nodes, counts = shard
    roles = habits[0].shape[1]
    return (
        mark // DAY_MS == stance[0].span * SPAN_MS // DAY_MS
        and names[0] <= accounts.size
        and names[2] < roles
        and house_has_room(networks, wards, pending, clock, names[1], 1 + 2 * patients)
        and has_room(visits, nodes, counts, patients)
    )


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def judge_single(  # type: ignore[no-untyped-def]
    rows, marks, now, patients, grades, prices, house, shard, habits, stance, number, shards, out
):
    """Judge the one event told by :func:`tell_single` and found ready; fills ``out`` (1,) of DECISION."""
    clock = house[3]
    before = clock[0]
    tell_time(rows, clock, marks, now)
    span = marks[0] // SPAN_MS
    if span != stance[0].span:
        look(stance, shard[0], span)
    others, crews = np.zeros(1, np.int8), np.zeros(1, np.float32)
    parts = np.zeros(N_STATS + 1, np.float32)
    walk(rows, now, marks, before, patients, grades, shard[0], others, crews, *house)
    day = max(span * SPAN_MS // DAY_MS, -1)  # -1 while no event has told the time.
    judge_rows(  # type: ignore[call-arg]
        rows, now, day, patients, grades, others, crews, prices, *shard, *habits, stance[0], number, shards, parts,
        out,
    )  # fmt: skip
