"""FHIR sources become batches: NDJSON line by line, Bundles and single resources entry by entry.

Reads an open :class:`~rempart.sources.recognise.Source`; gives batches in offset order, whatever
stands among the good units. Misses: the columnar path, which is not joined yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.records import Access, Batch, Context, Rejected
from rempart.sources.batches import batch_stream
from rempart.sources.bundle import read_entries_of
from rempart.sources.fhir import read_message
from rempart.sources.lines import BLANK, split_lines
from rempart.sources.recognise import Source


def read_fhir(source: Source) -> Iterator[Batch]:
    """Batches of one source of kind ``ndjson``, ``bundle`` or ``resource``."""
    if source.kind == "ndjson":
        yield from batch_stream(_units(source))
    else:
        documents = source.kind == "resource"
        yield from batch_stream(read_entries_of(source.stream, source.name, documents))


def _units(source: Source) -> Iterator[Access | Context | Rejected]:
    for block in split_lines(source.stream, source.name):
        if isinstance(block, Rejected):
            yield block
            continue
        for begin, line in cut_lines(block.data):
            yield read_message(line, source.name, block.offset + begin)


def cut_lines(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each line that is not blank begins in ``block``, and its bytes; one line is held at a time."""
    begin = 0
    while begin < len(block):
        end = block.find(b"\n", begin)
        end = len(block) if end < 0 else end
        line = block[begin:end]
        if line.strip(BLANK):
            yield begin, line
        begin = end + 1
