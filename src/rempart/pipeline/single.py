"""One event decided at once, or a few: duplicates, care, watch and remarks in one compiled call.

Made of the same compiled steps that :meth:`rempart.pipeline.course.Course.decide` runs over a frame, so
the answers are the same; only the way between the steps is shorter. Gives :data:`LONG_WAY`, with
nothing changed, where a table must grow or a day must close first: then the event goes as a frame of
one row. Misses nothing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.pipeline.door import key_events
from rempart.pipeline.duplicates import has_room, sift
from rempart.pipeline.explain import explain_rows
from rempart.pipeline.progress import keep_decisions
from rempart.pipeline.remarks import remark
from rempart.records import EVENT
from rempart.watch.single import is_ready, judge_single, tell_single
from rempart.watch.state import SPAN_MS

FRESH = -1
LONG_WAY = -2
NEXT_SPAN = -3


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def judge_row(rows, patients, number, out, watch, recent, care, prices):  # type: ignore[no-untyped-def]
    """The second half of :func:`decide_row`, once the record is known to be new and its span of time is open."""
    span, house, shard, habits, policy, own, shards = watch
    marks, now = np.empty(1, np.int64), np.empty(1, np.int64)
    tell_single(rows, house[3], marks, now)
    joined, canonical = np.empty(1, EVENT), np.empty(patients.size, np.uint64)
    grades = np.empty((patients.size, 2), np.float32)
    explain_rows(rows, patients, marks, True, *care, joined, canonical, grades)  # type: ignore[call-arg]
    judge_single(
        joined, marks, now, canonical, grades, prices, span, house, shard, habits, policy, own, shards, out
    )
    remark(out, rows)
    keep_decisions(recent, number, out)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def decide_row(  # type: ignore[no-untyped-def]
    rows, hashes, number, out, watch, nameless, live, recent, seen, care, prices, names
):
    """Fill ``out`` (1,) of DECISION for ``rows`` (1,) of EVENT, complete the row and remember the answer.

    Returns FRESH, LONG_WAY, the number of the decision that the record repeats, or NEXT_SPAN: the watch is to open
    the event's span of time, then :func:`judge_row` does the rest. ``hashes`` are those of
    :class:`rempart.pipeline.door.One`, the first of which becomes the event's key; ``seen`` are the
    arrays of Duplicates, ``care`` those of CareFeed, ``watch`` those of Watch; ``names`` (accounts,
    networks, roles) says how many exist; ``recent`` is the ring of the last answers.
    """
    keys, patients = hashes[:1], hashes[3:]
    key_events(keys, rows, nameless, live)
    table, used = seen
    span, house, shard, habits, _, _, _ = watch
    marks, now = np.empty(1, np.int64), np.empty(1, np.int64)
    tell_single(rows, house[3], marks, now)
    ready = is_ready(marks[0], patients.size, names, span, house, shard, habits)
    if not ready or not has_room(table, used, 1):
        return LONG_WAY
    earlier = np.empty(1, np.int64)
    sift(table, used, keys, rows, number, earlier)
    if earlier[0] >= 0:
        return earlier[0]
    if marks[0] // SPAN_MS != span:
        return NEXT_SPAN
    judge_row(rows, patients, number, out, watch, recent, care, prices)
    return FRESH


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def decide_rows(  # type: ignore[no-untyped-def]
    rows, hashes, ends, number, out, earlier, watch, nameless, live, recent, seen, care, prices, names
):
    """:func:`decide_row` of one row after the other, as far as the short way goes; returns how many.

    ``rows`` (n,) of EVENT whose hashes are those of ``hashes`` up to ``ends`` (n,), each after the one before;
    fills ``out`` (n,) and ``earlier`` (n,), FRESH or the decision that is repeated. What is left was not touched.
    """
    span, clock = watch[0], watch[1][3]
    marks, now = np.empty(1, np.int64), np.empty(1, np.int64)
    first = 0
    for i in range(rows.size):
        row = rows[i : i + 1]
        tell_single(row, clock, marks, now)
        if marks[0] // SPAN_MS != span:
            return i
        found = decide_row(
            row, hashes[first : ends[i]], number, out[i : i + 1],
            watch, nameless, live, recent, seen, care, prices, names,
        )  # fmt: skip
        if found == LONG_WAY:
            return i
        earlier[i] = found
        first = ends[i]
        if found == FRESH:
            number += 1
    return rows.size
