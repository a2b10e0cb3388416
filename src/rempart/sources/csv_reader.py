"""An export in columns, by its mapping: accesses, care links, staff, aliases.

Reads an opened binary stream (already decompressed) block by block and a
:class:`~rempart.sources.mapping_shape.Mapping`; gives :class:`~rempart.records.Batch` after batch in
offset order, in memory bounded by the block. What the batches hold does not depend on where the
blocks are cut.

Two rows may rightly be identical (one second, one patient), so a row without an event column keeps an
empty event id: its offset tells it apart.

Misses: rows that an ignore rule names are not counted anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.records import Batch, Context, Rejected
from rempart.sources.csv_access import empty_accesses, read_accesses
from rempart.sources.csv_columns import Cells, Layout, find_layout, highest_number
from rempart.sources.csv_context import read_context
from rempart.sources.csv_rows import RowStream
from rempart.sources.csv_times import TimeReader
from rempart.sources.mapping_shape import Mapping


def read_csv(stream: BinaryIO, name: str, mapping: Mapping, *, block_bytes: int = 4 << 20) -> Iterator[Batch]:
    """The batches of ``stream``; ``name`` is the source's. Batches are never empty.

    Raises SettingsError where the mapping does not fit the header, SourceError where the stream fails.
    """
    rows = RowStream(stream, name, mapping.dialect, block_bytes, highest_number(mapping))
    times = TimeReader(mapping.forms, mapping.zone, mapping.dialect.decimal)
    empty = frozenset(mapping.dialect.empty)
    layout: Layout | None = None
    try:
        for block in rows.blocks():
            if layout is None and (rows.header is not None or not mapping.dialect.header):
                layout = find_layout(mapping, rows.header, name)
            batch = Batch(empty_accesses(), (), tuple(block.rejected))
            if layout is not None and len(block):
                cells = Cells(block, layout, empty, times)
                cells.drop_ignored(mapping.ignore)
                batch = _read_batch(cells, mapping, name)
            if batch.read:
                yield batch
    except OSError as error:
        raise SourceError(
            _("{name}: reading stopped ({why})").format(name=name, why=why_of(error)),
            _("check the file and start again"),
        ) from error


def _read_batch(cells: Cells, mapping: Mapping, name: str) -> Batch:
    noted = cells.block.rejected
    bad: list[Rejected]
    context: list[Context] = []
    if mapping.what == "access":
        accesses, bad = read_accesses(cells, mapping, name)
    else:
        accesses = empty_accesses()
        context, bad = read_context(cells, mapping, name)
    rejected = sorted([*noted, *bad], key=lambda note: note.offset) if bad else noted
    return Batch(accesses, tuple(context), tuple(rejected))
