"""Lines of care data grouped by their form: what a form says is told once, and its names and times put in.

Reads: the lines of a block that are no plain AuditEvents. Gives: :class:`ShapedLines`. Misses: lines without a form, and
those that share theirs with no other of the block, which are as cheap read one by one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rempart.sources.context_scan import MOST_NAMES, MOST_TIMES, scan_shapes
from rempart.sources.json_tape import TAPE
from rempart.sources.spans import Array, copy_spans, group_spans

_SEED = np.uint64(secrets.randbits(63))
_NAMES_A_LINE = _TIMES_A_LINE = 8
"""Room for names and times; a scan that would need more stops before, and the rest has no form."""


@dataclass(frozen=True, slots=True)
class ShapedLines:
    """Lines (n,) with a form: ``offsets`` where they begin in the source, ``of`` the number of their form in ``forms``;
    ``first_name`` and ``first_time`` (n,) where those of each begin in ``names`` and ``times`` (ms UTC, ascending)."""

    offsets: Array
    of: Array
    forms: list[bytes]
    first_name: Array
    names: pa.StringArray
    first_time: Array
    times: Array


def shape_lines(data: Array, begins: Array, ends: Array, offset: int) -> tuple[ShapedLines, Array]:
    """Those of the lines (n,) of ``data`` (uint8, padded) that have a form, and which they are."""
    size = begins.size
    forms = np.empty(int((ends - begins).sum()) + 2 * size + 64, np.uint8)
    spans, counts = np.empty((size, 1, 2), np.int32), np.empty((size, 2), np.int64)
    shaped = np.empty(size, np.int64)
    names = np.empty((_NAMES_A_LINE * size + MOST_NAMES, 2), np.int32)
    times = np.empty(_TIMES_A_LINE * size + MOST_TIMES, np.int64)
    _, rows = scan_shapes(
        data, begins, ends, np.empty(TAPE, np.int32), forms, spans[:, 0], shaped, names, times, counts
    )
    spans, counts, shaped = spans[:rows], counts[:rows], shaped[:rows]
    of, firsts = group_spans(forms, spans, _SEED)
    starts, used = np.cumsum(counts, axis=0) - counts, counts.sum(axis=0)
    common = np.bincount(of, minlength=firsts.size) > 1
    number = np.cumsum(common) - 1
    rows = common[of]
    lines = ShapedLines(
        begins[shaped[rows]] + offset,
        number[of[rows]],
        [forms[begin : begin + length].tobytes() for begin, length in spans[firsts[common], 0].tolist()],
        starts[rows, 0],
        copy_spans(data, names[: used[0]]),
        starts[rows, 1],
        times[: used[1]],
    )
    return lines, shaped[rows]
