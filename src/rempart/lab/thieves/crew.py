"""Crew: ten phished accounts of a region, each slow, through the same two rented exits, dividing one list.

Takes identities and cover only. Models the 2025 thefts at regional services: about ten usurped
professionals, several attempts, shared servers.
"""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.places import AddressBook
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.gang import Gang
from rempart.lab.thieves.hopper import elsewhere, let_hop
from rempart.lab.thieves.thief import Family, pick_victims

_MEMBERS, _DAYS, _A_DAY = 10, 4, 18
_ROLES = ("gp", "gp_secretary", "pharmacist", "laboratory", "hospital_doctor", "nurse")
_TAKES = ("Patient", "Coverage")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Gang | None:
    victims = pick_victims(region, rng, _ROLES, day, taken, _MEMBERS)
    if len(victims) < 3:
        return None
    book = AddressBook(rng)
    exits = [book.public_address(), book.public_address()]
    loot = strangers(region, rng, victims[0], day, _A_DAY * _DAYS * len(victims))
    members = []
    for number, victim in enumerate(victims):
        own = loot[number :: len(victims)]
        plans = [
            DayPlan(each, own[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
            for n, (each, begin, end) in enumerate(shifts_from(region, victim, day, _DAYS))
        ]
        diary = keep_diary("crew", region, rng, victim, plans, takes=_TAKES, searched=1.0)
        member = let_hop(diary, region, [elsewhere(region, rng, victim, exits[number % 2], "Firefox 134")])
        if member is not None:
            members.append(member)
    return Gang("crew", members) if members else None


CREW = Family("crew", "ten slow accounts through two shared exits, dividing one list", _hire)
