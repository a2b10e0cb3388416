"""Appointments only: whoever is expected that day, from the victim's own practice or ward first.

Care data explain every patient of the victim's; then come the other doctors' agendas of the same site,
which a colleague's look explains too.
"""

from __future__ import annotations

from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _MOST = 4, 120


def _expected(region: Region, victim: int, day: int) -> list[int]:
    unit = region.accounts[victim].unit
    house = region.units[unit].hospital
    near = [victim, *(mate for mate in region.staff_of[unit] if mate != victim)]
    far = [
        doctor
        for doctor in region.booked_accounts
        if doctor not in near and region.units[region.accounts[doctor].unit].hospital == house
    ]
    plan = region.plan
    booked = [plan.appointments[n] for who in (*near, *far) for n in plan.agenda.get((who, day), ())]
    return list(dict.fromkeys(each.patient for each in booked if not each.cancelled_ms))[:_MOST]


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    victim = pick_victim(region, rng, ("hospital_doctor", "gp", "gp_secretary"), day, taken)
    if victim is None:
        return None
    plans = [
        DayPlan(each, _expected(region, victim, each), begin + 20, end - 20)
        for each, begin, end in shifts_from(region, victim, day, _DAYS)
    ]
    return keep_diary("appointments only", region, rng, victim, plans, searched=0.2)


APPOINTMENTS = Family("appointments only", "whoever is expected that day, own agenda first", _hire)
