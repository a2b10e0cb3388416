"""Patient double: eight strangers a working day for two weeks, each opened as the owner opens patients."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, shifts_from, strangers
from rempart.lab.thieves.likeness import keep_likeness, ways_of
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
    return keep_likeness("patient double", region, rng, victim, plans, ways_of(region, victim, day))


PATIENT_DOUBLE = Family("patient double", "eight strangers a day, opened as the owner does", _hire, _DAYS)
