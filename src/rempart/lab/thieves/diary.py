"""A thief with a plan for days: whom to open when, from the victim's own seat and at a person's pace.

Reads a :class:`DayPlan` for each day; gives a thief that logs in each morning and spreads the day's
patients over the hours it dares to work. Everything else is :class:`Planner`'s: it stops on a block
and gives up after refusals. Misses: breaks, and days on which the victim changes places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rempart.lab import searches
from rempart.lab.act import SEARCH, Session
from rempart.lab.chance import Random
from rempart.lab.honest import software_of
from rempart.lab.region import Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.thief import Attempt, Planner, log_in, open_chart

WHOLE_RECORD = ("Patient", "Coverage", "Condition", "MedicationRequest", "DocumentReference")
LOGIN_BEFORE_MS = 2 * MINUTE_MS


class DayPlan(NamedTuple):
    """Patients to open on a day, in order, between two local minutes."""

    day: int
    patients: Sequence[int]
    from_minute: int
    to_minute: int


@dataclass(slots=True)
class Diary(Planner):
    """A planner each of whose steps has an hour before which it is not made."""

    not_before_ms: Sequence[int] = field(default=(), kw_only=True)

    def _dares_from(self, now_ms: int) -> int:
        return max(now_ms, self.not_before_ms[self._done])


def seat_of(region: Region, rng: Random, victim: int, day: int) -> Session:
    """A session as the victim's own would be: the workplace's network, the usual program."""
    account = region.accounts[victim]
    system = ROLE_NAMED[account.role].system
    return Session(
        victim, region.session_token(victim, day, rng.getrandbits(30)), account.workstation,
        software_of(region, account, system, day), system,
    )  # fmt: skip


def keep_diary(
    family: str,
    region: Region,
    rng: Random,
    victim: int,
    plans: Sequence[DayPlan],
    *,
    seat: Callable[[Region, Random, int, int], Session] = seat_of,
    takes: Sequence[str] = WHOLE_RECORD,
    searched: float = 0.6,
    pace_s: tuple[float, float] = (3.0, 20.0),
) -> Diary | None:
    """The thief that carries the plans out; None where nobody is planned. ``searched``: the share of
    patients found by name first."""
    steps: list[Attempt] = []
    times: list[int] = []
    for plan in plans:
        if not plan.patients:
            continue
        begins = region.midnight_ms(plan.day) + plan.from_minute * MINUTE_MS
        lasts = (plan.to_minute - plan.from_minute) * MINUTE_MS
        session = seat(region, rng, victim, plan.day)
        steps.append(log_in(session))
        times.append(begins - LOGIN_BEFORE_MS)
        moments = sorted(begins + int(rng.random() * lasts) for _ in plan.patients)
        for at_ms, patient in zip(moments, plan.patients, strict=True):
            chart = open_chart(session, patient, takes)
            if rng.random() < searched:
                query, page = searches.by_name(region, patient, rng)
                chart.insert(0, Attempt(session, SEARCH, "Patient", page, query))
            steps += chart
            times += [at_ms] * len(chart)
    if not steps:
        return None
    return Diary(family, victim, times[0], steps, rng, pace_s, not_before_ms=times)


def strangers(region: Region, rng: Random, victim: int, day: int, count: int) -> list[int]:
    """Patients whom nothing joins to the victim around that day."""
    cared = region.current_care(victim, region.midnight_ms(day))
    own = set(region.lists[victim].pool) if victim in region.lists else set()
    known = cared | own
    others = [patient for patient in range(len(region.patients)) if patient not in known]
    return rng.sample(others, min(count, len(others)))


def shifts_from(region: Region, victim: int, first: int, days: int) -> list[tuple[int, int, int]]:
    """(day, from, to) of the victim's first shift of each worked day from ``first`` on, in local minutes."""
    return [
        (day, shifts[0].start_min, shifts[0].end_min)
        for day in range(first, min(first + days, region.spec.days))
        if (shifts := region.rota.of(victim, day))
    ]
