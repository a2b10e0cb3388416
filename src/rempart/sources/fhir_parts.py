"""An AuditEvent cut in parts before it is decoded, and what each part says remembered.

Reads: the bytes of one line. Gives: its parts (agents, entities, codes, times) as raw JSON; a
session repeats its agents, a chart its entities, a log its codes, so most parts were read before
and the answer is at hand. Only parts up to :data:`LONGEST_PART` bytes are remembered, and at most
:data:`MOST_PARTS` of a kind, which bounds what a hostile log can fill. Misses: parts that nothing
reads are held against the JSON grammar but never decoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

import msgspec

from rempart.sources.fhir_agents import Who, read_agents
from rempart.sources.fhir_entities import Entity, What, join_entities, name_patient, read_entity
from rempart.sources.fhir_words import dict_of
from rempart.sources.json_guard import Unreadable, guard_unit

LONGEST_PART = 2_048
MOST_PARTS = 8_192

DECIDING = (
    "type", "subtype", "category", "code", "action", "outcome",
    "id", "resourceType", "recorded", "agent", "entity", "patient", "extension",
)  # fmt: skip
"""Members of an AuditEvent that decide what it says: one that stands there twice may be read otherwise elsewhere."""
_NAMES = tuple(f'"{name}"'.encode() for name in DECIDING)
_KIND = b'"resourceType"'
_SPELLED = re.compile(rb"\\u00[4-7]")
"""A letter spelled as an escape, as a key could be."""

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
    source: msgspec.Raw = _ABSENT
    meta: msgspec.Raw = _ABSENT

    def who(self) -> Who:
        """Who acted."""
        return read_who(bytes(self.agent))

    def what(self) -> What:
        """What was touched."""
        entities = _split(self.entity) if bytes(self.entity).startswith(b"[") else ()
        return join_entities([_entity(bytes(each)) for each in entities], _patient(bytes(self.patient)))


_WIDTHS = tuple(len(name) + 4 for name in EventParts.__struct_fields__)
"""Bytes a member takes beside its value where nothing is spaced: its name, two quotes, a colon, a comma or brace."""
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


def repeats_key(line: bytes, kind: Any, parts: EventParts | None) -> bool:
    """Whether a deciding key stands twice in the resource of a ``kind`` that ``line`` holds. Of an AuditEvent all
    of :data:`DECIDING` count, of others their ``resourceType``. Unreadable where the line is no JSON.

    Most lines are cleared by their length, which is that of their parts, each once; the others by counting: but for
    one, all places of a name lie within the parts.
    """
    if kind != "AuditEvent":
        return (line.count(_KIND) > 1 or _spelled(line)) and _repeats(line, ("resourceType",))
    if parts is None:
        return _repeats(line, DECIDING)
    told = msgspec.structs.astuple(parts)
    if len(line) == 1 + sum(
        [width + len(each) for width, each in zip(_WIDTHS, told, strict=True) if each is not _ABSENT]
    ):
        return False
    inside = b",".join(map(bytes, told))
    once = all(line.count(name) <= 1 or line.count(name) - inside.count(name) <= 1 for name in _NAMES)
    return (not once or _spelled(line)) and _repeats(line, DECIDING)


def _spelled(line: bytes) -> bool:
    return b"\\u" in line and _SPELLED.search(line) is not None


def _repeats(line: bytes, deciding: Collection[str]) -> bool:
    """The same by reading every key."""
    names: list[str] = []

    def note(members: list[tuple[str, Any]]) -> None:
        names[:] = [name for name, _ in members]

    zero = lambda _: 0  # noqa: E731
    try:
        json.loads(line.decode(), strict=False, object_pairs_hook=note, parse_int=zero, parse_float=zero)
    except ValueError as error:
        raise Unreadable("not_json") from error
    return any(names.count(name) > 1 for name in deciding)


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
