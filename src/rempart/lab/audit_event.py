"""Spells acts as FHIR AuditEvents, the way the region's systems do.

Two spellings by system: R4 (``type``, ``subtype``, ``outcome`` a code, ``agent.network``) and R5
(``category``, ``code``, ``outcome`` an object, ``networkString``, ``patient``); times in UTC or
UTC+01:00; a result page as one event with many patients or as one event for each, which share a
request id. Follows HL7 FHIR AuditEvent R4/R5 and IHE BALP (token id in ``agent.policy``, query in
base64 under role 24, XrequestId entity, DICOM 110114/110122 for logins, 110113 for alerts).

The dictionaries share unchanging parts: whoever reads one must not change it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from rempart.lab.act import LOGIN, LOGIN_FAILED, READ, REINSTATE, SEARCH, Act, Session
from rempart.lab.chance import Random
from rempart.lab.places import SYSTEMS
from rempart.lab.region import LOCAL_OFFSET_MS, Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.times import Clockface

Resource = dict[str, Any]

DCM = "http://dicom.nema.org/resources/ontology/DCM"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_EVENT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_OUTCOME = "http://terminology.hl7.org/CodeSystem/audit-event-outcome"
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
ACCOUNT_SYSTEM = "urn:oid:1.2.250.1.999.3"
ROLE_SYSTEM = "urn:oid:1.2.250.1.999.2"

_REST = {"system": _EVENT_TYPE, "code": "rest", "display": "Restful Operation"}
_PERSON = {"system": _ENTITY_TYPE, "code": "1", "display": "Person"}
_OBJECT = {"system": _ENTITY_TYPE, "code": "2", "display": "System Object"}
_PATIENT_ROLE = {"system": _OBJECT_ROLE, "code": "1", "display": "Patient"}
_RESOURCE_ROLE = {"system": _OBJECT_ROLE, "code": "4", "display": "Domain Resource"}
_QUERY_ROLE = {"system": _OBJECT_ROLE, "code": "24", "display": "Query"}
_REQUEST_TYPE = {"system": _BALP_ENTITY, "code": "XrequestId"}
_APPLICATION = {"coding": [{"system": DCM, "code": "110150", "display": "Application"}]}
_HUMAN = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
}

_INTERACTIONS = {READ: ("read", "R"), SEARCH: ("search-type", "E")}
_CONTROLS = {
    LOGIN: ("110114", "User Authentication", "110122", "Login"),
    LOGIN_FAILED: ("110114", "User Authentication", "110122", "Login"),
    REINSTATE: ("110113", "Security Alert", "110137", "User Security Attributes Changed"),
}


class Scribe:
    """Writes acts of one region as AuditEvents. Event and request ids come from ``rng``."""

    def __init__(self, region: Region, rng: Random) -> None:
        self._region, self._rng = region, rng
        self._clock = (Clockface(0, "Z"), Clockface(LOCAL_OFFSET_MS, "+01:00"))
        self._heads = {
            (release, what): self._head(release, what)
            for release in ("R4", "R5")
            for what in (READ, SEARCH, LOGIN, LOGIN_FAILED, REINSTATE)
        }
        self._sources = [
            {"site": f"{system.name}.example", "observer": {"reference": f"Device/{number:06d}"}}
            for number, system in enumerate(SYSTEMS)
        ]

    def write(self, act: Act) -> Iterator[tuple[Resource, tuple[int, ...]]]:
        """The act's AuditEvents, each with the patients it shows, all at one instant."""
        release = SYSTEMS[act.session.system]
        if act.what == SEARCH and release.one_event_a_patient and len(act.patients) > 1:
            request = f"{self._rng.getrandbits(64):016x}"
            for patient in act.patients:
                yield self._event(act, (patient,), request), (patient,)
        elif act.what in (READ, SEARCH):
            request = f"{self._rng.getrandbits(64):016x}"
            yield self._event(act, act.patients, request), act.patients
        else:
            yield self._control(act), ()

    def _event(self, act: Act, patients: tuple[int, ...], request: str) -> Resource:
        session = act.session
        five = SYSTEMS[session.system].release == "R5"
        event = self._shell(act, five)
        references = [{"reference": f"Patient/{self._region.patients.ids[patient]}"} for patient in patients]
        entity: list[Resource] = [
            {"type": _PERSON, "role": _PATIENT_ROLE, "what": each} for each in references
        ]
        if act.what == SEARCH:
            query = b64encode(self._spell(act.query, session.system)).decode()
            entity.append({"type": _OBJECT, "role": _QUERY_ROLE, "query": query})
        elif act.resource != "Patient":
            what = {"reference": f"{act.resource}/{self._rng.getrandbits(48):012x}"}
            entity.append({"type": _OBJECT, "role": _RESOURCE_ROLE, "what": what})
        entity.append({"type": _REQUEST_TYPE, "what": {"identifier": {"value": request}}})
        event["entity"] = entity
        if five and len(patients) == 1:
            event["patient"] = references[0]
        return event

    def _shell(self, act: Act, five: bool) -> Resource:
        session = act.session
        if not session.agents:
            session.agents = self._agents(session, five)
        event = self._heads["R5" if five else "R4", act.what].copy()
        event["id"] = f"{self._rng.getrandbits(64):016x}"
        event["recorded"] = self._clock[five].instant(act.at_ms)
        if five:
            event["occurredDateTime"] = event["recorded"]
            event["outcome"] = {"code": {"system": _OUTCOME, "code": act.outcome}}
        else:
            event["outcome"] = act.outcome
        event["agent"] = session.agents
        event["source"] = self._sources[session.system]
        return event

    def _control(self, act: Act) -> Resource:
        """A login, passed or failed, or a person's word that an account is active again."""
        event = self._shell(act, SYSTEMS[act.session.system].release == "R5")
        if act.what == REINSTATE:
            name = {"identifier": {"value": self._region.accounts[act.session.account].identifier}}
            status = {"type": "status", "valueString": "active"}
            if SYSTEMS[act.session.system].release == "R5":
                status["type"] = {"text": "status"}  # type: ignore[assignment]
            event["entity"] = [{"type": _OBJECT, "what": name, "detail": [status]}]
            event["agent"] = [{"who": {"display": "service desk"}, "requestor": True}]
        return event

    def _head(self, release: str, what: str) -> Resource:
        if what in _INTERACTIONS:
            code, action = _INTERACTIONS[what]
            kind, detail = _REST, {"system": _INTERACTION, "code": code, "display": code}
        else:
            first, display, second, finer = _CONTROLS[what]
            kind, action = {"system": DCM, "code": first, "display": display}, "E"
            detail = {"system": DCM, "code": second, "display": finer}
        if release == "R5":
            return {"resourceType": "AuditEvent", "id": "", "category": [{"coding": [kind]}],
                    "code": {"coding": [detail]}, "action": action}  # fmt: skip
        return {"resourceType": "AuditEvent", "id": "", "type": kind, "subtype": [detail], "action": action}

    def _agents(self, session: Session, five: bool) -> list[Resource]:
        """The requestor and its software; addresses as each release spells them."""
        account = self._region.accounts[session.account]
        code = ROLE_NAMED[account.role].code
        person: Resource = {
            "type": _HUMAN,
            "role": [{"coding": [{"system": ROLE_SYSTEM, "code": code}]}],
            "who": {"identifier": {"system": ACCOUNT_SYSTEM, "value": account.identifier}},
            "requestor": True,
            "policy": [session.token],
        }
        program: Resource = {"type": _APPLICATION, "requestor": False}
        if five:
            person["networkString"] = program["networkString"] = session.address
            program["who"] = {"display": session.software}
        else:
            person["network"] = {"address": session.address, "type": "2"}
            program["name"] = session.software
        return [person, program]

    def _spell(self, query: str, system: int) -> bytes:
        """Hospitals log the whole request line, others the bare search."""
        if SYSTEMS[system].release == "R4":
            line = f"GET https://{SYSTEMS[system].name}.example/fhir/{query}"
            return f"{line}\nAccept: application/fhir+json".encode()
        return query.encode()
