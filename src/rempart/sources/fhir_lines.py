"""The plain lines of a block, and where their parts stand.

Reads: the bytes of a block and where its lines stand. Gives: :class:`PlainLines`, what
:mod:`rempart.sources.fhir_scan` found in the lines it could read. Misses: the other lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rempart.sources.batches import BATCH_ROWS
from rempart.sources.fhir_scan import MEMBERS, MOST_ENTITIES, scan_lines
from rempart.sources.spans import Array

_MOST = 8 * BATCH_ROWS + MOST_ENTITIES
"""Entities of one scan; a scan that would find more stops before."""


@dataclass(frozen=True, slots=True)
class PlainLines:
    """Plain lines of a block: ``begins`` and ``ends`` (n,), ``members`` (n, 16, 2) spans, ``times`` (n,)
    ms UTC, ``counts`` (n,) entities each, ``entities`` and ``holes`` (m, 2) spans."""

    data: Array
    begins: Array
    ends: Array
    members: Array
    times: Array
    counts: Array
    entities: Array
    holes: Array

    def keep(self, rows: Array) -> PlainLines:
        """Those lines where ``rows`` (n,) is true."""
        own = np.repeat(rows, self.counts)
        return PlainLines(
            self.data, self.begins[rows], self.ends[rows], self.members[rows], self.times[rows],
            self.counts[rows], self.entities[own], self.holes[own],
        )  # fmt: skip

    def text(self, span: Any) -> bytes:
        """The bytes at a span; JSON's null for an absent one."""
        return self.data[span[0] : span[0] + span[1]].tobytes() if span[1] else b"null"


def scan_plain(data: Array, begins: Array, ends: Array) -> tuple[PlainLines, int]:
    """The plain ones of the lines (n,) of ``data`` (uint8, padded), and how many lines were scanned."""
    members = np.zeros((begins.size, len(MEMBERS), 2), np.int64)
    times, counts = np.zeros(begins.size, np.int64), np.zeros(begins.size, np.int64)
    entities, holes = np.zeros((_MOST, 2), np.int64), np.zeros((_MOST, 2), np.int64)
    done, used = scan_lines(data, begins, ends, members, times, entities, holes, counts)
    at = np.flatnonzero(counts[:done] >= 0)
    lines = PlainLines(
        data, begins[at], ends[at], members[at], times[at], counts[at], entities[:used], holes[:used]
    )
    return lines, done
