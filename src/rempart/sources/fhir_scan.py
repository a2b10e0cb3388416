"""Where the parts of many AuditEvents stand in a block of lines, found without decoding them: compiled.

Reads: the bytes of a block and where its lines stand. Gives: for every line whether it is plain, and
of a plain one the spans of its top-level members and of each entity, its time, and the span of the
one name in an entity that differs from record to record (the hole). The whole line is held against
the JSON grammar on the way. Whatever is out of the ordinary (another resource, an escape in a key,
a member twice, deep nesting, an exponent, a time without its day) makes a line not plain, and
:func:`rempart.sources.fhir.read_message` reads it: both ways agree by construction.

Follows RFC 8259 (JSON), HL7 FHIR AuditEvent R4, R4B and R5.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.records import MISSING_MS
from rempart.sources.byte_words import word_at
from rempart.sources.fhir_parts import EventParts
from rempart.sources.instants import read_instant
from rempart.sources.json_bytes import (
    ESCAPED,
    NOT_ASCII,
    skip_space,
    string_end,
    value_end,
    value_of_key,
)

MEMBERS = EventParts.__struct_fields__
RESOURCE_TYPE, ID, RECORDED = (MEMBERS.index(name) for name in ("resourceType", "id", "recorded"))
ENTITY, PATIENT = MEMBERS.index("entity"), MEMBERS.index("patient")

LONGEST_LINE = 65_536
"""Longer lines are left to the tolerant reader, which counts their values and their depth."""

LONGEST_ID = 64
MOST_ENTITIES = 256


def _words(name: str) -> tuple[int, int]:
    raw = name.encode()
    return int.from_bytes(raw[:8].ljust(8, b"\0"), "little"), int.from_bytes(raw[-8:], "little")


_LENGTHS = np.array([len(name) for name in MEMBERS], np.int64)
_HEADS = np.array([_words(name)[0] for name in MEMBERS], np.uint64)
_TAILS = np.array([_words(name)[1] if len(name) > 8 else 0 for name in MEMBERS], np.uint64)
_AUDIT_EVENT = np.frombuffer(b'"AuditEvent"', np.uint8)
_REFERENCE = np.frombuffer(b'"reference":', np.uint8)
_VALUE = np.frombuffer(b'"value":', np.uint8)


@numba.njit(cache=True, nogil=True)
def _member(data, at, length):
    """The number of the member whose name stands at ``at``, or -1."""
    head = word_at(data, at)
    if length < 8:
        head &= (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
    for number in range(_LENGTHS.size):
        if _LENGTHS[number] == length and _HEADS[number] == head:
            if length <= 8 or word_at(data, at + length - 8) == _TAILS[number]:
                return number
    return -1


@numba.njit(cache=True, nogil=True)
def _starts(data, at, words):
    for k in range(words.size):
        if data[at + k] != words[k]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _name_end(data, at):
    """Behind the letters, digits, ``-`` and ``.`` at ``at``, if a quote ends them; else 0."""
    end = at
    while end - at <= LONGEST_ID:
        byte = data[end]
        if not (48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte == 45 or byte == 46):
            return end if byte == 34 and end > at else 0
        end += 1
    return 0


@numba.njit(cache=True, nogil=True)
def _last_segment(data, at):
    """Where the text at ``at`` goes on behind its last slash; ``at`` itself without one."""
    begin = at
    while data[at] != 34 and data[at] >= 32:
        if data[at] == 47:
            begin = at + 1
        at += 1
    return begin


@numba.njit(cache=True, nogil=True)
def _find_hole(data, begin, end, hole):
    """The name that ends the first reference, else that is the first value, between the two; its span
    goes to ``hole``, of length 0 where there is none."""
    hole[0], hole[1] = end, 0
    for words in (_REFERENCE, _VALUE):
        at = begin
        while at < end - words.size:
            if data[at] == 34 and data[at + 1] == words[1] and _starts(data, at, words):
                name = skip_space(data, at + words.size)
                if data[name] == 34:
                    name = _last_segment(data, name + 1)
                    stops = _name_end(data, name)
                    if stops:
                        hole[0], hole[1] = name, stops - name
                        return
            at += 1


@numba.njit(cache=True, nogil=True)
def _entities(data, at, entities, used):
    """Spans of the elements of the list at ``at`` into ``entities`` from row ``used``; (behind it, how
    many), (-1, 0) where it is left to the tolerant reader."""
    count = 0
    at = skip_space(data, at + 1)
    if data[at] == 93:
        return at + 1, 0
    while True:
        end = value_end(data, at)
        if end < 0 or count == MOST_ENTITIES:
            return -1, 0
        entities[used + count, 0], entities[used + count, 1] = at, end - at
        count += 1
        at = skip_space(data, end)
        if data[at] == 93:
            return at + 1, count
        if data[at] != 44:
            return -1, 0
        at = skip_space(data, at + 1)


@numba.njit(cache=True, nogil=True)
def _scan_event(data, at, members, entities, used):
    """One object: its members' spans, its entities' spans; (behind it, entities), (-1, 0) if not plain."""
    count = 0
    at = skip_space(data, at + 1)
    while True:
        if data[at] != 34:
            return -1, 0
        end = string_end(data, at + 1)
        if end < 0 or end & (ESCAPED | NOT_ASCII):
            return -1, 0
        member = _member(data, at + 1, (end >> 2) - at - 1)
        at = value_of_key(data, end >> 2)
        if at < 0 or (member >= 0 and members[member, 1]):
            return -1, 0
        if member == ENTITY and data[at] == 91:
            end, count = _entities(data, at, entities, used)
        else:
            end = value_end(data, at)
        if end < 0:
            return -1, 0
        if member >= 0:
            members[member, 0], members[member, 1] = at, end - at
        at = skip_space(data, end)
        if data[at] == 125:
            return at + 1, count
        if data[at] != 44:
            return -1, 0
        at = skip_space(data, at + 1)


@numba.njit(cache=True, nogil=True)
def _is_plain(data, members):
    """Whether it is an AuditEvent with a short printable id."""
    at, length = members[RESOURCE_TYPE]
    if length != _AUDIT_EVENT.size or not _starts(data, at, _AUDIT_EVENT):
        return False
    at, length = members[ID]
    if length == 0:
        return True
    if data[at] != 34 or length > LONGEST_ID + 2:
        return False
    for k in range(at + 1, at + length - 1):
        if data[k] < 32 or data[k] > 126 or data[k] == 92:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def scan_lines(data, begins, ends, members, times, entities, holes, counts):
    """Scan the lines of ``data`` (uint8, 64 line feeds behind them) from ``begins`` (n,) to ``ends``.

    Fills, for the plain ones: ``members`` (n, 16, 2) start and length (0: absent), ``times`` (n,) ms
    UTC, ``entities`` and ``holes`` (m, 2) one behind the other with R5's ``patient`` last, ``counts`` (n,)
    entities of a line; -1 for a line that is not plain. Stops where ``entities`` is full. Returns the
    lines scanned and the entities found.
    """
    used = 0
    for i in range(begins.size):
        if used + MOST_ENTITIES + 1 > entities.shape[0]:
            return i, used
        counts[i] = -1
        members[i, :, 1] = 0
        at = skip_space(data, begins[i])
        if data[at] != 123 or ends[i] - begins[i] > LONGEST_LINE:
            continue
        at, count = _scan_event(data, at, members[i], entities, used)
        if at < 0 or skip_space(data, at) < ends[i] or not _is_plain(data, members[i]):
            continue
        at, length = members[i, RECORDED]
        times[i] = (
            read_instant(data, at + 1, at + length - 1) if length > 2 and data[at] == 34 else MISSING_MS
        )
        if times[i] == MISSING_MS:
            continue
        if members[i, PATIENT, 1]:
            entities[used + count] = members[i, PATIENT]
            count += 1
        for k in range(used, used + count):
            _find_hole(data, entities[k, 0], entities[k, 0] + entities[k, 1], holes[k])
        counts[i] = count
        used += count
    return begins.size, used
