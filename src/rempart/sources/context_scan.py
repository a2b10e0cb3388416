"""Resources that are no AuditEvents told apart by their shape, and what fills it: compiled.

Reads: lines of a block, by its address. Gives: the form of each line that has one, and the names and times that stand
in it. A form is the members in which care is told, as they stand, with a mark in place of each resource's or
identifier's name (equal names of one line have one mark), of each time (marks count in order of time) and of
each text for show. Lines that say something a form cannot hold (a name that is no plain word, a reference without
its type, a time without its day, an escape in a key, a kept key twice at the top) have none, and are read one by one.

Follows RFC 8259 (JSON) and the datatypes of HL7 FHIR R4, R4B and R5.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.records import MISSING_MS
from rempart.sources.byte_words import byte_at, place_at, put_bytes, word_at
from rempart.sources.instants import read_day, read_instant
from rempart.sources.json_bytes import scalar_end, skip_space
from rempart.sources.json_tape import (
    LINKS,
    LONGEST_LINE,
    after_value,
    index_line,
    link_line,
    says,
    word_of,
)

MOST_NAMES, MOST_TIMES = 24, 12
"""Different names and times of a line with a form."""
NAME, TIME, SHOWN = 1, 2, 3
"""The first byte of a mark; the second is FIRST and the number of the name or time."""
FIRST = 48

_TOLD = (
    *("resourceType", "id", "rempart", "meta", "created", "start", "end", "requestedPeriod", "minutesDuration"),
    *("participant", "subject", "patient", "careManager", "managingOrganization", "team", "careTeam", "status"),
    *("serviceProvider", "location", "hospitalization", "admission", "period", "actualPeriod", "identifier"),
    *("plannedStartDate", "plannedEndDate", "contained", "link", "generalPractitioner", "practitioner", "active"),
    *("organization", "healthcareService", "code", "specialty"),
)  # fmt: skip
assert len(_TOLD) <= 64, "scan_shapes notes the keys it has seen in one word"
_KEPT = np.array([word_of(name)[:3] for name in _TOLD], np.uint64)
_ID, _REFERENCE, _VALUE, _DISPLAY = word_of("id"), word_of("reference"), word_of("value"), word_of("display")
_START, _END, _UPDATED, _CREATED = (
    word_of("start"), word_of("end"), word_of("lastUpdated"), word_of("created")
)  # fmt: skip
_PLANNED_START, _PLANNED_END = word_of("plannedStartDate"), word_of("plannedEndDate")
_HISTORY = word_of("_history")
_PLAIN, _OF_NAME, _OF_REFERENCE, _OF_START, _OF_END, _OF_SHOWN = range(6)
"""What a string is by its key."""
_QUOTE, _COLON, _SLASH, _COMMA = 34, 58, 47, 44
_LONGEST_NAME = 64
_DAY_MS = 86_400_000


@numba.njit(cache=True, nogil=True)
def _kept_number(data, text, length):
    """The number of the key in :data:`_TOLD`; -1 for one that is not kept."""
    head = word_at(data, text)
    if length < 8:
        head &= (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
    for k in range(_KEPT.shape[0]):
        if _KEPT[k, 0] == head and np.int64(_KEPT[k, 2]) == length:
            if length <= 8 or word_at(data, text + length - 8) == _KEPT[k, 1]:
                return k
    return -1


@numba.njit(cache=True, nogil=True)
def _sort_of(data, tape, key):
    """What the strings under the key at place ``key`` are."""
    if says(data, tape, key, _REFERENCE):
        return _OF_REFERENCE
    if says(data, tape, key, _VALUE):
        return _OF_NAME
    if says(data, tape, key, _DISPLAY):
        return _OF_SHOWN
    if says(data, tape, key, _START) or says(data, tape, key, _UPDATED) or says(data, tape, key, _CREATED):
        return _OF_START
    if says(data, tape, key, _END) or says(data, tape, key, _PLANNED_END):
        return _OF_END
    return _OF_START if says(data, tape, key, _PLANNED_START) else _PLAIN


@numba.njit(cache=True, nogil=True)
def _is_name(data, begin, end):
    """Whether it is a word of 2 to 64 letters, digits and ``-._:``, not all the same."""
    if not 2 <= end - begin <= _LONGEST_NAME:
        return False
    differs = False
    for k in range(begin, end):
        byte = byte_at(data, k)
        letter = 97 <= byte | 32 <= 122
        if not (letter or 48 <= byte <= 58 or byte == 45 or byte == 46 or byte == 95):
            return False
        differs = differs or byte != byte_at(data, begin)
    return differs


@numba.njit(cache=True, nogil=True)
def _name_begin(data, begin, end):
    """Where the name in the reference between the two begins; -1 where it has no type or a version."""
    head, _, length, mask = _HISTORY
    name = -1
    for k in range(begin, end):
        if byte_at(data, k) == _SLASH:
            name = k + 1
            if end - name >= length and word_at(data, name) & mask == head:
                return -1
    return name


@numba.njit(cache=True, nogil=True)
def _same(data, one, other, length):
    for k in range(length):
        if byte_at(data, one + k) != byte_at(data, other + k):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _number_of_name(data, names, first, used, begin, length):
    """The number of the line's name with these bytes; ``used - first`` for a new one."""
    for k in range(first, used):
        if names[k, 1] == length and _same(data, names[k, 0], begin, length):
            return k - first
    return used - first


