"""Low and slow: eight strangers a working day over weeks, from the victim's seat."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_A_DAY, _DAYS = 8, 14


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    victim = pick_victim(region, rng, ("hospital_doctor", "gp", "nurse", "pharmacist"), day, taken)
    if victim is None:
        return None
    plans = [
        DayPlan(each, strangers(region, rng, victim, each, _A_DAY), begin + 20, end - 20)
        for each, begin, end in shifts_from(region, victim, day, _DAYS)
    ]
    return keep_diary("low and slow", region, rng, victim, plans)


LOW_AND_SLOW = Family("low and slow", "eight strangers a working day, for weeks", _hire, _DAYS)
