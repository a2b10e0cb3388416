"""How each source usually speaks: records an hour, where they stood, and whether their ids count up.

Reads the events of a segment; gives one row of :data:`CELL` for each source and hour, how many of its
records were executions (FHIR action E: searches and exports), and how many bore no time. It is computed
when a segment is sealed and kept in the segment's own footer, so that it is covered by the seal and a
missing hour is found without reading a hundred million events again.

Misses: an id's letters; only the digits at its end count. Hours beyond :data:`MOST_CELLS` cells a
segment (a log that claims times all over the centuries) are left out, fewest records first.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numba import njit

from rempart.ledger.names import Rows
from rempart.records import MISSING_MS

HOUR_MS = 3_600_000
MOST_CELLS = 100_000
FOOTER_KEY = b"rempart.rhythm"
EXECUTION = 5
"""Number of the action E in ``EVENT.action``."""
NO_ID = -1

CELL = np.dtype(
    [
        ("source", "i4"),
        ("hour", "i4"),
        ("rows", "i4"),
        ("ids", "i4"),
        ("first_id", "i8"),
        ("last_id", "i8"),
        ("first_offset", "i8"),
        ("last_offset", "i8"),
    ]
)
"""One source and hour (since 1970): records, how many had a number at the end of their id, the least and
the greatest number, the least and the greatest offset. ``first_id`` is :data:`NO_ID` where none had."""


class _Packed(msgspec.Struct, array_like=True):
    sources: list[str]
    cells: bytes
    executions: list[int]
    untimed: list[int]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``cells`` (n,) CELL ordered by source and hour; ``executions`` and ``untimed`` (k,) by source."""

    sources: tuple[str, ...]
    cells: Rows
    executions: Rows
    untimed: Rows


def rhythm_of(
    source: Rows, recorded_ms: Rows, offset: Rows, action: Rows, events: pa.StringArray, sources: list[str]
) -> Rhythm:
    """The rhythm of n events: ``source`` numbers in ``sources`` (-1 unknown, left out)."""
    known = source >= 0
    timed = known & (recorded_ms != MISSING_MS)
    count = len(sources)
    executions = np.bincount(source[known & (action == EXECUTION)], minlength=count)
    untimed = np.bincount(source[known & ~timed], minlength=count)
    hours = recorded_ms[timed] // HOUR_MS
    first = int(hours.min(initial=0))
    key = source[timed].astype(np.int64) * (int(hours.max(initial=0)) - first + 1) + hours - first
    cells = np.zeros(0, CELL)
    if key.size:
        places, owner = _cells_of(key)
        cells = np.zeros(places.size, CELL)
        cells["source"], cells["hour"] = source[timed][places], hours[places]
        _fill(cells, owner, offset[timed], trailing_numbers(events)[timed])
    return Rhythm(tuple(sources), _fewest(cells), executions, untimed)


def join(rhythms: Iterable[Rhythm], name_of: Callable[[str], str] = str) -> Rhythm:
    """One rhythm of several, sources matched by what ``name_of`` makes of their names."""
    numbers: dict[str, int] = {}
    cells, counted = [], []
    for one in rhythms:
        place = np.array([numbers.setdefault(name_of(name), len(numbers)) for name in one.sources], np.int32)
        moved = one.cells.copy()
        moved["source"] = place[moved["source"]] if moved.size else moved["source"]
        cells.append(moved)
        counted.append((place, one.executions, one.untimed))
    executions, untimed = np.zeros((2, len(numbers)), np.int64)
    for place, each, without in counted:
        np.add.at(executions, place, each)
        np.add.at(untimed, place, without)
    return Rhythm(tuple(numbers), _merged(np.concatenate([np.zeros(0, CELL), *cells])), executions, untimed)


def pack(rhythm: Rhythm) -> bytes:
    """As it stands in a segment's footer."""
    packed = _Packed(
        list(rhythm.sources), rhythm.cells.tobytes(), rhythm.executions.tolist(), rhythm.untimed.tolist()
    )
    return b64encode(zlib.compress(msgspec.msgpack.encode(packed), 1))


