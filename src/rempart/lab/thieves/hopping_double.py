"""Hopping double: three logins of one profession, read as their owners do; refused, it slows down, then takes the next desk, then home lines."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.honest import home_address
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, shifts_from, strangers
from rempart.lab.thieves.hopper import Hopper, elsewhere, let_hop, workplace
from rempart.lab.thieves.likeness import keep_likeness, ways_of
from rempart.lab.thieves.thief import Family, pick_victim, pick_victims

_LOGINS, _DAYS, _A_DAY = 3, 6, 40
_ROLES = ("hospital_doctor", "gp", "nurse", "gp_secretary", "admission_clerk")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Hopper | None:
    first = pick_victim(region, rng, _ROLES, day, taken)
    if first is None:
        return None
    role = (region.accounts[first].role,)
    victims = [first, *pick_victims(region, rng, role, day, taken | {first}, _LOGINS - 1)]
    shifts = shifts_from(region, first, day, _DAYS)
    chosen = strangers(region, rng, first, day, _A_DAY * len(shifts))
    plans = [
        DayPlan(each, chosen[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
        for n, (each, begin, end) in enumerate(shifts)
    ]
    ways = [way for victim in victims for way in ways_of(region, victim, day)]
    homes = [home_address(region, region.accounts[victim], day) for victim in victims]
    seats = [workplace(region, rng, victim) for victim in victims]
    seats += [elsewhere(region, rng, victim, line) for victim, line in zip(victims, homes, strict=True)]
    diary = keep_likeness("hopping double", region, rng, first, plans, ways)
    return let_hop(diary, region, seats, slows=2.5, leaves_account=False)


HOPPING_DOUBLE = Family(
    "hopping double",
    "three logins of one profession, read as their owners do; moves on when refused",
    _hire,
    _DAYS,
)
