"""The choice of an answer in plain Python, as decision.md's fourth step and the kernel's docstrings say: the oracle.

Keeps one challenge a session, and of each session what it brought on the one day there is. Misses the ninth session
challenged within half a day, for which the kernel gives up an answered one or the oldest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

HALF_DAY_MS = 12 * 3_600_000
PASS_NATS = 3.5
"""What a pass is worth: one owner in 33 is fooled."""
MOST_SESSIONS = 8
ALLOW, STEP_UP, RESTRICT, BLOCK = range(4)


@dataclass
class Challenge:
    """A request to prove who is there."""

    asked_ms: int
    doubt: float
    passed: bool = False
    unanswered: int = 0


@dataclass
class PlainChoice:
    """One account under one policy, which asks from ``threshold``, and from ``usual`` where no alarm is on; ``explained``
    is the share of its patients that care explains."""

    threshold: float
    usual: float
    enforce: bool
    explained: float
    blocked: bool = False
    slipped_at: int | None = None
    slipped_in: int = 0
    made_up: bool = False
    """Whether a challenge was passed since the slip."""
    challenges: dict[int, Challenge] = field(default_factory=dict)
    hauls: dict[int, float] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    proved: float = 0.0
    """The largest doubt that a pass of the day answered."""

    def bring(self, session: int, haul: float) -> None:
        """A session opened somebody strange, or asked for rows."""
        self.hauls[session] = self.hauls.get(session, 0.0) + haul

    def _passed_brought_most(self) -> bool:
        mine = sum(self.hauls[session] for session in self.passed)
        return (
            len(self.passed) > 0
            and len(self.hauls) <= MOST_SESSIONS
            and mine >= 0.75 * sum(self.hauls.values())
        )

    def choose(self, session: int, now: int, fresh: bool, doubt: float, odds: float) -> int:
        """The answer to one access; ``fresh`` says whether it adds to the haul."""
        if self.blocked:
            return BLOCK
        challenge = self._open(session, now)
        if challenge and challenge.passed:
            new_doubt = doubt >= max(self.threshold, challenge.doubt + PASS_NATS)
            if not (new_doubt and fresh):
                return ALLOW
            self.challenges[session] = Challenge(now, doubt)
            return STEP_UP
        waiting = challenge is not None and self.enforce
        slipped = self.enforce and self.slipped_at is not None and not self.made_up
        if not waiting and not (fresh and (doubt >= self.threshold or slipped)):
            return ALLOW
        if (
            challenge is None
            and not slipped
            and doubt < self.proved + PASS_NATS
            and self._passed_brought_most()
        ):
            return ALLOW
        if challenge is None:
            challenge = self.challenges[session] = Challenge(now, doubt)
        challenge.doubt = max(challenge.doubt, doubt) if waiting else doubt
        before = challenge.unanswered
        challenge.unanswered += 1
        sure = odds > 0 and doubt >= self.usual + 2.3 and self.explained >= 0.6
        return RESTRICT if sure and (before >= 3 or not self.enforce) else STEP_UP

    def answer(self, session: int, now: int, passed: bool) -> None:
        """A login after a challenge: it clears its session, or is a slip, or blocks the account."""
        challenge = self._open(session, now)
        if challenge is None or challenge.passed or not self.enforce:
            return
        if not passed:
            self.blocked |= self.slipped_at is not None or challenge.doubt >= self.usual + 4.6
            if not self.blocked:
                self.slipped_at, self.slipped_in, self.made_up = now, session, False
            return
        challenge.passed = True
        if self.slipped_at is None:
            self._prove(session, challenge.doubt)
            return
        long_ago = now - self.slipped_at > HALF_DAY_MS
        if not self.made_up:
            if session == self.slipped_in or long_ago:
                self.made_up = True
                challenge.doubt = float(np.float32(challenge.doubt) - np.float32(PASS_NATS))
            return
        if long_ago:
            self.slipped_at = None
        self._prove(session, challenge.doubt)

    def _prove(self, session: int, doubt: float) -> None:
        self.proved = max(doubt, self.proved) if self.passed else doubt
        if session in self.hauls:
            self.passed.add(session)

    def _open(self, session: int, now: int) -> Challenge | None:
        challenge = self.challenges.get(session)
        if challenge and now - challenge.asked_ms > HALF_DAY_MS:
            del self.challenges[session]
            return None
        return challenge
