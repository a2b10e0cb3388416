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
MOST_TABLES = 10_000
MOST_CELLS = 1 << 22
"""Cells of a chunk of rows that arrive as dictionaries."""
MOST_NAMED = 1 << 24
"""Characters that the columns of all tables may take in their names, each counted as :data:`OF_VALUE` more."""
MOST_WAITING = 128 << 20
"""Bytes that rows may take while they wait for their chunk to be full; each value is counted as :data:`OF_VALUE` more."""
OF_VALUE = 60


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
        self._bytes: dict[str, int] = {}
        self._waiting = self._named = 0

    def put(self, table: str, row: dict[str, str]) -> Iterator[Chunk]:
        """Take a row; yields a chunk when one is full, or the largest when all that wait are too long together.

        SourceError for a table too wide, for too many tables, and for too many columns in all.
        """
        names = self._names.setdefault(table, {})
        if len(self._names) > MOST_TABLES:
            raise SourceError(
                _("there are more than {most} tables").format(most=f"{MOST_TABLES:,}"),
                _("cut out those that speak of people"),
            )
        rows = self._rows.setdefault(table, [])
        fresh = [name for name in row if name not in names]
        if fresh and len(rows) * (len(names) + len(fresh)) >= MOST_CELLS:
            yield self._chunk(table)
            rows = self._rows[table]
        for name in fresh:
            names[name] = len(names)
            check_width(len(names), table)
        self._named += sum(map(len, fresh)) + OF_VALUE * len(fresh)
        if self._named > MOST_NAMED:
            raise SourceError(
                _("the columns of all tables have more than {most} characters of names").format(
                    most=f"{MOST_NAMED:,}"
                ),
                _("cut out the columns that speak of people"),
            )
        rows.append(row)
        size = sum(len(name) + len(cell) + OF_VALUE for name, cell in row.items())
        self._bytes[table] = self._bytes.get(table, 0) + size
        self._waiting += size
        if len(rows) >= self._size or len(rows) * len(names) >= MOST_CELLS:
            yield self._chunk(table)
        elif self._waiting >= MOST_WAITING:
            yield self._chunk(max(self._bytes, key=self._bytes.__getitem__))

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
        self._waiting -= self._bytes.pop(table, 0)
        names = tuple(self._names.get(table, ()))
        return Chunk(table, names, _columns(rows, names), self._dropped.pop(table, 0))


def _columns(rows: list[dict[str, str]], names: tuple[str, ...]) -> tuple[Any, ...]:
    """The columns of ``rows``; what it costs goes by the cells that are there, not by those that might be."""
    cells: dict[str, list[str | None]] = {}
    for place, row in enumerate(rows):
        for name, cell in row.items():
            if name not in cells:
                cells[name] = [None] * len(rows)
            cells[name][place] = cell
    nothing = pa.nulls(len(rows), pa.large_string())
    return tuple(pa.array(cells[name], pa.large_string()) if name in cells else nothing for name in names)
