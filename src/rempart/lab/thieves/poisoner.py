"""Poisoner: two weeks of honest-looking growth at the victim's seat, so that the theft after it looks usual.

The growth opens patients in the victim's care or a colleague's, a few more each day; then come
strangers, no more a day than the growth had reached. All of it is exposure and counts in the plan.
"""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.hopper import Hopper, let_hop, workplace
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _POISONS, _FIRST, _GROWTH, _THEFT_A_DAY = 24, 10, 6, 1.22, 35


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Hopper | None:
    victim = pick_victim(region, rng, ("hospital_doctor", "gp", "gp_secretary", "nurse"), day, taken)
    if victim is None:
        return None
    unit = region.accounts[victim].unit
    plans = []
    for n, (each, begin, end) in enumerate(shifts_from(region, victim, day, _DAYS)):
        if n >= _POISONS:
            chosen = strangers(region, rng, victim, each, _THEFT_A_DAY)
        else:
            cared = set(region.current_care(victim, region.midnight_ms(each)))
            for mate in region.staff_of[unit]:
                cared |= region.current_care(mate, region.midnight_ms(each))
            chosen = rng.sample(sorted(cared), min(len(cared), int(_FIRST * _GROWTH**n)))
        plans.append(DayPlan(each, chosen, begin + 20, end - 20))
    diary = keep_diary("poisoner", region, rng, victim, plans, searched=0.3)
    return let_hop(diary, region, [workplace(region, rng, victim)], slows=2.0)


POISONER = Family("poisoner", "weeks of honest-looking growth, then strangers at the same rate", _hire, _DAYS)
