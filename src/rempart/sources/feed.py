"""FHIR sources become batches: NDJSON block by block, Bundles and single resources entry by entry.

Reads an open :class:`~rempart.sources.recognise.Source`; gives batches in offset order, whatever
stands among the good units.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.records import Batch, Rejected
from rempart.sources.batches import batch_stream, batch_units
from rempart.sources.bundle import read_entries_of
from rempart.sources.fhir_columns import read_block
from rempart.sources.lines import split_lines
from rempart.sources.recognise import Source


def read_fhir(source: Source) -> Iterator[Batch]:
    """Batches of one source of kind ``ndjson``, ``bundle`` or ``resource``."""
    if source.kind != "ndjson":
        documents = source.kind == "resource"
        yield from batch_stream(read_entries_of(source.stream, source.name, documents))
        return
    for block in split_lines(source.stream, source.name):
        if isinstance(block, Rejected):
            yield batch_units([block])
        else:
            yield from read_block(block, source.name)
