"""Pharmacies and laboratories in town: many short visits, customers who come back.

Care teams explain the pharmacist's chronic patients; passers-by are explained by nothing. A
laboratory's sampling visits are encounters of its own. Misses: deliveries, shared on-call nights.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.lab.chance import poisson
from rempart.lab.staff.role import Visit, Workday


def pharmacist_visits(work: Workday) -> list[Visit]:
    """Customers of the day, mostly regulars, and a few passers-by."""
    rng = work.rng
    regulars = work.region.customers[work.account.unit]
    visits = [
        Visit(work.any_moment(), regulars.draw(rng), "number" if rng.random() < 0.7 else "name")
        for _ in range(poisson(rng, 38))
    ]
    return visits + work.spread([work.stranger() for _ in range(poisson(rng, 2))], "number")


def laboratory_visits(work: Workday) -> list[Visit]:
    """Samples taken today and results of yesterday's."""
    plan, rng = work.region.plan, work.rng
    visits: list[Visit] = []
    for number in plan.arrivals.get((work.account.index, work.day), ()):
        stay = plan.stays[number]
        at_ms = stay.start_ms + rng.randrange(600_000)
        visits.append(Visit(at_ms, stay.patient, "number" if rng.random() < 0.8 else "name"))
    for number in plan.arrivals.get((work.account.index, work.day - 1), ()):
        if rng.random() < 0.35:
            visits.append(Visit(work.any_moment(), plan.stays[number].patient, "number", ("Observation",)))
    return visits


def town_pool(work: Workday) -> Sequence[int]:
    """Whom a renewal or vaccination day runs through: the customers, or recent samples."""
    region = work.region
    if work.account.unit in region.customers:
        return region.customers[work.account.unit].pool
    found: dict[int, None] = {}
    for back in range(1, 15):
        for number in region.plan.arrivals.get((work.account.index, work.day - back), ()):
            found[region.plan.stays[number].patient] = None
    return list(found)
