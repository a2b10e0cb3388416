"""History in order of (time, source, offset), whatever the order and size of the files.

Frames are put into one bucket a UTC day; when more than :data:`IN_MEMORY` events wait, buckets are
written to owner-only files of pseudonyms in a work folder. Reading back goes day by day, each
sorted in memory. Memory is bounded by the busiest day. Misses nothing; events without a time come
where the event before them in their source stood.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numba import njit

from rempart.records import EVENT, FLAG_NO_TIME, Frame
from rempart.watch.state import DAY_MS, Array

IN_MEMORY = 3_000_000
"""Events kept in memory before buckets go to disk."""
PIECE = 65_536
"""Events of one frame given back."""


class Buckets:
    """Collects frames, then gives them back in order."""

    def __init__(self, folder: Path) -> None:
        """``folder`` receives the spilled days; it is made when needed and removed at the end."""
        self._folder = folder
        self._days: dict[int, list[Frame]] = {}
        self._spilled: set[int] = set()
        self._waiting = 0
        self._last_ms = 0
        self.events = 0

    def put(self, frame: Frame) -> None:
        """Take a frame in; events without a time get that of the event before them."""
        if not frame.rows.size:
            return
        self._fill_times(frame.rows)
        days = frame.rows["recorded_ms"] // DAY_MS
        order = np.argsort(days, kind="stable")
        cuts = np.flatnonzero(np.diff(days[order])) + 1
        for part in np.split(order, cuts):
            day = int(days[part[0]])
            whole = frame if part.size == days.size else pick(frame, part)
            self._days.setdefault(day, []).append(whole)
        self._waiting += frame.rows.size
        self.events += frame.rows.size
        if self._waiting > IN_MEMORY:
            self._spill()

    def _fill_times(self, rows: Array) -> None:
        blank = rows["flags"] & FLAG_NO_TIME != 0
        if blank.any():
            at = np.maximum.accumulate(np.where(blank, -1, np.arange(rows.size)))
            rows["recorded_ms"] = np.where(at >= 0, rows["recorded_ms"][at], self._last_ms)
        self._last_ms = int(rows["recorded_ms"][-1])

    def _spill(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for day, frames in self._days.items():
            with pa.OSFile(str(self._folder / f"{day}.events"), "ab") as file:
                for frame in frames:
                    _write(file, frame)
            self._spilled.add(day)
        self._days = {}
        self._waiting = 0

    def in_order(self) -> Iterator[Frame]:
        """All events, sorted, in frames of at most :data:`PIECE`."""
        for day in sorted(self._spilled | set(self._days)):
            frames = self._days.pop(day, [])
            path = self._folder / f"{day}.events"
            if day in self._spilled:
                frames = [*_read(path), *frames]
            rows = np.concatenate([frame.rows for frame in frames])
            starts = np.cumsum([0, *(frame.patients.size for frame in frames)])[:-1]
            rows["first_patient"] += np.repeat(starts, [frame.rows.size for frame in frames])
            patients = np.concatenate([frame.patients for frame in frames])
            events = pa.concat_arrays([frame.events for frame in frames])
            frames.clear()
            yield from _sorted(Frame(rows, patients, events))
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the work folder."""
        shutil.rmtree(self._folder, ignore_errors=False) if self._folder.exists() else None


def _sorted(frame: Frame) -> Iterator[Frame]:
    """The frame's rows by time, source and offset, in pieces."""
    rows = frame.rows
    if _in_order(rows):
        for first in range(0, rows.size, PIECE):
            yield stretch(frame, first, first + PIECE)
        return
    order = np.lexsort((rows["offset"], rows["source"], rows["recorded_ms"]))
    for first in range(0, order.size, PIECE):
        yield pick(frame, order[first : first + PIECE])


def stretch(frame: Frame, first: int, last: int) -> Frame:
    """The frame's rows from ``first`` on, before ``last``, with their patients, which stand in the rows' order.

    No copy: these rows of ``frame`` are used up.
    """
    rows = frame.rows[first:last]
    if not rows.size:
        return Frame(rows, frame.patients[:0], frame.events[:0])
    begin, end = int(rows["first_patient"][0]), int(rows["first_patient"][-1] + rows["patients"][-1])
    rows["first_patient"] -= begin
    return Frame(rows, frame.patients[begin:end], frame.events[first:last])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _in_order(rows):  # type: ignore[no-untyped-def]
    for i in range(1, rows.size):
        one, other = rows[i - 1], rows[i]
        if one.recorded_ms != other.recorded_ms:
            if one.recorded_ms > other.recorded_ms:
                return False
        elif one.source != other.source:
            if one.source > other.source:
                return False
        elif one.offset > other.offset:
            return False
    return True


def pick(frame: Frame, order: Array) -> Frame:
    """The frame's rows at ``order`` (k,), in that order, with their patients."""
    rows = frame.rows[order]
    counts = rows["patients"].astype(np.int64)
    starts = np.cumsum(counts) - counts
    places = np.arange(int(counts.sum())) + np.repeat(rows["first_patient"] - starts, counts)
    rows["first_patient"] = starts
    return Frame(rows, frame.patients[places], frame.events.take(pa.array(order)))


def _write(file: pa.NativeFile, frame: Frame) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("event", pa.string())])) as writer:
        writer.write_batch(pa.record_batch([frame.events], names=["event"]))
    text = sink.getvalue()
    file.write(np.array([frame.rows.size, frame.patients.size, text.size], np.int64).tobytes())
    file.write(frame.rows.tobytes())
    file.write(frame.patients.tobytes())
    file.write(text)


def _read(path: Path) -> Iterator[Frame]:
    with path.open("rb") as file:
        while head := file.read(24):
            n, m, size = np.frombuffer(head, np.int64).tolist()
            rows = np.frombuffer(file.read(n * EVENT.itemsize), EVENT).copy()
            patients = np.frombuffer(file.read(m * 8), np.uint64)
            table = pa.ipc.open_stream(file.read(size)).read_all()
            yield Frame(rows, patients, table.column("event").combine_chunks())
