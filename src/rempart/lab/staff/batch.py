"""Nightly service accounts: the same kind of list at the same hour, at a machine's pace.

Four kinds, by the account's place among the batch accounts: recall register of chronic patients,
tomorrow's appointments, yesterday's encounters for billing, vaccination register. Registers drift
by about one patient in a hundred a night. Misses: failed and restarted runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.lab.chance import chance
from rempart.lab.staff.role import Visit, Workday

_MOST = 700


def _register(work: Workday, kind: int) -> list[int]:
    """A fixed tenth or so of the patients; each night a few fall out and a few join."""
    region = work.region
    size = min(_MOST, len(region.patients) // 12)
    fixed = chance(region.spec.seed, "register", work.account.index)
    chosen = fixed.sample(range(len(region.patients)), size + work.day * (size // 100))
    return chosen[work.day * (size // 100) :] if kind else chosen[:size]


def batch_patients(work: Workday) -> list[int]:
    """Tonight's list of this account, in the order it is read."""
    region, plan = work.region, work.region.plan
    kind = region.ordinal[work.account.index] % 4
    if kind in (0, 3):
        return _register(work, kind)
    found: dict[int, None] = {}
    if kind == 1:
        for account in region.booked_accounts:
            for number in plan.agenda.get((account, work.day + 1), ()):
                found[plan.appointments[number].patient] = None
    else:
        for hospital in range(region.hospitals):
            for number in plan.ended.get((hospital, work.day - 1), ()):
                found[plan.stays[number].patient] = None
    return list(found)[:_MOST]


def batch_visits(work: Workday) -> list[Visit]:
    """The night's list from the start of the shift on, about a second each."""
    at_ms = work.start_ms + work.rng.randrange(120_000)
    visits = []
    for patient in batch_patients(work):
        visits.append(Visit(at_ms, patient))
        at_ms += work.rng.randrange(500, 1600)
    return visits


def batch_pool(work: Workday) -> Sequence[int]:
    """Whom a full run (a quarter's end, a repaired night) runs through: anybody."""
    return range(len(work.region.patients))
