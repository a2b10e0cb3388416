"""Reading ahead changes nothing but who waits."""

import threading
from collections.abc import Iterator

import pytest

from rempart.pipeline.ahead import WAITING, read_ahead


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
