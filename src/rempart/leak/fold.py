"""Text as comparison needs it: lower case, no diacritics, words separated by one space. Compiled.

Reads an Arrow string column. Gives a column in which only ``a-z``, ``0-9`` and single spaces are left:
``Éloïse``, ``ELOISE`` and its decomposed spelling fold alike, ``œ`` and ``æ`` become two letters. Letters
are taken apart as in Unicode's canonical decomposition (UAX #15).

Misses: scripts other than Latin; their letters separate words.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numba
import numpy as np
import pyarrow as pa

Array = np.ndarray[Any, Any]

_LAST = 0x24F
_SPACE = 32
_DROPPED = 0


def _letters() -> Array:
    """(592, 2) uint8: the one or two ASCII bytes of each code point up to U+024F; 32 separates words."""
    table = np.zeros((_LAST + 1, 2), np.uint8)
    pairs = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    for code in range(_LAST + 1):
        letter = chr(code).lower()
        bare = pairs.get(letter) or unicodedata.normalize("NFD", letter[:1])[0]
        kept = bare if bare.isascii() and bare.isalnum() else " "
        for place, one in enumerate(kept[:2]):
            table[code, place] = ord(one)
    return table


_TABLE = _letters()


def column_bytes(column: pa.Array) -> tuple[Array, Array]:
    """(bytes, offsets (n+1,) int64) of a string column, without a copy of the bytes; null is empty."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.null_count:
        column = column.fill_null("")
    large = column.cast(pa.large_string())
    if len(large) == 0:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    _, offsets, content = large.buffers()
    starts = np.frombuffer(offsets, np.int64)[large.offset : large.offset + len(large) + 1]
    data = np.frombuffer(content, np.uint8) if content is not None and content.size else np.empty(0, np.uint8)
    return data, starts


def column_of(content: Array, offsets: Array) -> pa.Array:
    """A large string column over ASCII ``content`` cut at ``offsets`` (n+1,) int64."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(np.ascontiguousarray(content))]
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)


def fold_column(column: pa.Array) -> pa.Array:
    """Every cell folded, as a large string column of the same length."""
    content, offsets = column_bytes(column)
    if not len(content):
        return column_of(np.empty(0, np.uint8), np.zeros(len(offsets), np.int64))
    return column_of(*_fold(content, offsets, _TABLE))


def fold_text(text: str) -> str:
    """One text folded."""
    return str(fold_column(pa.array([text], pa.large_string()))[0].as_py())


@numba.njit(cache=True, nogil=True)
def _fold(content: Array, offsets: Array, table: Array) -> Any:
    size = offsets[-1] - offsets[0]
    out = np.empty(size + size // 2 + 16, np.uint8)
    ends = np.zeros(len(offsets), np.int64)
    at = 0
    for row in range(len(offsets) - 1):
        first = at
        waiting = False
        place = offsets[row]
        while place < offsets[row + 1]:
            byte = content[place]
            code = np.int64(byte)
            step = 1
            if byte >= 0xF0:
                code, step = np.int64(0x10000), 4
            elif byte >= 0xE0:
                code, step = np.int64(0x10000), 3
            elif byte >= 0xC0 and place + 1 < offsets[row + 1]:
                code, step = ((np.int64(byte) & 0x1F) << 6) | (np.int64(content[place + 1]) & 0x3F), 2
            place += step
            if 0x300 <= code <= 0x36F:
                continue
            one = table[code, 0] if code <= 0x24F else np.uint8(32)
            if one == 32:
                waiting = at > first
                continue
            if waiting:
                out[at] = 32
                at += 1
                waiting = False
            out[at] = one
            at += 1
            if table[code, 1]:
                out[at] = table[code, 1]
                at += 1
        ends[row + 1] = at
    return out[:at].copy(), ends
