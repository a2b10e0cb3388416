"""Owner's double: the mimic who also reads as the owner does; only the patients give it away."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, shifts_from, strangers
from rempart.lab.thieves.likeness import keep_likeness, ways_of
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _A_DAY = 4, 45


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    roles = ("hospital_doctor", "gp", "gp_secretary", "admission_clerk", "nurse")
    victim = pick_victim(region, rng, roles, day, taken)
    if victim is None:
        return None
    shifts = shifts_from(region, victim, day, _DAYS)
    chosen = strangers(region, rng, victim, day, _A_DAY * len(shifts))
    plans = [
        DayPlan(each, chosen[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20)
        for n, (each, begin, end) in enumerate(shifts)
    ]
    return keep_likeness("owner's double", region, rng, victim, plans, ways_of(region, victim, day))


DOUBLE = Family(
    "owner's double", "reads, searches and returns as the owner does; the patients are others", _hire
)
