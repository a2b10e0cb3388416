"""How a site spells its AuditEvents: accesses, logins, reinstatements.

``token``: R4 as IHE BALP has it, the session in ``agent.policy``, a search's query in an entity with role 24.
``bare``: R4 of a thrifty server: no session, no query, no entity with role 24; a search is told by its subtype alone.
``r5``: R5 with the session, the patient in ``patient``, the query with role 24.
"""

from __future__ import annotations

import base64
import hashlib
import urllib.parse
from typing import Literal, get_args

from bench.outside.care import Resource
from bench.outside.clock import instant
from bench.outside.region import Access, Account, Session

Spelling = Literal["token", "bare", "r5"]
SPELLINGS: tuple[Spelling, ...] = get_args(Spelling)

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
HL7 = "http://terminology.hl7.org/CodeSystem"
RESTFUL = "http://hl7.org/fhir/restful-interaction"
BALP = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
NUMBERS = "urn:oid:1.2.250.1.71.4.2.1"
SERVER = "https://fhir.example.org/fhir"

Code = tuple[str, str]
"""System and code."""


def chance(*what: object) -> float:
    """A number in [0, 1) that depends on ``what`` alone, so that one answer more moves no other."""
    digest = hashlib.blake2b(repr(what).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def account_name(spelling: Spelling, account: Account) -> str:
    """What an answer must call the account."""
    return f"Practitioner/{account.reference}" if spelling == "bare" else account.number


def audit_event(spelling: Spelling, account: Account, access: Access, identity: str) -> Resource:
    """The AuditEvent of an access, before it is served."""
    is_search = access.query is not None or (spelling == "token" and _asked_by_search(access))
    interaction = "read"
    if is_search:
        interaction = "search-type" if spelling == "bare" else "search"
    event = _event(
        spelling,
        identity,
        access.second,
        (f"{HL7}/audit-event-type", "rest"),
        (RESTFUL, interaction),
        "E" if is_search else "R",
        "0",
    )
    event["agent"] = _agents(spelling, account, access.session)
    event["entity"] = _entities(spelling, access, is_search, identity)
    if spelling == "r5" and access.patient:
        event["patient"] = {"reference": f"Patient/{access.patient}"}
    return event


def login_event(
    spelling: Spelling, account: Account, session: Session, identity: str, second: float, outcome: str
) -> Resource:
    """An answer to a challenge: ``outcome`` 0 passed, 4 or 8 failed."""
    event = _event(spelling, identity, second, (DICOM, "110114"), (DICOM, "110122"), "E", outcome)
    event["agent"] = _agents(spelling, account, session)
    return event


def reinstatement(spelling: Spelling, account: Account, identity: str, second: float) -> Resource:
    """The security desk gives the account back."""
    event = _event(spelling, identity, second, (DICOM, "110113"), (DICOM, "110137"), "E", "0")
    event["agent"] = [{"who": {"display": "security desk"}, "requestor": True}]
    kind: object = {"text": "status"} if spelling == "r5" else "status"
    event["entity"] = [{"what": _who(spelling, account), "detail": [{"type": kind, "valueString": "active"}]}]
    return event


def _event(
    spelling: Spelling, identity: str, second: float, kind: Code, subtype: Code, action: str, outcome: str
) -> Resource:
    event: Resource = {
        "resourceType": "AuditEvent",
        "id": identity,
        "recorded": instant(second),
        "action": action,
        "source": {"observer": {"display": "enforcement point"}},
    }
    if spelling == "r5":
        event["category"] = [{"coding": [_coding(kind)]}]
        event["code"] = {"coding": [_coding(subtype)]}
        event["outcome"] = {"code": _coding((f"{HL7}/audit-event-outcome", outcome))}
    else:
        event |= {"type": _coding(kind), "subtype": [_coding(subtype)], "outcome": outcome}
    return event


def _agents(spelling: Spelling, account: Account, session: Session) -> list[Resource]:
    """Person and software: two agents where the form has it so, the network then being the software's in R4."""
    person: Resource = {"who": _who(spelling, account), "requestor": True}
    network = {"address": session.address, "type": "2"}
    if spelling == "bare":
        return [person | {"name": session.software, "network": network}]
    software: Resource = {"who": {"display": session.software}, "requestor": False}
    if spelling == "r5":
        person |= {"networkString": session.address, "policy": [f"urn:session:{session.token}"]}
        return [person, software]
    software |= {"name": session.software, "network": network}
    return [software, person | {"policy": [session.token]}]


def _entities(spelling: Spelling, access: Access, is_search: bool, identity: str) -> list[Resource]:
    if spelling == "bare":
        return _bare_entities(access)
    if spelling == "r5":
        return _r5_entities(access)
    entities: list[Resource] = []
    if access.patient:
        entities.append(
            {
                "type": _coding((f"{HL7}/audit-entity-type", "1")),
                "role": _coding((f"{HL7}/object-role", "1")),
                "what": {"reference": f"Patient/{access.patient}"},
            }
        )
    about: Resource = {"type": _coding((f"{HL7}/audit-entity-type", "2"))}
    if is_search:
        about |= {"role": _coding((f"{HL7}/object-role", "24")), "query": _query(access)}
    else:
        about |= {"role": _coding((f"{HL7}/object-role", "4")), "what": {"reference": _reference(access)}}
    entities.append(about)
    entities.append(
        {"type": _coding((BALP, "XrequestId")), "what": {"identifier": {"value": f"rq-{identity}"}}}
    )
    return entities


def _bare_entities(access: Access) -> list[Resource]:
    entities: list[Resource] = []
    if access.patient:
        entities.append({"what": {"reference": f"Patient/{access.patient}"}})
    if access.query or access.resource != "Patient":
        kind = _coding(("http://hl7.org/fhir/resource-types", access.resource))
        entities.append({"type": kind, "description": "search" if access.query else "read"})
    return entities


def _r5_entities(access: Access) -> list[Resource]:
    if access.query is None:
        return [{"what": {"reference": _reference(access)}}]
    role = {"coding": [_coding((f"{HL7}/object-role", "24"))]}
    return [{"role": role, "what": {"display": access.resource}, "query": _query(access)}]


def _asked_by_search(access: Access) -> bool:
    """Four of ten parts of a chart are asked for by a search of the patient's."""
    return access.resource != "Patient" and chance(access.session.token, access.second) < 0.4


def _query(access: Access) -> str:
    name, value = access.query or ("patient", access.patient or "")
    asked = urllib.parse.urlencode({name: value, "_count": access.count})
    return base64.b64encode(f"GET {SERVER}/{access.resource}?{asked}".encode()).decode()


def _reference(access: Access) -> str:
    part = "" if access.resource == "Patient" else f"-{access.resource.lower()}"
    return f"{access.resource}/{access.patient}{part}"


def _who(spelling: Spelling, account: Account) -> Resource:
    if spelling == "bare":
        return {"reference": f"Practitioner/{account.reference}"}
    return {"identifier": {"system": NUMBERS, "value": account.number}}


def _coding(code: Code) -> Resource:
    return {"system": code[0], "code": code[1]}
