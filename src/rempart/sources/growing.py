"""Files that grow: where their whole lines end, whether they are still the same file, reading from a place on.

Reads a path. A log writer may be in the middle of a line, so reading stops behind the last LF. How
a file begins, decompressed, tells what its name does not: a rotated or truncated file begins with
other bytes than before, a renamed or compressed one with the same. Compressed files do not grow:
they are read whole. Misses: a quoted table cell with a line end in it that is half written; two
files whose first :data:`HEAD_BYTES` are the same pass for one.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec
import xxhash

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.sources.recognise import Source, recognise
from rempart.unpack import ByteStream

HEAD_BYTES = 4_096
_STEP = 64 << 10


class Head(msgspec.Struct, frozen=True):
    """How a file begins: the hash of its first ``length`` bytes."""

    length: int
    digest: int

    def begins(self, beginning: bytes) -> bool:
        """Whether a file with this ``beginning`` is the one described, perhaps longer now."""
        return 0 < self.length <= len(beginning) and head_of(beginning[: self.length]) == self


def head_of(beginning: bytes) -> Head:
    """The head of a file with this beginning."""
    return Head(len(beginning), xxhash.xxh3_64_intdigest(beginning))


class Until:
    """A binary stream that ends at ``end``."""

    def __init__(self, raw: BinaryIO, end: int) -> None:
        self._raw, self._left = raw, max(end - raw.tell(), 0)

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, none behind the end."""
        piece = self._raw.read(min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the stream underneath."""
        self._raw.close()


def beginning_of(path: Path) -> bytes:
    """The first :data:`HEAD_BYTES` of a file, decompressed; all of a shorter one."""
    begun = b""
    with _open(path) as raw:
        stream = ByteStream(raw)
        while len(begun) < HEAD_BYTES and (piece := stream.read(HEAD_BYTES - len(begun))):
            begun += piece
    return begun


def whole_end(path: Path) -> int:
    """Bytes up to and with the last LF; the whole length of a compressed file."""
    with _open(path) as raw:
        if ByteStream(raw).compression:
            return path.stat().st_size
        end = raw.seek(0, 2)
        while end > 0:
            begin_at = max(0, end - _STEP)
            raw.seek(begin_at)
            found = raw.read(end - begin_at).rfind(b"\n")
            if found >= 0:
                return begin_at + found + 1
            end = begin_at
    return 0


def open_until(path: Path, end: int) -> Source:
    """Open a file as if it ended at ``end``."""
    return recognise(Until(_open(path), end), str(path))  # type: ignore[arg-type]


def open_behind(path: Path, place: int, end: int) -> tuple[Source, int]:
    """Open a plain NDJSON file behind the line that holds ``place``, and say where that is."""
    raw = _open(path)
    raw.seek(place)
    while (piece := raw.readline(_STEP)) and not piece.endswith(b"\n"):
        continue
    start = raw.tell()
    return Source(str(path), "ndjson", ByteStream(Until(raw, end))), start  # type: ignore[arg-type]


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(
            _("cannot open {path}: {why}").format(path=path, why=why_of(error)),
            _("check that the file exists and may be read"),
        ) from error
