"""Paid helper: the owner himself opens charts for money, at his desk, in his hours, a few more than his work needs.

The charts are plausible: patients lying in other wards or booked with other doctors of his house
these days. Asked to prove himself he hesitates: he passes as rarely as a thief.
"""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _A_DAY = 9, 18
_TAKES = ("Patient", "Coverage", "DocumentReference")


def _about(region: Region, helper: int, day: int) -> list[int]:
    """Patients who are in the helper's house that day and not in his own unit's care."""
    plan, house = region.plan, region.units[region.accounts[helper].unit].hospital
    here: set[int] = set()
    for unit in region.units:
        if unit.hospital == house and unit.index != region.accounts[helper].unit:
            here.update(plan.stays[n].patient for n in plan.present.get((unit.index, day), ()))
    for doctor in region.booked_accounts:
        if region.units[region.accounts[doctor].unit].hospital == house and doctor != helper:
            here.update(plan.appointments[n].patient for n in plan.agenda.get((doctor, day), ()))
    return sorted(here - region.current_care(helper, region.midnight_ms(day)))


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    roles = ("nurse", "hospital_doctor", "admission_clerk", "gp_secretary", "laboratory")
    helper = pick_victim(region, rng, roles, day, taken)
    if helper is None:
        return None
    plans = []
    for each, begin, end in shifts_from(region, helper, day, _DAYS):
        about = _about(region, helper, each)
        plans.append(DayPlan(each, rng.sample(about, min(len(about), _A_DAY)), begin + 20, end - 20))
    return keep_diary("paid helper", region, rng, helper, plans, takes=_TAKES, searched=0.4)


PAID_HELPER = Family("paid helper", "the owner's own plausible extra charts, for money", _hire, _DAYS)
