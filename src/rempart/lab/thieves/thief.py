"""What a thief is: asked what next, told what the last request brought.

``next(now_ms, last_answer)`` returns an :class:`Attempt` (made at once), a :class:`Wait` or a
:class:`Stop`; it hears of each answer once, then ``None``. :class:`Planner` is the plain kind: it
follows a list of steps and only adapts by giving up. It stops on a block; after a failed
challenge it waits and tries again a few times; when only the owner's current patients are served
it goes on until many requests in a row bring nothing. Those who change their plan when they are
doubted build on :mod:`rempart.lab.thieves.hopper`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from rempart.lab.act import LOGIN, READ, SEARCH, SUCCESS, Session
from rempart.lab.chance import Random
from rempart.lab.haul import ON_A_RESULT_PAGE, Haul
from rempart.lab.region import Region
from rempart.lab.staff.role import DAY_MS, MINUTE_MS

ALLOW, STEP_UP, RESTRICT, BLOCK = "allow", "step_up", "restrict", "block"

_REFUSALS_BEFORE_GIVING_UP = 25
_FAILURES_BEFORE_GIVING_UP = 3


class Attempt(NamedTuple):
    """A request made now; fields as in :class:`rempart.lab.act.Act`."""

    session: Session
    what: str
    resource: str = "Patient"
    patients: tuple[int, ...] = ()
    query: str = ""
    outcome: str = SUCCESS

    @property
    def category(self) -> str:
        """What it shows of each patient."""
        return ON_A_RESULT_PAGE if self.what == SEARCH else self.resource


class Wait(NamedTuple):
    """Ask again at this time."""

    until_ms: int


class Stop(NamedTuple):
    """The thief is done: ``finished``, ``gave up``, ``blocked`` or ``dropped`` (it left a challenge open)."""

    why: str


class Answer(NamedTuple):
    """What the last attempt brought: the action, whether a challenge was passed (None: there was
    none, or it was left open), and the patients served."""

    action: str
    passed: bool | None
    served: tuple[int, ...]

    @property
    def left_open(self) -> bool:
        """Whether it was asked to prove who it is and did not answer."""
        return self.action == STEP_UP and self.passed is None


class Thief(Protocol):
    """Somebody at a stolen account, driven by the loop."""

    @property
    def family(self) -> str:
        """Name of its family."""

    @property
    def account(self) -> int:
        """The stolen account's row; of several, the first."""

    @property
    def accounts(self) -> tuple[int, ...]:
        """Every account it has the login of."""

    @property
    def starts_ms(self) -> int:
        """First attempt, ms UTC."""

    def planned(self) -> Haul:
        """What it would take if nobody answered anything but allow."""

    def next(self, now_ms: int, last_answer: Answer | None) -> Attempt | Wait | Stop:
        """What it does now."""


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of theft. ``hire(region, rng, day, taken)`` places one on a day at an account that is
    not in ``taken``, or returns None where this region offers no victim that day."""

    name: str
    what: str
    hire: Callable[[Region, Random, int, frozenset[int]], Thief | None]
    days: int = 4
    """How many days the plan runs over, from the day it is placed on."""


@dataclass(slots=True)
class Planner:
    """A thief with a list of attempts and a pace. Implements :class:`Thief`."""

    family: str
    account: int
    starts_ms: int
    steps: Sequence[Attempt]
    rng: Random
    pace_s: tuple[float, float]
    hours: tuple[int, int] | None = None
    """Local minutes between which it dares to work; None: any time."""
    midnight_ms: int = 0
    """A local midnight, from which ``hours`` are counted."""
    _done: int = field(default=0, init=False)
    _rest_until_ms: int = field(default=0, init=False)
    _refused: int = field(default=0, init=False)
    _failed: int = field(default=0, init=False)

    @property
    def accounts(self) -> tuple[int, ...]:
        """The one account."""
        return (self.account,)

    def planned(self) -> Haul:
        """Everything the steps would show."""
        haul = Haul()
        for step in self.steps:
            haul.add(step.patients, step.category)
        return haul

    def next(self, now_ms: int, last_answer: Answer | None) -> Attempt | Wait | Stop:
        """The next step when its time has come."""
        if last_answer is not None and self._done:
            stop = self._take_in(now_ms, last_answer)
            if stop is not None:
                return stop
        if self._rest_until_ms > now_ms:
            return Wait(self._rest_until_ms)
        if self._done >= len(self.steps):
            return Stop("finished")
        opens_ms = self._dares_from(now_ms)
        if opens_ms > now_ms:
            return Wait(opens_ms)
        self._rest_until_ms = now_ms + int(self.rng.uniform(*self.pace_s) * 1000)
        self._done += 1
        return self._made(self.steps[self._done - 1], now_ms)

    def _take_in(self, now_ms: int, answer: Answer) -> Stop | None:
        if answer.action == BLOCK:
            return Stop("blocked")
        if answer.left_open:
            return Stop("dropped")
        asked = self.steps[self._done - 1]
        if answer.passed is False:
            self._failed += 1
            if self._failed >= _FAILURES_BEFORE_GIVING_UP:
                return Stop("gave up")
            self._done -= 1
            self._rest_until_ms = now_ms + self.rng.randrange(15 * MINUTE_MS, 60 * MINUTE_MS)
        refused = bool(asked.patients) and not answer.served
        self._refused = self._refused + 1 if refused else 0
        return Stop("gave up") if self._refused >= _REFUSALS_BEFORE_GIVING_UP else None

    def _made(self, step: Attempt, _: int) -> Attempt:
        return step

    def _dares_from(self, now_ms: int) -> int:
        if self.hours is None:
            return now_ms
        minute = (now_ms - self.midnight_ms) % DAY_MS // MINUTE_MS
        first, last = self.hours
        if first <= minute < last:
            return now_ms
        return now_ms + ((first - minute) % 1440) * MINUTE_MS


def log_in(session: Session) -> Attempt:
    """The login with the phished password."""
    return Attempt(session, LOGIN)


def open_chart(session: Session, patient: int, resources: Sequence[str]) -> list[Attempt]:
    """Reads of one patient, one resource after the other."""
    return [Attempt(session, READ, resource, (patient,)) for resource in resources]


def turn_page(session: Session, query: str, page: tuple[int, ...], resource: str = "Patient") -> Attempt:
    """A search and its result page."""
    return Attempt(session, SEARCH, resource, page, query)


def pick_victim(
    region: Region, rng: Random, roles: Sequence[str], day: int, taken: frozenset[int]
) -> int | None:
    """An account of one of ``roles`` at work on ``day`` that nobody else robs; None if there is none."""
    able = [
        account.index
        for account in region.accounts
        if account.role in roles and account.index not in taken and region.rota.of(account.index, day)
    ]
    return rng.choice(able) if able else None


def pick_victims(
    region: Region, rng: Random, roles: Sequence[str], day: int, taken: frozenset[int], most: int
) -> list[int]:
    """Up to ``most`` different accounts as :func:`pick_victim` finds them."""
    found: list[int] = []
    while len(found) < most:
        victim = pick_victim(region, rng, roles, day, taken | frozenset(found))
        if victim is None:
            break
        found.append(victim)
    return found
