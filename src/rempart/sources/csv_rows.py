"""Bytes of an export into rows of fields, with the place of each, in bounded memory.

Reads a binary stream in blocks and a :class:`Dialect`; gives :class:`RowBlock`: fields, raw bytes
and byte offset of every row, and what could not be cut into rows. The result depends on the bytes
alone, never on how the stream hands them over.

Follows RFC 4180. A row may run over lines inside a quoted field. A quote is taken for a stray one,
and only its own line is given up (``bad_row``), where the field it opens exceeds 64 KiB, the row
exceeds 4 MiB or 1,000 lines, something other than a separator follows the closing quote, the row so
built does not have the width of the export, or a line inside has no quote and that very width.
A line longer than 4 MiB is skipped to its end without being held (``too_long``). Blank lines, rows
of separators only, comments and repeated header lines are no rows. A row needs every column that the
header names (``bad_row`` otherwise); what it has beyond them must be empty.

Misses: two stray quotes that together make a well-formed row of the right width.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress
from typing import BinaryIO

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.records import Rejected
from rempart.sources.csv_dialect import FIELD_LIMIT, LINES_LIMIT, ROW_LIMIT, Dialect, split_line, split_rows

ROWS_PER_BLOCK = 16_384
"""Lines handled at once, so that a file of tiny lines stays within memory."""
_FIELD_END = "\0"
_BOM = b"\xef\xbb\xbf"
_CODECS = {"utf-8": "utf-8", "latin-1": "latin-1", "windows-1252": "cp1252"}


@dataclass(slots=True)
class RowBlock:
    """Consecutive rows, a column at a time, and the rejects among them in offset order."""

    offsets: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    """The row's bytes without the line end."""
    columns: list[list[str]] = field(default_factory=list)
    """The fields: one list a column, as many as the widest row has."""
    rejected: list[Rejected] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.offsets)

    def keep(self, good: Sequence[bool]) -> None:
        """Drops the rows whose entry in ``good`` is False."""
        self.offsets = list(compress(self.offsets, good))
        self.raw = list(compress(self.raw, good))
        self.columns = [list(compress(column, good)) for column in self.columns]


def reject(source: str, offset: int, raw: bytes, reason: str) -> Rejected:
    """The note about a row that could not be read."""
    return Rejected(source, offset, len(raw), hashlib.sha256(raw).hexdigest()[:16], reason)


