"""The written form of an export, seen from a sample: encoding, separator, quote, header, rows.

Reads the first bytes of a file (or pieces of it, cut at line ends); gives a
:class:`~rempart.sources.csv_dialect.Dialect`, the column titles (empty without a header) and the rows of
the sample. The separator is the one that cuts most lines into the same number of fields.

Misses: exports whose separator changes half-way; UTF-16 (refused with advice).
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.sources.csv_dialect import Dialect, split_line
from rempart.sources.csv_rows import RowStream
from rempart.sources.mapping_headers import titles_known
from rempart.sources.mapping_times import looks_dated

SEPARATORS = (";", "\t", ",", "|", "^", "~", "§")
_LINES = 400
_LISTS = ("|", ",", ";", "+", "/")
_VALUE = re.compile(r"^(?=.*\d)[\w.:/@+-]+$|^\d")


@dataclass(frozen=True, slots=True)
class Look:
    """What a sample looks like."""

    dialect: Dialect
    titles: tuple[str, ...]
    """One a column, empty strings without a header."""
    columns: tuple[list[str], ...]
    """The cells of the sample, stripped, a column at a time."""
    rejected: int

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def look_at(sample: bytes) -> Look:
    """The look of ``sample``. Raises SourceError where it is no table."""
    encoding = _encoding(sample)
    text = sample.decode("cp1252" if encoding == "windows-1252" else encoding, errors="replace")
    ends = "\n" if "\n" in text[: 64 << 10] else "\r"
    whole = [line.rstrip("\r").removeprefix("\ufeff") for line in text.split(ends)]
    lines = [line for line in whole if line.strip()][:_LINES]
    if not lines:
        raise SourceError(_("the file holds no row"), _("give an export with at least a header and a row"))
    comment = "#" if lines[0].startswith("#") and not all(line.startswith("#") for line in lines) else ""
    body = [line for line in lines if not comment or not line.startswith(comment)]
    separator, quote, width = _separator(body)
    dialect = Dialect(separator=separator, quote=quote, encoding=encoding, comment=comment)
    skip = _lines_before(whole, dialect, width)
    first = next(
        (line for line in whole[skip:] if line.strip() and not (comment and line.startswith(comment))), ""
    )
    rows = [
        cells for line in body if (cells := split_line(line, dialect)) is not None and len(cells) >= width - 1
    ]
    header = _is_header(split_line(first, dialect) or [], rows)
    dialect = replace(dialect, header=header, skip_lines=skip, columns=0 if header else width)
    return _read(sample, dialect)


def _read(sample: bytes, dialect: Dialect) -> Look:
    stream = RowStream(io.BytesIO(sample), "sample", dialect, 1 << 20, 1)
    columns: list[list[str]] = []
    rejected = 0
    for block in stream.blocks():
        rejected += len(block.rejected)
        if not columns:
            columns = [[] for _ in block.columns]
        for kept, column in zip(columns, block.columns, strict=False):
            kept.extend(map(str.strip, column))
    if not columns or not columns[0]:
        raise SourceError(_("the file holds no row"), _("give an export with at least one row"))
    titles = stream.header or []
    named = tuple(titles[place] if place < len(titles) else "" for place in range(len(columns)))
    return Look(dialect, named, tuple(columns), rejected)


def _encoding(sample: bytes) -> str:
    """UTF-8 where most lines beyond ASCII are; else Windows-1252 or Latin-1 by the bytes 80 to 9F."""
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff") or sample[:4096].count(b"\0") > len(sample[:4096]) // 4:
        raise SourceError(
            _("the file is UTF-16 or not text"), _("save it as UTF-8, or name a table in text form")
        )
    good = bad = 0
    beyond = [line for line in re.split(rb"[\r\n]+", sample) if not line.isascii()]
    for line in beyond[:-1] if len(beyond) > 1 else beyond:
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad += 1
    if good >= bad:
        return "utf-8"
    return "windows-1252" if re.search(rb"[\x80-\x9f]", sample) else "latin-1"


def _separator(lines: Sequence[str]) -> tuple[str, str, int]:
    """(separator, quote, fields of a row) that cut the lines most evenly."""
    best = (0.0, 0, ",", '"', 1)
    for separator in SEPARATORS:
        for quote in ('"', "'"):
            if quote == "'" and not any(f"{separator}'" in line or line.startswith("'") for line in lines):
                continue
            dialect = Dialect(separator=separator, quote=quote)
            widths = [len(cells) for line in lines if (cells := split_line(line, dialect)) is not None]
            usual, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
            if usual < 2:
                continue
            share = times / len(lines)
            quoted = sum(line.count(quote + separator + quote) for line in lines) / len(lines)
            score = share + min(usual, 12) * 0.01 + (0.05 if quoted > 0.5 else 0.0)
            if (score, usual) > best[:2]:
                best = (score, usual, separator, quote, usual)
    if best[4] < 2:
        raise SourceError(
            _("no separator cuts the lines into columns"),
            _("give a table whose columns are separated by ; , | or tab"),
        )
    return best[2], best[3], best[4]


def _lines_before(lines: Sequence[str], dialect: Dialect, width: int) -> int:
    """How many lines stand before the first one of full width (a title, an export date)."""
    for place, line in enumerate(lines[:50]):
        cells = split_line(line, dialect)
        if cells is not None and len(cells) == width and sum(1 for cell in cells if cell.strip()) * 2 > width:
            return (
                place
                if any(before.strip() and not _is_comment(before, dialect) for before in lines[:place])
                else 0
            )
    return 0


def _is_comment(line: str, dialect: Dialect) -> bool:
    return bool(dialect.comment) and line.startswith(dialect.comment)


def _is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: usual titles, or no value where the rows have values."""
    cells = [cell.strip() for cell in first]
    if any(looks_dated(cell) for cell in cells):
        return False
    if sum(1 for cell in cells if cell and titles_known(cell)) >= 2:
        return True
    below = [row for row in rows[1:] if len(row) >= len(cells)]
    if not below:
        return True
    for place, cell in enumerate(cells):
        values = sum(1 for row in below if _VALUE.match(row[place].strip()))
        if values >= 0.8 * len(below) and not _VALUE.match(cell):
            return True
        if cell and values >= 0.8 * len(below) and _VALUE.match(cell):
            return False
    return not any(cell in {row[place].strip() for row in below} for place, cell in enumerate(cells) if cell)


def list_separator(cells: Sequence[str], separator: str) -> str:
    """What separates several identifiers in one cell; empty where cells hold one."""
    filled = [cell for cell in cells if cell]
    for mark in _LISTS:
        several = [cell for cell in filled if mark in cell]
        parts = [part.strip() for cell in several for part in cell.split(mark)]
        if mark != separator and len(several) >= max(1, len(filled) // 200) and parts:
            single = Counter(len(cell) for cell in filled if mark not in cell)
            usual = {length for length, _ in single.most_common(5)}
            alike = sum(
                1 for part in parts if any(letter.isdigit() for letter in part) and len(part) in usual
            )
            if alike >= 0.9 * len(parts):
                return mark
    return ""
