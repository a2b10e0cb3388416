"""Identifier enumeration: consecutive local numbers, one after the other, many of them nobody's.

A script at a phished town login asks for number after number; a third of the answers is "not
found". Of each person found it reads identity and cover. Models the look-ups of 2024 at the
third-party-payment operators and of 2025 at regional services.
"""

from __future__ import annotations

from rempart.lab import searches
from rempart.lab.act import MINOR_FAILURE, SEARCH, Session
from rempart.lab.chance import Random
from rempart.lab.places import PORTAL, AddressBook
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.thief import Attempt, Family, Planner, log_in, open_chart, pick_victim

_NUMBERS = 1_500


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Planner | None:
    victim = pick_victim(region, rng, ("pharmacist", "gp", "laboratory", "gp_secretary"), day, taken)
    if victim is None:
        return None
    session = Session(
        victim, region.session_token(victim, day, rng.getrandbits(30)), AddressBook(rng).public_address(),
        rng.choice(("Firefox 134", "Chrome 131")), PORTAL,
    )  # fmt: skip
    first, last = region.patients.numbers[0], region.patients.numbers[-1]
    start = rng.randrange(first, max(first + 1, last - _NUMBERS))
    steps: list[Attempt] = [log_in(session)]
    for number in range(start, start + _NUMBERS):
        query, page = searches.by_number(region, number)
        if page:
            steps.append(Attempt(session, SEARCH, "Patient", page, query))
            steps += open_chart(session, page[0], ("Patient", "Coverage"))
        else:
            steps.append(Attempt(session, SEARCH, "Patient", (), query, MINOR_FAILURE))
    starts_ms = region.midnight_ms(day) + rng.randrange(11 * 60, 19 * 60) * MINUTE_MS
    return Planner("enumeration", victim, starts_ms, steps, rng, (0.8, 2.5))


ENUMERATION = Family("enumeration", "phished login, consecutive numbers, many of them nobody's", _hire)
