"""The value lists of an INSERT statement, over as many lines as it runs, in time linear in their length.

Reads lines and gives one list of texts a row, None for a row that is longer than :data:`LONGEST` or breaks
off: it is passed over without being kept. The next INSERT at the start of a line ends such a row, so that a
quote left open costs what stands up to there. A text once read is never read again, and no pattern goes back
(possessive quantifiers): what the file says cannot make reading slow.

Misses: the rows that a quote left open swallowed before :data:`LONGEST` count as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 1 << 20
"""Characters a row may take."""
ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "", "b": "", "Z": ""}
_OPENING = re.compile(r"[\s,]*+\(")
_STATEMENT = re.compile(r"\s{0,64}+(?:INSERT|REPLACE)\s{1,64}+(?:\w{1,20}+\s{1,64}+)?INTO\s", re.I)
_IN_QUOTES = {
    "'": re.compile(r"(?:[^'\\]++|\\.?+|'')*+('?+)", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]++|\\.?+|"")*+("?+)', re.DOTALL),
}
_BARE = re.compile(r"[^,()'\"]++")
_VALUE = re.compile(
    r"\s*+(?:[NE]?'((?:[^'\\]++|\\.|'')*+)'|\"((?:[^\"\\]++|\\.|\"\")*+)\"|"
    r"((?:[^,()'\"]++|\((?:[^()'\"]++|'(?:[^'\\]++|\\.|'')*+')*+\))*+))\s*+([,)])",
    re.DOTALL,
)


class Lines:
    """Lines of which the last one can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        return self._back.pop() if self._back else next(self._lines)

    def give_back(self, line: str) -> None:
        self._back.append(line)


def value_lists(text: str, place: int, lines: Lines) -> Iterator[list[str | None] | None]:
    """The rows from ``place`` of ``text`` on, up to the end of the statement."""
    cursor = _Cursor(text, place, lines)
    while True:
        opening = _OPENING.match(cursor.text, cursor.place)
        if opening:
            cursor.place = opening.end()
            yield cursor.row()
            continue
        rest = cursor.text[cursor.place :].strip()
        if (rest and not rest.startswith(",")) or not cursor.next_line(room=-1):
            return


class _Cursor:
    """A place in the lines of a statement."""

    def __init__(self, text: str, place: int, lines: Lines) -> None:
        self.text, self.place, self._lines = text, place, lines

    def next_line(self, room: int) -> bool:
        """Go on to the next line; False at the end, and where a statement begins and no ``room`` is left."""
        line = next(self._lines, None)
        if line is not None and room < 0 and _STATEMENT.match(line):
            self._lines.give_back(line)
            line = None
        self.text, self.place = line or "", 0
        return line is not None

    def row(self) -> list[str | None] | None:
        """The values up to the closing parenthesis; None where they are too long or break off."""
        row: list[str | None] = []
        room, end = LONGEST, ","
        while end == ",":
            found = _VALUE.match(self.text, self.place)
            if found:
                room -= found.end() - self.place
                self.place, end = found.end(), found[4]
                value = _plain(found) if room >= 0 else None
            else:
                text, end, room = self._long_value(room)
                value = _joined(text)
            if room >= 0:
                row.append(value)
        return row if room >= 0 and end else None

    def _long_value(self, room: int) -> tuple[str, str, int]:
        """(a value's text, what ended it: empty at the end of everything, the room left): over lines, any depth."""
        parts: list[str] = []
        quote, depth = "", 0
        while True:
            begun = self.place
            char = self.text[begun : begun + 1]
            if not char:
                if not self.next_line(room):
                    return "", "", room
                part = "\n"
            else:
                if quote:
                    inside = _IN_QUOTES[quote].match(self.text, begun)
                    assert inside is not None
                    self.place = inside.end()
                    quote = "" if inside[1] else quote
                elif char in ",)" and not depth:
                    self.place += 1
                    return "".join(parts), char, room - 1
                else:
                    bare = _BARE.match(self.text, begun)
                    self.place = bare.end() if bare else begun + 1
                    quote = char if char in "'\"" else ""
                    depth += (char == "(") - (char == ")")
                part = self.text[begun : self.place] if room >= self.place - begun else ""
            room -= max(self.place - begun, 1)
            if room >= 0:
                parts.append(part)
            else:
                parts.clear()


def _joined(text: str) -> str | None:
    found = _VALUE.fullmatch(text + ",")
    return _plain(found) if found else text.strip()


def _plain(found: re.Match[str]) -> str | None:
    quoted = found[1] if found[1] is not None else found[2]
    if quoted is not None:
        if "\\" not in quoted and "''" not in quoted:
            return quoted
        return ESCAPE.sub(lambda hit: "'" if hit[0] == "''" else ESCAPED.get(hit[1], hit[1]), quoted)
    bare = (found[3] or "").strip()
    return None if bare.upper() in ("NULL", "DEFAULT", "") else bare
