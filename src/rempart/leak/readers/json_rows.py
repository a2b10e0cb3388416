"""JSON: one object a line, an array of objects, an object that holds such an array, FHIR resources.

Reads text; gives one row an object. Nested objects become columns named by their path
(``address.city``); lists of plain values are joined by spaces, of objects numbered by place. FHIR Patients
(also inside a Bundle) become the columns of :mod:`rempart.leak.fhir_patient`; other resource types are a
table each. An array is read piece by piece (ijson), so that its length does not matter.

Misses: tables written as an object of columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import ijson
import msgspec
import numpy as np

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.leak.chunk import MOST_COLUMNS, Chunk, Gathering
from rempart.leak.decode import encoding_of, read_lines, read_text
from rempart.leak.fhir_patient import patient_row
from rempart.leak.members import Member

MOST_DEPTH = 12
MOST_NESTED = 1000
"""Brackets around a place in an array that is read piece by piece."""
MOST_ITEMS = 20
LONGEST_PATH = 200
"""Characters of a path below which nothing is told apart: it stands in every name below it."""
LONGEST_OBJECT = 8 << 20
"""Bytes one object may take; the parser's time grows with the square of them."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
UNREAD = object()
"""Stands for a line that is no object, or one nested too deep."""


def fits(member: Member) -> bool:
    """Whether the text begins as an object or as an array of objects."""
    start = _start(member)
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in ("{", "]"))


def _start(member: Member) -> str:
    return member.head[:4096].decode(encoding_of(member.head), "replace").lstrip("\ufeff \t\r\n")


def read(member: Member) -> Iterator[Chunk]:
    """The objects as rows; SourceError where an array breaks off in its first objects."""
    gathering = Gathering()
    objects = _lines(member) if _one_a_line(member) else _whole(member) or _items(member)
    for item in objects:
        if item is UNREAD:
            gathering.drop(member.name)
        for resource in _inside(item):
            table, row = _row(resource, member.name)
            if row is None:
                gathering.drop(table)
            elif row:
                yield from gathering.put(table, row)
    yield from gathering.rest()


def _row(resource: dict[str, Any], name: str) -> tuple[str, dict[str, str] | None]:
    """(table, columns) of a resource; None for the columns where it is nested too deep to be written."""
    table = resource.get("resourceType")
    try:
        if table == "Patient":
            return table, patient_row(resource)
        return table if isinstance(table, str) else name, dict(islice(flatten(resource), MOST_COLUMNS + 1))
    except RecursionError:
        return name, None


def _one_a_line(member: Member) -> bool:
    """Whether the first line is an object and more follows; one spoilt line before an object counts as one."""
    start = member.head.decode(encoding_of(member.head), "replace").lstrip("\ufeff \t\r\n")
    first, _, rest = start.partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    second = rest.lstrip().partition("\n")[0]
    return _object(first) is not UNREAD or (
        first.rstrip(" \t\r,").endswith("}") and _object(second) is not UNREAD
    )


def _lines(member: Member) -> Iterator[Any]:
    """One object a line, :data:`UNREAD` for a line that is none."""
    return (_object(line) for line in read_lines(member) if line and not line.isspace())


def _object(line: str) -> Any:
    line = line.strip().rstrip(",")
    if not line.startswith("{"):
        return UNREAD
    try:
        return msgspec.json.decode(line.encode())
    except (msgspec.DecodeError, RecursionError):
        return UNREAD


def _whole(member: Member) -> list[Any]:
    """The objects of a document that fits into the first bytes read; none of a longer or broken one."""
    try:
        document = msgspec.json.decode(_start_of(member.head))
    except (msgspec.DecodeError, RecursionError):
        return []
    if isinstance(document, dict) and "resourceType" not in document:
        lists = [value for value in document.values() if isinstance(value, list) and value]
        tables = [value for value in lists if isinstance(value[0], dict)]
        return max(tables, key=len, default=[document])
    return document if isinstance(document, list) else [document]


def _start_of(head: bytes) -> bytes:
    return head.decode(encoding_of(head), "replace").lstrip("\ufeff").encode()


