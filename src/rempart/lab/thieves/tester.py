"""Tester: tries a bought list of logins with one look-up each, and steals the next days through those that worked."""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.lab.chance import Random
from rempart.lab.places import AddressBook
from rempart.lab.region import Region
from rempart.lab.thieves.diary import DayPlan, keep_diary, shifts_from, strangers
from rempart.lab.thieves.hopper import Hopper, elsewhere, let_hop
from rempart.lab.thieves.thief import Attempt, Family, pick_victims

_LOGINS, _KEPT, _DAYS, _A_DAY = 15, 3, 3, 120
_ROLES = ("gp", "gp_secretary", "pharmacist", "laboratory", "hospital_doctor", "nurse")


@dataclass(slots=True)
class Tester(Hopper):
    """A hopper whose first ``tests`` steps are made from one seat each."""

    tests: int = field(default=0, kw_only=True)

    def _made(self, step: Attempt, now_ms: int) -> Attempt:
        if self.every and self._done > self.tests:
            self.every = 0
            self.seats = self.seats[:_KEPT]
        return Hopper._made(self, step, now_ms)


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Tester | None:
    victims = pick_victims(region, rng, _ROLES, day, taken, _LOGINS)
    if not victims:
        return None
    exit_address = AddressBook(rng).public_address()
    chosen = strangers(region, rng, victims[0], day, len(victims) + _A_DAY * (_DAYS - 1))
    theft = chosen[len(victims) :]
    plans = [DayPlan(day, chosen[: len(victims)], 9 * 60, 17 * 60)]
    for n, (each, begin, end) in enumerate(shifts_from(region, victims[0], day + 1, 2 * _DAYS)[: _DAYS - 1]):
        plans.append(DayPlan(each, theft[n * _A_DAY : (n + 1) * _A_DAY], begin + 20, end - 20))
    diary = keep_diary("tester", region, rng, victims[0], plans[:1], takes=("Patient",), searched=0.0)
    later = keep_diary("tester", region, rng, victims[0], plans[1:])
    seats = [elsewhere(region, rng, victim, exit_address, "Chrome 131") for victim in victims]
    first, then = let_hop(diary, region, seats), let_hop(later, region, seats)
    if first is None or then is None:
        return None
    return Tester(
        "tester", victims[0], first.starts_ms, [*first.steps, *then.steps], rng, first.pace_s,
        not_before_ms=[*first.not_before_ms, *then.not_before_ms], seats=seats,
        region_start_ms=region.start_ms, every=1, tests=len(first.steps),
    )  # fmt: skip


TESTER = Family(
    "tester", "many logins tried with one look-up, then theft through those that worked", _hire, 7
)
