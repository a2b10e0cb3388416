"""How well care explains that an account opens a patient, at a time: the compiled lookup.

Reads the arrays of :class:`rempart.care.index.CareIndex`. Gives a grade from 0 (nothing explains it) to
1 (the account's own current link): the best of the account's own links, links of a unit it works in
(``UNIT_GRADE``), and links of a colleague in the same unit (``COLLEAGUE_GRADE``), each faded by time as
:mod:`rempart.care.rows` says. Gives beside it the best grade of *anybody's* links: whether somebody treats
the patient these days. Pure: the answer depends on the arrays alone, and no row that was known later than
the event takes part.
Misses: colleagues of colleagues, and care given under another organisation's identifiers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.care.blocks import find_slot
from rempart.care.rows import (
    BROAD_GRADE,
    COLLEAGUE_GRADE,
    FADE_MS,
    HANDOVER_MS,
    MOST_UNITS,
    STANDING_MS,
    UNIT_GRADE,
)


@njit(nogil=True, cache=True, inline="always")  # type: ignore[untyped-decorator]
def _grade_link(row, at_ms):  # type: ignore[no-untyped-def]
    """Grade of a link in force at ``at_ms``; 0 where it is not known, not yet or no more explaining."""
    if at_ms < row.known or at_ms >= row.until or at_ms < row.opens or at_ms >= row.gone:
        return 0.0
    if at_ms < row.start:
        return 0.5 + 0.5 * (at_ms - row.opens) / (row.start - row.opens)
    if at_ms <= row.end:
        return 1.0
    return 1.0 - (at_ms - row.end) / FADE_MS


@njit(nogil=True, cache=True, inline="always")  # type: ignore[untyped-decorator]
def _says_now(row, at_ms):  # type: ignore[no-untyped-def]
    """How far a link in force says that its patient is treated these days: a standing one soon says nothing."""
    if not row.standing or at_ms <= row.start:
        return 1.0
    return max(0.0, 1.0 - (at_ms - row.start) / STANDING_MS)


@njit(nogil=True, cache=True, inline="always")  # type: ignore[untyped-decorator]
def _grade_post(post, at_ms):  # type: ignore[no-untyped-def]
    """How far somebody belongs to the unit of a staff row at ``at_ms``."""
    if post.unit < 0 or at_ms < post.known or at_ms >= post.until or at_ms < post.start:
        return 0.0
    if at_ms <= post.end:
        return 1.0
    if at_ms - post.end >= HANDOVER_MS:
        return 0.0
    return 1.0 - (at_ms - post.end) / HANDOVER_MS


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _list_units(person, posts, broad_from, at_ms, units, shares):  # type: ignore[no-untyped-def]
    """Fill the units the account belongs to at ``at_ms`` and how far; how many."""
    found = 0
    for place in range(person.used):
        post = posts[person.first + place]
        share = _grade_post(post, at_ms)
        if share > 0.0:
            if at_ms >= broad_from[post.unit]:
                share *= BROAD_GRADE
            units[found] = post.unit
            shares[found] = share
            found += 1
    return found


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _share_unit(person, posts, at_ms, units, shares, found):  # type: ignore[no-untyped-def]
    """Best product of both belongings over the units that ``person`` has in common with the list."""
    best = 0.0
    for place in range(person.used):
        post = posts[person.first + place]
        for number in range(found):
            if units[number] == post.unit:
                best = max(best, shares[number] * _grade_post(post, at_ms))
    return best


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def slices_fit(first, count, size):  # type: ignore[no-untyped-def]
    """Whether every slice of ``count[i]`` from ``first[i]`` on lies within ``size`` patients."""
    for event in range(first.size):
        if first[event] < 0 or count[event] < 0 or first[event] > size - count[event]:
            return False
    return True


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def find_blocks(slots, patients, begin, used):  # type: ignore[no-untyped-def]
    """Fill where each patient's block begins and how many rows it has (0 for one nobody knows).

    A loop of its own, so that the processor waits for many places of the table at once.
    """
    for number in range(patients.size):
        slot = slots[find_slot(slots, patients[number])]
        begin[number] = slot.first
        used[number] = slot.used


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def explain_patients(  # type: ignore[no-untyped-def]
    rows, people, posts, broad_from, accounts, times, first, count, begin, used, out
):
    """Fill ``out`` (m, 2) float32 with both grades of each patient of each event; see CareIndex.explain.

    ``begin`` and ``used`` (m,) are the patients' blocks, from :func:`find_blocks`.
    """
    units, shares = np.empty(MOST_UNITS, np.int32), np.empty(MOST_UNITS, np.float64)
    for event in range(accounts.size):
        account, at_ms = accounts[event], times[event]
        if account < 0:
            continue
        found = 0
        if account < people.size:
            found = _list_units(people[account], posts, broad_from, at_ms, units, shares)
        for number in range(first[event], first[event] + count[event]):
            best, anybody = 0.0, 0.0
            for place in range(begin[number], begin[number] + used[number]):
                row = rows[place]
                grade = _grade_link(row, at_ms)
                if grade > anybody:
                    anybody = max(anybody, grade * _says_now(row, at_ms))
                if grade <= best:
                    continue
                if row.by_unit:
                    for other in range(found):
                        if units[other] == row.who:
                            best = max(best, UNIT_GRADE * shares[other] * grade)
                elif row.who == account:
                    best = grade
                elif found and COLLEAGUE_GRADE * grade > best and 0 <= row.who < people.size:
                    shared = _share_unit(people[row.who], posts, at_ms, units, shares, found)
                    best = max(best, COLLEAGUE_GRADE * shared * grade)
                if best >= 1.0:
                    break
            out[number, 0] = best
            out[number, 1] = max(best, anybody)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def find_posts(people, posts, accounts, times, roles, units, left):  # type: ignore[no-untyped-def]
    """Role and unit of each account at each time (-1 unknown), and whether all its posts had ended.

    A current post goes before one that ended or has not begun, then the latest start, then the latest
    known, then the first that came.
    """
    for event in range(accounts.size):
        account, at_ms = accounts[event], times[event]
        if account < 0 or account >= people.size:
            continue
        person = people[account]
        role_at, unit_at, any_post, all_ended = -1, -1, False, True
        for place in range(person.first, person.first + person.used):
            post = posts[place]
            if at_ms < post.known or at_ms >= post.until:
                continue
            any_post = True
            all_ended = all_ended and post.end < at_ms
            if post.role >= 0 and (role_at < 0 or _goes_before(post, posts[role_at], at_ms)):
                role_at = place
            if post.unit >= 0 and (unit_at < 0 or _goes_before(post, posts[unit_at], at_ms)):
                unit_at = place
        roles[event] = posts[role_at].role if role_at >= 0 else -1
        units[event] = posts[unit_at].unit if unit_at >= 0 else -1
        left[event] = any_post and all_ended


@njit(nogil=True, cache=True, inline="always")  # type: ignore[untyped-decorator]
def _goes_before(one, other, at_ms):  # type: ignore[no-untyped-def]
    one_current = one.start <= at_ms and at_ms <= one.end
    other_current = other.start <= at_ms and at_ms <= other.end
    if one_current != other_current:
        return one_current
    if one.start != other.start:
        return one.start > other.start
    return one.known > other.known
