"""Slow ramp: three strangers the first day, half as many again each day that follows."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_FIRST, _GROWTH, _DAYS = 3, 1.5, 14


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    roles = ("hospital_doctor", "gp", "gp_secretary", "pharmacist")
    victim = pick_victim(region, rng, roles, day, taken)
    if victim is None:
        return None
    plans = []
    for n, (each, begin, end) in enumerate(shifts_from(region, victim, day, _DAYS)):
        count = int(_FIRST * _GROWTH**n)
        plans.append(DayPlan(each, strangers(region, rng, victim, each, count), begin + 20, end - 20))
    return keep_diary("slow ramp", region, rng, victim, plans)


SLOW_RAMP = Family("slow ramp", "a few strangers a day, half as many again each day", _hire, _DAYS)
