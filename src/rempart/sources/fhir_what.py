"""What was touched, found on the tape of an AuditEvent without decoding it: compiled.

Reads: a line's tape (:mod:`rempart.sources.json_tape`), the place of its list of entities and of R5's
``patient``. Gives: where the strings stand that :func:`rempart.sources.fhir_entities.read_entities`
would choose. Misses: escapes in a string that decides something, and names of patients, requests and
sessions that are not short printable ASCII, which are left to the tolerant reader.

Follows :mod:`rempart.sources.fhir_entities`, rule by rule; tests hold one against the other.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.byte_words import byte_at, number_at, place_at, put_number, put_place, word_at
from rempart.sources.fhir_who import ROOM as WHO_ROOM
from rempart.sources.fhir_who import code_of, identifier_of
from rempart.sources.fhir_words import TEXT_LIMIT
from rempart.sources.json_tape import (
    LINKS,
    after_value,
    find_members,
    has_escape,
    keys_of,
    says,
    text_at,
    word_of,
)

_AT_ENTITY, _AT_WHAT, _NAME = WHO_ROOM, WHO_ROOM + 5, WHO_ROOM + 9
RESOURCE, QUERY, REQUEST, SESSION = range(WHO_ROOM + 11, WHO_ROOM + 19, 2)
"""Where in the room the begin and the length of what is found in a line stand."""
SEARCHED, PATIENTS = WHO_ROOM + 19, WHO_ROOM + 20
ROOM = WHO_ROOM + 21
"""Numbers of room to work in: those of :mod:`fhir_who` and some more."""
MOST_PATIENTS = 1024

_ENTITY = keys_of("type", "what", "role", "query", "name")
_WHAT = keys_of("reference", "identifier", "display", "type")
_REQUEST_TYPE, _PATIENT_ROLE, _QUERY_ROLE = word_of("XrequestId"), word_of("1"), word_of("24")
_PATIENT = word_of("Patient")
_HISTORY = np.frombuffer(b"/_history/", np.uint8)
_SESSION_WORD = np.frombuffer(b"session", np.uint8)
_LIST, _SLASH = 91, 47


@numba.njit(cache=True, nogil=True)
def is_simple(data, begin, length):
    """Whether the text says itself: at most 256 printable ASCII characters without an escape."""
    if length > TEXT_LIMIT:
        return False
    for k in range(begin, begin + length):
        byte = byte_at(data, k)
        if byte < 32 or byte > 126 or byte == 92:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def put_text(tape, at, room, span):
    """Write begin and length of the string at place ``at`` (-1: none) to the room from ``span`` on."""
    begin = place_at(tape, at) + 1 if at >= 0 else 0
    put_number(room, span, begin)
    put_number(room, span + 1, place_at(tape, at + 1) - begin if at >= 0 else 0)


@numba.njit(cache=True, nogil=True)
def _put_first(data, tape, at, room, span):
    """The same unless something stands there; whether what stands there then is simple."""
    if at < 0 or number_at(room, span + 1):
        return True
    put_text(tape, at, room, span)
    return is_simple(data, number_at(room, span), number_at(room, span + 1))


@numba.njit(cache=True, nogil=True)
def _is_type(data, begin, end):
    """Whether the text is spelled like a FHIR type: a capital letter and up to 39 more letters."""
    if not 1 <= end - begin <= 40 or not 65 <= byte_at(data, begin) <= 90:
        return False
    for k in range(begin + 1, end):
        if not 97 <= byte_at(data, k) | 32 <= 122:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _without_history(data, begin, end):
    """Where the reference between the two ends without its version."""
    for at in range(begin, end - _HISTORY.size + 1):
        if byte_at(data, at) == _SLASH and byte_at(data, at + 1) == 95:
            same = True
            for k in range(_HISTORY.size):
                same = same and byte_at(data, at + k) == _HISTORY[k]
            if same:
                return at
    return end


@numba.njit(cache=True, nogil=True)
def _split_reference(data, begin, end):
    """As :func:`rempart.sources.fhir_words.split_reference` of a reference without its version: where type
    and id begin, and the type's length, which is 0 where there are none."""
    last = end - 1
    while last >= begin and byte_at(data, last) != _SLASH:
        last -= 1
    if last < begin or last + 1 == end:
        return begin, begin, 0
    first = last - 1
    while first >= begin and byte_at(data, first) != _SLASH:
        first -= 1
    if not _is_type(data, first + 1, last):
        return begin, begin, 0
    return first + 1, last + 1, last - first - 1


@numba.njit(cache=True, nogil=True)
def _is_patient(data, begin, length):
    head, _, size, mask = _PATIENT
    return length == size and word_at(data, begin) & mask == head


@numba.njit(cache=True, nogil=True)
def _name_patient(data, tape, at, room):
    """As :func:`rempart.sources.fhir_entities.name_patient` of the reference whose members are in the room.

    ``at`` is the place of a name for want of another. Gives begin and length.
    """
    reference = text_at(data, tape, number_at(room, _AT_WHAT))
    begin = end = 0
    if reference >= 0:
        begin = place_at(tape, reference) + 1
        end = _without_history(data, begin, place_at(tape, reference + 1))
        kind, name, length = _split_reference(data, begin, end)
        if length and _is_patient(data, kind, length):
            return name, end - name
    place = identifier_of(data, tape, number_at(room, _AT_WHAT + 1), room)
    if place < 0 and end > begin and byte_at(data, begin) != 35:
        return begin, end - begin
    if place < 0:
        place = text_at(data, tape, number_at(room, _AT_WHAT + 2))
    if place < 0:
        place = text_at(data, tape, at)
    put_text(tape, place, room, _NAME)
    return number_at(room, _NAME), number_at(room, _NAME + 1)


