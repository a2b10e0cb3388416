"""Crew at the desks: six accounts, each from its owner's own seat, dividing one list at a few a day each."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.gang import Gang
from rempart.lab.thieves.hopper import let_hop, workplace
from rempart.lab.thieves.thief import Family, pick_victims

_MEMBERS, _DAYS, _A_DAY = 6, 8, 12
_ROLES = ("gp", "hospital_doctor", "nurse", "gp_secretary", "admission_clerk", "pharmacist")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Gang | None:
    victims = pick_victims(region, rng, _ROLES, day, taken, _MEMBERS)
    if len(victims) < 2:
        return None
    loot = strangers(region, rng, victims[0], day, _A_DAY * _DAYS * len(victims))
    members = []
    for number, victim in enumerate(victims):
        own = loot[number :: len(victims)]
        plans = [
            DayPlan(each, own[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
            for n, (each, begin, end) in enumerate(shifts_from(region, victim, day, _DAYS))
        ]
        diary = keep_diary("crew at the desks", region, rng, victim, plans, searched=0.7)
        member = let_hop(diary, region, [workplace(region, rng, victim)], slows=2.0)
        if member is not None:
            members.append(member)
    return Gang("crew at the desks", members) if members else None


DESK_CREW = Family(
    "crew at the desks", "six accounts from their owners' seats, a few patients a day each", _hire, _DAYS
)
