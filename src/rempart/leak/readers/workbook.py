"""Excel workbooks (xlsx): every sheet a table, formulas as the values they last had.

Read row by row (openpyxl, read only): macros, links and formulas are never run. The workbook's parts are
held to the same growth limits as an archive. Misses: the older xls, and encrypted workbooks.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

import openpyxl

from rempart.errors import SourceError
from rempart.leak.chunk import ROWS, Chunk, check_width, chunk_of_rows
from rempart.leak.headers import looks_like_header
from rempart.leak.members import Member, check_growth, whole

MOST_BYTES = 512 << 20
_START = b"PK\x03\x04"


def fits(member: Member) -> bool:
    """Whether it begins as a zip file: other archives were opened before."""
    return member.head.startswith(_START)


def read(member: Member) -> Iterator[Chunk]:
    """The rows of each sheet. SourceError for a bomb or a damaged workbook."""
    content = whole(member, MOST_BYTES)
    _check(content, member.name)
    try:
        book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            yield from _sheet(sheet, f"{member.name}: {sheet.title}")
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise SourceError(f"{member.name} is a damaged workbook", "open it and save it as CSV") from error


def _check(content: io.BytesIO, name: str) -> None:
    size = content.getbuffer().nbytes
    try:
        with zipfile.ZipFile(content) as archive:
            check_growth(sum(info.file_size for info in archive.infolist()), size, name)
    except zipfile.BadZipFile as error:
        raise SourceError(f"{name} is a damaged workbook", "get a whole copy") from error
    content.seek(0)


def _sheet(sheet: Any, name: str) -> Iterator[Chunk]:
    sheet.reset_dimensions()
    rows = ([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    filled = (row for row in rows if any(row))
    first = list(islice(filled, 50))
    if not first:
        return
    width = max(map(len, first))
    check_width(width, name)
    first = [row + [""] * (width - len(row)) for row in first]
    names = tuple(f"column {place + 1}" for place in range(width))
    if looks_like_header(first):
        names = tuple(cell or names[place] for place, cell in enumerate(first[0]))
        first = first[1:]
    whole_sheet = chain(first, filled)
    while block := list(islice(whole_sheet, ROWS)):
        yield chunk_of_rows(name, names, block)


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
