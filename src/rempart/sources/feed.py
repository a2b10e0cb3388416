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
from rempart.sources.lines import split_lines
from rempart.sources.recognise import Source


def read_fhir(source: Source) -> Iterator[Batch]:
    """Batches of one source of kind ``ndjson``, ``bundle`` or ``resource``."""
    if source.kind == "ndjson":
        yield from batch_stream(_units(source))
    else:
        yield from batch_stream(read_entries_of(source.stream, source.name))


def _units(source: Source) -> Iterator[Access | Context | Rejected]:
    for block in split_lines(source.stream, source.name):
        if isinstance(block, Rejected):
            yield block
            continue
        offset = block.offset
        for line in block.data.split(b"\n"):
            if line.strip(b" \t\r"):
                yield read_message(line.removesuffix(b"\r"), source.name, offset)
            offset += len(line) + 1
