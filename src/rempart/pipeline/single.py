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

FRESH = -1
LONG_WAY = -2


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def decide_row(  # type: ignore[no-untyped-def]
    rows, hashes, number, out, watch, nameless, live, recent, seen, care, prices, names
):
    """Fill ``out`` (1,) of DECISION for ``rows`` (1,) of EVENT, complete the row and remember the answer.

    Returns FRESH, LONG_WAY or the number of the decision that the record repeats. ``hashes`` are those of
    :class:`rempart.pipeline.door.One`, the first of which becomes the event's key; ``seen`` are the
    arrays of Duplicates, ``care`` those of CareFeed, ``watch`` those of Watch; ``names`` (accounts,
    networks, roles) says how many exist; ``recent`` is the ring of the last answers.
    """
    keys, patients = hashes[:1], hashes[3:]
    key_events(keys, rows, nameless, live)
    table, used = seen
    house, shard, habits, stance, own, shards = watch
    marks, now = np.empty(1, np.int64), np.empty(1, np.int64)
    tell_single(rows, house[3], marks, now)
    ready = is_ready(marks[0], patients.size, names, house, shard, habits, stance)
    if not ready or not has_room(table, used, 1):
        return LONG_WAY
    earlier = np.empty(1, np.int64)
    sift(table, used, keys, rows, number, earlier)
    if earlier[0] >= 0:
        return earlier[0]
    joined, canonical = np.empty(1, EVENT), np.empty(patients.size, np.uint64)
    grades = np.empty((patients.size, 2), np.float32)
    explain_rows(rows, patients, marks, True, *care, joined, canonical, grades)  # type: ignore[call-arg]
    judge_single(
        joined, marks, now, canonical, grades, prices, house, shard, habits, stance, own, shards, out
    )
    remark(out, rows)
    keep_decisions(recent, number, out)
    return FRESH


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def decide_rows(  # type: ignore[no-untyped-def]
    rows, hashes, ends, number, out, earlier, watch, nameless, live, recent, seen, care, prices, names
):
    """:func:`decide_row` of one row after the other, as far as the short way goes; returns how many.

    ``rows`` (n,) of EVENT whose hashes are those of ``hashes`` up to ``ends`` (n,), each after the one before;
    fills ``out`` (n,) and ``earlier`` (n,), FRESH or the decision that is repeated. What is left was not touched.
    """
    first = 0
    for i in range(rows.size):
        found = decide_row(
            rows[i : i + 1], hashes[first : ends[i]], number, out[i : i + 1],
            watch, nameless, live, recent, seen, care, prices, names,
        )  # fmt: skip
        if found == LONG_WAY:
            return i
        earlier[i] = found
        first = ends[i]
        if found == FRESH:
            number += 1
    return rows.size
