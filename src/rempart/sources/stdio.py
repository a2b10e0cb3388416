"""Lines of a pipe as they come: nothing waits for a block to fill.

Reads an unbuffered binary stream. Gives, each time bytes arrive, the lines they complete: bytes
with their offset, or a reject for a line over the limit, which streams past without being held.
Misses compressed pipes; the live protocol is plain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from rempart.records import Rejected
from rempart.sources.json_guard import MAX_UNIT_BYTES

READ_BYTES = 1 << 18


def arriving_lines(read: Callable[[int], bytes], source: str) -> Iterator[list[tuple[int, bytes] | Rejected]]:
    """Lines completed by each read; ``read(n)`` blocks for at least one byte, b"" is the end.

    An unfinished last line at the end is a line. Blank lines are no units.
    """
    held = b""
    offset = 0
    passing: _LongLine | None = None
    while True:
        piece = read(READ_BYTES)
        if not piece:
            break
        ready: list[tuple[int, bytes] | Rejected] = []
        if passing is not None:
            end = piece.find(b"\n")
            passing.see(piece if end < 0 else piece[:end])
            if end < 0:
                continue
            ready.append(passing.rejected(source))
            offset = passing.offset + passing.length + 1
            piece, passing = piece[end + 1 :], None
        *lines, held = (held + piece).split(b"\n")
        for line in lines:
            if len(line) > MAX_UNIT_BYTES:
                ready.append(_LongLine(offset, line).rejected(source))
            elif line.strip():
                ready.append((offset, line.removesuffix(b"\r")))
            offset += len(line) + 1
        if len(held) > MAX_UNIT_BYTES:
            passing, held = _LongLine(offset, held), b""
        if ready:
            yield ready
    if passing is not None:
        yield [passing.rejected(source)]
    elif held.strip():
        yield [(offset, held.removesuffix(b"\r"))]


class _LongLine:
    """A line over the limit, counted and hashed as it goes by."""

    def __init__(self, offset: int, begun: bytes) -> None:
        self.offset, self.length = offset, len(begun)
        self._digest = hashlib.sha256(begun)

    def see(self, piece: bytes) -> None:
        self.length += len(piece)
        self._digest.update(piece)

    def rejected(self, source: str) -> Rejected:
        return Rejected(source, self.offset, self.length, self._digest.hexdigest()[:16], "too_long")
