"""A FHIR Patient (R4, R4B, R5) as one row of a table of people.

Reads a decoded resource a stranger may have written: a value of the wrong type counts as absent. Gives
columns whose names :mod:`rempart.leak.headers` knows: family, birth_name, given, birth_date, sex, phone (up to
three), email, street, postcode, city, nir, doctor, and identifiers. French INS and maiden names follow the
profiles of the e-health agency (ANS). ``since`` is the latest start among the periods of what can change.
"""

from __future__ import annotations

from typing import Any

_INS = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11")
_MOST = 64


def _dicts(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items[:_MOST] if isinstance(item, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _joined(value: Any) -> str:
    return (
        " ".join(item for item in value[:_MOST] if isinstance(item, str)) if isinstance(value, list) else ""
    )


def patient_row(patient: dict[str, Any]) -> dict[str, str]:
    """The columns that ``patient`` fills; empty ones are left out."""
    row = {"id": _text(patient.get("id")), "birth_date": _text(patient.get("birthDate"))}
    row["sex"] = _text(patient.get("gender"))
    _names(row, patient)
    _telecoms(row, patient)
    _address(row, patient)
    _identifiers(row, patient)
    doctors = _dicts(patient.get("generalPractitioner"))
    if doctors:
        row["doctor"] = _text(doctors[0].get("display")) or _text(doctors[0].get("reference"))
    updated = patient.get("meta")
    row["updated"] = _text(updated.get("lastUpdated")) if isinstance(updated, dict) else ""
    return {name: value for name, value in row.items() if value}


def _names(row: dict[str, str], patient: dict[str, Any]) -> None:
    for name in _dicts(patient.get("name")):
        family = _text(name.get("family"))
        born = name.get("use") in ("maiden", "official")
        if name.get("use") == "maiden" or (born and "family" in row):
            row.setdefault("birth_name", family)
        elif "family" not in row:
            row["family"] = family
        elif family != row["family"]:
            row.setdefault("birth_name", family)
        row.setdefault("given", _joined(name.get("given")))
        if not family and _text(name.get("text")):
            row.setdefault("full_name", _text(name.get("text")))
    if not row.get("family") and row.get("birth_name"):
        row["family"] = row.pop("birth_name")


def _telecoms(row: dict[str, str], patient: dict[str, Any]) -> None:
    """Phones and mails, each with the start and end of its use."""
    counts = {"phone": 0, "email": 0}
    for telecom in _dicts(patient.get("telecom")):
        system = _text(telecom.get("system"))
        kind = "email" if system == "email" else "phone" if system in ("phone", "sms", "") else ""
        if not kind or counts[kind] >= 3:
            continue
        counts[kind] += 1
        place = "" if counts[kind] == 1 else f"_{counts[kind]}"
        row[f"{kind}{place}"] = _text(telecom.get("value"))
        _period(row, f"{kind}{place}", telecom)


def _period(row: dict[str, str], name: str, element: dict[str, Any]) -> None:
    period = element.get("period")
    if isinstance(period, dict):
        row[f"{name}.from"] = _text(period.get("start"))
        row[f"{name}.to"] = _text(period.get("end"))


def _address(row: dict[str, str], patient: dict[str, Any]) -> None:
    count = 0
    for address in _dicts(patient.get("address"))[:3]:
        if address.get("use") == "billing":
            continue
        count += 1
        place = "" if count == 1 else f"_{count}"
        row[f"street{place}"] = _joined(address.get("line"))
        row[f"postcode{place}"] = _text(address.get("postalCode"))
        row[f"city{place}"] = _text(address.get("city"))
        _period(row, f"street{place}", address)
        _period(row, f"postcode{place}", address)
        _period(row, f"city{place}", address)


def _identifiers(row: dict[str, str], patient: dict[str, Any]) -> None:
    others = 0
    for identifier in _dicts(patient.get("identifier")):
        system, value = _text(identifier.get("system")), _text(identifier.get("value"))
        if any(oid in system for oid in _INS):
            row.setdefault("nir", value)
        elif value and others < 3:
            others += 1
            row["ipp" if others == 1 else f"ipp_{others}"] = value
