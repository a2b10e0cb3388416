"""SQL dumps: the rows of INSERT and COPY, read as text. Nothing is executed.

Reads MySQL, MariaDB, PostgreSQL and SQLite dumps: ``INSERT INTO t (a, b) VALUES (…), (…);``, and
``COPY t (a, b) FROM stdin;`` up to ``\\.``. Column names come from the statement, else from ``CREATE TABLE``.
A value that is an expression (``NOW()``, ``0x41``) stays the text it is.

Misses: binary dumps, ``INSERT … SELECT``, several statements split by another delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rempart.errors import SourceError
from rempart.leak.chunk import Chunk, Gathering, check_width
from rempart.leak.decode import encoding_of, read_lines
from rempart.leak.members import Member

LONGEST = 64 << 20
_NAME = r"[`\"\[]?([\w$ .\-]{1,128}?)[`\"\]]?"
_TABLE = rf"(?:{_NAME}\s*\.\s*)?{_NAME}"
_INSERT = re.compile(
    rf"\s*(?:INSERT|REPLACE)\s+(?:IGNORE\s+|DELAYED\s+)?INTO\s+{_TABLE}\s*(?:\(([^()]*)\))?\s*VALUES\s*", re.I
)
_COPY = re.compile(rf"\s*COPY\s+{_TABLE}\s*(?:\(([^()]*)\))?\s+FROM\s+stdin", re.I)
_CREATE = re.compile(rf"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_TABLE}\s*\(", re.I)
_COLUMN = re.compile(r"\s*[`\"\[]?(\w{1,128})[`\"\]]?\s+\w")
_NOT_COLUMN = frozenset({"primary", "unique", "key", "constraint", "foreign", "index", "check", "fulltext"})
_VALUE = re.compile(
    r"\s*(?:[NE]?'((?:[^'\\]|\\.|'')*)'|\"((?:[^\"\\]|\\.|\"\")*)\"|"
    r"((?:[^,()'\"]|\((?:[^()']|'(?:[^'\\]|\\.|'')*')*\))*))\s*([,)])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "", "b": "", "Z": ""}


def fits(member: Member) -> bool:
    """Whether the first part has an INSERT or a COPY statement."""
    text = member.head[: 1 << 18].decode(encoding_of(member.head), "replace")
    return bool(
        re.search(
            r"(?im)^\s*(?:(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+\S|COPY\s+\S[^\n]*FROM\s+stdin)", text
        )
    )


def read(member: Member) -> Iterator[Chunk]:
    """The rows of every table, each table by itself."""
    gathering = Gathering()
    columns: dict[str, list[str]] = {}
    lines = read_lines(member)
    for line in lines:
        created = _CREATE.match(line)
        if created:
            columns[_table(created)] = _created(line[created.end() :], lines)
            continue
        copied = _COPY.match(line)
        if copied:
            names = _list(copied[3]) or columns.get(_table(copied), [])
            for row in _copied(lines):
                yield from gathering.put(_table(copied), _named(names, row))
            continue
        inserted = _INSERT.match(line) or (
            _INSERT.match(line + " ") if "INSERT" in line[:40].upper() else None
        )
        if inserted is None and re.match(r"\s*(?:INSERT|REPLACE)\b", line, re.I):
            line, inserted = _complete(line, lines)
        if inserted:
            names = _list(inserted[3]) or columns.get(_table(inserted), [])
            for row in _inserted(line, min(inserted.end(), len(line)), lines, member.name):
                yield from gathering.put(_table(inserted), _named(names, row))
    yield from gathering.rest()


def _table(found: re.Match[str]) -> str:
    return (found[2] or found[1] or "").strip()


def _list(text: str | None) -> list[str]:
    names = [name.strip(' \t\n`"[]') for name in text.split(",")] if text else []
    check_width(len(names), "a statement")
    return names


def _named(names: list[str], row: list[str | None]) -> dict[str, str]:
    check_width(len(row), "a row")
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
    return re.split(r",(?![^(]*\))", text)


def _complete(line: str, lines: Iterator[str]) -> tuple[str, re.Match[str] | None]:
    """A statement whose column list runs over lines, joined until it can be read."""
    for count, more in enumerate(lines):
        line = f"{line} {more}"
        found = _INSERT.match(line)
        if found or ";" in more or count > 5000:
            return line, found
    return line, _INSERT.match(line)


def _inserted(text: str, place: int, lines: Iterator[str], name: str) -> Iterator[list[str | None]]:
    """The value lists from ``place`` on, over as many lines as the statement runs."""
    row: list[str | None] | None = None
    while True:
        if row is None:
            found = re.compile(r"[\s,]*\(").match(text, place)
            if found:
                place, row = found.end(), []
                continue
            rest = text[place:].strip()
            if rest.startswith(";") or (rest and not rest.startswith(",")):
                return
            more = next(lines, None)
            if more is None:
                return
            text, place = more, 0
            continue
        value = _VALUE.match(text, place)
        if value is None:
            more = next(lines, None)
            if more is None:
                return
            text, place = text[place:] + "\n" + more, 0
            if len(text) > LONGEST:
                raise SourceError(
                    f"{name} has a row of more than {LONGEST >> 20} MiB", "it is no list of people"
                )
            continue
        row.append(_value(value))
        place = value.end()
        if value[4] == ")":
            yield row
            row = None


def _value(found: re.Match[str]) -> str | None:
    quoted = found[1] if found[1] is not None else found[2]
    if quoted is not None:
        if "\\" not in quoted and "''" not in quoted:
            return quoted
        return _ESCAPE.sub(lambda hit: "'" if hit[0] == "''" else _ESCAPED.get(hit[1], hit[1]), quoted)
    bare = (found[3] or "").strip()
    return None if bare.upper() in ("NULL", "DEFAULT", "") else bare


def _copied(lines: Iterator[str]) -> Iterator[list[str | None]]:
    for line in lines:
        if line == "\\.":
            return
        yield [
            None
            if cell == "\\N"
            else _ESCAPE.sub(lambda hit: _ESCAPED.get(hit[1], hit[1]) if hit[1] else "''", cell)
            for cell in line.split("\t")
        ]
