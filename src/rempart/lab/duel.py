"""A judge against thieves on a region, with honest staff in between.

Runs the closed loop of :mod:`rempart.lab.play` over a :class:`Judge` and gives a
:class:`DuelResult`: each thief's plan and loot, each role's friction, over all days and after a
warm-up in which a judge may still be learning the house.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rempart.lab.play import ClosedLoop
from rempart.lab.raid import Temper
from rempart.lab.region import Region
from rempart.lab.tally import Friction, ThiefResult, add_up
from rempart.lab.thieves.thief import Thief

PROGRESS_EVERY = 5_000


class Judge(Protocol):
    """Whoever decides. Care resources and control events are handed over like accesses."""

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The decision in the contract's form (``action``, ``applies_to``…), or None where there is
        none (care data). The resource must not be changed."""


@dataclass(frozen=True, slots=True)
class DuelResult:
    """What came of a duel. ``*_days`` are account-days; robbed owners stand apart in ``owners``."""

    thieves: tuple[ThiefResult, ...]
    by_role: tuple[Friction, ...]
    by_role_after_warm_up: tuple[Friction, ...]
    owners: Friction
    warm_up_days: int
    resources: int
    """Resources handed to the judge: care data, accesses, control events."""
    decisions: int

    @property
    def overall(self) -> Friction:
        """All honest accounts over all days."""
        return add_up(self.by_role)

    @property
    def after_warm_up(self) -> Friction:
        """All honest accounts after the warm-up."""
        return add_up(self.by_role_after_warm_up)


def run_duel(
    region: Region,
    thieves: Sequence[Thief],
    judge: Judge,
    *,
    warm_up_days: int = 7,
    temper: Temper | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DuelResult:
    """Play the whole period. ``progress(resources so far, day)`` is called every 5,000 resources."""
    loop = ClosedLoop(region, thieves, temper)
    play = loop.run()
    resources = decisions = 0
    answer: dict[str, Any] | None = None
    while True:
        try:
            resource = play.send(answer)
        except StopIteration:
            break
        answer = judge.judge(resource)
        resources += 1
        decisions += answer is not None
        if progress is not None and resources % PROGRESS_EVERY == 0:
            progress(resources, max(0, region.day_of(loop.now_ms)))
    return DuelResult(
        loop.raids(),
        loop.honest.friction(0),
        loop.honest.friction(warm_up_days),
        loop.honest.robbed(),
        warm_up_days,
        resources,
        decisions,
    )
