"""Care links, staff links and aliases from FHIR resources and mapped rows.

Reads Appointment, Encounter, EpisodeOfCare, CareTeam, Practitioner, PractitionerRole and Patient
(R4, R4B, R5 spellings), and rows ``{"rempart": "care" | "staff" | "patient"}`` of an export. Known
at: when first seen live; from exports ``meta.lastUpdated``, else the creation time, else the start
of the period. A malformed part is left out by itself. At most :data:`MOST` parts of one resource
are read. Misses: Schedule and Slot, contained resources.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rempart.records import NEVER_MS, Alias, CareLink, StaffLink

MOST = 64
_CANCELLED = frozenset({"cancelled", "noshow", "entered-in-error", "revoked", "inactive"})
_KINDS = {
    "Appointment": "appointment",
    "Encounter": "encounter",
    "EpisodeOfCare": "episode",
    "CareTeam": "team",
}
Record = CareLink | StaffLink | Alias


def links_from(resource: dict[str, Any], first_seen_ms: int | None) -> tuple[Record, ...]:
    """What one resource says; ``first_seen_ms`` is None for an export."""
    if "rempart" in resource:
        return _from_row(resource, first_seen_ms)
    kind = resource.get("resourceType")
    if kind in _KINDS:
        return tuple(_care(resource, _KINDS[kind], first_seen_ms))
    if kind == "PractitionerRole":
        return tuple(_staff(resource, first_seen_ms))
    if kind in ("Patient", "Practitioner"):
        return tuple(_names(resource, "patient" if kind == "Patient" else "account", first_seen_ms))
    return ()


def _from_row(row: dict[str, Any], first_seen_ms: int | None) -> tuple[Record, ...]:
    values = {name: value for name, value in row.items() if name != "rempart"}
    if first_seen_ms is not None:
        values["known_ms"] = first_seen_ms
    builder: type[Record] = {"care": CareLink, "staff": StaffLink, "patient": Alias}[row["rempart"]]
    return (builder(**values),)


def _care(resource: dict[str, Any], kind: str, seen: int | None) -> list[CareLink]:
    start, end = _period(resource)
    known = _known(resource, start, seen)
    cancelled = known if resource.get("status") in _CANCELLED else NEVER_MS
    patients, accounts, units = _participants(resource)
    link = f"{kind}/{resource.get('id', '')}"
    return [
        CareLink(patient, who, by_unit, kind, link, known, start, end, cancelled)
        for patient in patients
        for by_unit, names in ((False, accounts), (True, units))
        for who in names
    ]


def _participants(resource: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """Patients, accounts and units a care resource names, each once, in order."""
    references = [resource.get(name) for name in ("subject", "patient", "serviceProvider", "careManager")]
    references += _list(resource.get("managingOrganization"))
    if isinstance(resource.get("managingOrganization"), dict):
        references.append(resource["managingOrganization"])
    for participant in _list(resource.get("participant"))[:MOST]:
        if isinstance(participant, dict):
            references += [participant.get(name) for name in ("actor", "individual", "member", "onBehalfOf")]
    for place in _list(resource.get("location"))[:MOST]:
        if isinstance(place, dict):
            references.append(place.get("location"))
    patients: dict[str, None] = {}
    accounts: dict[str, None] = {}
    units: dict[str, None] = {}
    for reference in references:
        kind, name = _who(reference)
        if not name:
            continue
        if kind == "Patient":
            patients[name] = None
        elif kind in ("Practitioner", "PractitionerRole", ""):
            accounts[name] = None
        elif kind in ("Organization", "Location", "CareTeam", "HealthcareService"):
            units[name] = None
    return list(patients), list(accounts), list(units)


def _staff(resource: dict[str, Any], seen: int | None) -> list[Record]:
    _, account = _who(resource.get("practitioner"))
    if not account:
        return []
    start, end = _period(resource)
    known = _known(resource, start, seen)
    role = ""
    for code in _list(resource.get("code"))[:1]:
        codings = _list(code.get("coding")) if isinstance(code, dict) else []
        role = _text((codings[0] if codings and isinstance(codings[0], dict) else {}).get("code"))
    places = [resource.get("organization"), *_list(resource.get("location"))[:MOST]]
    units = [name for _, name in map(_who, places) if name] or [""]
    out: list[Record] = [StaffLink(account, unit, role, known, start, end) for unit in units]
    own = _text(resource.get("id"))
    out += [
        Alias("account", account, name, known) for name in (own and f"PractitionerRole/{own}", own) if name
    ]
    return out


def _names(resource: dict[str, Any], of: str, seen: int | None) -> list[Alias]:
    name = _text(resource.get("id"))
    if not name:
        return []
    known = _known(resource, 0, seen)
    values = [
        _text(each.get("value"))
        for each in _list(resource.get("identifier"))[:MOST]
        if isinstance(each, dict)
    ]
    for link in _list(resource.get("link"))[:MOST]:
        if isinstance(link, dict):
            values.append(_who(link.get("other"))[1])
    return [Alias(of, name, value, known) for value in values if value and value != name]


def _who(reference: Any) -> tuple[str, str]:
    """(type, name) of a reference; an identifier-only one has the type it says, or none."""
    if not isinstance(reference, dict):
        return "", ""
    parts = _text(reference.get("reference")).partition("/_history/")[0].split("/")
    if len(parts) >= 2:
        return parts[-2], parts[-1]
    identifier = reference.get("identifier")
    value = _text(identifier.get("value")) if isinstance(identifier, dict) else ""
    return _text(reference.get("type")), value


def _period(resource: dict[str, Any]) -> tuple[int, int]:
    period = resource.get("actualPeriod", resource.get("period"))
    bounds = period if isinstance(period, dict) else resource
    start, end = _time(bounds.get("start")), _time(bounds.get("end"))
    return (0 if start is None else start), (NEVER_MS if end is None else end)


def _known(resource: dict[str, Any], start: int, seen: int | None) -> int:
    if seen is not None:
        return seen
    meta = resource.get("meta")
    for text in (meta.get("lastUpdated") if isinstance(meta, dict) else None, resource.get("created")):
        at = _time(text)
        if at is not None:
            return at
    return start


def _time(text: Any) -> int | None:
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (
        int((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
        if 1900 <= at.year < 2200
        else None
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:256] if isinstance(value, str) else ""
