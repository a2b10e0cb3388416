"""What a reader of a leaked file yields: consecutive rows of one table as columns of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rempart.errors import SourceError
from rempart.language import gettext as _

ROWS = 1 << 16
"""Rows a chunk has at most."""
MOST_COLUMNS = 4096
MOST_CELL = 1 << 20
"""Characters kept of one cell."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of ``table``; ``columns`` are string columns, null where nothing stood, named ``names``."""

    table: str
    names: tuple[str, ...]
    columns: tuple[Any, ...]
    dropped: int = 0
    """Lines of the source that fit no row, before these rows or among them."""

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def check_width(columns: int, where: str) -> None:
    """SourceError where a table is wider than any list of people."""
    if columns > MOST_COLUMNS:
        raise SourceError(
            _("{where} has more than {most_columns} columns").format(where=where, most_columns=MOST_COLUMNS),
            _("cut out the columns that speak of people"),
        )


def chunk_of_rows(table: str, names: tuple[str, ...], rows: list[list[str]], dropped: int = 0) -> Chunk:
    """A chunk of rows as lists of text: short rows are filled up, long ones cut to the header."""
    width = len(names)
    if any(len(row) != width for row in rows):
        rows = [row if len(row) == width else (row + [""] * width)[:width] for row in rows]
    columns = tuple(pa.array(column, pa.large_string()) for column in zip(*rows, strict=True))
    return Chunk(table, names, columns or tuple(pa.array([], pa.large_string()) for _ in names), dropped)


class Gathering:
    """Rows of several tables that arrive mixed, as dictionaries; new columns may appear at any time."""

    def __init__(self, size: int = ROWS) -> None:
        self._size = size
        self._names: dict[str, dict[str, int]] = {}
        self._rows: dict[str, list[dict[str, str]]] = {}
        self._dropped: dict[str, int] = {}

    def put(self, table: str, row: dict[str, str]) -> Iterator[Chunk]:
        """Take a row; yields a chunk when one is full."""
        names = self._names.setdefault(table, {})
        for name in row:
            if name not in names:
                names[name] = len(names)
                check_width(len(names), table)
        rows = self._rows.setdefault(table, [])
        rows.append(row)
        if len(rows) >= self._size:
            yield self._chunk(table)

    def drop(self, table: str) -> None:
        """Count a row that could not be read."""
        self._dropped[table] = self._dropped.get(table, 0) + 1

    def rest(self) -> Iterator[Chunk]:
        """The rows not yet yielded, and what was dropped."""
        for table in list(self._rows | self._dropped):
            if self._rows.get(table) or self._dropped.get(table):
                yield self._chunk(table)

    def _chunk(self, table: str) -> Chunk:
        rows, self._rows[table] = self._rows.get(table, []), []
        names = tuple(self._names.get(table, ()))
        columns = tuple(pa.array([row.get(name) for row in rows], pa.large_string()) for name in names)
        return Chunk(table, names, columns, self._dropped.pop(table, 0))
