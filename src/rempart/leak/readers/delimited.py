"""CSV, TSV and their cousins, also broken ones, and rows pasted from a page or a message.

Reads lines; the separator is the one of ``, ; tab | ~`` under which the most lines of the sample have the
same number of fields. Quoting follows RFC 4180, a backslash before a quote counts where the sample has
it, and a quote that does not close within :data:`MOST_LINES` lines is taken for a letter. In pasted text
(most lines fit no row) only the lines with the usual number of fields are kept, the others are counted.

Misses: separators of several characters; columns by position.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as arrow_csv

from rempart.leak.chunk import Chunk, check_width, chunk_of_rows
from rempart.leak.decode import encoding_of, read_pieces
from rempart.leak.headers import looks_like_header
from rempart.leak.members import Member

SEPARATORS = ",;\t|~"
SAMPLE = 400
MOST_LINES = 40
_PROSE_BELOW = 0.6
_DECORATION = re.compile(r"^\s*(?:>+\s*|[-*•]\s+|\d+[.)]\s+)?|\s*$")
_ESCAPED = re.compile(r'\\"[^,;\t|~\r\n]')
_FENCE = re.compile(r"\s*(?:```|~~~|\[/?(?:code|quote|spoiler|hide)[^\]]*\]|\.{3}|…)\s*", re.IGNORECASE)

csv.field_size_limit(1 << 20)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows are written: separator, fields a row, whether quotes count, whether prose stands around."""

    separator: str
    width: int
    quoted: bool
    escaped: bool
    pasted: bool


def fits(member: Member) -> bool:
    """Whether the sample has rows of at least two fields, or mere lines: the last resort of all."""
    return bool(member.head.strip())


def read(member: Member) -> Iterator[Chunk]:
    """The rows, a few megabytes of them a chunk; the first row may name the columns."""
    encoding = encoding_of(member.head)
    sample = member.head[: 1 << 18].decode(encoding, "replace").lstrip("\ufeff").splitlines()[: SAMPLE + 1]
    shape = shape_of(sample[:SAMPLE])
    check_width(shape.width, member.name)
    first, dropped = parse(sample[:50], shape)
    if not first:
        return
    headed = looks_like_header(first)
    names = _names(first, shape.width, headed)
    for block in read_pieces(member, '"' if shape.quoted else ""):
        chunk = None if shape.pasted or shape.escaped else _fast(member.name, names, block, shape, headed)
        if chunk is None:
            rows, dropped = parse(block.decode().split("\n"), shape)
            chunk = chunk_of_rows(member.name, names, rows[1:] if headed else rows, dropped)
        headed = False
        if chunk.rows:
            yield chunk


