"""How an export is written down: separator, quote, encoding, header, what stands for nothing.

Reads nothing itself: it is the part of a mapping that :mod:`rempart.sources.csv_rows` follows to
cut bytes into rows. The rules are those of RFC 4180 with the liberties that exports take.

Misses: quotes escaped by a backslash, several-character separators, UTF-16.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rempart.sources.csv_text import EMPTY_WORDS

ENCODINGS = ("utf-8", "latin-1", "windows-1252")
FIELD_LIMIT = 64 << 10
"""Characters a quoted field may have before its quote is taken for a stray one."""
ROW_LIMIT = 4 << 20
"""Bytes a row may have."""
LINES_LIMIT = 1000
"""Lines a quoted row may run over."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The written form of one export."""

    separator: str = ","
    quote: str = '"'
    """One character, or empty where the export never quotes."""
    encoding: str = "utf-8"
    header: bool = True
    """Whether the first line (after ``skip_lines``) names the columns."""
    skip_lines: int = 0
    """Lines before the header or the first row: a title, the date of the export."""
    columns: int = 0
    """Fields of a full row where no header tells; 0 where unknown."""
    decimal: str = "."
    comment: str = ""
    """A line that begins with this is skipped; empty where there are none."""
    list_separator: str = ""
    """What separates several patients in one cell; empty where a cell names one."""
    empty: tuple[str, ...] = EMPTY_WORDS


def split_rows(lines: Iterable[str], dialect: Dialect, *, strict: bool = False) -> Iterator[list[str]]:
    """The fields of every line; a quoted field may run over lines. Raises csv.Error if ``strict``."""
    if not dialect.quote:
        return csv.reader(lines, delimiter=dialect.separator, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=dialect.separator, quotechar=dialect.quote, strict=strict)


def split_line(line: str, dialect: Dialect) -> list[str] | None:
    """The fields of one line, or None where a quote opened in it is still open at its end."""
    if not dialect.quote or dialect.quote not in line:
        return line.split(dialect.separator)
    try:
        rows = list(split_rows((line, ""), dialect))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 2 else None
