"""Desk hopper: three logins, each at its owner's seat; refused, it slows down and goes on from another desk, then from home lines."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.honest import home_address
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.hopper import Hopper, elsewhere, let_hop, workplace
from rempart.lab.thieves.thief import Family, pick_victims

_LOGINS, _DAYS, _A_DAY = 3, 6, 40
_ROLES = ("hospital_doctor", "gp", "nurse", "gp_secretary", "admission_clerk")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Hopper | None:
    victims = pick_victims(region, rng, _ROLES, day, taken, _LOGINS)
    if not victims:
        return None
    shifts = shifts_from(region, victims[0], day, _DAYS)
    chosen = strangers(region, rng, victims[0], day, _A_DAY * len(shifts))
    plans = [
        DayPlan(each, chosen[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
        for n, (each, begin, end) in enumerate(shifts)
    ]
    homes = [home_address(region, region.accounts[victim], day) for victim in victims]
    seats = [workplace(region, rng, victim) for victim in victims]
    seats += [elsewhere(region, rng, victim, line) for victim, line in zip(victims, homes, strict=True)]
    diary = keep_diary("desk hopper", region, rng, victims[0], plans)
    return let_hop(diary, region, seats, slows=2.5, leaves_account=False)


DESK_HOPPER = Family(
    "desk hopper", "own seats; slows down and changes account, then place, when refused", _hire, _DAYS
)
