"""Which keys of an AuditEvent the columnar reader looks at, as a table.

Gives: for every kind of object on the way (event, agent, entity, …) its known keys and what each
must hold. Any key not named here is only checked for being JSON; a known key that holds anything
else sends the line to the tolerant reader. The table is packed into arrays so that compiled code
finds a key with one multiplication and one comparison.

Follows HL7 FHIR AuditEvent R4, R4B and R5; keeps in step with fhir_agents and fhir_entities.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

(
    STRING, FIRST_STRING, EVENT_CODE, FLAG, OBJECT, LIST, LIST_OF_ONE, OBJECT_OR_LIST, STRING_OR_OBJECT,
    TOKENS, EXTENSION, REFUSED,
) = range(12)  # fmt: skip
"""What a key must hold. FIRST_STRING keeps the first of several; EVENT_CODE is only compared."""

(
    RESOURCE_TYPE, EVENT_ID, RECORDED, OCCURRED, ACTION, OUTCOME,
    PATIENT_REFERENCE, PATIENT_IDENTIFIER, PATIENT_DISPLAY,
    WHO_IDENTIFIER, WHO_REFERENCE, WHO_DISPLAY, ALT_ID, AGENT_NAME, REQUESTOR, ADDRESS, NETWORK_TYPE,
    NETWORK_STRING, NETWORK_URI, TOKEN, ROLE_CODE, ROLE_CODING, ROLE_TEXT,
    ENTITY_TYPE, ENTITY_TYPE_CODING, ENTITY_ROLE, ENTITY_ROLE_CODING, WHAT_REFERENCE, WHAT_IDENTIFIER,
    WHAT_DISPLAY, WHAT_TYPE, ENTITY_NAME, QUERY,
) = range(33)  # fmt: skip
"""Where the span of a string goes."""

FIRST_AGENT_SPAN, FIRST_ENTITY_SPAN, SPANS = WHO_IDENTIFIER, ENTITY_TYPE, QUERY + 1

(
    EVENT, CODES, CODINGS, OUTCOME_OBJECT, OUTCOME_CODE, PATIENT, PATIENT_ID, AGENT, WHO, WHO_ID, NETWORK,
    ROLE, ROLE_CODINGS, ENTITY, TYPE, TYPE_CODINGS, OBJECT_ROLE, OBJECT_ROLE_CODINGS, WHAT, WHAT_ID,
) = range(20)  # fmt: skip
"""Kinds of objects."""

TABLE: dict[int, dict[str, tuple[int, int]]] = {
    EVENT: {
        "resourceType": (STRING, RESOURCE_TYPE),
        "id": (STRING, EVENT_ID),
        "recorded": (STRING, RECORDED),
        "occurredDateTime": (STRING, OCCURRED),
        "action": (STRING, ACTION),
        "outcome": (STRING_OR_OBJECT, OUTCOME),
        "type": (OBJECT_OR_LIST, CODES),
        "subtype": (OBJECT_OR_LIST, CODES),
        "category": (OBJECT_OR_LIST, CODES),
        "code": (OBJECT_OR_LIST, CODES),
        "agent": (LIST, AGENT),
        "entity": (LIST, ENTITY),
        "patient": (OBJECT, PATIENT),
        "extension": (EXTENSION, 0),
    },
    CODES: {"code": (EVENT_CODE, 0), "coding": (LIST, CODINGS)},
    CODINGS: {"code": (EVENT_CODE, 0)},
    OUTCOME_OBJECT: {"code": (STRING_OR_OBJECT, OUTCOME)},
    OUTCOME_CODE: {"code": (STRING, OUTCOME), "coding": (REFUSED, 0)},
    PATIENT: {
        "reference": (STRING, PATIENT_REFERENCE),
        "identifier": (OBJECT, PATIENT_ID),
        "display": (STRING, PATIENT_DISPLAY),
    },
    PATIENT_ID: {"value": (STRING, PATIENT_IDENTIFIER)},
    AGENT: {
        "requestor": (FLAG, REQUESTOR),
        "who": (OBJECT, WHO),
        "altId": (STRING, ALT_ID),
        "name": (STRING, AGENT_NAME),
        "network": (OBJECT, NETWORK),
        "networkString": (STRING, NETWORK_STRING),
        "networkUri": (STRING, NETWORK_URI),
        "networkReference": (REFUSED, 0),
        "policy": (TOKENS, TOKEN),
        "role": (LIST_OF_ONE, ROLE),
        "extension": (EXTENSION, 0),
    },
    WHO: {
        "identifier": (OBJECT, WHO_ID),
        "reference": (STRING, WHO_REFERENCE),
        "display": (STRING, WHO_DISPLAY),
    },
    WHO_ID: {"value": (STRING, WHO_IDENTIFIER)},
    NETWORK: {"address": (STRING, ADDRESS), "type": (STRING, NETWORK_TYPE)},
    ROLE: {"code": (STRING, ROLE_CODE), "coding": (LIST, ROLE_CODINGS), "text": (STRING, ROLE_TEXT)},
    ROLE_CODINGS: {"code": (FIRST_STRING, ROLE_CODING)},
    ENTITY: {
        "type": (OBJECT, TYPE),
        "role": (OBJECT, OBJECT_ROLE),
        "what": (OBJECT, WHAT),
        "name": (STRING, ENTITY_NAME),
        "query": (STRING, QUERY),
    },
    TYPE: {"code": (STRING, ENTITY_TYPE), "coding": (LIST, TYPE_CODINGS)},
    TYPE_CODINGS: {"code": (FIRST_STRING, ENTITY_TYPE_CODING)},
    OBJECT_ROLE: {"code": (STRING, ENTITY_ROLE), "coding": (LIST, OBJECT_ROLE_CODINGS)},
    OBJECT_ROLE_CODINGS: {"code": (FIRST_STRING, ENTITY_ROLE_CODING)},
    WHAT: {
        "reference": (STRING, WHAT_REFERENCE),
        "identifier": (OBJECT, WHAT_ID),
        "display": (STRING, WHAT_DISPLAY),
        "type": (STRING, WHAT_TYPE),
    },
    WHAT_ID: {"value": (STRING, WHAT_IDENTIFIER)},
}

BUCKETS = 64
SHIFT = 58


class Keys(NamedTuple):
    """The table as arrays of shape (kinds, 64): length (0 for none), first and last eight bytes of
    the key, what it holds and where that goes, and the key's bit for finding repeats."""

    multiplier: np.uint64
    length: np.ndarray[Any, Any]
    head: np.ndarray[Any, Any]
    tail: np.ndarray[Any, Any]
    holds: np.ndarray[Any, Any]
    goes: np.ndarray[Any, Any]
    bit: np.ndarray[Any, Any]


