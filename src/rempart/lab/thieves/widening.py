"""Widening pages: a clerk's searches by name ask for ever more results, ten at first, two hundred at last."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.diary import seat_of, shifts_from
from rempart.lab.thieves.thief import Attempt, Family, Planner, log_in, open_chart, pick_victim, turn_page

_WIDTHS = (10, 10, 15, 20, 20, 30, 40, 50, 50, 80, 100, 100, 150, 200)


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    victim = pick_victim(region, rng, ("admission_clerk", "gp_secretary", "laboratory"), day, taken)
    if victim is None:
        return None
    session = seat_of(region, rng, victim, day)
    people = region.patients
    by_name = sorted(range(len(people)), key=lambda patient: people.families[patient])
    at = rng.randrange(max(1, len(by_name) - sum(_WIDTHS)))
    steps: list[Attempt] = [log_in(session)]
    for width in _WIDTHS:
        page = tuple(by_name[at : at + width])
        if not page:
            break
        at += width
        query = f"Patient?name={people.families[page[0]][:2]}&_count={width}"
        steps.append(turn_page(session, query, page))
        steps += open_chart(session, rng.choice(page), ("Patient", "Coverage"))
    _, begin, end = shifts_from(region, victim, day, 1)[0]
    midnight = region.midnight_ms(day)
    starts_ms = midnight + (begin + rng.randrange(20, 90)) * MINUTE_MS
    return Planner("widening pages", victim, starts_ms, steps, rng, (60.0, 400.0), (begin, end), midnight)


WIDENING = Family("widening pages", "a clerk's result pages grow from ten to two hundred", _hire)
