"""Questions: requests judged before they were served, and what the server behind tells of them afterwards.

Reads an event's request id. Remembers the account's last questions, each with the rows its page was taken for;
when its outcome is told these are taken back, faded as they are by then, and what was listed is counted in
their stead. So a request is one page, however often it is told of. Misses: a question with QUESTIONS later ones of its
account before its outcome is told, which is then judged as an access of its own; the day's highest values, in which the
bound stays.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.records import FLAG_TOLD
from rempart.watch.pages import PAGE_WIDTH, WIDEST_PAGE
from rempart.watch.state import DAY_MS, HOUR_MS, QUESTIONS

NONE = -1
NOT_SAID = -1
"""The outcome of what is only asked for."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def find_question(acc, request):  # type: ignore[no-untyped-def]
    """Place of the question with that request id, or NONE."""
    if request != np.uint64(0):
        for i in range(QUESTIONS):
            if acc.question[i] == request:
                return i
    return NONE


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def note_question(acc, row, now, rows, odd):  # type: ignore[no-untyped-def]
    """Remember a request that was only asked for, and the rows it was taken for, in place of the oldest."""
    if row.request == np.uint64(0) or row.outcome != NOT_SAID or row.flags & FLAG_TOLD:
        return
    place = 0
    for i in range(1, QUESTIONS):
        if acc.question_ms[i] < acc.question_ms[place]:
            place = i
    acc.question[place] = row.request
    acc.question_ms[place] = now
    acc.question_rows[place] = np.float32(min(rows, WIDEST_PAGE))
    acc.question_odd[place] = odd


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def take_back(acc, place):  # type: ignore[no-untyped-def]
    """Take the rows a question was taken for out of the account's sums again; that it was asked stays. Returns them."""
    rows = acc.question_rows[place]
    if rows > 0.0:
        past = acc.decayed_ms - acc.question_ms[place]
        day = np.float32(np.exp(-past / (DAY_MS / 2)))
        hour = np.float32(np.exp(-past / HOUR_MS))
        _add(acc, -rows * hour, -rows * day, acc.question_odd[place])
        acc.question_rows[place] = 0.0
    return rows


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def list_rows(acc, place, rows):  # type: ignore[no-untyped-def]
    """Count what a page listed in place of what it was taken for; returns how many more these are."""
    taken = take_back(acc, place)
    listed = np.float32(min(rows, WIDEST_PAGE))
    _add(acc, listed, listed, acc.question_odd[place])
    return np.int64(max(listed - taken, np.float32(0.0)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(acc, hour, day, odd):  # type: ignore[no-untyped-def]
    """Add rows to the sum that fades in an hour and to those that fade in a day."""
    acc.pages = max(acc.pages + hour / np.float32(PAGE_WIDTH), np.float32(0.0))
    acc.rows_day = max(acc.rows_day + day, np.float32(0.0))
    acc.odd_patients = max(acc.odd_patients + odd * day / np.float32(PAGE_WIDTH), np.float32(0.0))
