"""The owner's likeness: what the owner did with one patient on one day, done again with patients of the thief's.

Reads the owner's own acts before the theft, as a thief who watched the screen for weeks would. A
:class:`Way` holds everything of one patient on one day: how the patient was found, which kinds of resource were read,
with which gaps, and the returns later that day. For each stolen patient one of the owner's ways is drawn, so kinds,
their proportions, searches, rhythm and reopening are the owner's; only the patients are not.
Misses: the lists a shift begins with, and what the owner reads of some patients and not of others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rempart.lab import searches
from rempart.lab.act import READ, SEARCH, Act, Session
from rempart.lab.chance import Random
from rempart.lab.honest import acts_of
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.thieves.diary import LOGIN_BEFORE_MS, DayPlan, Diary, seat_of
from rempart.lab.thieves.thief import Attempt, log_in

NAME, NUMBER = "name", "number"
_SEARCHED_WITHIN_MS = MINUTE_MS
_LEAST_GAP_S = (0.5, 1.0)
"""Between two requests due at once; all other gaps are the owner's."""


class Move(NamedTuple):
    """One request of a way: ``found`` is how the patient is searched for, empty where ``resource`` is read."""

    after_ms: int
    found: str
    resource: str


Way = tuple[Move, ...]
"""All that the owner did with one patient on one day, from the first request on."""


def ways_of(region: Region, owner: int, before_day: int) -> list[Way]:
    """Every way of the days before ``before_day``, one for each patient and day."""
    moves: dict[tuple[int, int], list[tuple[int, str, str]]] = {}
    asked: Act | None = None
    for act in acts_of(region, owner, before_day):
        if act.what == SEARCH and act.resource == "Patient" and act.patients:
            asked = act
        elif act.what == READ:
            patient = act.patients[0]
            own = moves.setdefault((region.day_of(act.at_ms), patient), [])
            if asked and patient in asked.patients and act.at_ms - asked.at_ms < _SEARCHED_WITHIN_MS:
                own.append((asked.at_ms, NUMBER if "identifier=" in asked.query else NAME, ""))
                asked = None
            own.append((act.at_ms, "", act.resource))
    return [tuple(Move(at - own[0][0], found, kind) for at, found, kind in own) for own in moves.values()]


def keep_likeness(
    family: str,
    region: Region,
    rng: Random,
    victim: int,
    plans: Sequence[DayPlan],
    ways: Sequence[Way],
    seat: Callable[[Region, Random, int, int], Session] = seat_of,
) -> Diary | None:
    """The thief that opens each planned patient in one of the owner's ``ways``; None where there is no plan or no past.

    What a way would do after the plan's last minute is left out.
    """
    timed: list[tuple[int, Attempt]] = []
    for plan in plans if ways else ():
        if not plan.patients:
            continue
        midnight = region.midnight_ms(plan.day)
        begins, ends = (midnight + minute * MINUTE_MS for minute in (plan.from_minute, plan.to_minute))
        session = seat(region, rng, victim, plan.day)
        timed.append((begins - LOGIN_BEFORE_MS, log_in(session)))
        today = []
        for patient in plan.patients:
            at_ms = begins + int(rng.random() * (ends - begins))
            for move in rng.choice(ways):
                if not move.after_ms or at_ms + move.after_ms <= ends:
                    today.append((at_ms + move.after_ms, _made(region, rng, session, patient, move)))
        timed += sorted(today, key=lambda pair: pair[0])
    if not timed:
        return None
    times, steps = [at_ms for at_ms, _ in timed], [step for _, step in timed]
    return Diary(family, victim, times[0], steps, rng, _LEAST_GAP_S, not_before_ms=times)


def _made(region: Region, rng: Random, session: Session, patient: int, move: Move) -> Attempt:
    if not move.found:
        return Attempt(session, READ, move.resource, (patient,))
    if move.found == NUMBER:
        query, page = searches.by_number(region, region.patients.numbers[patient])
    else:
        query, page = searches.by_name(region, patient, rng)
    return Attempt(session, SEARCH, "Patient", page, query)
