"""Blocks of AuditEvents read column by column: the path of files.

Reads: blocks of whole lines. Gives: batches equal to what :func:`rempart.sources.fhir.read_message`
gives line by line. A block is scanned by compiled code and its plain lines become columns
(:mod:`rempart.sources.fhir_rows`), care data are read by their form (:mod:`rempart.sources.context_shapes`) where
somebody asks for that; the other lines are read one by one and put back in their place.

Follows NDJSON and HL7 FHIR AuditEvent R4, R4B and R5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from rempart.records import ACCESS_SCHEMA, Batch
from rempart.sources.batches import BATCH_ROWS, batch_units
from rempart.sources.context_shapes import ShapedLines, shape_lines
from rempart.sources.fhir import read_message
from rempart.sources.fhir_lines import PlainLines, scan_plain
from rempart.sources.fhir_rows import read_rows
from rempart.sources.fhir_scan import count_lines, find_lines
from rempart.sources.lines import BLANK, LineBlock
from rempart.sources.spans import Array

Telling = Callable[[ShapedLines], tuple[pa.RecordBatch, Array]]
"""What lines with a form say, as rows of :data:`rempart.records.LEARNT_SCHEMA`, and of each (n,) whether its form tells it."""


def read_block(block: LineBlock, source: str, telling: Telling | None = None) -> Iterator[Batch]:
    """Batches of the lines of one block, of at most :data:`BATCH_ROWS` lines.

    ``telling``: who reads care data by their form; without, each stands in ``context``.
    """
    data = np.frombuffer(block.data, np.uint8)
    begins, ends = _find_lines(block, data)
    done = 0
    while done < begins.size:
        first, last = begins[done : done + BATCH_ROWS], ends[done : done + BATCH_ROWS]
        lines, scanned = scan_plain(data, first, last)
        done += scanned
        batch = _batch(block, source, lines, first[:scanned], last[:scanned], telling)
        if batch.read:
            yield batch


def _find_lines(block: LineBlock, data: Array) -> tuple[Array, Array]:
    most = count_lines(data, block.size) + 1
    begins, ends = np.empty(most, np.int64), np.empty(most, np.int64)
    count = find_lines(data, block.size, begins, ends)
    return begins[:count], ends[:count]


def _batch(
    block: LineBlock, source: str, lines: PlainLines, begins: Array, ends: Array, telling: Telling | None
) -> Batch:
    """The plain lines' rows and what the other lines say, in order."""
    rows, read = read_rows(lines, source, block.offset)
    if read.size == begins.size:
        return Batch(rows, (), ())
    other = np.ones(begins.size, bool)
    other[np.searchsorted(begins, read)] = False
    begins, ends = begins[other], ends[other]
    learnt, told = None, 0
    if telling is not None:
        shaped, which = shape_lines(lines.data, begins, ends, block.offset)
        learnt, good = telling(shaped)
        told = int(good.sum())
        begins, ends = np.delete(begins, which[good]), np.delete(ends, which[good])
    texts = [block.data[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    rest = batch_units(
        read_message(text, source, block.offset + begin)
        for begin, text in zip(begins.tolist(), texts, strict=True)
        if text.strip(BLANK)
    )
    return Batch(_merge(rows, rest.accesses), rest.context, rest.rejected, learnt, told)


def _merge(one: pa.RecordBatch, other: pa.RecordBatch) -> pa.RecordBatch:
    """Both in order of their offset."""
    if not other.num_rows:
        return one
    both = pa.concat_batches([one.cast(ACCESS_SCHEMA), other])
    order = np.argsort(both.column("offset").to_numpy(zero_copy_only=False), kind="stable")
    return both.take(pa.array(order))
