"""A thief with several seats, who moves to the next when it is refused.

A :class:`Seat` is a login and a place to use it from. A refused step is asked again from the next
seat, after a rest; an account that is blocked, or that was challenged without a pass, is left for good.
``slows`` makes the pace slower at each refusal, ``every`` changes the seat after so many requests even
where nobody doubts. Each seat logs in once a day. Stops when no seat is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rempart.lab.act import LOGIN, Session
from rempart.lab.chance import Random
from rempart.lab.region import Region
from rempart.lab.staff.role import DAY_MS, MINUTE_MS
from rempart.lab.thieves.diary import Diary, seat_of
from rempart.lab.thieves.thief import ALLOW, BLOCK, STEP_UP, Answer, Attempt, Stop

_REST_MIN = (30, 150)
_UNSERVED_BEFORE_MOVING = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """A login at a place: ``session(day)`` is what it looks like on a day."""

    account: int
    session: Callable[[int], Session]


@dataclass(slots=True)
class Hopper(Diary):
    """A diary carried out from one seat after another."""

    seats: list[Seat] = field(default_factory=list, kw_only=True)
    region_start_ms: int = field(kw_only=True)
    slows: float = field(default=1.0, kw_only=True)
    every: int = field(default=0, kw_only=True)
    leaves_account: bool = field(default=True, kw_only=True)
    """Whether a failed challenge costs it the account, and not only the place."""
    _every_account: tuple[int, ...] = field(default=(), init=False)
    _seated: tuple[Seat, int] | None = field(default=None, init=False)
    _session: Session | None = field(default=None, init=False)
    _since: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._every_account = tuple(dict.fromkeys(seat.account for seat in self.seats))

    @property
    def accounts(self) -> tuple[int, ...]:
        """Every account it has the login of."""
        return self._every_account

    def hand_over(self) -> tuple[Sequence[Attempt], Sequence[int]]:
        """What it has not done, with the times."""
        rest = self.steps[self._done :], self.not_before_ms[self._done :]
        self.steps, self.not_before_ms = self.steps[: self._done], self.not_before_ms[: self._done]
        return rest

    def take_over(self, steps: Sequence[Attempt], not_before_ms: Sequence[int]) -> None:
        """Do these too, after its own."""
        self.steps, self.not_before_ms = [*self.steps, *steps], [*self.not_before_ms, *not_before_ms]

    def _made(self, step: Attempt, now_ms: int) -> Attempt:
        if self.every and self._since >= self.every and len(self.seats) > 1:
            self.seats.append(self.seats.pop(0))
            self._since = 0
        seated = (self.seats[0], (now_ms - self.region_start_ms) // DAY_MS)
        if self._session is None or self._seated != seated:
            self._session, self._seated = seated[0].session(seated[1]), seated
            self._done -= 1
            self._rest_until_ms = now_ms + 2_000
            return Attempt(self._session, LOGIN)
        self._since += 1
        return step._replace(session=self._session)

    def _take_in(self, now_ms: int, answer: Answer) -> Stop | None:
        asked = self.steps[self._done - 1]
        unserved = answer.action != ALLOW and bool(asked.patients) and not answer.served
        self._refused = self._refused + 1 if unserved else 0
        caught = answer.action in (BLOCK, STEP_UP) and not answer.passed
        if not caught and self._refused < _UNSERVED_BEFORE_MOVING:
            return None
        self._refused = 0
        self._done -= 1
        gone = self.seats.pop(0)
        if answer.action == BLOCK or self.leaves_account:
            self.seats = [seat for seat in self.seats if seat.account != gone.account]
        if not self.seats:
            return Stop("blocked" if answer.action == BLOCK else "gave up")
        self._session = None
        self.pace_s = (self.pace_s[0] * self.slows, self.pace_s[1] * self.slows)
        self._rest_until_ms = now_ms + self.rng.randint(*_REST_MIN) * MINUTE_MS
        return None


def workplace(region: Region, rng: Random, account: int) -> Seat:
    """The account's own seat: its workplace's network and its usual program."""
    return Seat(account, lambda day: seat_of(region, rng, account, day))


def elsewhere(region: Region, rng: Random, account: int, address: str, software: str = "") -> Seat:
    """The account used from another address, with its own program or another."""

    def session(day: int) -> Session:
        own = seat_of(region, rng, account, day)
        return replace(own, address=address, software=software or own.software, agents=[])

    return Seat(account, session)


def let_hop(
    diary: Diary | None,
    region: Region,
    seats: list[Seat],
    *,
    slows: float = 1.0,
    every: int = 0,
    leaves_account: bool = True,
) -> Hopper | None:
    """The diary as a hopper's, from the first of ``seats`` on; its own logins give way to the seats'."""
    if diary is None or not seats:
        return None
    kept = [
        (step, at) for step, at in zip(diary.steps, diary.not_before_ms, strict=True) if step.what != LOGIN
    ]
    if not kept:
        return None
    return Hopper(
        diary.family, seats[0].account, kept[0][1], [step for step, _ in kept], diary.rng, diary.pace_s,
        not_before_ms=[at for _, at in kept], seats=seats, region_start_ms=region.start_ms, slows=slows,
        every=every, leaves_account=leaves_account,
    )  # fmt: skip
