"""What counts of the spans found in a line: the compiled twin of fhir_agents and fhir_entities.

Reads: spans of strings (start, length, bits) as the scanner meets them. Gives: at each agent's and
entity's end, the spans picked for the row; patients go to a ragged list. Spans are never decoded
here. A value that would end up in a plain column must be printable ASCII of at most 256 bytes;
otherwise the line is left to the tolerant reader. Misses: nothing the twin sees; what this one
cannot do it refuses.

Follows the rules written down in fhir_agents and fhir_entities, in the same order.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from rempart.sources.fhir_bytes import NOT_ASCII, word_at
from rempart.sources.fhir_paths import (
    ADDRESS,
    AGENT_NAME,
    ALT_ID,
    ENTITY_NAME,
    ENTITY_ROLE,
    ENTITY_ROLE_CODING,
    ENTITY_TYPE,
    ENTITY_TYPE_CODING,
    NETWORK_STRING,
    NETWORK_TYPE,
    NETWORK_URI,
    PATIENT_DISPLAY,
    PATIENT_IDENTIFIER,
    PATIENT_REFERENCE,
    QUERY,
    REQUESTOR,
    ROLE_CODE,
    ROLE_CODING,
    ROLE_TEXT,
    TOKEN,
    WHAT_DISPLAY,
    WHAT_IDENTIFIER,
    WHAT_REFERENCE,
    WHAT_TYPE,
    WHO_DISPLAY,
    WHO_IDENTIFIER,
    WHO_REFERENCE,
)

(
    P_ACCOUNT, P_ADDRESS, P_SOFTWARE, P_SESSION, P_ROLE, P_RESOURCE, P_QUERY,
    P_REQUEST, P_OTHER_ADDRESS, P_OWN_NAME, P_CLIENT_NAME, P_CLIENT_DISPLAY,
    REFUSED_LINE, AGENTS, REQUESTORS, NAMED, IS_QUERY, LOGIN, FIRST_PATIENT, LAST_PATIENT,
) = range(20)  # fmt: skip
"""Rows of ``line`` (LINE, 3) int64. ``P_…`` hold a picked span; the others a number in column 0."""

LINE = 20
INTERNED = 7
"""The first seven picks become dictionary columns."""

MAX_PATIENTS = 64
MAX_PLAIN = 256


class Rows(NamedTuple):
    """Where the scanner writes. ``n`` lines at most, ``m`` patients at most.

    ``begin``, ``length`` (n,) the line without its end; ``fast`` (n,) bool; ``numbers`` (n, 6)
    int64: recorded_ms, kind, action's byte, outcome, is_query, why unknown; ``picked`` (n, 2, 2)
    spans of event and request; ``codes`` (n, 7) int32 into the interned spans; ``patients`` (m, 2)
    spans, and ``patient_at`` (n, 2) first and count.
    """

    begin: np.ndarray[Any, Any]
    length: np.ndarray[Any, Any]
    fast: np.ndarray[Any, Any]
    numbers: np.ndarray[Any, Any]
    picked: np.ndarray[Any, Any]
    codes: np.ndarray[Any, Any]
    patients: np.ndarray[Any, Any]
    patient_at: np.ndarray[Any, Any]


def new_rows(lines: int, patients: int) -> Rows:
    """Room for ``lines`` lines and ``patients`` patients."""
    return Rows(
        np.empty(lines, np.int64),
        np.empty(lines, np.int64),
        np.empty(lines, np.bool_),
        np.empty((lines, 6), np.int64),
        np.empty((lines, 2, 2), np.int64),
        np.empty((lines, INTERNED), np.int32),
        np.empty((patients, 2), np.int64),
        np.empty((lines, 2), np.int64),
    )


@numba.njit(cache=True, nogil=True)
def is_plain(data, span):
    """Whether the span is at most 256 bytes of printable ASCII."""
    if span[1] > MAX_PLAIN or span[2] & NOT_ASCII:
        return False
    for k in range(span[0], span[0] + span[1]):
        if data[k] == 127:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def spells(data, span, word, length):
    """Whether the span is the text of ``length`` <= 8 bytes packed in ``word``."""
    if span[1] != length:
        return False
    mask = np.uint64(0xFFFFFFFFFFFFFFFF) if length == 8 else (np.uint64(1) << np.uint64(8 * length)) - np.uint64(1)
    return word_at(data, span[0]) & mask == np.uint64(word)


@numba.njit(cache=True, nogil=True)
def note_event_code(data, at, length, line):
    """Remember a login code; leave security alerts to the tolerant reader."""
    if length != 6:
        return
    word = word_at(data, at) & np.uint64(0xFFFFFFFFFFFF)
    if word == np.uint64(0x323231303131):
        line[LOGIN, 0] = 1
    elif word == np.uint64(0x333131303131) or word == np.uint64(0x373331303131):
        line[REFUSED_LINE, 0] = 1


@numba.njit(cache=True, nogil=True)
def note_token(data, at, length, bits, goes, spans):
    """Keep the first policy that is a token id."""
    if length == 0 or spans[goes, 1]:
        return
    if length >= 8:
        word = word_at(data, at)
        if word == np.uint64(0x3A64696F3A6E7275):
            return
        if word == np.uint64(0x2F2F3A7370747468):
            return
        if word & np.uint64(0xFFFFFFFFFFFFFF) == np.uint64(0x2F2F3A70747468):
            return
    elif length == 7 and word_at(data, at) & np.uint64(0xFFFFFFFFFFFFFF) == np.uint64(0x2F2F3A70747468):
        return
    spans[goes, 0] = at
    spans[goes, 1] = length
    spans[goes, 2] = bits


@numba.njit(cache=True, nogil=True)
def has_ip_shape(data, span):
    """The compiled twin of ``looks_like_ip``."""
    if span[1] < 3 or span[1] > 45:
        return False
    colons = dots = letters = 0
    for k in range(span[0], span[0] + span[1]):
        byte = data[k]
        if byte == 58:
            colons += 1
        elif byte == 46:
            dots += 1
        elif 65 <= byte <= 70 or 97 <= byte <= 102:
            letters += 1
        elif byte < 48 or byte > 57:
            return False
    return colons >= 2 or (dots == 3 and letters == 0 and colons == 0)


@numba.njit(cache=True, nogil=True)
def _address_of(data, spans):
    """Which span of this agent is an IP address; -1 if none."""
    if spans[ADDRESS, 1]:
        if spans[NETWORK_TYPE, 1] == 0:
            if has_ip_shape(data, spans[ADDRESS]):
                return ADDRESS
        elif spells(data, spans[NETWORK_TYPE], 0x32, 1):
            return ADDRESS
    if has_ip_shape(data, spans[NETWORK_STRING]):
        return NETWORK_STRING
    if has_ip_shape(data, spans[NETWORK_URI]):
        return NETWORK_URI
    return -1


@numba.njit(cache=True, nogil=True)
def _first_of(spans, a, b, c, d):
    if spans[a, 1]:
        return a
    if spans[b, 1]:
        return b
    if spans[c, 1]:
        return c
    return d


@numba.njit(cache=True, nogil=True)
def end_agent(data, spans, line):
    """Take what this agent says into the line."""
    line[AGENTS, 0] += 1
    address = _address_of(data, spans)
    if not spans[REQUESTOR, 1]:
        if address >= 0 and not line[P_OTHER_ADDRESS, 1]:
            line[P_OTHER_ADDRESS] = spans[address]
        if spells(data, spans[NETWORK_TYPE], 0x35, 1) or spans[NETWORK_URI, 1]:
            return
        if not line[P_CLIENT_NAME, 1]:
            line[P_CLIENT_NAME] = spans[AGENT_NAME]
        if address >= 0 and not line[P_CLIENT_DISPLAY, 1]:
            line[P_CLIENT_DISPLAY] = spans[WHO_DISPLAY]
        return
    line[REQUESTORS, 0] += 1
    name = _first_of(spans, WHO_IDENTIFIER, WHO_REFERENCE, WHO_DISPLAY, ALT_ID)
    named = spans[name, 1] > 0
    if line[NAMED, 0] or (line[REQUESTORS, 0] > 1 and not named):
        return
    line[NAMED, 0] = 1 if named else 0
    line[P_ACCOUNT] = spans[name]
    line[P_ADDRESS, 1] = 0
    if address >= 0:
        line[P_ADDRESS] = spans[address]
    line[P_OWN_NAME] = spans[AGENT_NAME]
    line[P_SESSION] = spans[TOKEN]
    line[P_ROLE] = spans[_first_of(spans, ROLE_CODE, ROLE_CODING, ROLE_TEXT, ROLE_TEXT)]


@numba.njit(cache=True, nogil=True)
def _speaks_of_session(data, span):
    for k in range(span[0], span[0] + span[1] - 2):
        if (data[k] | 32) == 115 and (data[k + 1] | 32) == 115 and (data[k + 2] | 32) == 105:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _is_request_id(data, span):
    return (
        span[1] == 10
        and word_at(data, span[0]) == np.uint64(0x7365757165527258)
        and data[span[0] + 8] == 116
        and data[span[0] + 9] == 73
        and False
    )


@numba.njit(cache=True, nogil=True)
def _is_type(data, at, length):
    if length < 1 or length > 40 or data[at] < 65 or data[at] > 90:
        return False
    for k in range(at + 1, at + length):
        byte = data[k] | 32
        if byte < 97 or byte > 122:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _history_at(data, span):
    """Length of the reference without its version."""
    for k in range(span[0], span[0] + span[1] - 9):
        if data[k] == 47 and data[k + 1] == 95 and word_at(data, k + 2) == np.uint64(0x2F79726F74736968):
            return k - span[0]
    return span[1]


@numba.njit(cache=True, nogil=True)
def split_span(data, span):
    """The compiled twin of ``split_reference``: start and length of type and id (lengths 0 if none),
    and the length without the version."""
    whole = _history_at(data, span)
    last = span[0] + whole - 1
    while last >= span[0] and data[last] != 47:
        last -= 1
    end = span[0] + whole
    if last < span[0] or last + 1 == end:
        return 0, 0, 0, 0, whole
    first = last - 1
    while first >= span[0] and data[first] != 47:
        first -= 1
    if not _is_type(data, first + 1, last - first - 1):
        return 0, 0, 0, 0, whole
    return first + 1, last - first - 1, last + 1, end - last - 1, whole


@numba.njit(cache=True, nogil=True)
def _is_patient_word(data, at, length):
    return length == 7 and word_at(data, at) & np.uint64(0xFFFFFFFFFFFFFF) == np.uint64(0x746E6569746150)


@numba.njit(cache=True, nogil=True)
def add_patient(data, span, line, rows):
    """Add a patient's name to the row unless it is there already."""
    if span[1] == 0:
        return
    first, last = line[FIRST_PATIENT, 0], line[LAST_PATIENT, 0]
    if not is_plain(data, span) or last - first >= MAX_PATIENTS or last >= rows.patients.shape[0]:
        line[REFUSED_LINE, 0] = 1
        return
    for k in range(first, last):
        if rows.patients[k, 1] == span[1]:
            j = 0
            while j < span[1] and data[rows.patients[k, 0] + j] == data[span[0] + j]:
                j += 1
            if j == span[1]:
                return
    rows.patients[last, 0] = span[0]
    rows.patients[last, 1] = span[1]
    line[LAST_PATIENT, 0] = last + 1