def unpack(content: bytes) -> Rhythm:
    """What :func:`pack` gave. ValueError for anything else."""
    try:
        packed = msgspec.msgpack.decode(zlib.decompress(b64decode(content)), type=_Packed)
        cells = np.frombuffer(packed.cells, CELL)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError("a segment's footer holds no rhythm") from error
    return Rhythm(tuple(packed.sources), cells, np.array(packed.executions), np.array(packed.untimed))


def trailing_numbers(events: pa.StringArray) -> Rows:
    """The number at the end of each id (n,) int64; :data:`NO_ID` where there is none of 1 to 18 digits."""
    if not len(events):
        return np.zeros(0, np.int64)
    _, offset_buffer, data_buffer = events.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[events.offset : events.offset + len(events) + 1]
    content = np.frombuffer(data_buffer if data_buffer is not None else b"", np.uint8)
    numbers = np.empty(len(events), np.int64)
    _read_numbers(offsets, content, numbers)
    return numbers


def _cells_of(key: Rows) -> tuple[Rows, Rows]:
    """A place of each distinct key, keys ascending, and for every key which of them it is."""
    span = int(key.max()) + 1
    if span > 1 << 22:
        _, places, owner = np.unique(key, return_index=True, return_inverse=True)
        return places, owner
    place_of = np.full(span, -1, np.int64)
    place_of[key[::-1]] = np.arange(key.size - 1, -1, -1)
    used = np.flatnonzero(place_of >= 0)
    rank = np.empty(span, np.int64)
    rank[used] = np.arange(used.size)
    return place_of[used], rank[key]


def _fewest(cells: Rows) -> Rows:
    """The cells, without those of fewest records where there are too many."""
    if cells.size <= MOST_CELLS:
        return cells
    kept = np.sort(np.argsort(-cells["rows"], kind="stable")[:MOST_CELLS])
    return cells[kept]


def _merged(cells: Rows) -> Rows:
    """Cells of one source and hour made one."""
    if not cells.size:
        return cells
    cells = cells[np.lexsort((cells["hour"], cells["source"]))]
    fresh = np.ones(cells.size, bool)
    fresh[1:] = (cells["source"][1:] != cells["source"][:-1]) | (cells["hour"][1:] != cells["hour"][:-1])
    starts = np.flatnonzero(fresh)
    out = cells[starts].copy()
    for name in ("rows", "ids"):
        out[name] = np.add.reduceat(cells[name], starts)
    least = np.where(cells["first_id"] == NO_ID, np.iinfo(np.int64).max, cells["first_id"])
    least = np.minimum.reduceat(least, starts)
    out["first_id"] = np.where(out["ids"] == 0, NO_ID, least)
    out["first_offset"] = np.minimum.reduceat(cells["first_offset"], starts)
    for name in ("last_id", "last_offset"):
        out[name] = np.maximum.reduceat(cells[name], starts)
    return out


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill(cells: Any, owner: Any, offset: Any, number: Any) -> None:
    for cell in cells:
        cell.first_id = NO_ID
        cell.last_id = NO_ID
        cell.first_offset = np.iinfo(np.int64).max
        cell.last_offset = np.iinfo(np.int64).min
    for row in range(owner.size):
        cell = cells[owner[row]]
        cell.rows += 1
        cell.first_offset = min(cell.first_offset, offset[row])
        cell.last_offset = max(cell.last_offset, offset[row])
        if number[row] != NO_ID:
            cell.ids += 1
            cell.last_id = max(cell.last_id, number[row])
            if cell.first_id == NO_ID or number[row] < cell.first_id:
                cell.first_id = number[row]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _read_numbers(offsets: Any, content: Any, numbers: Any) -> None:
    for row in range(numbers.size):
        place = offsets[row + 1]
        value, scale, digits = np.int64(0), np.int64(1), 0
        while place > offsets[row] and 48 <= content[place - 1] <= 57:
            place -= 1
            digits += 1
            if digits <= 18:
                value += np.int64(content[place] - 48) * scale
                scale *= 10
        numbers[row] = value if 0 < digits <= 18 else NO_ID
