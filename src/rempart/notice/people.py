"""A person of the site's directory, with what a letter needs: names, address, and what forbids a letter.

Reads a decoded FHIR Patient or a table row by :class:`Columns`, tolerantly: a part of the wrong type is left
out. Every text is one printable line, so that a name can neither move a cursor nor turn a line around.
Follows HL7 FHIR R4 and R5 Patient (https://hl7.org/fhir/R5/patient.html), v3-Confidentiality for care a
patient wants kept secret, v3-RoleCode GUARD and the French words for guardians of adults.

Misses: who holds parental authority over a child (directories rarely say), and addresses that are out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from rempart.language import printable

MOST_LINES = 6
_LONGEST = 120
_YES = {"1", "y", "yes", "true", "vrai", "o", "oui", "x"}
_SECRET = {"R", "V"}
_GUARDIANS = (
    ("representation", re.compile(r"\btut(eur|rice|elle)\b", re.I)),
    ("assistance", re.compile(r"\bcurat(eur|rice|elle)\b", re.I)),
    ("unknown", re.compile(r"\b(mandataire|habilitation|guardian)", re.I)),
)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?|(\d\d)[/.-](\d\d)[/.-](\d{4})", re.ASCII)
_MONTH = re.compile(r"\d{4}(-\d\d)?", re.ASCII)


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person of the directory; empty where the directory does not say."""

    identifiers: tuple[str, ...] = ()
    """Every identifier under which a log may name this person, as the log spells it."""
    family: str = ""
    given: str = ""
    birth_date: str = ""
    """``YYYY-MM-DD``, or its first part where only the month or year is known."""
    deceased: bool = False
    confidential: bool = False
    """Care this person wants kept secret, or gave no name for: no letter may leave."""
    protection: str = ""
    """Of an adult: ``representation`` (tutelle and the like), ``assistance`` (curatelle), ``unknown``."""
    representative: str = ""
    representative_address: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    language: str = ""
    """Two letters, lower case."""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip()

    @property
    def same_as(self) -> tuple[str, str]:
        """Two entries of a directory that agree in this are one person."""
        return self.name.casefold(), self.birth_date


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which columns of a table hold what; several are joined, or read one after the other."""

    identifiers: tuple[str, ...]
    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    birth_date: tuple[str, ...] = ()
    deceased: tuple[str, ...] = ()
    confidential: tuple[str, ...] = ()
    protection: tuple[str, ...] = ()
    representative: tuple[str, ...] = ()
    representative_address: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    postcode: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()


HEADERS: dict[str, tuple[str, ...]] = {
    "identifiers": ("id", "identifier", "patient", "patientid", "ipp", "ins", "inspi", "nir", "mrn", "nip"),
    "family": ("family", "familyname", "lastname", "surname", "nom", "nomusuel", "nomdusage", "nomutilise"),
    "given": ("given", "givenname", "firstname", "prenom", "prenoms", "prenomutilise"),
    "birth_date": ("birthdate", "dateofbirth", "dob", "datenaissance", "datedenaissance", "ddn"),
    "deceased": ("deceased", "decede", "deces", "datedeces", "datededeces", "dateofdeath"),
    "confidential": ("confidential", "confidentiel", "secret", "anonyme", "soinsconfidentiels"),
    "protection": ("protection", "protected", "protege", "mesuredeprotection", "tutelle"),
    "representative": ("representative", "representant", "tuteur", "guardian"),
    "representative_address": ("representativeaddress", "adresserepresentant", "adressetuteur"),
    "address": ("address", "adresse", "street", "rue", "adresse1", "adresse2", "adresse3", "complement"),
    "postcode": ("postcode", "postalcode", "zip", "codepostal", "cp"),
    "city": ("city", "town", "ville", "commune"),
    "country": ("country", "pays"),
    "language": ("language", "langue", "lang"),
}
"""Column titles that are understood without a mapping, in lower case letters and digits, accents off."""


def person_of_patient(patient: Mapping[str, Any], identifiers: Iterable[str]) -> Person:
    """The person a FHIR Patient describes, known to logs under ``identifiers``."""
    name = _best(_dicts(patient.get("name")), ("official", "usual"))
    address = _best(_dicts(patient.get("address")), ("home", "billing"))
    protection, representative, theirs = _guardian(_dicts(patient.get("contact")))
    given = " ".join(each for each in _list(name.get("given")) if isinstance(each, str))
    family = _line(name.get("family"))
    return Person(
        identifiers=tuple(dict.fromkeys(identifiers)),
        family=family if family or given else _line(name.get("text")),
        given=_line(given),
        birth_date=read_day(_line(patient.get("birthDate"))),
        deceased=patient.get("deceasedBoolean") is True or bool(_line(patient.get("deceasedDateTime"))),
        confidential=any(_is_secret(code) for code in _dicts(_dict(patient.get("meta")).get("security"))),
        protection=protection,
        representative=representative,
        representative_address=theirs,
        address=_address(address),
        language=_language(_dicts(patient.get("communication"))),
    )


def person_of_row(row: Mapping[str, str], columns: Columns) -> Person:
    """The person a row of a table describes."""

    def joined(names: tuple[str, ...]) -> str:
        return _line(" ".join(row.get(name, "") for name in names))

    lines = [_line(row.get(name, "")) for name in columns.address]
    country = joined(columns.country)
    lines += [
        f"{joined(columns.postcode)} {joined(columns.city)}".strip(),
        "" if _is_france(country) else country,
    ]
    return Person(
        identifiers=tuple(dict.fromkeys(row.get(name, "").strip() for name in columns.identifiers)),
        family=joined(columns.family),
        given=joined(columns.given),
        birth_date=read_day(joined(columns.birth_date)),
        deceased=_said(joined(columns.deceased)),
        confidential=_said(joined(columns.confidential)),
        protection=_protection(joined(columns.protection)),
        representative=joined(columns.representative),
        representative_address=_kept(_line(row.get(name, "")) for name in columns.representative_address),
        address=_kept(lines),
        language=joined(columns.language)[:2].lower(),
    )


def read_day(text: str) -> str:
    """``YYYY-MM-DD`` (or ``YYYY-MM``, ``YYYY``) of a date as directories write it; empty for anything else."""
    found = _DAY.fullmatch(text)
    if found:
        year, month, day, last, middle, first = found.groups()
        return f"{year}-{month}-{day}" if year else f"{first}-{middle}-{last}"
    return text if _MONTH.fullmatch(text) else ""


def _guardian(contacts: list[dict[str, Any]]) -> tuple[str, str, tuple[str, ...]]:
    """The measure of protection that a contact shows, who is in charge of it, and where they live."""
    for contact in contacts:
        for relation in _dicts(contact.get("relationship")):
            codes = [_line(coding.get("code")) for coding in _dicts(relation.get("coding"))]
            words = " ".join(
                [
                    _line(relation.get("text")),
                    *(_line(c.get("display")) for c in _dicts(relation.get("coding"))),
                ]
            )
            measure = next((kind for kind, form in _GUARDIANS if form.search(words)), "")
            if measure or "GUARD" in codes:
                name = _dict(contact.get("name"))
                given = " ".join(each for each in _list(name.get("given")) if isinstance(each, str))
                full = _line(f"{given} {_line(name.get('family'))}") or _line(name.get("text"))
                return measure or "unknown", full, _address(_dict(contact.get("address")))
    return "", "", ()


def _is_secret(coding: Mapping[str, Any]) -> bool:
    """Restricted or very restricted, or any sensitivity code: this care is to be kept from others."""
    return _line(coding.get("code")) in _SECRET or _line(coding.get("system")).endswith("v3-ActCode")


def _protection(text: str) -> str:
    if text in ("representation", "assistance", "unknown"):
        return text
    measure = next((kind for kind, form in _GUARDIANS if form.search(text)), "")
    return measure or ("unknown" if _said(text) else "")


def _said(text: str) -> bool:
    """Whether a cell says yes; a date (of death) does."""
    return text.lower() in _YES or bool(read_day(text))


def _address(address: Mapping[str, Any]) -> tuple[str, ...]:
    lines = [_line(line) for line in _list(address.get("line"))]
    town = f"{_line(address.get('postalCode'))} {_line(address.get('city'))}".strip()
    country = _line(address.get("country"))
    if not any([*lines, town]):
        return _kept(_line(part) for part in str(address.get("text") or "").splitlines())
    return _kept([*lines, town, "" if _is_france(country) else country])


def _is_france(country: str) -> bool:
    return country.casefold() in ("", "fr", "fra", "france")


def _language(spoken: list[dict[str, Any]]) -> str:
    preferred = sorted(spoken, key=lambda each: each.get("preferred") is not True)
    for each in preferred:
        for coding in _dicts(_dict(each.get("language")).get("coding")):
            if _line(coding.get("code")):
                return _line(coding.get("code"))[:2].lower()
    return ""


def _best(choices: list[dict[str, Any]], uses: tuple[str, ...]) -> dict[str, Any]:
    """The entry in use now: of the first use there is, else the first that is not old."""
    current = [each for each in choices if each.get("use") not in ("old", "temp")]
    for use in uses:
        for each in current:
            if each.get("use") == use:
                return each
    return current[0] if current else {}


def _kept(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple([line for line in lines if line][:MOST_LINES])


def _line(value: Any) -> str:
    return printable(" ".join(value.split()), _LONGEST) if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:64] if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value if isinstance(value, list) else [value]) if isinstance(item, dict)]
