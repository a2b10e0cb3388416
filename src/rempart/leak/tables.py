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


UNREAD = frozenset({"other", "text", "number", "blank"})
"""Kinds whose cells nobody asks for once they are told."""


def join(chunks: Sequence[Chunk], names: Sequence[str]) -> list[Any]:
    """The columns called ``names``, the chunks one after the other; a column a chunk lacks is null there."""
    places = [{name: place for place, name in enumerate(chunk.names)} for chunk in chunks]
    columns = []
    for name in names:
        pieces = [
            chunk.columns[at[name]] if name in at else pa.nulls(chunk.rows, pa.large_string())
            for chunk, at in zip(chunks, places, strict=True)
        ]
        columns.append(pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces))
    return columns


def typed(
    chunks: Sequence[Chunk], known: Sequence[Column] = (), given: Mapping[str, str] | None = None
) -> tuple[Columns, list[Column], int]:
    """(columns by kind, what each is, rows); ``known`` columns keep their kind, ``given`` kinds go before all. Columns of
    :data:`UNREAD` kinds are told but not given."""
    names = tuple(dict.fromkeys(name for chunk in chunks for name in chunk.names))
    before = {column.name: column for column in known}
    if any(name not in before for name in names):
        for column in name_columns(names, join(chunks, names)):
            before.setdefault(column.name, column)
    found = []
    for name in names:
        column = before[name]
        if given and name in given:
            column = Column(name, given[name], 1.0, column.filled)
        found.append(column)
    read = [column for column in found if column.kind not in UNREAD]
    columns = join(chunks, [column.name for column in read])
    kinds = [column.kind for column in read]
    return (
        by_kind([column.name for column in read], kinds, columns),
        found,
        sum(chunk.rows for chunk in chunks),
    )
