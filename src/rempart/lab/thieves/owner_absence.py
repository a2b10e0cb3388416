"""Owner's absence: the victim's seat and hours, on the days the victim is off."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _A_DAY = 3, 70


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    roles = ("hospital_doctor", "nurse", "admission_clerk", "emergency_doctor", "gp_secretary")
    victim = pick_victim(region, rng, roles, day, taken)
    if victim is None:
        return None
    off = [each for each in range(day, region.spec.days) if not region.rota.of(victim, each)][:_DAYS]
    chosen = strangers(region, rng, victim, day, _A_DAY * len(off))
    plans = [
        DayPlan(each, chosen[n * _A_DAY : (n + 1) * _A_DAY], 8 * 60 + 30, 18 * 60)
        for n, each in enumerate(off)
    ]
    return keep_diary("owner's absence", region, rng, victim, plans)


OWNER_ABSENCE = Family("owner's absence", "the victim's seat on the days the victim is off", _hire)
