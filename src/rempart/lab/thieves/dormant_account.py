"""Dormant account: the login of somebody who left long ago wakes, by day, at an unhurried pace.

Pages through birth dates and opens the charts it finds. Models the 2025 practice software whose
thefts began with the account of a practitioner who had left.
"""

from __future__ import annotations

from rempart.lab.act import Session
from rempart.lab.chance import Random
from rempart.lab.honest import software_of
from rempart.lab.places import AddressBook
from rempart.lab.region import Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.thief import Attempt, Family, Planner, log_in, open_chart, turn_page

_TAKES = ("Patient", "Coverage", "Condition", "MedicationRequest", "DocumentReference")
_BIRTHS_A_PAGE = 20
_MOST = 450


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    asleep = [account for account in region.dormant if account not in taken]
    if not asleep:
        return None
    victim = region.accounts[rng.choice(asleep)]
    system = ROLE_NAMED[victim.role].system
    session = Session(
        victim.index, region.session_token(victim.index, day, rng.getrandbits(30)),
        AddressBook(rng).public_address(), software_of(region, victim, system, day), system,
    )  # fmt: skip
    people = region.patients
    by_birth = sorted(range(len(people)), key=lambda patient: people.births[patient])
    start = rng.randrange(max(1, len(by_birth) - _MOST))
    chosen = by_birth[start : start + _MOST]
    steps: list[Attempt] = [log_in(session)]
    for first in range(0, len(chosen), _BIRTHS_A_PAGE):
        page = tuple(chosen[first : first + _BIRTHS_A_PAGE])
        query = f"Patient?birthdate=ge{people.births[page[0]]}&_count={_BIRTHS_A_PAGE}&_sort=birthdate"
        steps.append(turn_page(session, query, page))
        for patient in page:
            steps += open_chart(session, patient, _TAKES)
    midnight = region.midnight_ms(day)
    starts_ms = midnight + rng.randrange(9 * 60, 12 * 60) * MINUTE_MS
    return Planner(
        "dormant account", victim.index, starts_ms, steps, rng, (5.0, 18.0), (8 * 60, 20 * 60), midnight
    )


DORMANT_ACCOUNT = Family("dormant account", "a leaver's login wakes and pages through birth dates", _hire)
