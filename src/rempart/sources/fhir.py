"""One FHIR message in, one record out: the path of the live protocol and the reference for files.

Reads: the bytes of one resource as JSON. Gives: an :class:`~rempart.records.Access` for an
AuditEvent, a :class:`~rempart.records.Context` for any other resource, a
:class:`~rempart.records.Rejected` for anything else. Reading is tolerant: a field of the wrong
type counts as absent, and only a line that is no resource is refused.

Who, where and what are found by what the agents and entities say, never by an agent's role: the
IHE BALP examples swap "source" and "destination" between reads and writes. Misses: patients known
only through the resource read (its subject), contained resources, logouts (read as an access that
touches no patient).

Follows HL7 FHIR AuditEvent R4, R4B and R5, DICOM PS3.16 event codes and IHE BALP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import xxhash

from rempart.records import MISSING_MS, Access, Context, Kind, Rejected
from rempart.sources.fhir_agents import Who, read_agents, read_session_extension
from rempart.sources.fhir_entities import What, read_entities
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


def read_message(line: bytes, source: str, offset: int) -> Access | Context | Rejected:
    """Read one resource.

    ``line`` may end in CR and LF; ``offset`` is where it stood (bytes, or a Bundle's entry number).
    Never raises for what a line contains.
    """
    line = line.rstrip(b"\r\n")
    try:
        resource = decode_unit(line)
    except Unreadable as refused:
        return reject(source, offset, line, refused.reason)
    kind = resource.get("resourceType")
    if kind == "AuditEvent":
        return read_event(resource, source, offset, xxhash.xxh3_64_intdigest(line))
    if type(kind) is str and kind:
        return Context(source, offset, resource)
    return reject(source, offset, line, "not_a_resource")


def read_event(event: dict[str, Any], source: str, offset: int, content: int) -> Access:
    """The record of a decoded AuditEvent; ``content`` is the hash of its bytes."""
    who = read_agents(event)
    what = read_entities(event)
    query = read_query(what.query) if what.query else NO_QUERY
    outcome = read_outcome(event.get("outcome"))
    verdict = _read_control(event, outcome)
    account, unknown = who.account, who.unknown
    if verdict.kind == Kind.REINSTATED:
        account, unknown = verdict.account, ""
    return Access(
        source=source,
        offset=offset,
        content=content,
        event=clean_name(text_of(event.get("id"))),
        kind=int(verdict.kind),
        recorded_ms=read_recorded(event),
        account=account,
        unknown_account=unknown,
        role=who.role,
        unit="",
        address=who.address,
        software=who.software,
        session=_read_session(event, who, what),
        request=what.request,
        action=read_action(event.get("action")),
        outcome=outcome,
        resource=query.resource or what.resource or ("Patient" if what.patients else ""),
        patients=what.patients,
        is_query=what.is_query,
        count=query.count,
        page=query.page,
        query_form=query.form,
        value_kind=query.value_kind,
        value=query.value,
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


@dataclass(frozen=True, slots=True)
class _Control:
    kind: Kind
    account: str = ""


def _read_control(event: dict[str, Any], outcome: int) -> _Control:
    codes = [code for key in ("type", "subtype", "category", "code") for code in codes_of(event.get(key))]
    if any(code in ALERT_CODES for code in codes):
        account = _reinstated_account(event)
        if account:
            return _Control(Kind.REINSTATED, account)
    if LOGIN_CODE in codes:
        return _Control(Kind.LOGIN_FAILED if outcome > 0 else Kind.LOGIN_PASSED)
    return _Control(Kind.ACCESS)


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


def _read_session(event: dict[str, Any], who: Who, what: What) -> str:
    """A session id where one is given, else the token id of the requestor's policy."""
    return what.session or read_session_extension(event.get("extension")) or who.session or who.token
