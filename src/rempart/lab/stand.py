"""The stand: one region's honest work played once, then each thief alone in a continuation of it.

Reads a :class:`~rempart.lab.kinds.kind.Kind` and a seed; gives what each thief took, and what honest
staff felt with no thief in the house. Every thief meets the detector as it stood at the beginning of the
thief's first day, after the same honest past, so no thief changes what another meets. Nothing here
reads a label: answers come from the product's own stages in ``enforce`` mode.
Misses: two thefts at once, other than those of one crew.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from rempart.lab.chance import chance
from rempart.lab.kinds.kind import Kind
from rempart.lab.rehearsal import Detector
from rempart.lab.tally import Friction, ThiefResult, add_up
from rempart.lab.tape import Tape
from rempart.lab.taped_loop import Fork, TapedLoop
from rempart.lab.thieves.thief import Family, Thief

WARM_UP_DAYS = 14


@dataclass(frozen=True, slots=True)
class Theft:
    """What became of one thief. Shares are of its plan; times are seconds from its first attempt."""

    family: str
    role: str
    planned_patients: int
    taken_patients: int
    share: float
    """Patients taken as a share of those planned."""
    planned_eur: float
    taken_eur: float
    stopped_by: str
    stopped_s: float
    doubted_s: float | None
    """To the first answer that was not allow; None if there was none."""
    fooled: int
    """Challenges passed because the owner was fooled into approving."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One region: thefts, and what honest staff felt in the first two weeks and after them."""

    kind: str
    seed: int
    thefts: tuple[Theft, ...]
    early: Friction
    late: Friction
    events: int
    seconds: float
    """CPU time of the honest work, ``events`` of them."""


def hire_for(tape: Tape, families: Sequence[Family], draws: int) -> list[Thief]:
    """``draws`` thieves of each family, each placed by itself on a day after the warm-up."""
    region, hired = tape.region, []
    for family in families:
        last = max(WARM_UP_DAYS, region.spec.days - family.days)
        for draw in range(draws):
            rng = chance(region.spec.seed, "stand", family.name, draw)
            days = list(range(WARM_UP_DAYS, last + 1))
            rng.shuffle(days)
            found = (family.hire(region, rng, day, frozenset()) for day in days)
            thief = next((one for one in found if one is not None), None)
            if thief is not None:
                hired.append(thief)
    return hired


def measure(
    kind: Kind, tape: Tape, rehearsal: Detector, families: Sequence[Family] = (), draws: int = 1
) -> Measure:
    """Play the tape's region once without thieves, then every thief of ``families``, else of the kind."""
    region = tape.region
    thieves = hire_for(tape, families or kind.families, draws)
    begun = time.process_time()
    honest = TapedLoop(tape, rehearsal, temper=kind.temper)
    forks: dict[int, Fork] = {}
    for day in sorted({region.day_of(thief.starts_ms) for thief in thieves}):
        honest.play_until(region.midnight_ms(day))
        forks[day] = honest.fork()
    honest.play_until(region.end_ms)
    events, seconds = rehearsal.events, time.process_time() - begun
    thefts = []
    hired: Counter[str] = Counter()
    for thief in thieves:
        hired[thief.family] += 1
        luck, fork = f"{thief.family}/{hired[thief.family]}", forks[region.day_of(thief.starts_ms)]
        loop = TapedLoop(tape, rehearsal, [thief], kind.temper, fork, luck)
        loop.play_out()
        thefts += [_theft(raid, rehearsal) for raid in loop.raids()]
    whole, late = add_up(honest.honest.friction(0)), add_up(honest.honest.friction(WARM_UP_DAYS))
    return Measure(kind.name, region.spec.seed, tuple(thefts), _less(whole, late), late, events, seconds)


def _theft(raid: ThiefResult, rehearsal: Detector) -> Theft:
    planned, taken = raid.planned.patients, raid.taken.patients
    return Theft(
        raid.family, raid.role, planned, taken, taken / planned if planned else 0.0,
        sum(rehearsal.price(raid.planned.profiles)) / 2, sum(rehearsal.price(raid.taken.profiles)) / 2,
        raid.stopped_by, (raid.stopped_ms - raid.starts_ms) / 1000,
        None if raid.first_doubt_ms is None else (raid.first_doubt_ms - raid.starts_ms) / 1000, raid.fooled,
    )  # fmt: skip


def _less(whole: Friction, late: Friction) -> Friction:
    parts = (one - other for one, other in zip(astuple(whole)[1:], astuple(late)[1:], strict=True))
    return Friction("all", *parts)
