"""Parquet files: flat columns as text, batch by batch; nested ones as the JSON-like text Arrow gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.errors import SourceError
from rempart.leak.chunk import ROWS, Chunk, check_width
from rempart.leak.members import Member, whole

MOST_BYTES = 8 << 30
_START = b"PAR1"


def fits(member: Member) -> bool:
    """Whether it begins as a Parquet file."""
    return member.head.startswith(_START)


def read(member: Member) -> Iterator[Chunk]:
    """The rows, batch by batch. SourceError where the file is damaged or a row group is a bomb."""
    try:
        source: Any = (
            member.raw if not member.compressed and member.raw.seekable() else whole(member, MOST_BYTES)
        )
        source.seek(0)
        with pq.ParquetFile(source) as file:
            check_width(len(file.schema_arrow), member.name)
            for batch in file.iter_batches(ROWS):
                names = tuple(batch.schema.names)
                yield Chunk(member.name, names, tuple(_text(column) for column in batch.columns))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(f"{member.name} is a damaged Parquet file", "get a whole copy") from error


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
