"""Double off duty: an owner's usual number of patients, opened as the owner does, on the days the owner is off."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, shifts_from, strangers
from rempart.lab.thieves.likeness import keep_likeness, ways_of
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS = 3


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    roles = ("hospital_doctor", "nurse", "admission_clerk", "emergency_doctor", "gp_secretary")
    victim = pick_victim(region, rng, roles, day, taken)
    if victim is None:
        return None
    ways, worked = ways_of(region, victim, day), len(shifts_from(region, victim, 0, day))
    off = [each for each in range(day, region.spec.days) if not region.rota.of(victim, each)][:_DAYS]
    a_day = len(ways) // max(worked, 1)
    chosen = strangers(region, rng, victim, day, a_day * len(off))
    plans = [
        DayPlan(each, chosen[n * a_day : (n + 1) * a_day], 8 * 60 + 30, 18 * 60) for n, each in enumerate(off)
    ]
    return keep_likeness("double off duty", region, rng, victim, plans, ways)


DOUBLE_OFF_DUTY = Family("double off duty", "an owner's usual day with other patients, on days off", _hire)