class RowStream:
    """The rows of one stream. ``header`` is filled before the first block with a row is given out."""

    def __init__(
        self, stream: BinaryIO, name: str, dialect: Dialect, block_bytes: int, least_columns: int = 1
    ) -> None:
        """``least_columns``: fields a row must have where neither a header nor the dialect tells."""
        self.header: list[str] | None = None
        self._stream = stream
        self._name = name
        self._dialect = dialect
        self._block_bytes = block_bytes
        self._codec = _CODECS[dialect.encoding]
        self._line_end = b""
        self._offset = 0
        self._lines_to_skip = dialect.skip_lines
        self._header_line = ""
        self._blanks = dialect.separator + dialect.quote + " \t"
        self._least = dialect.columns or least_columns
        self._width = dialect.columns

    def blocks(self) -> Iterator[RowBlock]:
        """Every block of the stream. Raises OSError of the stream, SourceError for its header."""
        held = b""
        while chunk := self._stream.read(self._block_bytes):
            held += chunk
            if not self._line_end and not self._find_line_end(held):
                continue
            cut = held.rfind(self._line_end) + 1
            too_long = len(held) - cut > ROW_LIMIT
            if cut:
                left = yield from self._cut(held[:cut], at_end=too_long)
                held = left + held[cut:]
            if too_long:
                note, held = self._skip_long_line(held)
                yield RowBlock(rejected=[note])
        self._line_end = self._line_end or (b"\n" if b"\n" in held else b"\r")
        if held:
            yield from self._cut(held, at_end=True)

    def _find_line_end(self, held: bytes) -> bool:
        """Old Macintosh files end lines with CR: no LF in the first 64 KiB."""
        start = held[: 64 << 10]
        if b"\n" in start:
            self._line_end = b"\n"
        elif len(held) >= 64 << 10:
            self._line_end = b"\r" if b"\r" in start else b"\n"
        return bool(self._line_end)

    def _skip_long_line(self, held: bytes) -> tuple[Rejected, bytes]:
        """Reads to the end of a line too long to hold; gives its note and what follows it."""
        digest = hashlib.sha256()
        length = 0
        last = end = rest = b""
        while held and not end:
            line, end, rest = held.partition(self._line_end)
            if line:
                digest.update(last + line[:-1])
                last = line[-1:]
            length += len(line)
            if not end:
                held = self._stream.read(self._block_bytes)
        start, self._offset = self._offset, self._offset + length + len(end)
        if last == b"\r":
            length -= 1
        else:
            digest.update(last)
        return Rejected(self._name, start, length, digest.hexdigest()[:16], "too_long"), rest

    def _cut(self, data: bytes, *, at_end: bool) -> Generator[RowBlock, None, bytes]:
        """Blocks of the lines in ``data``; returns the bytes of a row that is not finished yet."""
        while data:
            lines = data.split(self._line_end, ROWS_PER_BLOCK)
            data = lines.pop()
            if data and self._line_end not in data and at_end:
                lines.append(data)
                data = b""
            block, done = self._read_lines(lines, final=at_end and not data)
            yield block
            if done < len(lines):
                unread = self._line_end.join([*lines[done:], b""])
                if not data:
                    return unread
                data = unread + data
        return b""

    def _read_lines(self, lines: list[bytes], *, final: bool) -> tuple[RowBlock, int]:
        """The rows of ``lines`` and how many lines they took; fewer where the last row is unfinished."""
        places = list(accumulate((len(line) + 1 for line in lines), initial=self._offset))
        lines = [line[:-1] if line.endswith(b"\r") else line for line in lines]
        texts = self._decode(lines)
        block = RowBlock()
        first = self._read_start(lines, texts, block, places)
        done = len(lines)
        if not self._read_plain_lines(lines, texts, places, first, block):
            done = self._read_one_by_one(lines, texts, places, first, block, final)
        self._offset = places[done]
        return block, done

    def _decode(self, lines: list[bytes]) -> list[str | None]:
        """The text of every line; None where it is too long or not in the declared encoding."""
        codec = self._codec
        if self._offset == 0 and lines and lines[0].startswith(_BOM):
            lines[0] = lines[0][len(_BOM) :]
        if max(map(len, lines), default=0) <= ROW_LIMIT:
            try:
                return [line.decode(codec) for line in lines]
            except UnicodeDecodeError:
                pass
        return [self._decode_line(line) for line in lines]

    def _decode_line(self, line: bytes) -> str | None:
        if len(line) > ROW_LIMIT:
            return None
        try:
            return line.decode(self._codec)
        except UnicodeDecodeError:
            return None

    def _read_start(
        self, lines: list[bytes], texts: list[str | None], block: RowBlock, places: list[int]
    ) -> int:
        """Passes the lines before the rows and reads the header; gives the first row's place."""
        first = min(self._lines_to_skip, len(lines))
        self._lines_to_skip -= first
        if not self._dialect.header or self.header is not None or self._lines_to_skip:
            return first
        for place in range(first, len(lines)):
            text = texts[place]
            if text is None and len(lines[place]) > ROW_LIMIT:
                block.rejected.append(reject(self._name, places[place], lines[place], "too_long"))
            elif text is None:
                raise SourceError(
                    _("{name}: the header line is not {encoding}").format(
                        name=self._name, encoding=self._dialect.encoding
                    ),
                    _("correct dialect.encoding in the mapping"),
                )
            elif not self._is_no_row(text):
                self.header = [cell.strip() for cell in split_line(text, self._dialect) or text.split()]
                self._header_line = text
                self._width = len(self.header)
                self._least = max((at for at, title in enumerate(self.header, 1) if title), default=1)
                return place + 1
        return len(lines)

    def _is_no_row(self, text: str) -> bool:
        comment = self._dialect.comment
        return not text.strip(self._blanks) or bool(comment and text.startswith(comment))

    def _read_plain_lines(
        self, lines: list[bytes], texts: list[str | None], places: list[int], first: int, block: RowBlock
    ) -> bool:
        """Takes every line as one row, where that is so; else leaves the block alone and says False."""
        if None in texts or (first < len(lines) and max(map(len, lines[first:])) > FIELD_LIMIT):
            return False
        rest = [text for text in texts[first:] if text is not None]
        kept = [place for place, text in enumerate(rest, first) if not self._is_no_row(text)]
        if len(kept) < len(rest):
            rest = [rest[place - first] for place in kept]
        if self._header_line in rest or "\ufeff" + self._header_line in rest:
            return False
        columns = self._split_plain_lines(rest)
        if columns is None:
            return False
        block.offsets = [places[place] for place in kept]
        block.raw = [lines[place] for place in kept]
        block.columns = columns
        return True

    def _split_plain_lines(self, texts: list[str]) -> list[list[str]] | None:
        """The columns, where every line is one row and all have one width; else None."""
        separator, quote, width = self._dialect.separator, self._dialect.quote, self._width
        if not texts or not width:
            return None
        if quote and any(quote in text for text in texts):
            texts = [self._without_quotes(text) for text in texts]
            separator = _FIELD_END
        if {text.count(separator) for text in texts} != {width - 1}:
            return None
        flat = separator.join(texts).split(separator)
        return [flat[place::width] for place in range(width)]

    def _without_quotes(self, text: str) -> str:
        """The line without its quotes, NUL between its fields; too many NUL where it is not plain."""
        quote, separator = self._dialect.quote, self._dialect.separator
        between = quote + separator + quote
        if _FIELD_END in text:
            return _FIELD_END * self._width
        quotes = text.count(quote)
        if not quotes:
            return text.replace(separator, _FIELD_END)
        whole = text[0] == quote == text[-1] and 2 * quote not in text
        if whole and quotes == 2 * text.count(between) + 2:
            return text[1:-1].replace(between, _FIELD_END)
        cells = split_line(text, self._dialect)
        return _FIELD_END * self._width if cells is None else _FIELD_END.join(cells)

    def _read_one_by_one(
        self,
        lines: list[bytes],
        texts: list[str | None],
        places: list[int],
        first: int,
        block: RowBlock,
        final: bool,
    ) -> int:
        """Takes lines one after another; gives the place of a row whose end is not here yet."""
        place = first
        rows: list[list[str]] = []
        while place < len(lines):
            text, raw, taken = texts[place], lines[place], 1
            if text is None:
                reason = "too_long" if len(raw) > ROW_LIMIT else "not_utf8"
                block.rejected.append(reject(self._name, places[place], raw, reason))
            elif not self._is_no_row(text) and text.lstrip("\ufeff") != (self._header_line or None):
                cells = split_line(text, self._dialect)
                if cells is None:
                    taken, cells = self._read_open_row(texts, place, final)
                    if not taken:
                        break
                    raw = b"\n".join(lines[place : place + taken])
                if cells is None or (len(raw) > FIELD_LIMIT and self._holds_long_quote(text, cells)):
                    block.rejected.append(reject(self._name, places[place], lines[place], "bad_row"))
                    taken = 1
                else:
                    block.offsets.append(places[place])
                    block.raw.append(raw)
                    rows.append(cells)
            place += taken
        self._check_widths(block, rows)
        return place

    def _holds_long_quote(self, text: str, cells: list[str]) -> bool:
        return self._dialect.quote in text and max(map(len, cells)) > FIELD_LIMIT

    def _read_open_row(
        self, texts: Sequence[str | None], first: int, final: bool
    ) -> tuple[int, list[str] | None]:
        """(lines taken, fields) of a row whose quote is open at its first line's end.

        (1, None) where the quote is a stray one, (0, None) where the next lines must be awaited.
        """
        ran_out = [True]
        reader = split_rows(self._follow(texts, first, ran_out), self._dialect, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            return (0 if ran_out[0] and not final else 1), None
        taken = len(ran_out)
        return (taken, cells) if self._fits(cells) and max(map(len, cells)) <= FIELD_LIMIT else (1, None)

    def _follow(self, texts: Sequence[str | None], first: int, seen: list[bool]) -> Iterator[str]:
        """Lines from ``first`` on, until one shows that the quote was a stray one.

        ``seen`` has one entry a line given; its first says whether all the lines at hand were given.
        """
        quiet = size = 0
        for place in range(first, len(texts)):
            text = texts[place]
            seen[0] = False
            if text is None or place - first >= LINES_LIMIT:
                return
            if place > first:
                seen.append(True)
                quiet = 0 if self._dialect.quote in text else quiet + len(text)
                alike = quiet and self._width > 2 and text.count(self._dialect.separator) + 1 == self._width
                size += len(text)
                if alike or quiet > FIELD_LIMIT or size > ROW_LIMIT:
                    return
            yield text + "\n"
        seen[0] = True

    def _fits(self, cells: list[str]) -> bool:
        if not self._width:
            return len(cells) >= self._least
        return len(cells) >= self._least and not any(cell.strip() for cell in cells[self._width :])

    def _check_widths(self, block: RowBlock, rows: list[list[str]]) -> None:
        """Moves rows of another width to the rejects; fills up rows without their last empty cells."""
        good = [self._fits(cells) for cells in rows]
        for place, fits in enumerate(good):
            if not fits:
                block.rejected.append(reject(self._name, block.offsets[place], block.raw[place], "bad_row"))
        block.keep(good)
        block.rejected.sort(key=lambda note: note.offset)
        kept = list(compress(rows, good))
        width = max(map(len, kept), default=0)
        block.columns = [
            [cells[place] if place < len(cells) else "" for cells in kept]
            for place in range(max(width, self._width))
        ]
