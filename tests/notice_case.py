"""One theft with known figures, a site and its directory: what every test of the notices starts from."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from rempart.canonical import hash_document
from rempart.ledger.journal import Journal
from rempart.ledger.keys import Keys
from rempart.ledger.pseudonym import PATIENT, hash_text
from rempart.notice.affected import Affected
from rempart.notice.casefile import CaseFile, LetterCount
from rempart.notice.obligations import CONDITIONS, Case, assess, obligations
from rempart.notice.people import Person
from rempart.notice.rules import read_rules
from rempart.notice.scope import Scope
from rempart.notice.site import Site, made_up
from rempart.records import CATEGORIES

AWARE = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
NAMES = ("Éléonore D’Aubigné-Lefèvre", "Jean-François N’Guyen", "Zoë de L’Épine", "Noël Œuf", "Anaïs Müller")


def scope_content(**changed: Any) -> dict[str, Any]:
    """What scope.json holds, hash and all."""
    answers = {
        name: {
            "answer": "exposed",
            "seen": 1_000 - 10 * number,
            "possible": 5_370 + number,
            "bounded": True,
            "proof": [],
            "why": "Read in the log.",
        }
        for number, name in enumerate(CATEGORIES)
    }
    answers["bank_details"] |= {"answer": "not_exposed", "seen": 0, "possible": 0}
    answers["images"] |= {"answer": "cannot_tell", "seen": 0, "possible": 6_021}
    content: dict[str, Any] = {
        "format": "rempart-scope-2",
        "incident": "I0001",
        "controller": None,
        "accounts": ["81000000123"],
        "from": "2026-03-02T01:00:00.000Z",
        "to": "2026-03-03T05:00:00.000Z",
        "made_at": "2026-03-04T09:00:00.000Z",
        "ledger_head": None,
        "accesses": 2_468,
        "patients": {"low": 1_234, "high": 1_271},
        "records": {"low": 3_001, "high": 3_090},
        "categories": answers,
        "gaps": [
            {"kind": "missing_hours", "source": "log.ndjson", "from": "2026-03-02T02:00:00.000Z",
             "to": "2026-03-02T03:00:00.000Z", "why": "no line for an hour", "upper_bound": 37},
        ],
        "split": None,
        "worth_eur": {"retail": [1000.0, 9000.5], "lot": [40.0, 300.25]},
        "price_book": {"file": "prices.toml"},
    } | changed  # fmt: skip
    return content | {"hash": hash_document(content)}


def a_scope(**changed: Any) -> Scope:
    return msgspec.convert(scope_content(**changed), Scope)


def a_site(**changed: Any) -> Site:
    """The site of the example file, with whole tables changed."""
    return msgspec.convert(tomllib.loads(made_up()) | changed, Site)


def a_case(
    scope: Scope | None = None,
    site: Site | None = None,
    now: datetime = NOW,
    letters: LetterCount | None = None,
) -> CaseFile:
    scope, site = scope or a_scope(), site or a_site()
    assessment = assess(scope, site)
    rules = read_rules(None, frozenset(CONDITIONS))
    duties = obligations(rules, Case(scope, site, assessment), AWARE, now)
    return CaseFile(scope, site, assessment, tuple(duties), AWARE, now, letters)


def a_person(number: int = 1, **changed: Any) -> Person:
    given, family = NAMES[number % len(NAMES)].split(" ", 1)
    known: dict[str, Any] = {
        "identifiers": (f"p{number}", f"1{number:012d}"),
        "given": given,
        "family": family,
        "birth_date": "1968-05-17",
        "address": (f"{number} rue de l’Hôpital", "59000 Lille"),
    }
    return Person(**(known | changed))


def affected(person: Person | None = None, **changed: Any) -> Affected:
    known: dict[str, Any] = {
        "number": 1,
        "person": person or a_person(),
        "patients": ("00000000000000ab",),
        "categories": ("identity", "contact"),
        "first": "2026-03-02T01:12:00.000Z",
        "last": "2026-03-03T04:40:10.000Z",
        "accesses": 2,
        "in_care": "no",
        "thief_probability": 0.97,
    }
    return Affected(**(known | changed))


def patient(person: Person) -> dict[str, Any]:
    """A FHIR Patient as a hospital exports it."""
    own, *others = person.identifiers
    spoken = {"language": {"coding": [{"code": person.language}]}}
    return {
        "resourceType": "Patient",
        "id": own,
        "identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": each} for each in others],
        "name": [
            {"use": "old", "family": "Autrefois"},
            {"use": "official", "family": person.family, "given": [person.given]},
        ],
        "birthDate": person.birth_date,
        "communication": [spoken] if person.language else [],
        "address": [
            {
                "use": "home",
                "line": [person.address[0]],
                "postalCode": "59000",
                "city": "Lille",
                "country": "FR",
            }
        ],
    }


def make_ledger(data: Path) -> bytes:
    """An empty ledger with its keys; the key of the pseudonyms."""
    keys = Keys.open(data, create=True)
    Journal.open(data).close()
    return keys.pseudonym_key


def pseudonym(name: str, key: bytes) -> str:
    return f"{hash_text(name, key, PATIENT):016x}"


def write_scope(folder: Path, rows: Iterable[tuple[str, str]], **changed: Any) -> Scope:
    """A scope folder: ``rows`` are pseudonyms with their categories joined by ``;``."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = list(rows)
    figures = {"patients": {"low": len(listed), "high": len(listed)}} | changed
    (folder / "scope.json").write_text(json.dumps(scope_content(**figures)), encoding="utf-8")
    with (folder / "scope.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["patient", "first", "last", "accesses", "categories", "in_care", "thief_probability"]
        )
        for name, categories in listed:
            writer.writerow(
                [name, "2026-03-02T01:12:00.000Z", "2026-03-03T04:40:10.000Z", 2, categories, "no", 0.97]
            )
    return a_scope(**figures)


def write_directory(path: Path, people: Iterable[Person]) -> None:
    path.write_text("".join(json.dumps(patient(each)) + "\n" for each in people), encoding="utf-8")


def write_site(path: Path, name: str = "Centre hospitalier des Dunes", role: str = "controller") -> Path:
    text = (
        made_up()
        .replace("Centre hospitalier des Dunes", name)
        .replace('role = "controller"', f'role = "{role}"')
    )
    path.write_text(text, encoding="utf-8")
    return path
