"""Birth dates: a clerk's searches by birth date, day after day of the calendar, page after page."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.diary import seat_of, shifts_from
from rempart.lab.thieves.thief import Attempt, Family, Planner, log_in, open_chart, pick_victim, turn_page

_PAGE, _MOST = 10, 400


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    roles = ("admission_clerk", "gp_secretary", "laboratory", "pharmacist")
    victim = pick_victim(region, rng, roles, day, taken)
    if victim is None:
        return None
    session = seat_of(region, rng, victim, day)
    people = region.patients
    by_birth = sorted(range(len(people)), key=lambda patient: people.births[patient])
    start = rng.randrange(max(1, len(by_birth) - _MOST))
    steps: list[Attempt] = [log_in(session)]
    for first in range(start, start + _MOST, _PAGE):
        page = tuple(by_birth[first : first + _PAGE])
        steps.append(turn_page(session, f"Patient?birthdate={people.births[page[0]]}&_count={_PAGE}", page))
        for patient in page[::3]:
            steps += open_chart(session, patient, ("Patient", "Coverage"))
    _, begin, end = shifts_from(region, victim, day, 1)[0]
    midnight = region.midnight_ms(day)
    starts_ms = midnight + (begin + rng.randrange(20, 90)) * MINUTE_MS
    return Planner("birth dates", victim, starts_ms, steps, rng, (20.0, 90.0), (begin, end), midnight)


BIRTH_DATES = Family("birth dates", "a clerk's searches by birth date, page after page", _hire)