@numba.njit(cache=True, nogil=True)
def _number_of_time(times, first, used, at_ms):
    for k in range(first, used):
        if times[k] == at_ms:
            return k - first
    return used - first


@numba.njit(cache=True, nogil=True)
def _time_at(data, begin, end, closing):
    at_ms = read_instant(data, begin, end)
    if at_ms != MISSING_MS:
        return at_ms
    at_ms = read_day(data, begin, end)
    return at_ms + _DAY_MS - 1 if closing and at_ms != MISSING_MS else at_ms


@numba.njit(cache=True, nogil=True)
def _copy(data, begin, end, form, at):
    """Copy what stands between the two to ``at``, eight bytes at a time and thus a little over; behind it."""
    for k in range(0, end - begin, 8):
        put_bytes(form, at + k, word_at(data, begin + k))
    return at + end - begin


@numba.njit(cache=True, nogil=True)
def _mark(form, at, sort, number):
    put_bytes(form, at, np.uint64(sort | (FIRST + number) << 8))
    return at + 2


@numba.njit(cache=True, nogil=True)
def _value_end(data, tape, at, behind):
    if behind == at:
        return scalar_end(data, skip_space(data, place_at(tape, at - 1) + 1))
    return place_at(tape, behind - 1) + 1


@numba.njit(cache=True, nogil=True)
def _put_member(data, tape, key, behind, form, at, names, times, marks, state):
    """Copy the member whose key stands at place ``key``, up to place ``behind``, with its marks; behind it.

    ``state`` (4,): first and next row of ``names``, first and next of ``times``; ``marks`` (MOST_MARKS,) where the marks
    of times stand, their number in the last. -1 where the member has no form.
    """
    copied, value = place_at(tape, key), key + 3
    sort = _OF_NAME if says(data, tape, key, _ID) else _sort_of(data, tape, key)
    k = value
    while k < behind:
        place = place_at(tape, k)
        if byte_at(data, place) != _QUOTE:
            k += 1
            continue
        if k + 2 < behind and byte_at(data, place_at(tape, k + 2)) == _COLON:
            sort = _sort_of(data, tape, k)
            k += 3
            continue
        begin, end = place + 1, place_at(tape, k + 1)
        k += 2
        if sort == _PLAIN or end == begin:
            continue
        if sort == _OF_SHOWN:
            if end - begin >= 2:
                at = _mark(form, _copy(data, copied, begin, form, at), SHOWN, 0)
                copied = end
            continue
        if sort == _OF_START or sort == _OF_END:
            at_ms = _time_at(data, begin, end, sort == _OF_END)
            number = _number_of_time(times, state[2], state[3], at_ms)
            if at_ms == MISSING_MS or number == MOST_TIMES or marks[marks.size - 1] == marks.size - 1:
                return -1
            times[state[2] + number] = at_ms
            state[3] = max(state[3], state[2] + number + 1)
            at = _copy(data, copied, begin, form, at)
            marks[marks[marks.size - 1]] = at
            marks[marks.size - 1] += 1
            at = _mark(form, at, TIME, number)
        else:
            if sort == _OF_REFERENCE:
                begin = _name_begin(data, begin, end)
            if begin < 0 or not _is_name(data, begin, end):
                return -1
            number = _number_of_name(data, names, state[0], state[1], begin, end - begin)
            if number == MOST_NAMES:
                return -1
            names[state[0] + number, 0], names[state[0] + number, 1] = begin, end - begin
            state[1] = max(state[1], state[0] + number + 1)
            at = _mark(form, _copy(data, copied, begin, form, at), NAME, number)
        copied = end
    at = _copy(data, copied, _value_end(data, tape, value, behind), form, at)
    put_bytes(form, at, np.uint64(_COMMA))
    return at + 1


