"""One region played: honest work once, a copy each morning, then one thief at a time from a copy."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from bench.outside.clock import DAY, day_of
from bench.outside.gate import Challenge, Gate, Shift
from bench.outside.pipe import Pipe
from bench.outside.plans import Family, make_plan
from bench.outside.region import Region
from bench.outside.spelling import Spelling
from bench.outside.theft import Thief

MORNINGS = 5
"""Copies are kept of the first mornings on which thieves begin."""


@dataclass(frozen=True)
class Calm:
    """Honest work with no thief in the house; pairs are before the first day of thefts and from it on."""

    account_days: tuple[int, int]
    step_ups: tuple[int, int]
    challenged_days: tuple[int, int]
    blocks: int
    restricted: int
    reasons: Counter[str]


@dataclass(frozen=True)
class Theft:
    """What one thief got, and whom else it cost a block: owners of accounts that were not in the plan."""

    family: str
    apart: bool
    seed: int
    draw: int
    wanted: int
    taken: int
    fooled: int
    highest: float
    others_blocked: int

    @property
    def share(self) -> float:
        """Part of the plan that was served."""
        return self.taken / max(1, self.wanted)


class Play:
    """A region's plays in the folder ``work``, which must not hold an earlier one."""

    def __init__(self, region: Region, spelling: Spelling, slips: float, work: Path) -> None:
        self._region, self._spelling, self._slips, self._work = region, spelling, slips, work
        self._mornings: dict[int, Shift] = {}
        work.mkdir(parents=True)

    def calm(self) -> Calm:
        """Play the honest work to its end, leaving copies behind."""
        region, shift, live = self._region, Shift(), self._work / "live"
        begins = range(region.theft_day, min(region.theft_day + MORNINGS, region.days))
        for day in (*begins, region.days):
            self._stretch(live, shift, day)
            if day < region.days:
                shutil.copytree(live, self._copy(day))
                self._mornings[day] = deepcopy(shift)
        return _add_up(shift, region.theft_day)

    def thefts(self, families: Sequence[Family], draws: int, learns_owner: bool) -> Iterator[Theft]:
        """Each family's thieves one by one; every other draw reads as the owner where the kind has such thieves."""
        for family in families:
            for draw in range(draws):
                yield self._theft(family, draw, learns_owner and draw % 2 == 1)

    def _theft(self, family: Family, draw: int, as_owner: bool) -> Theft:
        region = self._region
        plan = make_plan(family, region, 100 * region.seed + draw, as_owner)
        first, last = (day_of(plan.accesses[end].second) for end in (0, -1))
        begins = min(max(first, min(self._mornings)), max(self._mornings))
        shift, data = deepcopy(self._mornings[begins]), self._work / "theft"
        shutil.copytree(self._copy(begins), data)
        pipe = Pipe(data, self._work / "messages.txt")
        try:
            gate = Gate(region, self._spelling, pipe, shift, self._slips)
            thief = Thief(gate, plan, 100 * region.seed + draw)
            gate.run(min(region.days, last + 1) * DAY)
            pipe.close()
        finally:
            pipe.kill()
        shutil.rmtree(data)
        stolen = {access.session.account for access in plan.accesses} | {
            login.account for login in plan.logins
        }
        blocked = {block.account for block in shift.blocks[len(self._mornings[begins].blocks) :]}
        return Theft(
            family.name,
            family.apart,
            region.seed,
            draw,
            len(thief.wanted),
            len(thief.taken),
            thief.fooled,
            thief.highest,
            len(blocked - stolen),
        )

    def _stretch(self, data: Path, shift: Shift, until_day: int) -> None:
        pipe = Pipe(data, self._work / "messages.txt")
        try:
            Gate(self._region, self._spelling, pipe, shift, self._slips).run(until_day * DAY)
            pipe.close()
        finally:
            pipe.kill()

    def _copy(self, day: int) -> Path:
        return self._work / f"morning-{day}"


def _add_up(shift: Shift, theft_day: int) -> Calm:
    def halves(days: Sequence[int]) -> tuple[int, int]:
        early = sum(day < theft_day for day in days)
        return early, len(days) - early

    def days(challenges: Sequence[Challenge]) -> list[tuple[str, int]]:
        return [(challenge.account, day_of(challenge.second)) for challenge in challenges]

    return Calm(
        account_days=halves([day for _, day in shift.active]),
        step_ups=halves([day for _, day in days(shift.challenges)]),
        challenged_days=halves([day for _, day in set(days(shift.challenges))]),
        blocks=len(shift.blocks),
        restricted=shift.restricted,
        reasons=Counter(challenge.reason for challenge in shift.challenges),
    )