def _words(key: str) -> tuple[int, int]:
    raw = key.encode()
    return int.from_bytes(raw[:8], "little"), int.from_bytes(raw[-8:], "little")


def _bucket(key: str, multiplier: int) -> int:
    return ((_words(key)[0] + len(key)) * multiplier & (2**64 - 1)) >> SHIFT


def _find_multiplier() -> int:
    multiplier = 0x9E3779B97F4A7C15
    while any(len({_bucket(key, multiplier) for key in keys}) < len(keys) for keys in TABLE.values()):
        multiplier = (multiplier * 0xD1342543DE82EF95 + 2) & (2**64 - 1) | 1
    return multiplier


def pack_table() -> Keys:
    """The table packed for compiled code."""
    shape = (len(TABLE), BUCKETS)
    multiplier = _find_multiplier()
    keys = Keys(
        np.uint64(multiplier),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.uint64),
        np.zeros(shape, np.uint64),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
    )
    for kind, known in TABLE.items():
        for number, (key, (holds, goes)) in enumerate(known.items()):
            at = kind, _bucket(key, multiplier)
            keys.length[at], keys.head[at], keys.tail[at] = len(key), *_words(key)
            keys.holds[at], keys.goes[at], keys.bit[at] = holds, goes, 1 << number
    return keys


KEYS = pack_table()
