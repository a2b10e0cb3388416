"""Load on a loopback port, compiled, so that it takes little of two cores from what it loads.

``steady`` sends at a fixed rate, whatever the answers do, and times each from the moment it was due
(so a stall counts for every request it delays, also one that waits for a free connection). ``flat_out``
asks again as soon as it was answered. As real clients do: one request at a time on a connection kept open,
written at once; where the server ends it (nginx after 1,000 requests) it is opened anew and what was not answered
is asked again. Answers must say their length.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

LINES = 64
"""Connections."""
ROOM = 1 << 16
"""Largest answer in bytes."""
LATEST_NS = 10 * 10**9
"""How long after its end a steady run waits for answers."""
_POLLIN = 1
_NEVER = 2**62
_POLL = np.dtype([("fd", np.int32), ("events", np.int16), ("revents", np.int16)])

_c = ctypes.CDLL(None)
_address, _number = ctypes.c_size_t, ctypes.c_int
_send, _recv, _ppoll, _clock = _c.send, _c.recv, _c.ppoll, _c.clock_gettime
_send.argtypes, _send.restype = (_number, _address, _address, _number), ctypes.c_ssize_t
_recv.argtypes, _recv.restype = (_number, _address, _address, _number), ctypes.c_ssize_t
_ppoll.argtypes, _ppoll.restype = (_address, _address, _address, _address), _number
_clock.argtypes, _clock.restype = (_number, _address), _number


class Result(NamedTuple):
    """``seconds`` (n,) from due to answered, answers a second, how many had each code, connections opened again."""

    seconds: np.ndarray
    rate: float
    codes: dict[int, int]
    reopened: int


def steady(port: int, requests: Sequence[bytes], rate: float, lines: int = LINES) -> Result:
    """Every request once, ``rate`` a second."""
    return _load(port, requests, len(requests), 1e9 / rate, _NEVER, lines)


def flat_out(port: int, requests: Sequence[bytes], seconds: float, lines: int = LINES) -> Result:
    """Requests in turn for some seconds, one always in flight on each line."""
    return _load(port, requests, _NEVER, 0.0, int(seconds * 1e9), lines)


def _load(
    port: int, requests: Sequence[bytes], count: int, gap_ns: float, span_ns: int, lines: int
) -> Result:
    content = np.frombuffer(b"".join(requests), np.uint8)
    ends = np.cumsum([len(each) for each in requests])
    opened = [_connect(port) for _ in range(lines)]
    poll = np.zeros(lines, _POLL)
    poll["fd"], poll["events"] = [each.fileno() for each in opened], _POLLIN
    room = np.zeros((lines, ROOM), np.uint8)
    kept, sent, due = np.zeros(lines, np.int64), np.full(lines, -1), np.zeros(lines, np.int64)
    codes, times, wait = np.zeros(600, np.int64), np.zeros(1 << 22, np.int64), np.zeros(2, np.int64)
    place, reopened = np.zeros(3, np.int64), 0
    work = content, ends, room, poll, kept, sent, due, codes, times, wait, place
    addresses = content.ctypes.data, room.ctypes.data, poll.ctypes.data, wait.ctypes.data
    _run(*work, *addresses, 0, gap_ns, 0)
    while (lost := _run(*work, *addresses, count, gap_ns, span_ns)) >= 0:
        assert kept[lost] < ROOM, "an answer is larger than ROOM"
        opened[lost].close()
        opened[lost] = _connect(port)
        poll["fd"][lost], kept[lost] = opened[lost].fileno(), 0
        reopened += 1
        if sent[lost] >= 0:
            opened[lost].sendall(requests[sent[lost] % len(requests)])
    for each in opened:
        each.close()
    taken = times[: place[1]] / 1e9
    spent = (_now(wait, wait.ctypes.data) - place[2]) / 1e9
    return Result(taken, taken.size / spent, {int(c): int(codes[c]) for c in np.flatnonzero(codes)}, reopened)


def _connect(port: int) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=10)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


@njit(cache=False)
def _now(pair, address):
    """Nanoseconds of the monotonic clock."""
    _clock(1, address)
    return pair[0] * 1_000_000_000 + pair[1]


@njit(cache=False)
def _run(
    content, ends, room, poll, kept, sent, due, codes, times, wait, place,
    at_content, at_room, at_poll, at_wait, count, gap_ns, span_ns,
):  # fmt: skip
    """Until all is done (-1), or the number of a line that the server has closed.

    ``place``: requests sent, answers had, when it began.
    """
    if count == 0:
        return -1
    now = _now(wait, at_wait)
    if place[2] == 0:
        place[2] = now
    begun = place[2]
    while True:
        for line in range(poll.size):
            if sent[line] < 0 and place[0] < count and now - begun < span_ns:
                when = begun + np.int64(place[0] * gap_ns) if gap_ns else now
                if when > now:
                    break
                number = place[0] % ends.size
                first = ends[number - 1] if number else 0
                sent[line], due[line] = place[0], when
                place[0] += 1
                if _send(poll[line].fd, at_content + first, ends[number] - first, 0x4000) < 0:
                    return line
        if place[1] == place[0] and (place[0] == count or now - begun >= span_ns):
            return -1
        if gap_ns and now > begun + np.int64(count * gap_ns) + LATEST_NS:
            return -1
        rest = 1_000_000 if place[0] >= count else max(1_000, begun + np.int64(place[0] * gap_ns) - now)
        wait[0], wait[1] = 0, rest if gap_ns else 100_000_000
        _ppoll(at_poll, poll.size, at_wait, 0)
        now = _now(wait, at_wait)
        for line in range(poll.size):
            if poll[line].revents == 0:
                continue
            poll[line].revents = 0
            got = _recv(poll[line].fd, at_room + line * ROOM + kept[line], ROOM - kept[line], 0x40)
            if got <= 0:
                return line
            kept[line] += got
            if sent[line] >= 0 and _whole(room[line], kept[line]):
                codes[(room[line, 9] - 48) * 100 + (room[line, 10] - 48) * 10 + room[line, 11] - 48] += 1
                times[place[1] % times.size] = now - due[line]
                place[1] += 1
                sent[line], kept[line] = -1, 0


@njit(cache=False)
def _whole(answer, size):
    """Whether an answer's head and as many bytes as it says are there."""
    length, at = 0, 0
    for i in range(3, size):
        if answer[i] == 10 and answer[i - 1] == 13:
            if i - at == 1:
                return size >= i + 1 + length
            if (answer[at] | 32) == 99 and (answer[at + 8] | 32) == 108 and answer[at + 14] == 58:
                length = 0
                for j in range(at + 15, i - 1):
                    if answer[j] >= 48:
                        length = length * 10 + answer[j] - 48
            at = i + 1
    return False