def _fast(table: str, names: tuple[str, ...], block: bytes, shape: Shape, headed: bool) -> Chunk | None:
    """The block by Arrow's reader; None where a row is not as the shape says."""
    if not block.strip():
        return Chunk(table, names, tuple(pa.array([], pa.large_string()) for _ in names))
    try:
        found = arrow_csv.read_csv(
            pa.py_buffer(block),
            arrow_csv.ReadOptions(use_threads=True, block_size=len(block) + 1, column_names=names,
                                  skip_rows=1 if headed else 0),
            arrow_csv.ParseOptions(delimiter=shape.separator, quote_char='"' if shape.quoted else False,
                                   newlines_in_values=shape.quoted),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None
    columns = tuple(column.combine_chunks().cast(pa.large_string()) for column in found.columns)
    return Chunk(table, names, columns)


def parse(lines: list[str], shape: Shape) -> tuple[list[list[str]], int]:
    """The rows of whole lines, and how many lines fit none."""
    feed = _Lines(iter([lines]), shape.pasted)
    return list(_rows(feed, shape)), feed.dropped


def shape_of(lines: list[str]) -> Shape:
    """The separator under which the most lines agree, the more fields the better; prose told apart."""
    lines = [line for line in lines if line.strip()]
    best, best_score = Shape("\t", 1, False, False, False), 0.0
    text = "\n".join(lines)
    escaped = _ESCAPED.search(text) is not None and '""' not in text
    for separator in SEPARATORS:
        if separator not in text:
            continue
        quoted = _quotes_hold(lines, separator)
        widths = Counter(len(_split(line, separator, quoted, escaped)) for line in lines)
        width, count = max(((w, c) for w, c in widths.items() if w > 1), key=_weight, default=(1, 0))
        share = count / len(lines)
        if count * width * share > best_score and (count >= 2 or len(lines) < 3):
            near = sum(c for w, c in widths.items() if abs(w - width) <= max(1, width // 6) and w > 1)
            pasted = near / len(lines) < _PROSE_BELOW or any(_FENCE.fullmatch(line) for line in lines[:5])
            best_score = count * width * share
            best = Shape(separator, width, quoted, escaped, pasted)
    return best


def _weight(entry: tuple[int, int]) -> float:
    return entry[1] * (1 + 0.2 * min(entry[0], 20))


def _quotes_hold(lines: list[str], separator: str) -> bool:
    """Whether most lines with quotes have one where RFC 4180 wants it: at the beginning of a field."""
    opening = sum(line.startswith('"') or separator + '"' in line for line in lines)
    return opening * 2 >= sum('"' in line for line in lines) > 0


def _split(line: str, separator: str, quoted: bool, escaped: bool) -> list[str]:
    if not quoted or '"' not in line:
        return line.split(separator)
    try:
        return next(_parser([line], separator, escaped), [])
    except csv.Error:
        return line.split(separator)


def _parser(lines: Iterable[str], separator: str, escaped: bool) -> Iterator[list[str]]:
    if escaped:
        return csv.reader(lines, delimiter=separator, escapechar="\\", doublequote=False)
    return csv.reader(lines, delimiter=separator)


class _Open(Exception):
    """A quoted field ran over more lines than any does."""


class _Lines:
    """Lines for the parser, with those taken since the last whole row, so that they can be put back."""

    def __init__(self, blocks: Iterator[list[str]], pasted: bool) -> None:
        self._blocks, self._pasted = blocks, pasted
        self._ready: deque[str] = deque()
        self.taken: list[str] = []
        self.dropped = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        while not self._ready:
            lines = next(self._blocks)
            if self._pasted:
                lines = [_DECORATION.sub("", line) for line in lines if not _FENCE.fullmatch(line)]
            self._ready.extend(lines)
        line = self._ready.popleft()
        self.taken.append(line)
        if len(self.taken) > MOST_LINES:
            raise _Open
        return line + "\n"

    def give_back(self) -> str:
        """Put all but the first line taken back; returns that one."""
        first, *rest = self.taken
        self._ready.extendleft(reversed(rest))
        self.taken.clear()
        return first

    def drop(self) -> None:
        self.dropped += 1


def _rows(feed: _Lines, shape: Shape) -> Iterator[list[str]]:
    for row in _parsed(feed, shape):
        if not any(row):
            continue
        if shape.pasted and abs(len(row) - shape.width) > max(0, shape.width // 6):
            feed.drop()
            continue
        yield row


def _parsed(feed: _Lines, shape: Shape) -> Iterator[list[str]]:
    """Every row; a quote left open is read as a letter of its line alone."""
    if not shape.quoted:
        for line in feed:
            feed.taken.clear()
            yield line[:-1].split(shape.separator)
        return
    while True:
        try:
            for row in _parser(feed, shape.separator, shape.escaped):
                if len(feed.taken) > 1 and len(row) > 2 * shape.width:
                    raise _Open
                feed.taken.clear()
                yield row
            if len(feed.taken) < 2:
                return
        except (_Open, csv.Error):
            if not feed.taken:
                continue
        line = feed.give_back()
        yield [cell.strip('"') for cell in line.split(shape.separator)]


def _names(first: list[list[str]], width: int, headed: bool) -> tuple[str, ...]:
    """The header's words, or ``column 1`` and so on; a name said twice gets a number."""
    if not headed:
        width = max(width, Counter(map(len, first)).most_common(1)[0][0])
        return tuple(f"column {place + 1}" for place in range(width))
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(first[0]):
        name = cell.strip() or f"column {place + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(names)
