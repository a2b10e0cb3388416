"""To whom a letter goes, or why none leaves: minors, protected adults, the dead, confidential care.

Reads a person whom a theft concerns, and the day. Gives the letters to write (none, one, or two) and the
reason why a person of the site must look at the case, a key of the words ``withheld.*``. The first rule that
fits decides, the one that protects most first. The texts are in docs/explanation/telling-people.md.

Misses: who really holds parental authority, and a secret the directory does not know of.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rempart.notice.affected import Affected
from rempart.notice.obligations import CARE

ADULT_AT = 18
SECRET_AT = 15
"""From this age a minor may plausibly have asked for secrecy: care data seen means that somebody checks."""

Kind = Literal["adult", "minor", "protected", "representative"]


@dataclass(frozen=True, slots=True)
class Addressee:
    """One letter to write: of which kind, to which name and lines."""

    kind: Kind
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens to one person: the letters, and why somebody must look ("" where nobody need)."""

    letters: tuple[Addressee, ...]
    withheld: str = ""


def treat(affected: Affected, today: date) -> Treatment:
    """The treatment of ``affected`` on ``today``."""
    person = affected.person
    if person.confidential:
        return Treatment((), "confidential")
    if affected.ambiguous:
        return Treatment((), "ambiguous")
    if person.deceased:
        return Treatment((), "deceased")
    shown = (*affected.categories, *affected.possible)
    if not shown:
        return Treatment((), "no_category")
    ages = possible_ages(person.birth_date, today)
    if ages is None:
        return Treatment((), "age_unknown")
    youngest, oldest = ages
    if youngest < ADULT_AT and oldest >= SECRET_AT and CARE.intersection(shown):
        return Treatment((), "minor_of_age")
    if not person.address or not person.name:
        return Treatment((), "no_address")
    if youngest < ADULT_AT:
        return Treatment((Addressee("minor", person.name, person.address),))
    if person.protection:
        return _protected(affected)
    return Treatment((Addressee("adult", person.name, person.address),))


def _protected(affected: Affected) -> Treatment:
    """To the person; also to whom represents them (code de la santé publique, L. 1111-2, III)."""
    person = affected.person
    own = Addressee("protected", person.name, person.address)
    if person.protection == "representation" and person.representative and person.representative_address:
        other = Addressee("representative", person.representative, person.representative_address)
        return Treatment((own, other))
    return Treatment((own,), "representative_unknown")


def possible_ages(birth_date: str, today: date) -> tuple[int, int] | None:
    """Youngest and oldest age on ``today`` that a day, month or year of birth allows; None for no date."""
    try:
        parts = [int(part) for part in birth_date.split("-")]
        first = date(*[*parts, 1, 1][:3])
        last = date(*parts) if len(parts) == 3 else _last_day(*parts)
    except (ValueError, TypeError):
        return None
    return None if first > today else (max(_age(last, today), 0), _age(first, today))


def _last_day(year: int, month: int = 12) -> date:
    """The last day of a month, or of a year."""
    return date(year, month, monthrange(year, month)[1])


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
