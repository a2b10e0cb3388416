"""The plain lines of a block, and where their parts stand.

Reads: the bytes of a block and where its lines stand. Gives: :class:`PlainLines`, what
:mod:`rempart.sources.fhir_scan` found in the lines it could read. Misses: the other lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rempart.sources.fhir_scan import CODED, NUMBERS, PATIENTS, TEXTS, scan_lines
from rempart.sources.fhir_what import MOST_PATIENTS
from rempart.sources.json_tape import TAPE
from rempart.sources.spans import Array

PATIENTS_A_LINE = 4
"""Room for patients; a scan that would need more stops before."""


@dataclass(frozen=True, slots=True)
class PlainLines:
    """Plain lines of a block: ``begins`` and ``ends`` (n,), ``times`` (n,) ms UTC, ``coded`` (n, 6, 2) and
    ``texts`` (n, TEXTS, 2) spans, ``numbers`` (n, NUMBERS), ``patients`` (p, 2) spans of
    all of them."""

    data: Array
    begins: Array
    ends: Array
    times: Array
    coded: Array
    texts: Array
    numbers: Array
    patients: Array

    def keep(self, rows: Array) -> PlainLines:
        """Those lines where ``rows`` (n,) is true."""
        own = np.repeat(rows, self.numbers[:, PATIENTS])
        return PlainLines(
            self.data, self.begins[rows], self.ends[rows], self.times[rows], self.coded[rows],
            self.texts[rows], self.numbers[rows], self.patients[own],
        )  # fmt: skip

    def word(self, span: Any) -> str:
        """The text at a span, "" for an absent one."""
        return self.data[span[0] : span[0] + span[1]].tobytes().decode()

    def text(self, span: Any) -> bytes:
        """The bytes at a span; JSON's null for an absent one."""
        return self.data[span[0] : span[0] + span[1]].tobytes() if span[1] else b"null"


def scan_plain(data: Array, begins: Array, ends: Array) -> tuple[PlainLines, int]:
    """The plain ones of the lines (n,) of ``data`` (uint8, padded), and how many lines were scanned."""
    size = begins.size
    plain, times = np.empty(size, np.int64), np.empty(size, np.int64)
    coded, texts = np.empty((size, len(CODED), 2), np.int32), np.empty((size, TEXTS, 2), np.int32)
    numbers = np.empty((size, NUMBERS), np.int32)
    patients = np.empty((PATIENTS_A_LINE * size + MOST_PATIENTS, 2), np.int32)
    done, rows, used = scan_lines(
        data, begins, ends, np.empty(TAPE, np.int32), plain, times, coded, texts, numbers, patients
    )
    at = plain[:rows]
    return PlainLines(
        data, begins[at], ends[at], times[:rows], coded[:rows], texts[:rows], numbers[:rows],
        patients[:used],
    ), done  # fmt: skip
