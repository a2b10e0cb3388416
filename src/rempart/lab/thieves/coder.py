"""Coder: a privileged coding account reads three times its usual charts, in its office hours, at its desk."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _A_DAY = 3, 120
_TAKES = ("Encounter", "DocumentReference", "Condition")


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    victim = pick_victim(region, rng, ("coder",), day, taken)
    if victim is None:
        return None
    plans = [
        DayPlan(each, strangers(region, rng, victim, each, _A_DAY), begin + 15, end - 15)
        for each, begin, end in shifts_from(region, victim, day, _DAYS)
    ]
    return keep_diary("coder", region, rng, victim, plans, takes=_TAKES, searched=0.0)


CODER = Family("coder", "a coding account reads three times its usual charts, at its desk", _hire)
