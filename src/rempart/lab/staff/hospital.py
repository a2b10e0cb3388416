"""Hospitals: ward doctors, nurses, emergency doctors, admission clerks and coders.

Reads who lies in which ward on which day, who arrived, who left. A ward's patients explain most
openings of doctors and nurses; coders open stays that ended, which the care data explain poorly.
Misses: operating theatres, imaging worklists, students.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.lab.chance import Random, poisson
from rempart.lab.staff.role import MINUTE_MS, Visit, Workday


def _ward_patients(work: Workday, unit: int) -> list[int]:
    plan = work.region.plan
    middle = work.moment(0.6)
    stays = (plan.stays[number] for number in plan.present.get((unit, work.day), ()))
    return [stay.patient for stay in stays if stay.start_ms <= middle and stay.end_ms >= work.start_ms]


def _some(rng: Random, patients: Sequence[int], share: float) -> list[int]:
    return [patient for patient in patients if rng.random() < share]


def doctor_visits(work: Workday) -> list[Visit]:
    """Ward round, the clinic's appointments, advice to another ward, letters after discharge."""
    region, rng, account = work.region, work.rng, work.account
    lying = _ward_patients(work, account.unit)
    night = work.end_ms - work.start_ms > 11 * 60 * MINUTE_MS
    visits = work.spread(_some(rng, lying, 0.15 if night else 0.75), "list")
    for number in region.plan.agenda.get((account.index, work.day), ()):
        booked = region.plan.appointments[number]
        if not booked.cancelled_ms and not night:
            visits.append(Visit(booked.start_ms + rng.randrange(10 * MINUTE_MS), booked.patient, "list"))
    wards = [unit for unit in region.wards_of[region.units[account.unit].hospital] if unit != account.unit]
    for unit in wards if night else rng.sample(wards, min(1, len(wards))):
        others = _ward_patients(work, unit)
        visits += work.spread(_some(rng, others, 0.12), "name")
    left = region.plan.discharged.get((account.unit, work.day - rng.randrange(1, 6)), ())
    visits += [
        Visit(work.any_moment(), region.plan.stays[number].patient, "name")
        for number in left
        if rng.random() < 0.4
    ]
    return visits


def nurse_visits(work: Workday) -> list[Visit]:
    """The nurse's share of the ward, each record several times a shift, and who is being admitted."""
    rng = work.rng
    lying = _ward_patients(work, work.account.unit)
    own = lying if len(lying) <= 8 else rng.sample(lying, max(8, len(lying) // 2))
    visits: list[Visit] = []
    for patient in own:
        for _ in range(1 + poisson(rng, 1.6)):
            visits.append(Visit(work.any_moment(), patient, "list" if rng.random() < 0.2 else ""))
    visits += work.spread(_some(rng, lying, 0.06), "name")
    return visits


def emergency_visits(work: Workday) -> list[Visit]:
    """Arrivals of the shift, often opened before the care data know them, and reopened with results."""
    rng, plan = work.rng, work.region.plan
    visits: list[Visit] = []
    for number in plan.arrivals.get((work.account.index, work.day), ()):
        stay = plan.stays[number]
        first = stay.start_ms + rng.randrange(2 * MINUTE_MS, 45 * MINUTE_MS)
        visits.append(Visit(first, stay.patient, "name" if rng.random() < 0.6 else "list"))
        for _ in range(poisson(rng, 1.3)):
            visits.append(Visit(first + rng.randrange(20 * MINUTE_MS, 200 * MINUTE_MS), stay.patient))
    return visits


def clerk_visits(work: Workday) -> list[Visit]:
    """Today's and tomorrow's admissions and clinic patients of the house, and callers."""
    rng, region = work.rng, work.region
    plan, hospital = region.plan, region.units[work.account.unit].hospital
    visits: list[Visit] = []
    for ahead, share in ((0, 0.7), (1, 0.25)):
        for number in plan.admitted.get((hospital, work.day + ahead), ()):
            if rng.random() < share:
                visits.append(Visit(work.any_moment(), plan.stays[number].patient, "name"))
    for doctor in region.doctors_of[hospital]:
        for number in plan.agenda.get((doctor, work.day), ()):
            booked = plan.appointments[number]
            if rng.random() < 0.35:
                visits.append(Visit(work.any_moment(), booked.patient, "number"))
    return visits


def coder_visits(work: Workday) -> list[Visit]:
    """Stays that ended in the last days, in order of their end, each read through once."""
    rng, region = work.rng, work.region
    hospital = region.units[work.account.unit].hospital
    queue: list[int] = []
    for back in range(1, 9):
        ended = region.plan.ended.get((hospital, work.day - back), ())
        queue += [region.plan.stays[number].patient for number in ended if rng.random() < 0.3]
    queue = queue[: 35 + rng.randrange(25)]
    step = (work.end_ms - work.start_ms) / (len(queue) + 1)
    return [
        Visit(work.start_ms + int(step * (place + rng.random())), patient, "number")
        for place, patient in enumerate(queue)
    ]


def house_pool(work: Workday) -> Sequence[int]:
    """Whom an audit runs through: patients who lay in the unit, or in the house, in the last weeks."""
    region, account = work.region, work.account
    unit = region.units[account.unit]
    keys = [account.unit] if unit.kind == "ward" else region.wards_of[unit.hospital]
    found: dict[int, None] = {}
    for back in range(0, 30):
        for key in keys:
            for number in region.plan.present.get((key, work.day - back), ()):
                found[region.plan.stays[number].patient] = None
    return list(found)


def emergency_pool(work: Workday) -> Sequence[int]:
    """Whom a review of the emergency department runs through: its arrivals of the last weeks."""
    plan, mates = work.region.plan, work.region.staff_of[work.account.unit]
    found: dict[int, None] = {}
    for back in range(0, 30):
        for mate in mates:
            for number in plan.arrivals.get((mate, work.day - back), ()):
                found[plan.stays[number].patient] = None
    return list(found)
