"""Reading ahead: the next batches are read by other threads while the first are worked on.

Reads any iterator; gives the same items in the same order, and what it raises where it raised it.
At most :data:`WAITING` items are held. Compiled reading holds no lock, so two cores share the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from rempart.errors import RempartError

WAITING = 3
"""Items read and not yet taken."""
WORKERS = 2

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


def work_ahead(works: Iterator[Callable[[], Item]]) -> Iterator[Item]:
    """What ``works`` give when done by :data:`WORKERS` threads, in order. Closing it ends the threads."""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="working") as threads:
        waiting: deque[Future[Item]] = deque()
        try:
            for work in read_ahead(_to_the_end(works)):
                waiting.append(threads.submit(work))
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


def _to_the_end(works: Iterator[Callable[[], Item]]) -> Iterator[Callable[[], Item]]:
    """``works``, and behind them one that raises what they raised, in its turn."""
    failed: list[Exception] = []

    def fail() -> Item:
        raise failed[0]

    try:
        yield from works
    except (OSError, RempartError) as error:
        failed.append(error)
        yield fail
