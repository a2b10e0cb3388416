"""Equal runs of bytes found and gathered, exactly: compiled.

Reads: spans (start, length) into an array of bytes. Gives: which spans say the same, byte for byte
(a hash only says where to look), and spans copied out as an Arrow column.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pyarrow as pa

from rempart.compiled import njit
from rempart.sources.byte_words import put_bytes, word_at

Array = np.ndarray[Any, Any]

_MIX = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True)
def _hash(data, at, length, seed):
    value = seed ^ (np.uint64(length) * _MIX)
    end = at + length
    while at + 8 <= end:
        value = (value ^ word_at(data, at)) * _MIX
        value ^= value >> np.uint64(29)
        at += 8
    if at < end:
        rest = word_at(data, at) & ((np.uint64(1) << np.uint64(8 * (end - at))) - np.uint64(1))
        value = (value ^ rest) * _MIX
        value ^= value >> np.uint64(32)
    return value


@njit(cache=True, nogil=True)
def _same(data, one, other, length):
    k = 0
    while k + 8 <= length:
        if word_at(data, one + k) != word_at(data, other + k):
            return False
        k += 8
    while k < length:
        if data[one + k] != data[other + k]:
            return False
        k += 1
    return True


@numba.njit(cache=True, nogil=True)
def group_spans(data, spans, seed):
    """Groups of rows whose spans all say the same.

    ``data`` uint8 with 8 readable bytes behind every span, ``spans`` (n, k, 2) start and length,
    ``seed`` a secret number, so that nobody can prepare collisions. Returns (n,) group numbers in
    order of first appearance and the first row of each group.
    """
    rows, parts = spans.shape[0], spans.shape[1]
    size = 16
    while size < rows * 2:
        size *= 2
    table = np.full(size, -1, np.int64)
    hashes = np.empty(size, np.uint64)
    groups = np.empty(rows, np.int32)
    firsts = np.empty(rows, np.int64)
    count = 0
    for i in range(rows):
        value = seed
        for part in range(parts):
            value = _hash(data, spans[i, part, 0], spans[i, part, 1], value)
        slot = np.int64(value & np.uint64(size - 1))
        while True:
            group = table[slot]
            if group < 0:
                table[slot] = count
                hashes[slot] = value
                firsts[count] = i
                groups[i] = count
                count += 1
                break
            if hashes[slot] == value:
                first = firsts[group]
                same = True
                for part in range(parts):
                    length = spans[i, part, 1]
                    same = same and length == spans[first, part, 1]
                    same = same and _same(data, spans[i, part, 0], spans[first, part, 0], length)
                if same:
                    groups[i] = group
                    break
            slot = (slot + 1) & (size - 1)
    return groups, firsts[:count].copy()


@njit(cache=True, nogil=True)
def _measure(spans, offsets):
    offsets[0] = 0
    for i in range(spans.shape[0]):
        offsets[i + 1] = offsets[i] + spans[i, 1]
    return offsets[-1]


@njit(cache=True, nogil=True)
def _gather(data, spans, offsets, text):
    """Copy the spans one behind the other into ``text``, eight bytes at a time and thus a little over."""
    source, target = data.ctypes.data, text.ctypes.data
    for i in range(spans.shape[0]):
        begin, to, length = np.int64(spans[i, 0]), np.int64(offsets[i]), np.int64(spans[i, 1])
        for k in range(0, length, 8):
            put_bytes(target, to + k, word_at(source, begin + k))


def copy_spans(data: Array, spans: Array) -> pa.StringArray:
    """The texts at ``spans`` (n, 2) of valid UTF-8 as a column of strings.

    ``data`` has eight readable bytes behind every span.
    """
    offsets = np.empty(spans.shape[0] + 1, np.int32)
    text = np.empty(int(_measure(spans, offsets)) + 8, np.uint8)
    _gather(data, spans, offsets, text)
    return pa.StringArray.from_buffers(spans.shape[0], pa.py_buffer(offsets), pa.py_buffer(text))
