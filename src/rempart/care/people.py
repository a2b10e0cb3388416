"""Staff rows, family doctors and aliases from Patient, Practitioner and PractitionerRole.

Reads one decoded resource and when it became known. Gives aliases of patients (INS, local number, FHIR
id, merged records) and of accounts (RPPS and other identifiers, PractitionerRole ids), staff rows (which
account works where, as what, from when to when), and a link to each general practitioner.
Follows https://hl7.org/fhir/R5/patient.html, practitioner.html, practitionerrole.html.
Misses: the systems of identifiers; two systems giving one number to two patients join them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rempart.care.references import identifiers_of, name_account, name_reference
from rempart.care.visits import UNSAID, known_at, span_of
from rempart.care.words import clean_name, code_of, dicts_of, text_of
from rempart.records import MISSING_MS, NEVER_MS, Alias, CareLink, StaffLink


def _aliases(of: str, name: str, others: tuple[str, ...], known_ms: int) -> Iterator[Alias]:
    for other in dict.fromkeys(clean_name(one) for one in others):
        if other and other != name:
            yield Alias(of, name, other, known_ms)


def read_patient(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[CareLink | Alias]:
    """The names of a patient, his merged records, and his general practitioners."""
    values = identifiers_of(resource)
    name = clean_name(text_of(resource.get("id")) or (values[0] if values else ""))
    if not name:
        return
    known = known_at(resource, first_seen_ms, MISSING_MS)
    yield from _aliases("patient", name, values, known)
    for link in dicts_of(resource.get("link")):
        other = name_reference(link.get("other"), resource, "Patient")
        if other.kind != "patient" or other.name == name:
            continue
        kept, gone = (other.name, name) if text_of(link.get("type")) == "replaced-by" else (name, other.name)
        yield Alias("patient", kept, gone, known)
    for practitioner in dicts_of(resource.get("generalPractitioner")):
        who = name_reference(practitioner, resource, "Practitioner")
        if who.kind not in ("account", "unit"):
            continue
        if who.kind == "account":
            yield from _aliases("account", who.name, who.also, known)
        yield CareLink(
            name, who.name, who.kind == "unit", "list", clean_name(f"Patient/{name}"), known, MISSING_MS,
            NEVER_MS, NEVER_MS,
        )  # fmt: skip


def read_practitioner(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[Alias]:
    """The names of a professional."""
    values = identifiers_of(resource)
    name = clean_name(text_of(resource.get("id")) or (values[0] if values else ""))
    if name:
        yield from _aliases("account", name, values, known_at(resource, first_seen_ms, MISSING_MS))


def read_role(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[StaffLink | Alias]:
    """Where a professional works and as what; the role's own names are the professional's too."""
    span = span_of(resource.get("period"), UNSAID)
    known = known_at(resource, first_seen_ms, span.start_ms)
    own_id = clean_name(text_of(resource.get("id")))
    own = name_account("PractitionerRole", own_id) if own_id else ""
    who = name_reference(resource.get("practitioner"), resource, "Practitioner")
    name = who.name if who.kind == "account" else own
    if not name:
        return
    yield from _aliases("account", name, (*who.also, own, *identifiers_of(resource)), known)
    end = span.end_ms
    if resource.get("active") is False and end == NEVER_MS and known != MISSING_MS:
        end = max(span.start_ms, known)
    role = code_of(resource.get("code")) or code_of(resource.get("specialty"))
    units: dict[str, None] = {}
    for key, expected in (
        ("organization", "Organization"), ("location", "Location"), ("healthcareService", "HealthcareService")
    ):  # fmt: skip
        for reference in dicts_of(resource.get(key)):
            unit = name_reference(reference, resource, expected)
            if unit.kind == "unit":
                units[unit.name] = None
    for unit_name in units or ("",):
        yield StaffLink(name, unit_name, role, known, span.start_ms, end)
