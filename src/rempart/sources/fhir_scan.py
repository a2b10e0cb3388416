"""Where the parts of many AuditEvents stand in a block of lines, found without decoding them: compiled.

Reads: the bytes of a block and where its lines stand. Gives: for every line whether it is plain, and
of a plain one the spans of its codes, of its id, of what its agents and entities say, and its time.
The whole line is held against the JSON grammar on the way. Whatever is out of the ordinary (another
resource, a deciding key twice, an escape in a key, deep nesting, an exponent, a time without its day) makes a line not
plain, and :func:`rempart.sources.fhir.read_message` reads it.

Follows RFC 8259 (JSON), HL7 FHIR AuditEvent R4, R4B and R5.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.records import MISSING_MS
from rempart.sources import fhir_what as what
from rempart.sources import fhir_who as who
from rempart.sources.byte_words import (
    WIDTH,
    byte_at,
    count_bits,
    equal_mask,
    first_bit,
    number_at,
    place_at,
    put_number,
    put_place,
)
from rempart.sources.fhir_parts import DECIDING
from rempart.sources.fhir_what import MOST_PATIENTS, is_simple, put_text, read_what
from rempart.sources.fhir_who import choose_who, session_of
from rempart.sources.instants import read_instant
from rempart.sources.json_bytes import scalar_end, skip_space
from rempart.sources.json_tape import (
    LONGEST_LINE,
    after_value,
    find_members,
    index_line,
    keys_of,
    link_line,
    says,
    word_of,
)

CODED = DECIDING[:6]
"""Members whose spans are given as they stand."""
_EVENT = keys_of(*CODED, *DECIDING[len(CODED) :])
_FIELDS = len(CODED) + 7
_ID, _RESOURCE_TYPE, _RECORDED, _AGENT, _ENTITY, _PATIENT, _EXTENSION = range(len(CODED), _FIELDS)
_AUDIT_EVENT = word_of("AuditEvent")
_CODED = len(CODED)
_AT_EVENT, _SPAN = what.ROOM, what.ROOM + _FIELDS
_ROOM = _SPAN + 2

ACCOUNT, ROLE, ADDRESS, SOFTWARE, RESOURCE, QUERY, REQUEST, SESSION, ID, TEXTS = range(10)
"""Texts of a line, and how many there are."""
UNKNOWN, SEARCHED, PATIENTS, NUMBERS = range(4)
"""Numbers of a line: place in :data:`fhir_who.UNKNOWN`, is a search, patients; and how many they are."""

LONGEST_ID = 64


@numba.njit(cache=True, nogil=True)
def count_lines(data, size):
    """At least as many as there are line feeds in the first ``size`` bytes, at most 63 more."""
    count = 0
    for at in range(0, size, WIDTH):
        count += count_bits(equal_mask(data, at, 10))
    return count


@numba.njit(cache=True, nogil=True)
def find_lines(data, size, begins, ends):
    """Fill where the lines of the first ``size`` bytes begin and end, the last one with or without its line
    feed; how many. Lines without a byte are left out."""
    count, begun, at = 0, 0, 0
    while at <= size:
        mask = equal_mask(data, at, 10)
        while mask:
            place = min(at + first_bit(mask), size)
            mask &= mask - np.uint64(1)
            if place > begun:
                begins[count], ends[count] = begun, place
                count += 1
            begun = place + 1
        at += WIDTH
    return count


@numba.njit(cache=True, nogil=True)
def _put_span(data, tape, at, spans, row):
    """Write the span of the value at place ``at``, of length 0 for none, into row ``row`` of ``spans``."""
    begin = end = 0
    if at >= 0:
        begin, behind = place_at(tape, at), after_value(data, tape, at)
        if behind == at:
            begin = skip_space(data, place_at(tape, at - 1) + 1)
            end = scalar_end(data, begin)
        else:
            end = place_at(tape, behind - 1) + 1
    put_place(spans, 2 * row, begin)
    put_place(spans, 2 * row + 1, end - begin)


@numba.njit(cache=True, nogil=True)
def _move_span(room, span, texts, row):
    put_place(texts, 2 * row, number_at(room, span))
    put_place(texts, 2 * row + 1, number_at(room, span + 1))


@numba.njit(cache=True, nogil=True)
def _read_id(data, tape, at, room):
    """Put the span of a short printable id, or of none, into the room; whether it is either."""
    put_number(room, _SPAN + 1, 0)
    if at < 0:
        return True
    if byte_at(data, place_at(tape, at)) != 34:
        return False
    put_text(tape, at, room, _SPAN)
    length = number_at(room, _SPAN + 1)
    return length <= LONGEST_ID and is_simple(data, number_at(room, _SPAN), length)


@numba.njit(cache=True, nogil=True)
def _time_of(data, tape, at):
    if at < 0 or byte_at(data, place_at(tape, at)) != 34:
        return MISSING_MS
    return read_instant(data, place_at(tape, at) + 1, place_at(tape, at + 1))


@numba.njit(cache=True, nogil=True)
def _choose_session(data, tape, logged, room):
    """Leave the session of the entities, the event, the agent, or its token; whether it is simple."""
    span = what.SESSION
    for place in (logged, number_at(room, who.SESSION), number_at(room, who.TOKEN)):
        if number_at(room, span + 1) == 0:
            put_text(tape, place, room, span)
    return is_simple(data, number_at(room, span), number_at(room, span + 1))


@numba.njit(cache=True, nogil=True)
def _read_line(data, tape, escapes, room, texts, numbers, patients, used, row):
    """What the agents and entities of the line whose members are in the room say; as :func:`scan_lines`."""
    unknown = choose_who(data, tape, number_at(room, _AT_EVENT + _AGENT), escapes, room)
    logged = session_of(data, tape, number_at(room, _AT_EVENT + _EXTENSION), escapes, room)
    if unknown < 0 or logged < -1:
        return -1
    entities, patient = number_at(room, _AT_EVENT + _ENTITY), number_at(room, _AT_EVENT + _PATIENT)
    used = read_what(data, tape, entities, patient, escapes, room, patients, used)
    if used < 0 or not _choose_session(data, tape, logged, room):
        return -1
    first = row * TEXTS
    _move_span(room, _SPAN, texts, first + ID)
    _move_span(room, what.RESOURCE, texts, first + RESOURCE)
    _move_span(room, what.QUERY, texts, first + QUERY)
    _move_span(room, what.REQUEST, texts, first + REQUEST)
    _move_span(room, what.SESSION, texts, first + SESSION)
    for k in range(ACCOUNT, SOFTWARE + 1):
        put_text(tape, number_at(room, k), room, _SPAN)
        _move_span(room, _SPAN, texts, first + k)
    put_place(numbers, row * NUMBERS + UNKNOWN, unknown)
    put_place(numbers, row * NUMBERS + SEARCHED, number_at(room, what.SEARCHED))
    put_place(numbers, row * NUMBERS + PATIENTS, number_at(room, what.PATIENTS))
    return used


@numba.njit(cache=True, nogil=True)
def _scan(data, begin, end, tape, room):
    """Put the members of the AuditEvent in the line into the room; whether there is one, and escapes."""
    count, escapes = index_line(data, begin, end, tape)
    if count < 0 or not link_line(data, begin, end, tape, count, escapes):
        return False, escapes
    if find_members(data, tape, 0, _EVENT, room, _AT_EVENT):
        return False, escapes
    return says(data, tape, number_at(room, _AT_EVENT + _RESOURCE_TYPE), _AUDIT_EVENT), escapes


@numba.njit(cache=True, nogil=True)
def scan_lines(block, begins, ends, tape, plain, times, coded, texts, numbers, patients):
    """Scan the lines of ``block`` (uint8, 64 line feeds behind them) from ``begins`` (n,) to ``ends``.

    Fills, one row behind the other for the plain ones: ``plain`` their line's number, ``times`` ms UTC,
    ``coded`` (n, 6, 2) and ``texts`` (n, TEXTS, 2) start and length (0: absent), ``numbers`` (n, NUMBERS),
    ``patients`` (p, 2) of all of them; these four int32. Stops where ``patients`` may be full. Returns the
    lines scanned, the plain ones and their patients. ``tape`` (TAPE,) int32 is room to work in, which the caller holds:
    numba lets an array go behind its last use, even where its address is used further on (``room`` is used to the last).
    """
    room = np.empty(_ROOM, np.int64)
    data, own_tape, own_room = block.ctypes.data, tape.ctypes.data, room.ctypes.data
    rows = used = 0
    for i in range(begins.size):
        if used + MOST_PATIENTS > patients.shape[0]:
            return i, rows, used
        if ends[i] - begins[i] > LONGEST_LINE:
            continue
        found, escapes = _scan(data, begins[i], ends[i], own_tape, own_room)
        if not found:
            continue
        times[rows] = _time_of(data, own_tape, room[_AT_EVENT + _RECORDED])
        if times[rows] == MISSING_MS or not _read_id(data, own_tape, room[_AT_EVENT + _ID], own_room):
            continue
        now = _read_line(
            data, own_tape, escapes, own_room, texts.ctypes.data, numbers.ctypes.data,
            patients.ctypes.data, used, rows,
        )  # fmt: skip
        if now < 0:
            continue
        for k in range(_CODED):
            _put_span(data, own_tape, room[_AT_EVENT + k], coded.ctypes.data, rows * _CODED + k)
        plain[rows] = i
        used = now
        rows += 1
    return begins.size, rows, used