@numba.njit(cache=True, nogil=True)
def _pick_patient(data, reference, identifier, display, split, name):
    """The span that names the patient, in ``name``."""
    if split[3] and _is_patient_word(data, split[0], split[1]):
        name[0], name[1], name[2] = split[2], split[3], reference[2]
    elif identifier[1]:
        name[:] = identifier
    elif split[4] and data[reference[0]] != 35:
        name[0], name[1], name[2] = reference[0], split[4], reference[2]
    else:
        name[:] = display


@numba.njit(cache=True, nogil=True)
def end_patient(data, spans, line, rows):
    """Take R5's ``patient`` into the line."""
    reference = spans[PATIENT_REFERENCE]
    split = split_span(data, reference)
    name = spans[WHAT_REFERENCE]
    _pick_patient(data, reference, spans[PATIENT_IDENTIFIER], spans[PATIENT_DISPLAY], split, name)
    add_patient(data, name, line, rows)


@numba.njit(cache=True, nogil=True)
def end_entity(data, spans, line, rows):
    """Take what this entity says into the line."""
    kind = ENTITY_TYPE if spans[ENTITY_TYPE, 1] else ENTITY_TYPE_CODING
    if spans[kind, 1] >= 7:
        if _is_request_id(data, spans[kind]):
            if not line[P_REQUEST, 1]:
                line[P_REQUEST] = spans[WHAT_IDENTIFIER]
            return
        if _speaks_of_session(data, spans[kind]):
            line[REFUSED_LINE, 0] = 1
            return
    role = ENTITY_ROLE if spans[ENTITY_ROLE, 1] else ENTITY_ROLE_CODING
    reference = spans[WHAT_REFERENCE]
    split = split_span(data, reference)
    type_at, type_length = split[0], split[1]
    if type_length == 0 and _is_type(data, spans[WHAT_TYPE, 0], spans[WHAT_TYPE, 1]):
        type_at, type_length = spans[WHAT_TYPE, 0], spans[WHAT_TYPE, 1]
    if spells(data, spans[role], 0x31, 1) or _is_patient_word(data, type_at, type_length):
        name = spans[ENTITY_TYPE]
        _pick_patient(data, reference, spans[WHAT_IDENTIFIER], spans[WHAT_DISPLAY], split, name)
        add_patient(data, name if name[1] else spans[ENTITY_NAME], line, rows)
    elif spells(data, spans[role], 0x3432, 2) or spans[QUERY, 1]:
        line[IS_QUERY, 0] = 1
        if not line[P_QUERY, 1]:
            line[P_QUERY] = spans[QUERY]
    elif not line[P_RESOURCE, 1] and type_length:
        line[P_RESOURCE, 0] = type_at
        line[P_RESOURCE, 1] = type_length
