"""vCards (RFC 2426, RFC 6350): one card a row, lines folded by a leading blank are joined."""

from __future__ import annotations

import quopri
from collections.abc import Iterator

from rempart.leak.chunk import Chunk, Gathering
from rempart.leak.decode import read_lines
from rempart.leak.members import Member

_PLAIN = {
    "BDAY": "birth_date",
    "GENDER": "sex",
    "EMAIL": "email",
    "TEL": "phone",
    "NOTE": "note",
    "ORG": "org",
}
_STRUCTURED = {
    "N": ("family", "given", "given_2"),
    "ADR": ("", "", "street", "city", "", "postcode", "country"),
}
MOST_FIELDS = 200


def fits(member: Member) -> bool:
    """Whether the text begins with a card."""
    return member.head[:4096].lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCARD")


def read(member: Member) -> Iterator[Chunk]:
    """One row a card; a second phone or address gets a number."""
    gathering = Gathering()
    row: dict[str, str] = {}
    for line in _unfolded(read_lines(member)):
        head, _, value = line.partition(":")
        name = head.partition(";")[0].rpartition(".")[2].upper()
        if name == "BEGIN":
            row = {}
        elif name == "END":
            if row:
                yield from gathering.put(member.name, row)
            row = {}
        elif value and len(row) < MOST_FIELDS:
            if "QUOTED-PRINTABLE" in head.upper():
                value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
            _field(row, name, value)
    yield from gathering.rest()


def _unfolded(lines: Iterator[str]) -> Iterator[str]:
    kept = ""
    for line in lines:
        if line[:1] in (" ", "\t") and len(kept) < 1 << 20:
            kept += line[1:]
        else:
            if kept:
                yield kept
            kept = line
    if kept:
        yield kept


def _field(row: dict[str, str], name: str, value: str) -> None:
    if name in _STRUCTURED:
        for part, column in zip(value.split(";"), _STRUCTURED[name], strict=False):
            if column and part:
                _put(row, column, _clean(part))
    elif name in _PLAIN:
        bare = value.split(":", 1)[-1] if value.lower().startswith(("tel:", "mailto:")) else value
        _put(row, _PLAIN[name], _clean(bare))
    elif name == "FN":
        _put(row, "full_name", _clean(value))


def _clean(text: str) -> str:
    return text.replace("\\,", ",").replace("\\;", ";").replace("\\n", " ").strip()


def _put(row: dict[str, str], column: str, value: str) -> None:
    place, name = 1, column
    while name in row:
        place += 1
        name = f"{column}_{place}"
    row[name] = value
