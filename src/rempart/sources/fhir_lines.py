"""Every line of a block, scanned: the loop around the compiled scanner.

Reads: a padded block of lines. Gives: :class:`~rempart.sources.fhir_rows.Rows`, one row a line that
is not blank, each marked as read (``fast``) or left to the tolerant reader. Holds no lock while it
runs. Misses: nothing; what it cannot read is marked.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.fhir_bytes import find_line_feed, skip_space
from rempart.sources.fhir_finish import finish_line
from rempart.sources.fhir_paths import SPANS
from rempart.sources.fhir_rows import FIRST_PATIENT, LAST_PATIENT, LINE, MAX_PATIENTS
from rempart.sources.fhir_scan import scan_event


@numba.njit(cache=True, nogil=True)
def scan_lines(data, at, size, keys, rows, interned):
    """Scan the lines of ``data`` (at least ``size`` + 64 uint8, line feeds behind ``size``) from ``at``.

    Stops when the rows or the patients are full. Returns the rows written, the position behind the
    last line, and the patients written.
    """
    frames = np.zeros((64, 2), np.int64)
    spans = np.zeros((SPANS, 3), np.int64)
    line = np.zeros((LINE, 3), np.int64)
    row = patients = 0
    while at < size and row < rows.begin.size and patients + MAX_PATIENTS <= rows.patients.shape[0]:
        begun = skip_space(data, at)
        if data[begun] == 10:
            at = begun + 1
            continue
        spans[:, 1] = 0
        line[:, :2] = 0
        line[FIRST_PATIENT, 0] = line[LAST_PATIENT, 0] = patients
        end = scan_event(data, begun, keys, frames, spans, line, rows) if data[begun] == 123 else -1
        if end >= 0:
            end = skip_space(data, end)
        read = end >= 0 and data[end] == 10
        if read:
            read = finish_line(data, spans, line, rows, row, interned)
        else:
            end = find_line_feed(data, begun)
        rows.begin[row] = at
        rows.fast[row] = read
        if read:
            patients = line[LAST_PATIENT, 0]
        follows = min(end, size)
        while follows > at and data[follows - 1] == 13:
            follows -= 1
        rows.length[row] = follows - at
        row += 1
        at = end + 1
    return row, min(at, size), patients
