"""What was touched: the entities of an AuditEvent, and R5's ``patient``.

Reads: the decoded AuditEvent. Gives: the patients' own names in order, each once; the type of what
was read; whether it was a search, and its encoded text; the request id; a session id. A patient is
an entity with object role 1 or one whose ``what`` is a Patient; the name is the reference's id,
else the identifier, else the reference whole, the display, the entity's name. Misses: a patient
known only as the subject of what was read or through the text of a search.

Follows HL7 FHIR AuditEvent.entity R4/R4B/R5, object-role codes 1 (patient) and 24 (query), IHE BALP
(XrequestId).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rempart.sources.fhir_words import (
    clean_name,
    clean_text,
    code_of,
    dict_of,
    list_of,
    split_reference,
    text_of,
    type_name,
    without_history,
)

PATIENT_ROLE = "1"
QUERY_ROLE = "24"
REQUEST_TYPE = "XrequestId"


@dataclass(frozen=True, slots=True)
class What:
    """What the entities say; empty strings where they do not. ``query`` is still encoded."""

    patients: tuple[str, ...]
    resource: str
    is_query: bool
    query: str
    request: str
    session: str


class Entity(NamedTuple):
    """What one entity says; empty strings where it does not. Names are as written."""

    patient: str = ""
    resource: str = ""
    is_query: bool = False
    query: str = ""
    request: str = ""
    session: str = ""


def read_entities(event: dict[str, Any]) -> What:
    """Find patients, resource type, search and request in the entities of ``event``."""
    entities = map(read_entity, list_of(event.get("entity")))
    return join_entities(entities, name_patient(dict_of(event.get("patient"))))


def join_entities(entities: Iterable[Entity], patient: str) -> What:
    """What an event's entities say together, with R5's ``patient`` (a name or empty)."""
    patients: dict[str, None] = {}
    resource = query = request = session = ""
    is_query = False
    for entity in entities:
        if entity.patient:
            patients[clean_name(entity.patient)] = None
        is_query = is_query or entity.is_query
        query = query or entity.query
        resource = resource or entity.resource
        request = request or entity.request
        session = session or entity.session
    if patient:
        patients[clean_name(patient)] = None
    return What(
        tuple(patients), clean_text(resource), is_query, query, clean_name(request), clean_name(session)
    )


def read_entity(entity: Any) -> Entity:
    """What one entity says."""
    if type(entity) is not dict:
        return _NOTHING
    kind = code_of(entity.get("type"))
    what = dict_of(entity.get("what"))
    if kind == REQUEST_TYPE:
        return Entity(request=_identifier_of(what))
    if "session" in kind.lower():
        return Entity(session=_identifier_of(what) or text_of(entity.get("name")))
    role, text = code_of(entity.get("role")), text_of(entity.get("query"))
    type_read = _type_of(what)
    if role == PATIENT_ROLE or type_read == "Patient":
        return Entity(patient=name_patient(what) or text_of(entity.get("name")))
    if role == QUERY_ROLE or text:
        return Entity(is_query=True, query=text)
    return Entity(resource=type_read)


_NOTHING = Entity()


def name_patient(what: dict[str, Any]) -> str:
    """The name a reference to a patient gives: the id, else identifier, whole reference, display."""
    reference = text_of(what.get("reference"))
    kind, name = split_reference(reference)
    if kind == "Patient":
        return name
    whole = "" if reference.startswith("#") else without_history(reference)
    return _identifier_of(what) or whole or text_of(what.get("display"))


def _identifier_of(what: dict[str, Any]) -> str:
    return text_of(dict_of(what.get("identifier")).get("value"))


def _type_of(what: dict[str, Any]) -> str:
    return split_reference(text_of(what.get("reference")))[0] or type_name(text_of(what.get("type")))
