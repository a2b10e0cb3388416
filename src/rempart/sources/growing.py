"""Files that grow: where their whole lines end, whether they are still the same file, reading from a place on.

Reads a path. A log writer may be in the middle of a line, so reading stops behind the last LF; a
file that was rotated or truncated begins with other bytes than before, which its :class:`Head`
tells. Compressed files do not grow: they are read whole. Misses: a quoted table cell with a line
end in it that is half written.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec
import xxhash

from rempart.errors import SourceError
from rempart.sources.recognise import Source, recognise
from rempart.sources.unpack import ByteStream

HEAD_BYTES = 256
_STEP = 64 << 10


class Head(msgspec.Struct, frozen=True):
    """How a file began: hash of its first ``length`` bytes, and the offset its first byte counts as."""

    length: int = 0
    digest: int = 0
    base: int = 0


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


def begin(path: Path, known: Head) -> tuple[Head, bool]:
    """The file's head, and whether it is still the file that ``known`` describes (an unknown one is)."""
    with _open(path) as raw:
        head = raw.read(HEAD_BYTES)
    same = len(head) >= known.length and xxhash.xxh3_64_intdigest(head[: known.length]) == known.digest
    fresh = Head(len(head), xxhash.xxh3_64_intdigest(head), known.base)
    return fresh, same or not known.length


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
            f"cannot open {path}: {error.strerror}", "check that the file exists and may be read"
        ) from error
