"""Parquet files: flat columns as text, batch by batch; nested ones as the JSON-like text Arrow gives.

A few bytes can stand for many rows of long text (dictionaries, shared beginnings, runs): text columns are read as
dictionaries and measured before they are written out, in pieces of :data:`PIECE_BYTES`; what cannot be measured is
read a few rows at a time. What grows beyond the limits of an archive is refused.

Misses: a page that unpacks to more than the file declares (2 GiB at most).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.leak.chunk import ROWS, Chunk, check_width
from rempart.leak.members import Member, check_growth, whole
from rempart.leak.side import Array

MOST_BYTES = 8 << 30
PIECE_BYTES = 64 << 20
"""Bytes of text that are written out at once."""
MOST_CELLS = 1 << 22
"""Cells of a batch."""
FEW_ROWS = 64
"""Rows of a batch where nothing bounds what they unpack to."""
_START = b"PAR1"
_TEXT = ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
_AS_LONG_AS_STORED = frozenset({"PLAIN", "RLE", "BIT_PACKED", "DELTA_LENGTH_BYTE_ARRAY"})


def fits(member: Member) -> bool:
    """Whether it begins as a Parquet file."""
    return member.head.startswith(_START)


def read(member: Member) -> Iterator[Chunk]:
    """The rows, batch by batch. SourceError where the file is damaged or a bomb."""
    try:
        source: Any = (
            member.raw if not member.compressed and member.raw.seekable() else whole(member, MOST_BYTES)
        )
        size, given = source.seek(0, 2), 0
        source.seek(0)
        about = pq.read_metadata(source)
        check_width(about.num_columns, member.name)
        declared = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
        check_growth(declared, size, member.name)
        measured, rows = _plan(about, declared)
        source.seek(0)
        with pq.ParquetFile(source, read_dictionary=measured, pre_buffer=False, buffer_size=1 << 20) as file:
            for batch in file.iter_batches(rows):
                lengths = _lengths(batch)
                given += int(lengths.sum())
                check_growth(given, size, member.name)
                for first, end in _pieces(lengths, member.name):
                    columns = batch.slice(first, end - first).columns
                    yield Chunk(member.name, tuple(batch.schema.names), tuple(map(_text, columns)))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            _("{name} is a damaged Parquet file").format(name=member.name), _("get a whole copy")
        ) from error


def _plan(about: Any, declared: int) -> tuple[list[str], int]:
    """(columns to read as dictionaries, rows a batch) for a file of ``declared`` unpacked bytes."""
    encodings: dict[str, set[str]] = {}
    plain = set()
    for group in range(about.num_row_groups):
        for place in range(about.num_columns):
            column = about.row_group(group).column(place)
            if column.physical_type in _TEXT:
                encodings.setdefault(column.path_in_schema, set()).update(column.encodings)
                if column.physical_type == _TEXT[0] and "." not in column.path_in_schema:
                    plain.add(column.path_in_schema)
    measured = [name for name in plain if not any(each.startswith("DELTA") for each in encodings[name])]
    others = encodings.keys() - set(measured)
    rows = min(
        ROWS, MOST_CELLS // max(about.num_columns, 1), PIECE_BYTES * about.num_rows // max(declared, 1)
    )
    if any(encodings[name] - _AS_LONG_AS_STORED for name in others):
        rows = FEW_ROWS
    return measured, max(rows, FEW_ROWS)


def _lengths(batch: pa.RecordBatch) -> Array:
    """(rows,) bytes of the text that each row becomes."""
    lengths = np.full(batch.num_rows, 8 * batch.num_columns, np.int64)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            of_value = pc.binary_length(column.dictionary).cast(pa.int64())
            lengths += of_value.take(column.indices).fill_null(0).to_numpy()
        elif batch.num_rows:
            lengths += column.nbytes // batch.num_rows
    return lengths


def _pieces(lengths: Array, name: str) -> Iterator[tuple[int, int]]:
    """(first, end) of consecutive rows that together become at most :data:`PIECE_BYTES`."""
    ends, first = np.cumsum(lengths), 0
    while first < len(ends):
        before = int(ends[first - 1]) if first else 0
        end = int(np.searchsorted(ends, before + PIECE_BYTES, "right"))
        if end == first:
            raise SourceError(
                _("{name} has a row of more than {piece_bytes} MiB").format(
                    name=name, piece_bytes=PIECE_BYTES >> 20
                ),
                _("it is no list of people"),
            )
        yield first, end
        first = end


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.array(
            [None if item is None else str(item) for item in column.to_pylist()], pa.large_string()
        )
    if pa.types.is_timestamp(column.type):
        column = pc.strftime(column, format="%Y-%m-%d")
    return column.cast(pa.large_string())
