"""Batch window: a service account's own night and machine, with a third more patients behind its list."""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.staff.batch import batch_patients
from rempart.lab.staff.role import MINUTE_MS, Workday
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_NIGHTS, _MORE = 3, 0.3


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    victim = pick_victim(region, rng, ("batch",), day, taken)
    if victim is None:
        return None
    plans = []
    for night in range(day, min(day + _NIGHTS, region.spec.days)):
        for shift in region.rota.of(victim, night)[:1]:
            midnight = region.midnight_ms(night)
            work = Workday(
                region, region.accounts[victim], night, rng,
                midnight + shift.start_min * MINUTE_MS, midnight + shift.end_min * MINUTE_MS,
            )  # fmt: skip
            count = max(10, int(_MORE * len(batch_patients(work))))
            chosen = strangers(region, rng, victim, night, count)
            plans.append(DayPlan(night, chosen, shift.start_min + 12, shift.start_min + 12 + count // 30))
    return keep_diary(
        "batch window",
        region,
        rng,
        victim,
        plans,
        takes=("Patient", "Coverage"),
        searched=0.0,
        pace_s=(0.05, 0.5),
    )


BATCH_WINDOW = Family("batch window", "a nightly account's hour, with a third more patients", _hire)
