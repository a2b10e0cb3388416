"""One AuditEvent walked once, its needed strings found, nothing copied: the compiled scanner.

Reads: the bytes of a line and the key table. Gives: the spans of the strings the table names, and a
call at the end of each agent and entity so that :mod:`rempart.sources.fhir_rows` picks what counts.
The whole line is checked as JSON on the way. Anything out of the ordinary (another resource, an
escape in a needed string or key, a repeated known key, a known key of another type, deep nesting,
an exponent) returns -1: the tolerant reader then decides, so both paths agree by construction.

Follows RFC 8259; the table is in fhir_paths.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.fhir_bytes import (
    ESCAPED,
    skip_space,
    string_end,
    value_end,
    value_of_key,
    word_at,
)
from rempart.sources.fhir_paths import (
    AGENT,
    ENTITY,
    EVENT,
    EVENT_CODE,
    EXTENSION,
    FIRST_AGENT_SPAN,
    FIRST_ENTITY_SPAN,
    FIRST_STRING,
    FLAG,
    LIST,
    LIST_OF_ONE,
    OBJECT,
    OBJECT_OR_LIST,
    OUTCOME_CODE,
    OUTCOME_OBJECT,
    SHIFT,
    SPANS,
    STRING,
    STRING_OR_OBJECT,
    TOKENS,
)
from rempart.sources.fhir_rows import REFUSED_LINE, end_agent, end_entity, note_event_code, note_token

_IN_LIST, _IN_LIST_OF_ONE = 32, 64


@numba.njit(cache=True, nogil=True)
def _find_key(data, at, length, kind, keys):
    """The bucket of the key whose text begins at ``at``, or -1."""
    if length < 2 or length > 16:
        return -1
    head = word_at(data, at)
    if length < 8:
        head &= (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
    bucket = np.int64(((head + np.uint64(length)) * keys.multiplier) >> np.uint64(SHIFT))
    if keys.length[kind, bucket] != length or keys.head[kind, bucket] != head:
        return -1
    if length > 8 and keys.tail[kind, bucket] != word_at(data, at + length - 8):
        return -1
    return bucket


@numba.njit(cache=True, nogil=True)
def _read_string(data, at, goes, first_only, spans):
    """Keep the span of the string at ``at``; position behind it, or -1."""
    if data[at] != 34:
        return -1
    end = string_end(data, at + 1)
    if end < 0 or end & ESCAPED:
        return -1
    if not (first_only and spans[goes, 1]):
        spans[goes, 0] = at + 1
        spans[goes, 1] = (end >> 2) - at - 1
        spans[goes, 2] = end & 3
    return (end >> 2) + 1


@numba.njit(cache=True, nogil=True)
def _read_tokens(data, at, goes, spans):
    """Keep the first token of the list of policies at ``at``; position behind it, or -1."""
    if data[at] != 91:
        return -1
    at = skip_space(data, at + 1)
    if data[at] == 93:
        return at + 1
    while True:
        if data[at] != 34:
            return -1
        end = string_end(data, at + 1)
        if end < 0 or end & ESCAPED:
            return -1
        note_token(data, at + 1, (end >> 2) - at - 1, end & 3, goes, spans)
        at = skip_space(data, (end >> 2) + 1)
        if data[at] == 93:
            return at + 1
        if data[at] != 44:
            return -1
        at = skip_space(data, at + 1)


@numba.njit(cache=True, nogil=True)
def _pass_extension(data, at):
    """Position behind the extension at ``at``; -1 if it may speak of a session."""
    end = value_end(data, at)
    for k in range(at, end - 2):
        if data[k] | 32 == 115 and data[k + 1] | 32 == 115 and data[k + 2] | 32 == 105:
            return -1
        if data[k] == 92:
            return -1
    return end


@numba.njit(cache=True, nogil=True)
def _read_scalar(data, at, holds, goes, spans, line):
    """Read a value that holds no known keys; position behind it, or -1."""
    if holds == STRING or holds == FIRST_STRING:
        return _read_string(data, at, goes, holds == FIRST_STRING, spans)
    if holds == EVENT_CODE:
        if data[at] != 34:
            return -1
        end = string_end(data, at + 1)
        if end < 0 or end & ESCAPED:
            return -1
        note_event_code(data, at + 1, (end >> 2) - at - 1, line)
        return (end >> 2) + 1
    if holds == FLAG:
        end = value_end(data, at)
        if data[at] == 116:
            spans[goes, 1] = 1
        elif data[at] != 102:
            return -1
        return end
    if holds == TOKENS:
        return _read_tokens(data, at, goes, spans)
    if holds == EXTENSION:
        return _pass_extension(data, at)
    return -1


@numba.njit(cache=True, nogil=True)
def _begin(kind, spans):
    if kind == AGENT:
        spans[FIRST_AGENT_SPAN:FIRST_ENTITY_SPAN, 1] = 0
    elif kind == ENTITY:
        spans[FIRST_ENTITY_SPAN:SPANS, 1] = 0


@numba.njit(cache=True, nogil=True)
def _child_of(holds, goes, kind, byte):
    """The kind of object or list (plus a list flag) that a value opens; -1 if it must not."""
    if byte == 123:
        if holds == OBJECT or holds == OBJECT_OR_LIST:
            return goes
        if holds == STRING_OR_OBJECT:
            return OUTCOME_OBJECT if kind == EVENT else OUTCOME_CODE
    if byte == 91:
        if holds == LIST or holds == OBJECT_OR_LIST:
            return goes + _IN_LIST
        if holds == LIST_OF_ONE:
            return goes + _IN_LIST_OF_ONE
    return -1


@numba.njit(cache=True, nogil=True)
def scan_event(data, at, keys, frames, spans, line, rows):
    """Scan the object at ``at``; the position behind it, or -1 for the tolerant reader.

    ``frames`` (64, 2) int64 is scratch: kind (plus list flag) and keys seen. ``spans`` (SPANS, 3)
    int64: start, length, bits of every string found; ``line`` and ``rows`` as in fhir_rows.
    """
    depth, kind = 0, EVENT
    frames[0, 0], frames[0, 1] = EVENT, 0
    at = skip_space(data, at + 1)
    closing = data[at] == 125
    while True:
        if not closing:
            if data[at] != 34:
                return -1
            end = string_end(data, at + 1)
            if end < 0 or end & ESCAPED:
                return -1
            kind = frames[depth, 0]
            bucket = _find_key(data, at + 1, (end >> 2) - at - 1, kind, keys)
            at = value_of_key(data, end >> 2)
            if at < 0:
                return -1
            if bucket < 0:
                at = value_end(data, at)
            else:
                if frames[depth, 1] & keys.bit[kind, bucket]:
                    return -1
                frames[depth, 1] |= keys.bit[kind, bucket]
                holds, goes = keys.holds[kind, bucket], keys.goes[kind, bucket]
                byte = data[at]
                child = _child_of(holds, goes, kind, byte)
                if child < 0:
                    if holds == STRING_OR_OBJECT:
                        holds = STRING
                    at = _read_scalar(data, at, holds, goes, spans, line)
                else:
                    depth += 1
                    frames[depth, 0], frames[depth, 1] = child, 0
                    at = skip_space(data, at + 1)
                    if byte == 91 and data[at] == 123:
                        depth += 1
                        kind = child & 31
                        frames[depth, 0], frames[depth, 1] = kind, 0
                        _begin(kind, spans)
                        at = skip_space(data, at + 1)
                    elif byte == 91 and data[at] != 93:
                        return -1
                    if data[at] == 34 and frames[depth, 0] < _IN_LIST:
                        continue
                    if data[at] != (125 if frames[depth, 0] < _IN_LIST else 93):
                        return -1
            if at < 0:
                return -1
        closing = False
        while True:
            at = skip_space(data, at)
            byte = data[at]
            kind = frames[depth, 0]
            if kind < _IN_LIST:
                if byte == 44:
                    at = skip_space(data, at + 1)
                    break
                if byte != 125:
                    return -1
                if kind == AGENT:
                    end_agent(data, spans, line)
                elif kind == ENTITY:
                    end_entity(data, spans, line, rows)
                    if line[REFUSED_LINE, 0]:
                        return -1
                if depth == 0:
                    return at + 1
            elif byte == 44:
                if kind >= _IN_LIST_OF_ONE:
                    return -1
                at = skip_space(data, at + 1)
                if data[at] != 123:
                    return -1
                depth += 1
                frames[depth, 0], frames[depth, 1] = kind & 31, 0
                _begin(kind & 31, spans)
                at = skip_space(data, at + 1)
                if data[at] == 125:
                    continue
                break
            elif byte != 93:
                return -1
            depth -= 1
            at += 1

