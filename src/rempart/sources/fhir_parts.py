"""An AuditEvent cut in parts before it is decoded, and what each part says remembered.

Reads: the bytes of one line. Gives: its parts (agents, entities, codes, times) as raw JSON; a
session repeats its agents, a chart its entities, a log its codes, so most parts were read before
and the answer is at hand. Only parts up to :data:`LONGEST_PART` bytes are remembered, and at most
:data:`MOST_PARTS` of a kind, which bounds what a hostile log can fill. Misses: parts that nothing
reads are held against the JSON grammar but never decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from rempart.sources.fhir_agents import Who, read_agents
from rempart.sources.fhir_entities import Entity, What, join_entities, name_patient, read_entity
from rempart.sources.fhir_words import dict_of
from rempart.sources.json_guard import Unreadable, guard_unit

LONGEST_PART = 2_048
MOST_PARTS = 8_192

_ABSENT = msgspec.Raw(b"null")
_decode = msgspec.json.Decoder().decode


class EventParts(msgspec.Struct, gc=False):
    """Top-level members of an AuditEvent as raw JSON; ``null`` where they are absent."""

    resourceType: msgspec.Raw = _ABSENT  # noqa: N815
    id: msgspec.Raw = _ABSENT
    type: msgspec.Raw = _ABSENT
    subtype: msgspec.Raw = _ABSENT
    category: msgspec.Raw = _ABSENT
    code: msgspec.Raw = _ABSENT
    action: msgspec.Raw = _ABSENT
    outcome: msgspec.Raw = _ABSENT
    recorded: msgspec.Raw = _ABSENT
    occurredDateTime: msgspec.Raw = _ABSENT  # noqa: N815
    occurredPeriod: msgspec.Raw = _ABSENT  # noqa: N815
    period: msgspec.Raw = _ABSENT
    agent: msgspec.Raw = _ABSENT
    entity: msgspec.Raw = _ABSENT
    patient: msgspec.Raw = _ABSENT
    extension: msgspec.Raw = _ABSENT

    def who(self) -> Who:
        """Who acted."""
        return read_who(bytes(self.agent))

    def what(self) -> What:
        """What was touched."""
        entities = _split(self.entity) if bytes(self.entity).startswith(b"[") else ()
        return join_entities([_entity(bytes(each)) for each in entities], _patient(bytes(self.patient)))


_split = msgspec.json.Decoder(list[msgspec.Raw]).decode
_cut = msgspec.json.Decoder(EventParts).decode


def cut_event(line: bytes) -> EventParts | None:
    """The parts of an AuditEvent; None for any other line, good or bad."""
    try:
        guard_unit(line)
        parts = _cut(line)
        if not line.isascii():
            line.decode()
    except (Unreadable, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return parts if bytes(parts.resourceType) == b'"AuditEvent"' else None


def value_of(raw: bytes) -> Any:
    """The decoded value of a part."""
    if raw[:1] == b'"' and b"\\" not in raw:
        return raw[1:-1].decode()
    return _decode(raw)


def remember(read: Callable[..., Any]) -> Callable[..., Any]:
    """``read`` of raw parts, remembering what short ones said."""
    kept = lru_cache(MOST_PARTS)(read)

    def ask(*parts: bytes) -> Any:
        if sum(map(len, parts)) > LONGEST_PART:
            return read(*parts)
        return kept(*parts)

    return ask


@remember
def read_who(agents: bytes) -> Who:
    """Who acted, from the raw list of agents; raises msgspec.DecodeError."""
    return read_agents({"agent": _decode(agents)})


@remember
def _entity(entity: bytes) -> Entity:
    return read_entity(_decode(entity))


@remember
def _patient(patient: bytes) -> str:
    return name_patient(dict_of(_decode(patient)))
