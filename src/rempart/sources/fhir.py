"""One FHIR message in, one record out: the path of the live protocol and the reference for files.

Reads: the bytes of one resource as JSON. Gives: an :class:`~rempart.records.Access` for an
AuditEvent, a :class:`~rempart.records.Context` for any other resource, a
:class:`~rempart.records.Rejected` for anything else. Reading is tolerant: a field of the wrong
type counts as absent; a line that is no resource is refused, and one in which a key that decides what it says
stands twice, since a server may have read the other one.

Who, where and what are found by what the agents and entities say, never by an agent's role: the
IHE BALP examples swap "source" and "destination" between reads and writes. Misses: patients known
only through the resource read (its subject), contained resources, logouts (read as an access that
touches no patient).

Follows HL7 FHIR AuditEvent R4, R4B and R5, DICOM PS3.16 event codes and IHE BALP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import xxhash

from rempart.records import MISSING_MS, Access, Context, Kind, Rejected
from rempart.sources.fhir_agents import Who, read_agents, read_session_extension
from rempart.sources.fhir_entities import What, read_entities
from rempart.sources.fhir_parts import EventParts, cut_event, remember, repeats_key, value_of
from rempart.sources.fhir_words import (
    OUTCOMES,
    clean_name,
    code_of,
    codes_of,
    dict_of,
    name_account,
    name_who,
    parse_time,
    text_of,
)
from rempart.sources.json_guard import Unreadable, decode_unit, reject
from rempart.sources.query_form import NO_QUERY, read_query

LOGIN_CODE = "110122"
ALERT_CODES = ("110113", "110137")
SEARCH_CODES = frozenset(
    ("search", "search-type", "search-system", "search-instance", "search-compartment", "110112")
)
"""Interactions of a FHIR server that answer with a page of results, and DICOM's query event."""


@dataclass(frozen=True, slots=True)
class Control:
    """Whether an event is an access, a login or a reinstatement, and of whom."""

    kind: Kind
    account: str = ""


def read_message(line: bytes, source: str, offset: int) -> Access | Context | Rejected:
    """Read one resource.

    ``line`` may end in CR and LF; ``offset`` is where it stood (bytes, or a Bundle's entry number).
    Never raises for what a line contains.
    """
    line = line.rstrip(b"\r\n")
    parts = cut_event(line) if b"AuditEvent" in line else None
    try:
        if parts is not None:
            if repeats_key(line, "AuditEvent", parts):
                raise Unreadable("repeated_key")
            access = _read_parts(parts, source, offset, xxhash.xxh3_64_intdigest(line))
            if access is not None:
                return access
        resource = decode_unit(line)
        kind = resource.get("resourceType")
        if parts is None and repeats_key(line, kind, parts):
            raise Unreadable("repeated_key")
    except Unreadable as refused:
        return reject(source, offset, line, refused.reason)
    if kind == "AuditEvent":
        return read_event(resource, source, offset, xxhash.xxh3_64_intdigest(line))
    if kind == "Bundle":
        return reject(source, offset, line, "bundle")
    if type(kind) is str and kind:
        return Context(source, offset, resource)
    return reject(source, offset, line, "not_a_resource")


def read_event(event: dict[str, Any], source: str, offset: int, content: int) -> Access:
    """The record of a decoded AuditEvent; ``content`` is the hash of its bytes."""
    outcome = read_outcome(event.get("outcome"))
    return _record(
        source,
        offset,
        content,
        text_of(event.get("id")),
        read_recorded(event),
        read_action(event.get("action")),
        outcome,
        read_agents(event),
        read_entities(event),
        read_control(event, outcome),
        read_session_extension(event.get("extension")),
        _is_search(_codes_in(event)),
    )


def _read_parts(parts: EventParts, source: str, offset: int, content: int) -> Access | None:
    """The same of an AuditEvent cut in parts; None where only the whole of it can be read."""
    try:
        told = read_told(
            bytes(parts.type),
            bytes(parts.subtype),
            bytes(parts.category),
            bytes(parts.code),
            bytes(parts.action),
            bytes(parts.outcome),
            bytes(parts.extension),
        )
        if told.alert:
            return None
        return _record(
            source,
            offset,
            content,
            text_of(value_of(bytes(parts.id))),
            _recorded_of(parts),
            told.action,
            told.outcome,
            parts.who(),
            parts.what(),
            told.control,
            told.session,
            told.search,
        )
    except msgspec.DecodeError:
        return None