@numba.njit(cache=True, nogil=True)
def _same(data, one, other, length):
    k = 0
    while k < length and byte_at(data, one + k) == byte_at(data, other + k):
        k += 1
    return k == length


@numba.njit(cache=True, nogil=True)
def _add_patient(data, patients, first, used, name, length):
    """Append a name to the line's patients unless it is among them; how many there are now, -1: left."""
    if length == 0:
        return used
    if used - first == MOST_PATIENTS or not is_simple(data, name, length):
        return -1
    for other in range(first, used):
        if place_at(patients, 2 * other + 1) == length and _same(
            data, place_at(patients, 2 * other), name, length
        ):
            return used
    put_place(patients, 2 * used, name)
    put_place(patients, 2 * used + 1, length)
    return used + 1


@numba.njit(cache=True, nogil=True)
def _speaks_of_session(data, tape, at):
    """Whether ``session`` stands in the string at place ``at``, whatever the case of its letters."""
    if at < 0:
        return False
    begin, end = place_at(tape, at) + 1, place_at(tape, at + 1)
    for first in range(begin, end - _SESSION_WORD.size + 1):
        k = 0
        while k < _SESSION_WORD.size and (byte_at(data, first + k) | 32) == _SESSION_WORD[k]:
            k += 1
        if k == _SESSION_WORD.size:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _type_of(data, tape, room):
    """Begin and length of the type that the reference in the room names or says; length 0 for none."""
    reference = text_at(data, tape, number_at(room, _AT_WHAT))
    if reference >= 0:
        begin = place_at(tape, reference) + 1
        end = _without_history(data, begin, place_at(tape, reference + 1))
        begin, _, length = _split_reference(data, begin, end)
        if length:
            return begin, length
    spelled = text_at(data, tape, number_at(room, _AT_WHAT + 3))
    if spelled >= 0:
        begin, end = place_at(tape, spelled) + 1, place_at(tape, spelled + 1)
        if _is_type(data, begin, end):
            return begin, end - begin
    return 0, 0


@numba.njit(cache=True, nogil=True)
def _is_unsure(data, tape, kind, role, room):
    """Whether an escape stands in a string of an entity that decides something."""
    for place in (kind, role, number_at(room, _AT_WHAT), number_at(room, _AT_WHAT + 3)):
        if has_escape(data, tape, place):
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _read_entity(data, tape, escapes, room, patients, first, used):
    """One entity, whose members are in the room; as the next function."""
    kind, _ = code_of(data, tape, number_at(room, _AT_ENTITY), room)
    find_members(data, tape, number_at(room, _AT_ENTITY + 1), _WHAT, room, _AT_WHAT)
    role, _ = code_of(data, tape, number_at(room, _AT_ENTITY + 2), room)
    if escapes and _is_unsure(data, tape, kind, role, room):
        return -1
    named = number_at(room, _AT_ENTITY + 4)
    if says(data, tape, kind, _REQUEST_TYPE):
        place = identifier_of(data, tape, number_at(room, _AT_WHAT + 1), room)
        return used if _put_first(data, tape, place, room, REQUEST) else -1
    if _speaks_of_session(data, tape, kind):
        place = identifier_of(data, tape, number_at(room, _AT_WHAT + 1), room)
        place = text_at(data, tape, named) if place < 0 else place
        return used if _put_first(data, tape, place, room, SESSION) else -1
    begin, length = _type_of(data, tape, room)
    if says(data, tape, role, _PATIENT_ROLE) or (length and _is_patient(data, begin, length)):
        begin, length = _name_patient(data, tape, named, room)
        return _add_patient(data, patients, first, used, begin, length)
    query = text_at(data, tape, number_at(room, _AT_ENTITY + 3))
    if query >= 0 or says(data, tape, role, _QUERY_ROLE):
        put_number(room, SEARCHED, 1)
        if query >= 0 and number_at(room, QUERY + 1) == 0:
            put_text(tape, query, room, QUERY)
    elif length and number_at(room, RESOURCE + 1) == 0:
        put_number(room, RESOURCE, begin)
        put_number(room, RESOURCE + 1, length)
    return used


@numba.njit(cache=True, nogil=True)
def read_what(data, tape, at, patient, escapes, room, patients, used):
    """What the entities at place ``at`` and R5's ``patient`` say (-1 where missing).

    Fills the room from :data:`RESOURCE` on, and ``patients`` (p, 2) int32 from row ``used`` on with spans.
    Returns the next free row, -1 where only decoding can tell.
    """
    first = used
    for k in range(RESOURCE, ROOM):
        put_number(room, k, 0)
    if at >= 0 and byte_at(data, place_at(tape, at)) == _LIST:
        entity, stop = at + 1, place_at(tape, LINKS + at)
        while entity < stop:
            find_members(data, tape, entity, _ENTITY, room, _AT_ENTITY)
            used = _read_entity(data, tape, escapes, room, patients, first, used)
            if used < 0:
                return -1
            entity = after_value(data, tape, entity) + 1
    if patient >= 0:
        find_members(data, tape, patient, _WHAT, room, _AT_WHAT)
        if escapes and has_escape(data, tape, number_at(room, _AT_WHAT)):
            return -1
        begin, length = _name_patient(data, tape, -1, room)
        used = _add_patient(data, patients, first, used, begin, length)
        if used < 0:
            return -1
    put_number(room, PATIENTS, used - first)
    return used
