"""Chunks put together: several chunks of one table as one set of typed columns.

Reads chunks whose columns may differ (JSON); gives the columns of all rows under the kinds found in the first
of them, a column that comes later included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from rempart.leak.chunk import Chunk
from rempart.leak.columns import Column, name_columns
from rempart.leak.rows import Columns, by_kind

ABOUT_PEOPLE = frozenset(
    {"family", "birth_name", "given", "full_name", "birth_date", "nir", "ipp", "phone", "email", "street"}
)
"""A table with none of these kinds holds no people of its own."""


def join(chunks: Sequence[Chunk]) -> tuple[tuple[str, ...], list[Any]]:
    """(names, columns) of the chunks one after the other; a column a chunk lacks is null there."""
    names = tuple(dict.fromkeys(name for chunk in chunks for name in chunk.names))
    columns = []
    for name in names:
        pieces = []
        for chunk in chunks:
            here = chunk.names.index(name) if name in chunk.names else -1
            pieces.append(chunk.columns[here] if here >= 0 else pa.nulls(chunk.rows, pa.large_string()))
        columns.append(pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces))
    return names, columns


def typed(
    chunks: Sequence[Chunk], known: Sequence[Column] = (), given: Mapping[str, str] | None = None
) -> tuple[Columns, list[Column], int]:
    """(columns by kind, what each is, rows); ``known`` columns keep their kind, ``given`` kinds go before all."""
    names, columns = join(chunks)
    before = {column.name: column for column in known}
    if any(name not in before for name in names):
        for column in name_columns(names, columns):
            before.setdefault(column.name, column)
    found = []
    for name in names:
        column = before[name]
        if given and name in given:
            column = Column(name, given[name], 1.0, column.filled)
        found.append(column)
    rows = len(columns[0]) if columns else 0
    return by_kind(names, [column.kind for column in found], columns), found, rows
