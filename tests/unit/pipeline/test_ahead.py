"""Reading ahead changes nothing but who waits."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from rempart.pipeline.ahead import WAITING, WORKERS, read_ahead, work_ahead


def test_everything_comes_in_order() -> None:
    assert list(read_ahead(iter(range(1000)))) == list(range(1000))
    assert list(read_ahead(iter([]))) == []


def test_an_error_comes_where_it_happened() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    flow = read_ahead(broken())
    assert next(flow) == 1
    with pytest.raises(OSError, match="gone"):
        next(flow)


def test_it_reads_no_further_than_it_may_and_stops_when_nobody_listens() -> None:
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(1000):
            read.append(number)
            yield number

    flow = read_ahead(numbers())
    assert next(flow) == 0
    flow.close()  # type: ignore[attr-defined]
    assert len(read) <= 1 + WAITING + 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reading")]


def test_work_is_shared_and_comes_in_order() -> None:
    both = threading.Barrier(WORKERS, timeout=20)

    def work(number: int) -> int:
        if number < WORKERS:
            both.wait()
        return number

    assert list(work_ahead(partial(work, number) for number in range(100))) == list(range(100))


def test_what_was_read_before_an_error_comes_before_it() -> None:
    def broken() -> Iterator[Callable[[], int]]:
        yield from (partial(int, number) for number in range(4))
        raise OSError("gone")

    flow = work_ahead(broken())
    assert [next(flow) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(OSError, match="gone"):
        next(flow)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("reading", "working"))]
