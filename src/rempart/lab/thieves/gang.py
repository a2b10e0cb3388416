"""Several people of one theft at once: each has logins of its own and a part of the list.

Asks its members in turn, whoever is due first. Where one is stopped, the others take over what
it has left. Implements :class:`~rempart.lab.thieves.thief.Thief`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.lab.haul import Haul
from rempart.lab.thieves.hopper import Hopper
from rempart.lab.thieves.thief import Answer, Attempt, Stop, Wait


@dataclass(slots=True)
class Gang:
    """A theft by ``members``, in the order of their first attempts."""

    family: str
    members: list[Hopper]
    _due_ms: dict[int, int] = field(default_factory=dict, init=False)
    _turn: int = field(default=-1, init=False)
    _accounts: tuple[int, ...] = field(default=(), init=False)
    _starts_ms: int = field(default=0, init=False)
    _why: str = field(default="finished", init=False)

    def __post_init__(self) -> None:
        self._due_ms = {number: member.starts_ms for number, member in enumerate(self.members)}
        self._accounts = tuple(account for member in self.members for account in member.accounts)
        self._starts_ms = min(self._due_ms.values())

    @property
    def account(self) -> int:
        """The first account."""
        return self._accounts[0]

    @property
    def accounts(self) -> tuple[int, ...]:
        """Every account it has the login of."""
        return self._accounts

    @property
    def starts_ms(self) -> int:
        """First attempt of anybody, ms UTC."""
        return self._starts_ms

    def planned(self) -> Haul:
        """Everything the members' steps would show."""
        haul = Haul()
        for member in self.members:
            for step in member.steps:
                haul.add(step.patients, step.category)
        return haul

    def next(self, now_ms: int, last_answer: Answer | None) -> Attempt | Wait | Stop:
        """What the member who is due does now."""
        if last_answer is not None:
            step = self._ask(self._turn, now_ms, last_answer)
            if step is not None:
                return step
        while self._due_ms:
            number = min(self._due_ms, key=lambda each: (self._due_ms[each], each))
            if self._due_ms[number] > now_ms:
                return Wait(self._due_ms[number])
            step = self._ask(number, now_ms, None)
            if step is not None:
                return step
        return Stop(self._why)

    def _ask(self, number: int, now_ms: int, answer: Answer | None) -> Attempt | None:
        """The member's attempt, if it makes one now."""
        member = self.members[number]
        step = member.next(now_ms, answer)
        if isinstance(step, Attempt):
            self._turn, self._due_ms[number] = number, now_ms + 1
            return step
        if isinstance(step, Wait):
            self._due_ms[number] = step.until_ms
            return None
        del self._due_ms[number]
        if step.why != "finished":
            self._hand_on(member, step.why)
        return None

    def _hand_on(self, member: Hopper, why: str) -> None:
        """Deal what a stopped member has left to those who are still there."""
        steps, times = member.hand_over()
        heirs = sorted(self._due_ms)
        if not heirs:
            self._why = why
            return
        share = -(-len(steps) // len(heirs))
        for place, heir in enumerate(heirs):
            part = slice(place * share, (place + 1) * share)
            self.members[heir].take_over(steps[part], times[part])
