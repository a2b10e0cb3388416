"""Whom a reference of a FHIR resource names: an account, a unit, a patient, or nobody.

Reads a Reference (literal, absolute, contained, by identifier only, by display only) and the resource it
stands in. Gives a :class:`Named`, with the further names the reference itself says are the same.
Follows HL7 FHIR Reference (https://hl7.org/fhir/R5/references.html).
Misses: ``urn:uuid:`` references, whose target is known only inside their Bundle, keep the whole text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rempart.care.words import (
    clean_name,
    dict_of,
    dicts_of,
    split_reference,
    text_of,
    type_name,
    without_history,
)

ACCOUNTS = ("Practitioner", "PractitionerRole")
UNITS = ("Organization", "Location", "HealthcareService", "CareTeam")
PATIENT = "Patient"


@dataclass(frozen=True, slots=True)
class Named:
    """``kind`` is ``account``, ``unit``, ``patient`` or empty for anything else; ``also`` are aliases."""

    kind: str
    name: str
    also: tuple[str, ...] = ()


NOBODY = Named("", "")


def name_reference(value: Any, within: dict[str, Any], expected: str) -> Named:
    """Whom ``value``, a Reference standing in the resource ``within``, names.

    ``expected`` is the FHIR type to take where the reference says none. Empty names nobody.
    """
    reference = dict_of(value)
    literal = text_of(reference.get("reference"))
    if literal.startswith("#"):
        return _name_contained(literal[1:], within, expected)
    fhir_type, name = split_reference(literal)
    fhir_type = fhir_type or type_name(text_of(reference.get("type"))) or expected
    identifier = text_of(dict_of(reference.get("identifier")).get("value"))
    if name:
        return _named(fhir_type, name, (identifier,))
    return _named(fhir_type, identifier or without_history(literal) or text_of(reference.get("display")), ())


def _name_contained(inner_id: str, within: dict[str, Any], expected: str) -> Named:
    """A contained resource has no id of its own in the world: its identifiers name it."""
    for inner in dicts_of(within.get("contained")):
        if text_of(inner.get("id")) != inner_id:
            continue
        fhir_type = type_name(text_of(inner.get("resourceType"))) or expected
        whose = dict_of(inner.get("practitioner"))
        if fhir_type == "PractitionerRole" and not text_of(whose.get("reference")).startswith("#"):
            return name_reference(whose, {}, "Practitioner")
        values = identifiers_of(inner)
        return _named(fhir_type, values[0], values[1:]) if values else NOBODY
    return NOBODY


def _named(fhir_type: str, name: str, also: tuple[str, ...]) -> Named:
    name = clean_name(name)
    others = tuple(clean_name(other) for other in also if other and clean_name(other) != name)
    if not name:
        return NOBODY
    if fhir_type in ACCOUNTS:
        return Named("account", name_account(fhir_type, name), others)
    if fhir_type in UNITS:
        return Named("unit", name_unit(fhir_type, name))
    return Named("patient", name, others) if fhir_type == PATIENT else NOBODY


def name_account(fhir_type: str, name: str) -> str:
    """The name of an account: a practitioner's id alone, a role's with its type: the two may share a number."""
    return f"PractitionerRole/{name}" if fhir_type == "PractitionerRole" else name


def name_unit(fhir_type: str, name: str) -> str:
    """The name of a unit: an organisation's id alone, others with their type, so that ids never clash."""
    return name if fhir_type == "Organization" else f"{fhir_type}/{name}"


def identifiers_of(resource: dict[str, Any]) -> tuple[str, ...]:
    """The distinct identifier values of a resource that can tell one from another, in order.

    A value of one repeated character ("000000", "-") is a filler, and a temporary one is reused.
    """
    values = (
        text_of(one.get("value")).strip()
        for one in dicts_of(resource.get("identifier"))
        if one.get("use") != "temp"
    )
    return tuple(dict.fromkeys(value for value in values if len(set(value)) > 1))
