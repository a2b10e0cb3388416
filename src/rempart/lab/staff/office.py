"""General practices: GPs, their secretaries, and the locums who stand in for them.

Reads the day's agenda and the practice's lists. Appointments explain most openings; walk-ins,
telephone calls and recalls of the list do not. Misses: house calls by route, group consultations.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.lab.chance import poisson
from rempart.lab.staff.role import MINUTE_MS, Visit, Workday


def _agenda_visits(work: Workday, account: int) -> list[Visit]:
    """Each appointment of the day that was kept, opened a little before or after its time."""
    plan, rng = work.region.plan, work.rng
    visits = []
    for number in plan.agenda.get((account, work.day), ()):
        booked = plan.appointments[number]
        if booked.cancelled_ms or rng.random() < 0.04:
            continue
        at_ms = booked.start_ms + rng.randrange(-4 * MINUTE_MS, 12 * MINUTE_MS)
        visits.append(Visit(at_ms, booked.patient, "list" if rng.random() < 0.7 else "name"))
    return visits


def gp_visits(work: Workday) -> list[Visit]:
    """The agenda, walk-ins from the own list, prescriptions and results looked at between."""
    own = work.region.lists[work.account.index]
    visits = _agenda_visits(work, work.account.index)
    for _ in range(poisson(work.rng, 1.5)):
        visits.append(Visit(work.any_moment(), own.draw(work.rng), "name"))
    for _ in range(poisson(work.rng, 2.5)):
        visits.append(Visit(work.any_moment(), own.draw(work.rng), "list", ("Observation",)))
    return visits


def locum_visits(work: Workday) -> list[Visit]:
    """The agenda of the doctor replaced; unknown patients are searched and read more widely."""
    replaced = work.region.rota.stands_in_for[(work.account.index, work.day)]
    visits = [visit._replace(find="name") for visit in _agenda_visits(work, replaced)]
    others = work.region.lists[replaced]
    visits += [Visit(work.any_moment(), others.draw(work.rng), "name") for _ in range(poisson(work.rng, 3))]
    return visits


def secretary_visits(work: Workday) -> list[Visit]:
    """Check-in of the practice's patients, and callers who ask for an appointment or a paper."""
    region, rng = work.region, work.rng
    visits: list[Visit] = []
    doctors = [a for a in region.staff_of[work.account.unit] if region.accounts[a].role == "gp"]
    for doctor in doctors:
        for number in region.plan.agenda.get((doctor, work.day), ()):
            booked = region.plan.appointments[number]
            if rng.random() < 0.55:
                at_ms = min(max(booked.start_ms - rng.randrange(20 * MINUTE_MS), work.start_ms), work.end_ms)
                visits.append(Visit(at_ms, booked.patient, "list"))
        for ahead in range(1, 8):
            for number in region.plan.agenda.get((doctor, work.day + ahead), ()):
                booked = region.plan.appointments[number]
                if rng.random() < 0.06:
                    visits.append(Visit(work.any_moment(), booked.patient, "name"))
    for doctor in doctors:
        own = region.lists[doctor]
        visits += [Visit(work.any_moment(), own.draw(rng), "name") for _ in range(poisson(rng, 2.0))]
    return visits


def practice_pool(work: Workday) -> Sequence[int]:
    """Whom a recall, a vaccination day or a renewal round runs through: the doctors' lists."""
    region, account = work.region, work.account
    if account.index in region.lists:
        return region.lists[account.index].pool
    replaced = region.rota.stands_in_for.get((account.index, work.day))
    if replaced is not None:
        return region.lists[replaced].pool
    return [
        patient
        for a in region.staff_of[account.unit]
        if a in region.lists
        for patient in region.lists[a].pool
    ]
