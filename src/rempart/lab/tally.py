"""Counts of a duel: what thieves took, what honest staff felt.

Friction counts account-days with at least one challenge, refusal or block among the account-days
worked, as the site's budget is set. Owners of a stolen account are counted apart from the theft on:
challenging them is no false alarm. All counts are of events the loop itself saw answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rempart.lab.haul import Haul
from rempart.lab.region import Region

ACTIVE, CHALLENGED, RESTRICTED, BLOCKED, ROBBED = 1, 2, 4, 8, 16

_FLAG = {"step_up": CHALLENGED, "restrict": RESTRICTED, "block": BLOCKED}


@dataclass(frozen=True, slots=True)
class Friction:
    """What one role felt. Days are account-days; the other counts are answers and refused requests."""

    role: str
    active_days: int
    step_up_days: int
    restrict_days: int
    block_days: int
    step_ups: int
    """Events that were answered so: a page that the log tells of by one event a patient has many."""
    asked: int
    """Requests that were: the person is asked once for each."""
    restricts: int
    blocks: int
    refused: int
    """Requests not served: refused under ``restrict``, after a failed challenge, or lost to a block."""

    def per_1000(self, days: int) -> float:
        """``days`` for each 1,000 account-days worked, 0 where nobody worked."""
        return 1000.0 * days / self.active_days if self.active_days else 0.0

    @property
    def step_ups_per_1000(self) -> float:
        """Account-days with a challenge for each 1,000 worked: the site's budget is set in these."""
        return self.per_1000(self.step_up_days)


@dataclass(frozen=True, slots=True)
class ThiefResult:
    """One thief's plan and fate. Times are ms UTC; ``first_doubt_ms`` is the first answer that was
    not allow, None if there was none."""

    family: str
    account: str
    role: str
    starts_ms: int
    stopped_ms: int
    stopped_by: str
    """``finished``, ``gave up``, ``blocked`` or ``end of period``."""
    first_doubt_ms: int | None
    answers: Mapping[str, int]
    fooled: int
    """Challenges passed because the owner was fooled into approving."""
    planned: Haul
    taken: Haul

    @property
    def share_taken(self) -> float:
        """Taken (patient, category) pairs as a share of the planned ones."""
        return self.taken.items / self.planned.items if self.planned.items else 0.0

    @property
    def share_lost(self) -> float:
        """What the thief went without, as a share of its plan."""
        return 1.0 - self.share_taken


@dataclass(slots=True)
class _Counts:
    step_ups: int = 0
    asked: int = 0
    restricts: int = 0
    blocks: int = 0
    refused: int = 0


@dataclass(slots=True)
class HonestTally:
    """Running counts by account and day."""

    region: Region
    flags: dict[tuple[int, int], int] = field(default_factory=dict)
    _counts: dict[tuple[int, int], _Counts] = field(default_factory=dict)

    def note(self, account: int, day: int, actions: Sequence[str], robbed: bool) -> None:
        """One request of an account and the answers that were not allow."""
        key = (account, day)
        flag = self.flags.get(key, 0) | ACTIVE | (ROBBED if robbed else 0)
        if "step_up" in actions:
            self._counts.setdefault(key, _Counts()).asked += 1
        for action in actions:
            counts = self._counts.setdefault(key, _Counts())
            flag |= _FLAG[action]
            counts.step_ups += action == "step_up"
            counts.restricts += action == "restrict"
            counts.blocks += action == "block"
        self.flags[key] = flag

    def refuse(self, account: int, day: int) -> None:
        """One request was not served."""
        self._counts.setdefault((account, day), _Counts()).refused += 1

    def friction(self, from_day: int) -> tuple[Friction, ...]:
        """One row a role, in the order roles first appear, from ``from_day`` on, robbed days left out."""
        roles: dict[str, list[tuple[int, int]]] = {a.role: [] for a in self.region.accounts}
        for key, flag in self.flags.items():
            if key[1] >= from_day and not flag & ROBBED:
                roles[self.region.accounts[key[0]].role].append(key)
        return tuple(self._row(role, keys) for role, keys in roles.items())

    def robbed(self) -> Friction:
        """What the owners of stolen accounts felt once their account was stolen."""
        keys = [key for key, flag in self.flags.items() if flag & ROBBED]
        return self._row("owners of stolen accounts", keys)

    def _row(self, role: str, keys: list[tuple[int, int]]) -> Friction:
        flags = [self.flags[key] for key in keys]
        counts = [self._counts[key] for key in keys if key in self._counts]
        return Friction(
            role,
            sum(1 for flag in flags if flag & ACTIVE),
            sum(1 for flag in flags if flag & CHALLENGED),
            sum(1 for flag in flags if flag & RESTRICTED),
            sum(1 for flag in flags if flag & BLOCKED),
            sum(one.step_ups for one in counts),
            sum(one.asked for one in counts),
            sum(one.restricts for one in counts),
            sum(one.blocks for one in counts),
            sum(one.refused for one in counts),
        )


def add_up(rows: Iterable[Friction]) -> Friction:
    """All rows as one, called ``all``."""
    listed = list(rows)
    return Friction("all", *(sum(getattr(row, name) for row in listed) for name in _SUMMED))


_SUMMED = (
    "active_days", "step_up_days", "restrict_days", "block_days", "step_ups", "asked", "restricts",
    "blocks", "refused",
)  # fmt: skip
