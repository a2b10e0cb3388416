"""A Bundle read entry by entry, and resources printed over several lines.

Reads: a :class:`~rempart.unpack.ByteStream` holding a Bundle, a JSON array of resources, or
resources one after the other. Gives: the same records as :mod:`rempart.sources.fhir` for each, with
the entry's number as offset. Only the entry at hand is held, at most 4 MiB; a longer one is
rejected while it streams past. Misses: the envelope is not checked beyond its brackets and strings,
so a damaged envelope around sound entries is not noticed; a second ``entry`` list is read as well.

Follows HL7 FHIR Bundle (``entry[].resource``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np

from rempart.records import Access, Context, Rejected
from rempart.sources.bundle_cut import (
    AT_END,
    DEPTH,
    ENTRIES,
    GARBAGE,
    LAST_IN_LIST,
    MODE,
    MODE_DOCUMENTS,
    MODE_ENTRIES,
    STATE_SIZE,
    next_cut,
)
from rempart.sources.fhir import read_message
from rempart.sources.json_guard import MAX_DEPTH, MAX_UNIT_BYTES, depth_of, reject
from rempart.sources.lines import BLANK, BYTE_ORDER_MARK
from rempart.unpack import PIECE, ByteStream


class _Entry(msgspec.Struct):
    resource: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_DECODE_ENTRY = msgspec.json.Decoder(_Entry).decode


@dataclass(slots=True)
class _Piece:
    """The bytes of the entry at hand, up to the limit; beyond it only their hash and count."""

    parts: list[bytes] = field(default_factory=list)
    length: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, part: bytes) -> None:
        self.length += len(part)
        self.digest.update(part)
        if self.length > MAX_UNIT_BYTES:
            self.parts.clear()
        else:
            self.parts.append(part)

    def take(self) -> tuple[bytes | None, int, str]:
        """The bytes (None if too many), their number and hash; empties the piece."""
        whole = b"".join(self.parts) if self.length <= MAX_UNIT_BYTES else None
        taken = whole, self.length, self.digest.hexdigest()[:16]
        self.parts, self.length, self.digest = [], 0, hashlib.sha256()
        return taken


def read_entries_of(
    stream: ByteStream, source: str, documents: bool = False
) -> Iterator[Access | Context | Rejected]:
    """Read a Bundle or an array of resources, or with ``documents`` resources one after the other."""
    state = np.zeros(STATE_SIZE, np.int64)
    state[MODE] = MODE_DOCUMENTS if documents else MODE_ENTRIES
    piece, number = _Piece(), 0
    data = _without_mark(stream.read(PIECE))
    while data:
        buffer, at = np.frombuffer(data, np.uint8), 0
        while True:
            begun, stop = next_cut(buffer, at, state)
            if begun >= 0:
                piece.add(data[begun:stop])
            if state[AT_END]:
                break
            unit, length, digest = piece.take()
            if unit is None:
                yield Rejected(source, number, length, digest, "too_long")
                number += 1
            elif unit.strip(BLANK):
                yield _read_unit(unit.strip(BLANK), source, number, wrapped=not documents)
                number += 1
            elif not state[LAST_IN_LIST]:
                yield reject(source, number, unit, "not_json")
                number += 1
            at = stop + 1
        data = stream.read(PIECE)
    yield from _end(stream, source, number, piece, state)


def _end(
    stream: ByteStream, source: str, number: int, piece: _Piece, state: np.ndarray
) -> Iterator[Rejected]:  # type: ignore[type-arg]
    _, length, digest = piece.take()
    if stream.fault or state[DEPTH] or state[ENTRIES] > 1:
        yield Rejected(source, number, length, digest, stream.fault or "truncated")
    elif state[GARBAGE]:
        yield Rejected(source, number, length, digest, "not_json")


def _without_mark(data: bytes) -> bytes:
    return data[3:] if data.startswith(BYTE_ORDER_MARK) else data


def _read_unit(unit: bytes, source: str, number: int, wrapped: bool) -> Access | Context | Rejected:
    """One element: an entry with a ``resource`` in it, or the resource itself."""
    if not wrapped:
        return read_message(unit, source, number)
    if unit.count(b"{") + unit.count(b"[") > MAX_DEPTH and depth_of(unit) > MAX_DEPTH:
        return reject(source, number, unit, "too_deep")
    try:
        entry = _DECODE_ENTRY(unit)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return read_message(unit, source, number)
    if isinstance(entry.resource, msgspec.Raw):
        return read_message(bytes(entry.resource), source, number)
    return read_message(unit, source, number)