@dataclass(frozen=True, slots=True)
class Told:
    """What an event's codes say; ``search``: that it asks for a page of results; ``alert``: its entities matter too."""

    control: Control
    action: str
    outcome: int
    session: str
    search: bool
    alert: bool


CODED = ("type", "subtype", "category", "code", "action", "outcome", "extension")


@remember
def read_told(*parts: bytes) -> Told:
    """What the raw members named in :data:`CODED` say; raises msgspec.DecodeError."""
    event = {name: value_of(part) for name, part in zip(CODED, parts, strict=True)}
    outcome = read_outcome(event["outcome"])
    codes = _codes_in(event)
    return Told(
        read_control(event, outcome),
        read_action(event["action"]),
        outcome,
        read_session_extension(event["extension"]),
        _is_search(codes),
        any(code in ALERT_CODES for code in codes),
    )


def _recorded_of(parts: EventParts) -> int:
    at = parse_time(text_of(value_of(bytes(parts.recorded))))
    if at != MISSING_MS:
        return at
    names = ("occurredDateTime", "occurredPeriod", "period")
    return read_recorded({name: value_of(bytes(getattr(parts, name))) for name in names})


def _record(
    source: str,
    offset: int,
    content: int,
    event: str,
    recorded_ms: int,
    action: str,
    outcome: int,
    who: Who,
    what: What,
    control: Control,
    session: str,
    search: bool,
) -> Access:
    query = read_query(what.query) if what.query else NO_QUERY
    account, unknown = who.account, who.unknown
    if control.kind == Kind.REINSTATED:
        account, unknown = control.account, ""
    return Access(
        source,
        offset,
        content,
        clean_name(event),
        int(control.kind),
        recorded_ms,
        account,
        unknown,
        who.role,
        "",
        who.address,
        who.software,
        what.session or session or who.session or who.token,
        what.request,
        action,
        outcome,
        query.resource or what.resource or ("Patient" if what.patients else ""),
        what.patients,
        what.is_query or search,
        query.count,
        query.page,
        query.form,
        query.value_kind,
        query.value,
    )


def read_recorded(event: dict[str, Any]) -> int:
    """When it happened in ms UTC: the first of recorded, occurred[x], period that can be read."""
    for text in (
        event.get("recorded"),
        event.get("occurredDateTime"),
        dict_of(event.get("occurredPeriod")).get("start"),
        dict_of(event.get("period")).get("start"),
    ):
        at = parse_time(text_of(text))
        if at != MISSING_MS:
            return at
    return MISSING_MS


def read_outcome(value: Any) -> int:
    """0, 4, 8 or 12 from an R4 code or an R5 outcome; -1 where it is not said."""
    if type(value) is dict:
        inner = value.get("code")
        value = inner if type(inner) is str else code_of(inner)
    return OUTCOMES.get(text_of(value), -1)


def read_action(value: Any) -> str:
    """C, R, U, D or E, else the empty string."""
    return value if value in ("C", "R", "U", "D", "E") else ""


def _codes_in(event: dict[str, Any]) -> list[str]:
    return [code for key in ("type", "subtype", "category", "code") for code in codes_of(event.get(key))]


def _is_search(codes: list[str]) -> bool:
    """Whether codes say a search, also where no entity tells what was asked."""
    return not SEARCH_CODES.isdisjoint(codes)


def read_control(event: dict[str, Any], outcome: int) -> Control:
    codes = _codes_in(event)
    if any(code in ALERT_CODES for code in codes):
        account = _reinstated_account(event)
        if account:
            return Control(Kind.REINSTATED, account)
    if LOGIN_CODE in codes:
        return Control(Kind.LOGIN_FAILED if outcome > 0 else Kind.LOGIN_PASSED)
    return Control(Kind.ACCESS)


def _reinstated_account(event: dict[str, Any]) -> str:
    entities = event.get("entity")
    for entity in entities if isinstance(entities, list) else ():
        if type(entity) is dict and _says_active(entity.get("detail")):
            name = name_who(dict_of(entity.get("what"))) or text_of(entity.get("name"))
            if name:
                return name_account(name)
    return ""


def _says_active(details: Any) -> bool:
    for detail in details if type(details) is list else ():
        if type(detail) is dict and detail.get("valueString") == "active":
            label = detail.get("type")
            if label == "status" or "status" in codes_of(label) or dict_of(label).get("text") == "status":
                return True
    return False