class Nesting:
    """How deep the brackets of a text go that comes in pieces; the parser's memory grows with the square of it."""

    def __init__(self) -> None:
        self._depth, self._open = 0, b""

    def deepest(self, piece: bytes) -> int:
        """The deepest place up to the end of ``piece``."""
        plain, quote, inside = _STRING.sub(b"", self._open + piece).partition(b'"')
        broken = (len(inside) - len(inside.rstrip(b"\\"))) % 2
        self._open = quote + b"\\" * broken
        letters = np.frombuffer(plain, np.uint8) | 0x20
        depths = self._depth + np.cumsum((letters == ord("{")) * 1 - (letters == ord("}")))
        if not len(depths):
            return self._depth
        self._depth = int(depths[-1])
        return int(depths.max())


class _Text:
    """Plain UTF-8 bytes of any encoding, for the parser; SourceError where an object is too long or too deep."""

    def __init__(self, member: Member) -> None:
        self._pieces = read_text(member)
        self._name = member.name
        self._kept = memoryview(b"")
        self._nesting = Nesting()
        self.since_object = 0

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        while not self._kept:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._kept = memoryview(piece)
        taken = bytes(self._kept if size < 0 else self._kept[:size])
        self._kept = self._kept[len(taken) :]
        self.since_object += len(taken)
        if self.since_object > LONGEST_OBJECT:
            raise SourceError(
                _("{name} has an object of more than {longest_object} MiB").format(
                    name=self._name, longest_object=LONGEST_OBJECT >> 20
                ),
                _("it is no list of people"),
            )
        if self._nesting.deepest(taken) > MOST_NESTED:
            raise SourceError(
                _("{name} is nested too deep").format(name=self._name), _("it is no list of people")
            )
        return taken


def _items(member: Member) -> Iterator[Any]:
    """The objects of the outermost array, wherever it stands in the first level."""
    text = _Text(member)
    of_array = _start(member).startswith("[")
    try:
        for item in ijson.items(text, "item", use_float=True) if of_array else _arrays(text):
            text.since_object = 0
            yield item
    except ijson.JSONError:
        return


def _arrays(text: _Text) -> Iterator[Any]:
    """Every object of every array of the outermost object; the object itself where it has none."""
    builder: Any = None
    scalars: dict[str, Any] = {}
    level, found = "", False
    for prefix, event, value in ijson.parse(text, use_float=True):
        if builder is not None:
            builder.event(event, value)
            if prefix == level and event == "end_map":
                yield builder.value
                builder, found = None, True
        elif event == "start_map" and prefix.endswith(".item") and prefix.count(".") == 1:
            builder, level = ijson.ObjectBuilder(), prefix
            builder.event(event, value)
        elif event in ("string", "number", "boolean") and len(scalars) < 1000:
            scalars[prefix] = value
    if not found and scalars:
        yield scalars


def _inside(item: Any) -> Iterator[dict[str, Any]]:
    """The resources of a Bundle or of one of its entries; else the object itself."""
    if not isinstance(item, dict):
        return
    if isinstance(item.get("resource"), dict):
        yield item["resource"]
    elif item.get("resourceType") == "Bundle" and isinstance(item.get("entry"), list):
        for entry in item["entry"]:
            if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                yield entry["resource"]
    else:
        yield item


def flatten(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """(path, text) of every plain value below ``value``; too deep parts are kept as JSON text."""
    if len(path) > LONGEST_PATH:
        depth = MOST_DEPTH
    if isinstance(value, dict) and depth < MOST_DEPTH:
        for name, inner in value.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name), depth + 1)
    elif (
        isinstance(value, list)
        and depth < MOST_DEPTH
        and any(isinstance(item, dict | list) for item in value)
    ):
        for place, inner in enumerate(value[:MOST_ITEMS]):
            yield from flatten(inner, f"{path}.{place + 1}", depth + 1)
    elif isinstance(value, list):
        yield path, " ".join(text_of(item) for item in value[:MOST_ITEMS])
    elif value is not None and path:
        yield path, text_of(value)


def text_of(value: Any) -> str:
    """A plain value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
