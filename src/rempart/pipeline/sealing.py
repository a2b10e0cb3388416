"""Segments sealed on a thread of their own, one after the other, while judging goes on.

Reads what is in the journal when a seal is begun; whoever listens hears each new seal on that thread. Misses: when to
seal, which the course says.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from rempart.ledger.book import Ledger
from rempart.ledger.manifest import Sealed

Hearing = Callable[[Sealed], None]


class Sealing:
    """The thread that seals one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, "sealing")
        self._running: Future[None] | None = None
        self.hear: Hearing = lambda _: None
        """Hears each new seal once the manifest has it, before the next is begun."""

    def begin(self) -> None:
        """Seal what is in the journal now, once the seal before is done; errors as of :meth:`wait`."""
        self.wait()
        self._running = self._thread.submit(self._seal, self._ledger.last_seq)

    def wait(self) -> None:
        """Until nothing is being sealed; LedgerError where the last seal failed."""
        if self._running is not None:
            self._running.result()
            self._running = None

    def stop(self) -> None:
        """Let the thread go when its seal is done."""
        self._thread.shutdown()

    def _seal(self, up_to_seq: int) -> None:
        for line in self._ledger.seal(up_to_seq):
            self.hear(line)
