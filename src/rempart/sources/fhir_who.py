"""Who acted, found on the tape of an AuditEvent without decoding it: compiled.

Reads: a line's tape (:mod:`rempart.sources.json_tape`) and the place of its list of agents, all by address. Gives: the
places of the strings that :func:`rempart.sources.fhir_agents.read_agents` would choose, still as
written; what the strings say is read once for each of them. Misses: escapes in a string that decides
something, and more than :data:`MOST_AGENTS` agents, which are left to the tolerant reader.

Follows :mod:`rempart.sources.fhir_agents`, rule by rule; tests hold one against the other.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.byte_words import byte_at, number_at, place_at, put_number, word_at
from rempart.sources.json_bytes import skip_space
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

ACCOUNT, ROLE, ADDRESS, SOFTWARE, TOKEN, SESSION, CHOSEN = range(7)
"""Where in the room to work in the choices stand, and how many there are."""
UNKNOWN = ("", "no_agent", "no_requestor", "unnamed")
MOST_AGENTS = 64

_AGENT = keys_of(
    "requestor", "who", "altId", "role", "network", "networkString", "networkUri", "networkReference",
    "name", "policy", "extension",
)  # fmt: skip
_REQUESTOR, _WHO, _ALT, _ROLE, _NETWORK, _STRING, _URI, _REFERENCE, _NAME, _POLICY, _EXTENSION = range(11)
AGENT_FIELDS = 11
_NAMED = keys_of("identifier", "reference", "display", "type")
_VALUE = keys_of("value")
_ENDPOINT = keys_of("address", "type")
_CODES = keys_of("code", "coding", "text")
_EXTENDED = keys_of("url", "valueString", "valueId", "valueUri", "valueUuid", "valueCode", "valueIdentifier")
_IP, _SERVER = word_of("2"), word_of("5")
_TRUE = 0x65757274
_NO_TOKEN = (word_of("http://"), word_of("https://"), word_of("urn:oid:"))
_SESSION_WORD = np.frombuffer(b"session", np.uint8)
_LIST, _OBJECT = 91, 123
_AT_NAMED, _AT_VALUE, _AT_CODES, _AT_ENDPOINT, _AT_EXTENDED = CHOSEN, 11, 12, 15, 17
AGENTS = 24
ROOM = AGENTS + MOST_AGENTS * AGENT_FIELDS
"""Numbers of room these functions work in; each kind of object has its own places there."""
_HEX = np.array([48 <= byte <= 57 or 65 <= byte <= 70 or 97 <= byte <= 102 for byte in range(256)])


@numba.njit(cache=True, nogil=True)
def identifier_of(data, tape, at, room):
    """The value of the Identifier at place ``at``, else -1."""
    find_members(data, tape, at, _VALUE, room, _AT_VALUE)
    return text_at(data, tape, number_at(room, _AT_VALUE))


@numba.njit(cache=True, nogil=True)
def code_of(data, tape, at, room):
    """The first code of the Coding or CodeableConcept at place ``at``, else -1; second, its text."""
    find_members(data, tape, at, _CODES, room, _AT_CODES)
    code, listed, text = (
        text_at(data, tape, number_at(room, _AT_CODES)),
        number_at(room, _AT_CODES + 1),
        number_at(room, _AT_CODES + 2),
    )
    if code >= 0 or listed < 0 or byte_at(data, place_at(tape, listed)) != _LIST:
        return code, text
    coding, stop = listed + 1, place_at(tape, LINKS + listed)
    while coding < stop:
        find_members(data, tape, coding, _CODES, room, _AT_CODES)
        code = text_at(data, tape, number_at(room, _AT_CODES))
        if code >= 0:
            return code, text
        coding = after_value(data, tape, coding) + 1
    return -1, text


@numba.njit(cache=True, nogil=True)
def _name_of(data, tape, agent, room):
    """The identifier, else the reference, else the display, else the alternative id of an agent."""
    find_members(data, tape, number_at(room, agent + _WHO), _NAMED, room, _AT_NAMED)
    name = identifier_of(data, tape, number_at(room, _AT_NAMED), room)
    for at in (number_at(room, _AT_NAMED + 1), number_at(room, _AT_NAMED + 2), number_at(room, agent + _ALT)):
        if name < 0:
            name = text_at(data, tape, at)
    return name


@numba.njit(cache=True, nogil=True)
def _looks_like_ip(data, tape, at):
    """As :func:`rempart.sources.fhir_words.looks_like_ip` of the string at place ``at``."""
    if at < 0:
        return False
    begin, end = place_at(tape, at) + 1, place_at(tape, at + 1)
    if not 3 <= end - begin <= 45:
        return False
    colons = dots = letters = 0
    for k in range(begin, end):
        byte = byte_at(data, k)
        if byte == 58:
            colons += 1
        elif byte == 46:
            dots += 1
        elif not _HEX[byte]:
            return False
        elif byte > 57:
            letters += 1
    return colons >= 2 or (dots == 3 and colons == 0 and letters == 0)


@numba.njit(cache=True, nogil=True)
def _address_of(data, tape, agent, escapes, room):
    """The address an agent gives, -1 for none, -2 where only decoding can tell."""
    find_members(data, tape, number_at(room, agent + _NETWORK), _ENDPOINT, room, _AT_ENDPOINT)
    address, kind = (
        text_at(data, tape, number_at(room, _AT_ENDPOINT)),
        text_at(data, tape, number_at(room, _AT_ENDPOINT + 1)),
    )
    if address >= 0:
        if escapes and (has_escape(data, tape, kind) or has_escape(data, tape, address)):
            return -2
        if says(data, tape, kind, _IP) or (kind < 0 and _looks_like_ip(data, tape, address)):
            return address
    find_members(data, tape, number_at(room, agent + _REFERENCE), _NAMED, room, _AT_NAMED)
    identifier = identifier_of(data, tape, number_at(room, _AT_NAMED), room)
    for place in (
        number_at(room, agent + _STRING),
        number_at(room, agent + _URI),
        number_at(room, _AT_NAMED + 2),
        identifier,
    ):
        text = text_at(data, tape, place)
        if escapes and has_escape(data, tape, text):
            return -2
        if _looks_like_ip(data, tape, text):
            return text
    return -1


@numba.njit(cache=True, nogil=True)
def _is_server(data, tape, agent, room):
    """Whether the agent is a server, and whether only decoding can tell."""
    find_members(data, tape, number_at(room, agent + _NETWORK), _ENDPOINT, room, _AT_ENDPOINT)
    kind = number_at(room, _AT_ENDPOINT + 1)
    served = says(data, tape, kind, _SERVER) or text_at(data, tape, number_at(room, agent + _URI)) >= 0
    return served, has_escape(data, tape, kind)


@numba.njit(cache=True, nogil=True)
def _software_of(data, tape, count, own, escapes, room):
    """A client's name, else the display of one with an address, else the requestor's name; -2: decode."""
    displayed = -1
    for number in range(count):
        agent = AGENTS + number * AGENT_FIELDS
        if number_at(room, agent + _REQUESTOR) == 1:
            continue
        served, unsure = _is_server(data, tape, agent, room)
        if unsure:
            return -2
        if served:
            continue
        name = text_at(data, tape, number_at(room, agent + _NAME))
        if name >= 0:
            return name
        if displayed == -1:
            find_members(data, tape, number_at(room, agent + _WHO), _NAMED, room, _AT_NAMED)
            display = text_at(data, tape, number_at(room, _AT_NAMED + 2))
            address = _address_of(data, tape, agent, escapes, room) if display >= 0 else -1
            if address != -1:
                displayed = display if address >= 0 else -2
    if displayed != -1:
        return displayed
    return text_at(data, tape, number_at(room, own + _NAME)) if own >= 0 else -1


@numba.njit(cache=True, nogil=True)
def _begins(data, tape, at, word):
    head, _, length, mask = word
    text = place_at(tape, at) + 1
    return place_at(tape, at + 1) - text >= length and word_at(data, text) & mask == head


@numba.njit(cache=True, nogil=True)
def _token_of(data, tape, at, escapes):
    """The first policy that is a token, -1 for none, -2 where only decoding can tell."""
    if at < 0 or byte_at(data, place_at(tape, at)) != _LIST:
        return -1
    policy, stop = at + 1, place_at(tape, LINKS + at)
    while policy < stop:
        if text_at(data, tape, policy) >= 0:
            if escapes and has_escape(data, tape, policy):
                return -2
            rule = False
            for word in _NO_TOKEN:
                rule = rule or _begins(data, tape, policy, word)
            if not rule:
                return policy
        policy = after_value(data, tape, policy) + 1
    return -1


@numba.njit(cache=True, nogil=True)
def _lower(byte):
    return byte + 32 if 65 <= byte <= 90 else byte


@numba.njit(cache=True, nogil=True)
def _ends_in_session(data, tape, at):
    """Whether the string ends in one of :data:`rempart.sources.fhir_agents.SESSION_WORDS`, in any case."""
    begin, end = place_at(tape, at) + 1, place_at(tape, at + 1)
    if end - begin > 8 and _lower(byte_at(data, end - 2)) == 105 and _lower(byte_at(data, end - 1)) == 100:
        end -= 2
        if byte_at(data, end - 1) == 45 or byte_at(data, end - 1) == 95:
            end -= 1
    if end - begin < _SESSION_WORD.size:
        return False
    for k in range(_SESSION_WORD.size):
        if _lower(byte_at(data, end - _SESSION_WORD.size + k)) != _SESSION_WORD[k]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def session_of(data, tape, at, escapes, room):
    """The session id in the list of extensions at place ``at``, -1 for none, -2 where only decoding can tell."""
    if at < 0 or byte_at(data, place_at(tape, at)) != _LIST:
        return -1
    extension, stop = at + 1, place_at(tape, LINKS + at)
    while extension < stop:
        find_members(data, tape, extension, _EXTENDED, room, _AT_EXTENDED)
        url = text_at(data, tape, number_at(room, _AT_EXTENDED))
        if escapes and has_escape(data, tape, url):
            return -2
        if url >= 0 and _ends_in_session(data, tape, url):
            for k in range(1, 6):
                if text_at(data, tape, number_at(room, _AT_EXTENDED + k)) >= 0:
                    return number_at(room, _AT_EXTENDED + k)
            session = identifier_of(data, tape, number_at(room, _AT_EXTENDED + 6), room)
            if session >= 0:
                return session
        extension = after_value(data, tape, extension) + 1
    return -1


@numba.njit(cache=True, nogil=True)
def _list_agents(data, tape, at, room):
    """Fill the room for agents with the members of each, ``requestor`` as 1 or 0; how many, -1: too many."""
    count = 0
    if at < 0 or byte_at(data, place_at(tape, at)) != _LIST:
        return 0
    place, stop = at + 1, place_at(tape, LINKS + at)
    while place < stop:
        if byte_at(data, place_at(tape, place)) == _OBJECT:
            if count == MOST_AGENTS:
                return -1
            agent = AGENTS + count * AGENT_FIELDS
            find_members(data, tape, place, _AGENT, room, agent)
            asked = number_at(room, agent + _REQUESTOR)
            put_number(room, agent + _REQUESTOR, asked >= 0 and _is_true(data, tape, asked))
            count += 1
        place = after_value(data, tape, place) + 1
    return count


@numba.njit(cache=True, nogil=True)
def _is_true(data, tape, at):
    text = skip_space(data, place_at(tape, at - 1) + 1)
    return word_at(data, text) & np.uint64(0xFFFFFFFF) == _TRUE


@numba.njit(cache=True, nogil=True)
def choose_who(data, tape, at, escapes, room):
    """Fill the first CHOSEN numbers of ``room`` with the places of what the agents at place ``at`` say.

    -1 stands for nothing. Returns the place in :data:`UNKNOWN` that says why there is no account, -1
    where only decoding can tell.
    """
    for k in range(CHOSEN):
        put_number(room, k, -1)
    count = _list_agents(data, tape, at, room)
    if count <= 0:
        return -1 if count < 0 else 1
    own = -1
    for number in range(count):
        agent = AGENTS + number * AGENT_FIELDS
        if number_at(room, agent + _REQUESTOR) == 1:
            name = _name_of(data, tape, agent, room)
            if own < 0 or name >= 0:
                own = agent
                put_number(room, ACCOUNT, name)
            if name >= 0:
                break
    if own >= 0:
        put_number(room, ADDRESS, _address_of(data, tape, own, escapes, room))
        put_number(room, TOKEN, _token_of(data, tape, number_at(room, own + _POLICY), escapes))
        put_number(room, SESSION, session_of(data, tape, number_at(room, own + _EXTENSION), escapes, room))
        put_number(room, ROLE, _role_of(data, tape, number_at(room, own + _ROLE), room))
    for number in range(count):
        agent = AGENTS + number * AGENT_FIELDS
        if number_at(room, ADDRESS) == -1 and number_at(room, agent + _REQUESTOR) != 1:
            put_number(room, ADDRESS, _address_of(data, tape, agent, escapes, room))
    put_number(room, SOFTWARE, _software_of(data, tape, count, own, escapes, room))
    for k in range(CHOSEN):
        if number_at(room, k) < -1:
            return -1
    return 0 if number_at(room, ACCOUNT) >= 0 else 3 if own >= 0 else 2


@numba.njit(cache=True, nogil=True)
def _role_of(data, tape, roles, room):
    """The code, else the text, of the first of the roles."""
    if roles < 0 or byte_at(data, place_at(tape, roles)) != _LIST:
        return -1
    code, text = code_of(data, tape, roles + 1, room)
    return code if code >= 0 else text_at(data, tape, text)
