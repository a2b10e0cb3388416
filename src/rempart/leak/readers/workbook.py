"""Excel workbooks (xlsx): every sheet a table, formulas as the values they last had.

Read row by row (openpyxl, read only): macros, links and formulas are never run. The workbook's parts, and
the text its cells become (a shared text can stand in every cell), are held to the growth limits of an archive.
Rows that are not written are not made up, however far apart the written ones are numbered. Misses: the older
xls, and encrypted workbooks.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

import openpyxl
from openpyxl.worksheet._reader import WorkSheetParser

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.leak.chunk import ROWS, Chunk, check_width, chunk_of_rows
from rempart.leak.headers import looks_like_header
from rempart.leak.members import Member, check_growth, whole

MOST_BYTES = 512 << 20
MOST_ROWS = 1 << 20
"""Number of the last row a sheet can have (Office Open XML, ECMA-376)."""
BLOCK_BYTES = 64 << 20
"""Characters of a chunk, beyond which it ends."""
_START = b"PK\x03\x04"


def fits(member: Member) -> bool:
    """Whether it begins as a zip file: other archives were opened before."""
    return member.head.startswith(_START)


def read(member: Member) -> Iterator[Chunk]:
    """The rows of each sheet. SourceError for a bomb or a damaged workbook."""
    content = whole(member, MOST_BYTES)
    _check(content, member.name)
    text = _Given(member.name, content.getbuffer().nbytes)
    try:
        book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            yield from _sheet(sheet, f"{member.name}: {sheet.title}", text)
    except (
        LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError, zipfile.BadZipFile,
        SyntaxError,
    ) as error:  # fmt: skip
        raise SourceError(
            _("{name} is a damaged workbook").format(name=member.name), _("open it and save it as CSV")
        ) from error


class _Given:
    """The characters given so far of a workbook of ``packed`` bytes."""

    def __init__(self, name: str, packed: int) -> None:
        self.name, self.packed, self.size = name, packed, 0

    def add(self, row: list[str]) -> None:
        """SourceError where it is more than data ever grows to."""
        self.size += sum(map(len, row)) + len(row)
        check_growth(self.size, self.packed, self.name)


def _check(content: io.BytesIO, name: str) -> None:
    size = content.getbuffer().nbytes
    try:
        with zipfile.ZipFile(content) as archive:
            check_growth(sum(info.file_size for info in archive.infolist()), size, name)
    except zipfile.BadZipFile as error:
        raise SourceError(
            _("{name} is a damaged workbook").format(name=name), _("get a whole copy")
        ) from error
    content.seek(0)


def _sheet(sheet: Any, name: str, given: _Given) -> Iterator[Chunk]:
    filled = (row for row in _rows(sheet, name) if any(row))
    first = list(islice(filled, 50))
    if not first:
        return
    width = max(map(len, first))
    first = [row + [""] * (width - len(row)) for row in first]
    names = tuple(f"column {place + 1}" for place in range(width))
    if looks_like_header(first):
        names = tuple(cell or names[place] for place, cell in enumerate(first[0]))
        first = first[1:]
    whole_sheet = (row[:width] for row in chain(first, filled))
    while block := list(_block(whole_sheet, given)):
        yield chunk_of_rows(name, names, block)


def _block(rows: Iterator[list[str]], given: _Given) -> Iterator[list[str]]:
    begun = given.size
    for row in islice(rows, ROWS):
        given.add(row)
        yield row
        if given.size - begun > BLOCK_BYTES:
            return


def _rows(sheet: Any, name: str) -> Iterator[list[str]]:
    """The rows that are written, each up to its last cell. SourceError for one too wide or beyond the last row."""
    book = sheet.parent
    with book._archive.open(sheet._worksheet_path) as source:
        parser = WorkSheetParser(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        for number, cells in parser.parse():
            if number > MOST_ROWS:
                raise SourceError(
                    _("{name} has a row beyond the {most_rows} of a sheet").format(
                        name=name, most_rows=f"{MOST_ROWS:,}"
                    ),
                    _("it is no workbook"),
                )
            row: list[str] = []
            for cell in cells:
                text, place = _text(cell["value"]), cell["column"]
                if text:
                    check_width(place, name)
                    row.extend([""] * (place - len(row)))
                    row[place - 1] = text
            yield row


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
