"""How people meet an answer, and one thief on its way through a region."""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.lab.act import Session
from rempart.lab.haul import Haul
from rempart.lab.region import Region
from rempart.lab.tally import ThiefResult
from rempart.lab.thieves.thief import ALLOW, Answer, Thief


@dataclass(frozen=True, slots=True)
class Temper:
    """How people meet an answer."""

    owner_passes: float = 0.97
    thief_passes: float = 0.03
    thief_answers: bool = True
    """Whether thieves answer challenges at all: else they leave them open, and drop the login."""
    challenge_s: tuple[int, int] = (15, 60)
    reinstated_minute: int = 7 * 60
    """Local minute of the next day at which a person reinstates a blocked account."""


@dataclass(slots=True)
class Raid:
    """One thief on its way: what it plans, what it holds, how it was answered."""

    thief: Thief
    planned: Haul
    taken: Haul
    answers: dict[str, int]
    last: Answer | None = None
    stopped_ms: int | None = None
    stopped_by: str = "end of period"
    first_doubt_ms: int | None = None
    fooled: int = 0
    sessions: dict[Session, None] = field(default_factory=dict)

    def hear(self, at_ms: int, answer: Answer, category: str) -> None:
        """Take in what an attempt at ``at_ms`` brought; a passed challenge is a fooled owner."""
        self.answers[answer.action] = self.answers.get(answer.action, 0) + 1
        if answer.action != ALLOW and self.first_doubt_ms is None:
            self.first_doubt_ms = at_ms
        self.fooled += answer.passed is True
        self.taken.add(answer.served, category)
        self.last = answer

    def result(self, region: Region) -> ThiefResult:
        """Its plan and its fate so far."""
        thief, owner = self.thief, region.accounts[self.thief.account]
        return ThiefResult(
            family=thief.family,
            account=owner.identifier,
            role=owner.role,
            starts_ms=thief.starts_ms,
            stopped_ms=region.end_ms if self.stopped_ms is None else self.stopped_ms,
            stopped_by=self.stopped_by,
            first_doubt_ms=self.first_doubt_ms,
            answers=dict(self.answers),
            fooled=self.fooled,
            planned=self.planned,
            taken=self.taken,
        )
