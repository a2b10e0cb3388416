"""Reading ahead: the next batches are read by a second thread while the first are worked on.

Reads any iterator; gives the same items in the same order, and what it raises where it raised it.
At most :data:`WAITING` items are held. Compiled reading holds no lock, so two cores share the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

WAITING = 3
"""Items read and not yet taken."""

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """``items``, each begun before the one before it is asked for. Closing it ends the thread."""
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as thread:
        waiting: list[Future[Item | object]] = [thread.submit(next, items, end) for _ in range(WAITING)]
        try:
            while (item := waiting.pop(0).result()) is not end:
                waiting.append(thread.submit(next, items, end))
                yield item  # type: ignore[misc]
        finally:
            for one in waiting:
                one.cancel()
