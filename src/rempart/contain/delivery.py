"""Delivery: each effector works off its own lane of the outbox, and tries again until it is done.

Reads the outbox; a failure waits twice as long each time, up to five minutes, and holds back only the
later commands of the same account (a reinstatement must not overtake its block). Gives the outbox what
was done, and counts for the metrics. Misses: alarms; the metrics show what waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from rempart.contain.outbox import Outbox
from rempart.errors import EffectorError, EffectorRefused
from rempart.records import Command

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 300.0


class Effector(Protocol):
    """One place where an account can be closed and opened again."""

    name: str
    verbs: frozenset[str]

    def carry_out(self, command: Command) -> None:
        """Do it, however often it is asked; EffectorError where it was not done."""


class Delivery:
    """One thread an effector, so that one that is down holds up no other."""

    def __init__(
        self,
        outbox: Outbox,
        effectors: Sequence[Effector],
        clock_ms: Callable[[], int],
        tell: Callable[[str], None],
    ) -> None:
        self._outbox, self._effectors, self._clock_ms, self._tell = outbox, effectors, clock_ms, tell
        self._stop = threading.Event()
        self._wake = {each.name: threading.Event() for each in effectors}
        self.delivered = {each.name: 0 for each in effectors}
        self.failed = {each.name: 0 for each in effectors}
        self._threads = [
            threading.Thread(target=self._work, args=(each,), name=each.name, daemon=True)
            for each in effectors
        ]

    def start(self) -> None:
        """Begin to deliver, first what an earlier run left."""
        for thread in self._threads:
            thread.start()

    def effectors_of(self, verb: str) -> tuple[str, ...]:
        """Names of the effectors that carry such commands out."""
        return tuple(each.name for each in self._effectors if verb in each.verbs)

    def give(self, command: Command) -> None:
        """Write a command down for every effector that knows its verb, and wake them."""
        names = self.effectors_of(command.verb)
        self._outbox.give(command, names)
        for name in names:
            self._wake[name].set()

    def close(self, wait_s: float = 10.0) -> None:
        """Stop after the command at hand."""
        self._stop.set()
        for event in self._wake.values():
            event.set()
        for thread in self._threads:
            thread.join(wait_s)

    def _work(self, effector: Effector) -> None:
        wait_s = FIRST_WAIT_S
        while not self._stop.is_set():
            self._wake[effector.name].clear()
            if self._round(effector):
                wait_s = FIRST_WAIT_S
                self._wake[effector.name].wait()
            else:
                self._stop.wait(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _round(self, effector: Effector) -> bool:
        """Try what waits; an account whose command failed keeps its later ones waiting too. Whether all went."""
        held: set[str] = set()
        for command in self._outbox.waiting(effector.name):
            if self._stop.is_set():
                return False
            if command.account in held:
                continue
            try:
                effector.carry_out(command)
            except EffectorError as error:
                self.failed[effector.name] += 1
                self._tell(f"{effector.name}: {command.key}: {error}")
                if isinstance(error, EffectorRefused):
                    self._outbox.done(command.key, effector.name, self._clock_ms(), gave_up=True)
                else:
                    held.add(command.account)
            else:
                self._outbox.done(command.key, effector.name, self._clock_ms())
                self.delivered[effector.name] += 1
        return not held
