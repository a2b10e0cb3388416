"""SQL dumps: the rows of INSERT and COPY, read as text. Nothing is executed.

Reads MySQL, MariaDB, PostgreSQL and SQLite dumps: ``INSERT INTO t (a, b) VALUES (…), (…);``, and
``COPY t (a, b) FROM stdin;`` up to ``\\.``. Column names come from the statement, else from ``CREATE TABLE``.
A value that is an expression (``NOW()``, ``0x41``) stays the text it is. A row that is too long, too wide or
breaks off is counted and passed over.

Misses: binary dumps, ``INSERT … SELECT``, several statements split by another delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rempart.leak.chunk import MOST_COLUMNS, Chunk, Gathering, check_width
from rempart.leak.decode import encoding_of, read_lines
from rempart.leak.members import Member
from rempart.leak.readers.sql_values import ESCAPE, ESCAPED, LONGEST, Lines, value_lists

LONGEST_LIST = 1 << 17
"""Characters the column names of a statement may take."""
_SPACE, _GAP = r"\s{0,64}+", r"\s{1,64}+"
_NAME = r"[`\"\[]?([\w$ .\-]{1,128}?)[`\"\]]?"
_TABLE = rf"(?:{_NAME}{_SPACE}\.{_SPACE})?{_NAME}"
_NAMES = rf"{_SPACE}(?:\(([^()]{{0,{LONGEST_LIST}}}+)\))?"
_INSERT = re.compile(
    rf"{_SPACE}(?:INSERT|REPLACE){_GAP}(?:IGNORE{_GAP}|DELAYED{_GAP})?INTO{_GAP}{_TABLE}{_NAMES}{_SPACE}VALUES{_SPACE}",
    re.I,
)
_COPY = re.compile(rf"{_SPACE}COPY{_GAP}{_TABLE}{_NAMES}{_GAP}FROM{_GAP}stdin", re.I)
_CREATE = re.compile(
    rf"{_SPACE}CREATE{_GAP}TABLE{_GAP}(?:IF{_GAP}NOT{_GAP}EXISTS{_GAP})?{_TABLE}{_SPACE}\(", re.I
)
_COLUMN = re.compile(r"\s*+[`\"\[]?(\w{1,128})[`\"\]]?\s+\w")
_NOT_COLUMN = frozenset({"primary", "unique", "key", "constraint", "foreign", "index", "check", "fulltext"})
_TOP_LEVEL = re.compile(r"(?:[^,(]++|\((?:[^()]++|\([^()]*+\)?+)*+\)?+)++")


def fits(member: Member) -> bool:
    """Whether the first part has an INSERT or a COPY statement."""
    text = member.head[: 1 << 18].decode(encoding_of(member.head), "replace")
    return bool(
        re.search(
            r"(?im)^[ \t]*+(?:(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+\S|COPY\s+\S[^\n]*FROM\s+stdin)", text
        )
    )


def read(member: Member) -> Iterator[Chunk]:
    """The rows of every table, each table by itself."""
    gathering = Gathering()
    columns: dict[str, list[str]] = {}
    lines = Lines(read_lines(member))
    for line in lines:
        created = _CREATE.match(line)
        if created:
            columns[_table(created)] = _created(line[created.end() :], lines)
            continue
        copied = _COPY.match(line)
        if copied:
            names = _list(copied[3]) or columns.get(_table(copied), [])
            for row in _copied(lines):
                yield from _put(gathering, _table(copied), names, row)
            continue
        inserted = _INSERT.match(line) or (
            _INSERT.match(line + " ") if "INSERT" in line[:40].upper() else None
        )
        if inserted is None and re.match(r"\s*(?:INSERT|REPLACE)\b", line, re.I):
            line, inserted = _complete(line, lines)
        if inserted:
            names = _list(inserted[3]) or columns.get(_table(inserted), [])
            for row in value_lists(line, min(inserted.end(), len(line)), lines):
                yield from _put(gathering, _table(inserted), names, row)
    yield from gathering.rest()


def _table(found: re.Match[str]) -> str:
    return (found[2] or found[1] or "").strip()


def _list(text: str | None) -> list[str]:
    names = [name.strip(' \t\n`"[]') for name in text.split(",")] if text else []
    check_width(len(names), "a statement")
    return names


def _put(gathering: Gathering, table: str, names: list[str], row: list[str | None] | None) -> Iterator[Chunk]:
    if row is None or len(row) > MOST_COLUMNS:
        gathering.drop(table)
    else:
        yield from gathering.put(table, _named(names, row))


def _named(names: list[str], row: list[str | None]) -> dict[str, str]:
    return {
        names[place] if place < len(names) else f"column {place + 1}": value
        for place, value in enumerate(row)
        if value is not None
    }


def _created(rest: str, lines: Iterator[str]) -> list[str]:
    names: list[str] = []
    for line in (part for text in (rest, *_until_end(rest, lines)) for part in _top_level(text)):
        found = _COLUMN.match(line)
        if found and found[1].casefold() not in _NOT_COLUMN:
            names.append(found[1])
            check_width(len(names), "a table")
    return names


def _until_end(rest: str, lines: Iterator[str]) -> Iterator[str]:
    if ";" in rest:
        return
    for count, line in enumerate(lines):
        yield line
        if ";" in line or count > 10_000:
            return


def _top_level(text: str) -> list[str]:
    return _TOP_LEVEL.findall(text)


def _complete(line: str, lines: Iterator[str]) -> tuple[str, re.Match[str] | None]:
    """A statement whose column list runs over lines, joined until it can be read."""
    for count, more in enumerate(lines):
        line = f"{line} {more}"
        found = _INSERT.match(line) if "values" in more.casefold() else None
        if found or ";" in more or count > 1000 or len(line) > LONGEST_LIST:
            return line, found
    return line, _INSERT.match(line)


def _copied(lines: Iterator[str]) -> Iterator[list[str | None] | None]:
    for line in lines:
        if line == "\\.":
            return
        yield _cells(line) if len(line) <= LONGEST else None


def _cells(line: str) -> list[str | None]:
    return [
        None
        if cell == "\\N"
        else ESCAPE.sub(lambda hit: ESCAPED.get(hit[1], hit[1]) if hit[1] else "''", cell)
        for cell in line.split("\t")
    ]
