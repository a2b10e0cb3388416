"""Load on a loopback port, cheap enough to share two cores with what it loads.

``steady`` sends at a fixed rate, whatever the answers do, and times each from the moment it was due
(so a stall counts for every request it delays). ``flat_out`` keeps a number of requests in flight on
each connection. Requests are whole bytes, made beforehand.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

import numpy as np
import uvloop


class _Line(asyncio.Protocol):
    """One connection; counts whole answers by their first line (bodies must not contain one)."""

    def __init__(self) -> None:
        self.due: deque[float] = deque()
        self.times: list[float] = []
        self.codes: dict[bytes, int] = {}
        self.more = None
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        data = self._tail + data
        at = data.find(b"HTTP/1.1 ")
        while at >= 0 and at + 12 <= len(data):
            code = data[at + 9 : at + 12]
            self.codes[code] = self.codes.get(code, 0) + 1
            self.times.append(now - self.due.popleft())
            if self.more is not None:
                self.more(self)
            at = data.find(b"HTTP/1.1 ", at + 12)
        self._tail = data[-11:] if at < 0 else data[at:]
        cut = self._tail.find(b"HTTP/1.1 ")
        if cut >= 0 and len(self._tail) >= cut + 12:
            self._tail = self._tail[cut + 9 :]


async def _connect(port: int, lines: int) -> list[_Line]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(_Line, "127.0.0.1", port))[1] for _ in range(lines)]


def steady(
    port: int, requests: Sequence[bytes], rate: float, lines: int = 32
) -> tuple[np.ndarray, dict[bytes, int]]:
    """Seconds (n,) from due to answered, and how many answers had each code."""

    async def work() -> list[_Line]:
        opened = await _connect(port, lines)
        begun = time.perf_counter() + 0.05
        for number, request in enumerate(requests):
            due = begun + number / rate
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            line = opened[number % lines]
            line.due.append(due)
            line.transport.write(request)
        until = time.perf_counter() + 10
        while sum(len(line.times) for line in opened) < len(requests) and time.perf_counter() < until:
            await asyncio.sleep(0.01)
        return opened

    return _sum(uvloop.run(work()))


def flat_out(
    port: int, requests: Sequence[bytes], seconds: float, lines: int = 16, deep: int = 4
) -> tuple[float, dict[bytes, int]]:
    """Answers a second with ``lines`` × ``deep`` requests in flight."""

    async def work() -> tuple[list[_Line], float]:
        opened = await _connect(port, lines)
        number = 0
        begun = time.perf_counter()
        until = begun + seconds

        def more(line: _Line) -> None:
            nonlocal number
            if time.perf_counter() < until:
                number += 1
                line.due.append(0.0)
                line.transport.write(requests[number % len(requests)])

        for line in opened:
            line.more = more
            for _ in range(deep):
                more(line)
        await asyncio.sleep(seconds)
        return opened, time.perf_counter() - begun

    opened, spent = uvloop.run(work())
    times, codes = _sum(opened)
    return len(times) / spent, codes


def _sum(opened: list[_Line]) -> tuple[np.ndarray, dict[bytes, int]]:
    codes: dict[bytes, int] = {}
    for line in opened:
        for code, count in line.codes.items():
            codes[code] = codes.get(code, 0) + count
    return np.array([each for line in opened for each in line.times]), codes
