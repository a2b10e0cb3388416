"""Keeping: the ledger sealed and the state saved beside the judging, so that no question waits for either.

Reads how many decisions there are; starts a thread that seals, or that stores a copy of the state taken
between two decisions. One piece of work at a time; what cannot be written stops nothing, is told, and is
tried again. Misses: the copy itself, and the moment in which the journal goes on in a new file, which a
question may have to wait for.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from rempart.errors import LedgerError
from rempart.pipeline.course import Course

SAVE_EVERY = 200_000
"""Decisions between two copies of the state: what a restart has to judge again."""
SWITCH_S = 0.0005
"""How long Python lets one thread run while another waits; by itself it is ten times as long."""


class Keeping:
    """Called now and then by whoever judges, between two decisions."""

    def __init__(self, course: Course, seal_every: int, tell: Callable[[str], None]) -> None:
        self._course, self._seal_every, self._tell = course, seal_every, tell
        self._sealed = self._saved = course.ledger.next_number
        self._work: threading.Thread | None = None
        sys.setswitchinterval(SWITCH_S)

    def look(self) -> None:
        """Start what is due, unless something is under way."""
        if self._work is not None and self._work.is_alive():
            return
        number = self._course.ledger.next_number
        if number - self._saved >= SAVE_EVERY:
            self._saved = number
            snapshot = self._course.snapshot()
            self._start(lambda: self._course.store(snapshot))
        elif number - self._sealed >= self._seal_every:
            self._sealed = number
            self._start(lambda: self._course.ledger.seal())

    def finish(self) -> None:
        """Wait for what is under way."""
        if self._work is not None:
            self._work.join()

    def _start(self, work: Callable[[], object]) -> None:
        def run() -> None:
            try:
                work()
            except LedgerError as error:
                self._tell(str(error))

        self._work = threading.Thread(target=run, name="keeping", daemon=True)
        self._work.start()
