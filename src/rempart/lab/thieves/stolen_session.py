"""Stolen session: the owner's own token, used beside the owner while the owner works.

No login of its own, the same software, another network. Turns wide pages by name, two letters at a
time, and opens some of the charts. Models tokens sold by infostealers.
"""

from __future__ import annotations

from rempart.lab.act import Session
from rempart.lab.chance import Random
from rempart.lab.honest import software_of
from rempart.lab.places import AddressBook, host_on
from rempart.lab.region import Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.thief import Attempt, Family, Planner, open_chart, pick_victim, turn_page

_PAGE = 50
_PAGES = 40
_OPENED_A_PAGE = 5
_TAKES = ("Patient", "Coverage", "DocumentReference")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    victim = pick_victim(region, rng, ("hospital_doctor", "gp_secretary", "admission_clerk"), day, taken)
    if victim is None:
        return None
    account = region.accounts[victim]
    shift = region.rota.of(victim, day)[0]
    system = ROLE_NAMED[account.role].system
    session = Session(
        victim, region.session_token(victim, day, 0), host_on(AddressBook(rng).home_prefix(), rng),
        software_of(region, account, system, day), system,
    )  # fmt: skip
    people = region.patients
    by_name = sorted(range(len(people)), key=lambda patient: people.families[patient])
    steps: list[Attempt] = []
    start = rng.randrange(max(1, len(by_name) - _PAGE * _PAGES))
    for number in range(_PAGES):
        page = tuple(by_name[start + number * _PAGE : start + (number + 1) * _PAGE])
        if not page:
            break
        query = f"Patient?name={people.families[page[0]][:2]}&_count={_PAGE}&page={number + 1}"
        steps.append(turn_page(session, query, page))
        for patient in sorted(rng.sample(page, min(_OPENED_A_PAGE, len(page)))):
            steps += open_chart(session, patient, _TAKES)
    starts_ms = region.midnight_ms(day) + (shift.start_min + rng.randrange(40, 120)) * MINUTE_MS
    return Planner("stolen session", victim, starts_ms, steps, rng, (3.0, 12.0))


STOLEN_SESSION = Family("stolen session", "the owner's token beside the owner, wide pages by name", _hire)
