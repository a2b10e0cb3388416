"""The searches people make before they open a record, and the pages that come back.

Gives the query in FHIR search spelling and the patients on the page. A search by name and birth
date or by number finds one person; by name alone, everybody of that name; by a mistyped name or
number, nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rempart.lab.chance import Random

if TYPE_CHECKING:
    from rempart.lab.region import Region

NUMBER_SYSTEM = "urn:oid:1.2.250.1.999.1"
PAGE = 10


def by_number(region: Region, number: int) -> tuple[str, tuple[int, ...]]:
    """(query, page) of a search by local number; the page is empty where nobody has it."""
    found = region.patients.by_number.get(number)
    return f"Patient?identifier={NUMBER_SYSTEM}|{number}", () if found is None else (found,)


def by_name(region: Region, patient: int, rng: Random) -> tuple[str, tuple[int, ...]]:
    """(query, page) of a search for a patient by name, half of the time with the birth date."""
    people = region.patients
    family = people.families[patient]
    if rng.random() < 0.55:
        query = f"Patient?name={family}&birthdate={people.births[patient]}"
        page = tuple(p for p in people.by_family[family] if people.births[p] == people.births[patient])
        return query, page
    namesakes = people.by_family[family]
    page = namesakes[:PAGE]
    if patient not in page:
        page = (*namesakes[: PAGE - 1], patient)
    return f"Patient?name={family}&_count={PAGE}", page


def mistyped(region: Region, patient: int, rng: Random) -> str:
    """The query of a search that finds nobody: one letter too many, or a number between two."""
    if rng.random() < 0.5:
        return f"Patient?name={region.patients.families[patient]}{rng.choice('aehnrst')}x"
    number = region.patients.numbers[patient] + 1
    while number in region.patients.by_number:
        number += 1
    return f"Patient?identifier={NUMBER_SYSTEM}|{number}"


def ward_list(
    region: Region, unit: int, day: int, at_ms: int, count: int = 30
) -> tuple[str, tuple[int, ...]]:
    """(query, page) of a ward's present patients."""
    plan = region.plan
    stays = (plan.stays[number] for number in plan.present.get((unit, day), ()))
    page = tuple(dict.fromkeys(s.patient for s in stays if s.start_ms <= at_ms <= s.end_ms))[:count]
    place = region.units[unit].organization
    return f"Encounter?service-provider={place}&status=in-progress&_count={count}", page


def agenda_list(
    region: Region, accounts: list[int], day: int, count: int = 50
) -> tuple[str, tuple[int, ...]]:
    """(query, page) of the day's appointments of some accounts."""
    plan = region.plan
    booked = (plan.appointments[n] for account in accounts for n in plan.agenda.get((account, day), ()))
    page = tuple(dict.fromkeys(b.patient for b in booked if not b.cancelled_ms))[:count]
    iso = region.date_of(day).isoformat()
    who = region.accounts[accounts[0]].practitioner if accounts else ""
    return f"Appointment?date={iso}&practitioner={who}&_count={count}", page
