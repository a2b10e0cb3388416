"""The closed loop over a tape: honest work is judged in long stretches, and singly only where it matters.

The same people, thieves and enforcement point as :mod:`rempart.lab.play`. A stretch of honest acts up to the
next thing that waits (a thief's attempt, a challenged owner's login) is judged in one frame. Where
all of it is allowed, nothing would have come otherwise. Where not, the frame is taken back, judged again
up to the first act that is doubted, and that act is played as the loop of single requests plays it.
A loop can be left at a :class:`Fork` and gone on with from there, with a thief of one's own choice.
Misses: care data are known from their own time on, not from their place in the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rempart.lab.chance import chance
from rempart.lab.play import ClosedLoop, Play
from rempart.lab.raid import Raid, Temper
from rempart.lab.rehearsal import Detector
from rempart.lab.tape import Tape
from rempart.lab.thieves.thief import Thief
from rempart.records import Kind
from rempart.watch.state import DAY_MS

_ACTS_A_FRAME = 2_000
_DAYS = 100_000


@dataclass(frozen=True, slots=True)
class Fork:
    """A place in the tape, the detector there, and what honest staff wait for."""

    at: int
    moment: Any
    pending: tuple[tuple[int, int, Any], ...]
    count: int
    busy_ms: dict[Any, int]
    failures: dict[Any, int]
    locked_ms: dict[int, int]


class TapedLoop(ClosedLoop):
    """Honest staff off a tape, and thieves, against a rehearsed detector."""

    def __init__(
        self,
        tape: Tape,
        rehearsal: Detector,
        thieves: Sequence[Thief] = (),
        temper: Temper | None = None,
        fork: Fork | None = None,
        luck: str = "",
    ) -> None:
        """``fork``: where to begin, else the beginning. ``luck`` names the stream of the challenges' outcomes."""
        super().__init__(tape.region, thieves, temper)
        self._tape, self._rehearsal, self._at = tape, rehearsal, 0
        if fork is not None:
            self._rng = chance(tape.region.spec.seed, "temper", luck)
            self._at, self._count = fork.at, fork.count
            self._pending = list(fork.pending)
            self._busy_ms, self._failures = dict(fork.busy_ms), dict(fork.failures)
            self._locked_ms = dict(fork.locked_ms)
            rehearsal.back_to(fork.moment)
        for raid in self._raids:
            self._later(raid.thief.starts_ms, raid)

    def fork(self) -> Fork:
        """Where the loop stands."""
        return Fork(
            self._at,
            self._rehearsal.moment(),
            tuple(self._pending),
            self._count,
            dict(self._busy_ms),
            dict(self._failures),
            dict(self._locked_ms),
        )

    def play_until(self, until_ms: int) -> None:
        """Everything before ``until_ms``."""
        end = int(np.searchsorted(self._tape.at_ms, until_ms))
        while self._at < end or (self._pending and self._pending[0][0] < until_ms):
            due_ms = self._pending[0][0] if self._pending else until_ms
            stop = min(end, int(np.searchsorted(self._tape.at_ms, due_ms)))
            if self._at < stop:
                self._stretch(stop)
            else:
                self._drive(self._resume())

    def play_out(self) -> None:
        """Until no thief has anything left to do, or the period is over."""
        end_ms = self.region.end_ms
        while (
            due_ms := min((at for at, _, what in self._pending if isinstance(what, Raid)), default=end_ms)
        ) < end_ms:
            self.play_until(due_ms + 1)

    def _drive(self, play: Play) -> None:
        """Let the rehearsed detector answer whatever ``play`` asks."""
        answer = None
        while True:
            try:
                resource = play.send(answer)
            except StopIteration:
                return
            answer = self._rehearsal.judge(resource)

    def _stretch(self, stop: int) -> None:
        """Honest acts up to before ``stop``, or fewer."""
        first, last = self._at, self._calm_until(min(stop, self._at + _ACTS_A_FRAME))
        if first == last:
            act = self._tape.acts[first]
            self.now_ms = act.at_ms
            self._at += 1
            self._drive(self._work(act))
            return
        doubted = self._judge(first, last)
        if doubted < last:
            self._rehearsal.take_back()
            if doubted > first:
                self._judge(first, doubted)
        self._note(first, doubted)
        self._at = doubted
        if doubted < last:
            act = self._tape.acts[doubted]
            self.now_ms = act.at_ms
            self._at += 1
            self._drive(self._work(act))

    def _calm_until(self, last: int) -> int:
        """The first act that a lock or an open challenge concerns, or the first of another UTC day."""
        tape, first = self._tape, self._at
        at_ms = tape.at_ms[first:last]
        day = np.searchsorted(at_ms, (int(at_ms[0]) // DAY_MS + 1) * DAY_MS)
        last = first + int(day)
        from_ms = int(at_ms[0])
        locked = [account for account, until in self._locked_ms.items() if until > from_ms]
        busy = {session for session, until in self._busy_ms.items() if until > from_ms}
        if locked:
            concerned = np.flatnonzero(np.isin(tape.account[first:last], locked))
            last = first + int(concerned[0]) if concerned.size else last
        for place in range(first, last) if busy else ():
            if tape.acts[place].session in busy:
                return place
        return last

    def _judge(self, first: int, last: int) -> int:
        """Judge the acts from ``first`` to before ``last``; returns the first that is doubted, or ``last``."""
        frame = self._tape.frame(first, last)
        answers = self._rehearsal.judge_frame(frame)
        hard = (answers["action"] != 0) & (frame.rows["kind"] == Kind.ACCESS)
        if not hard.any():
            return last
        row = int(np.argmax(hard)) + int(self._tape.first_row[first])
        return int(np.searchsorted(self._tape.first_row, row, side="right")) - 1

    def _note(self, first: int, last: int) -> None:
        """These acts were allowed."""
        tape, region = self._tape, self.region
        access = tape.access[first:last]
        accounts = tape.account[first:last][access].astype(np.int64)
        at_ms = tape.at_ms[first:last][access]
        days = (at_ms - region.start_ms) // DAY_MS
        robbed = np.zeros(accounts.size, np.int64)
        for account, since_ms in self._robbed_ms.items():
            robbed |= (accounts == account) & (at_ms >= since_ms)
        for packed in np.unique((accounts * _DAYS + days) * 2 + robbed).tolist():
            account, day = divmod(packed // 2, _DAYS)
            self.honest.note(account, day, (), bool(packed % 2))
