"""Re-reader: opens the victim's own patients between the thefts, so that half of its work looks honest."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _A_DAY = 3, 50


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    victim = pick_victim(region, rng, ("hospital_doctor", "gp", "nurse"), day, taken)
    if victim is None:
        return None
    plans = []
    for each, begin, end in shifts_from(region, victim, day, _DAYS):
        own = sorted(region.current_care(victim, region.midnight_ms(each)))
        chosen = strangers(region, rng, victim, each, _A_DAY)
        mixed = [p for stranger in chosen for p in ((stranger, rng.choice(own)) if own else (stranger,))]
        plans.append(DayPlan(each, mixed, begin + 20, end - 20))
    return keep_diary("re-reader", region, rng, victim, plans, searched=0.3)


RE_READER = Family("re-reader", "own patients opened again between the thefts", _hire)