@numba.njit(cache=True, nogil=True)
def _order_times(form, times, first, used, marks):
    """Sort the line's times, and let the marks count in that order."""
    count = marks[marks.size - 1]
    for m in range(count):
        word = word_at(form, marks[m])
        number = np.int64(word >> np.uint64(8) & np.uint64(0xFF)) - FIRST
        rank = 0
        for k in range(first, used):
            rank += times[k] < times[first + number]
        kept = word & ~np.uint64(0xFF00)
        put_bytes(form, marks[m], kept | np.uint64(FIRST + rank) << np.uint64(8))
    times[first:used].sort()


MOST_MARKS = 64
"""Times of a line with a form, equal ones counted again, and one more."""


@numba.njit(cache=True, nogil=True)
def scan_shapes(block, begins, ends, tape, forms, spans, shaped, names, times, counts):
    """Tell the forms of lines (n,) of ``block`` (uint8, 64 line feeds behind them).

    Fills one row behind the other for the lines that have one: ``shaped`` their number, ``spans`` (n, 2)
    where the form stands in ``forms`` (uint8), ``counts`` (n, 2) how many names and times they have; and
    those: ``names`` (k, 2) spans in the block, ``times`` (k,) ms UTC. ``tape`` (TAPE,) int32 is room to work
    in, which the caller holds (see :func:`rempart.sources.fhir_scan.scan_lines`). Returns the lines scanned
    (it stops where there may not be room for another), and the rows.
    """
    state, marks = np.zeros(4, np.int64), np.zeros(MOST_MARKS, np.int64)
    data, own_tape, target = block.ctypes.data, tape.ctypes.data, forms.ctypes.data
    rows = at = 0
    for i in range(begins.size):
        begin, end = begins[i], ends[i]
        if end - begin > LONGEST_LINE:
            continue
        if state[1] + MOST_NAMES > names.shape[0] or state[3] + MOST_TIMES > times.size:
            return i, rows
        count, escapes = index_line(data, begin, end, own_tape)
        if count < 0 or not link_line(data, begin, end, own_tape, count, escapes):
            continue
        state[0], state[2], marks[MOST_MARKS - 1] = state[1], state[3], 0
        here, seen = at, np.uint64(0)
        stop, key = place_at(own_tape, LINKS), 1
        while key < stop and here >= 0:
            text = place_at(own_tape, key) + 1
            behind = after_value(data, own_tape, key + 3)
            number = _kept_number(data, text, place_at(own_tape, key + 1) - text)
            if number >= 0:
                bit = np.uint64(1) << np.uint64(number)
                if seen & bit:
                    here = -1
                    break
                seen |= bit
                here = _put_member(data, own_tape, key, behind, target, here, names, times, marks, state)
            key = behind + 1
        if here < 0:
            state[1], state[3] = state[0], state[2]
            continue
        _order_times(target, times, state[2], state[3], marks)
        shaped[rows], spans[rows, 0], spans[rows, 1] = i, at, here - at
        counts[rows, 0], counts[rows, 1] = state[1] - state[0], state[3] - state[2]
        at = here
        rows += 1
    return begins.size, rows
