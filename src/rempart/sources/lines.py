"""A stream of bytes cut into blocks of whole lines, whatever the lines are.

Reads: a :class:`~rempart.unpack.ByteStream`. Gives: :class:`LineBlock` pieces of about
3 MiB in order, and a :class:`~rempart.records.Rejected` for what cannot become lines: a line over
4 MiB (hashed and counted while it streams past, never held) and the tail of a stream that is cut
off or corrupt. Lines end in LF or CR LF; a byte order mark is skipped; blank lines are no units.
Misses: lines ended by CR alone.

Follows NDJSON; memory stays below about 16 MiB whatever the input.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from rempart.records import Rejected
from rempart.sources.json_guard import MAX_UNIT_BYTES
from rempart.unpack import PIECE, ByteStream

BLOCK_BYTES = 3 << 20
"""Bytes gathered before a block is cut; with the last piece read fewer than a line may have."""

ENDLESS_LINE = 4 << 30
"""A compressed stream is given up as a bomb after so many bytes of one line."""

PADDING = b"\n" * 64
"""Behind the bytes of a block, for readers that look at many bytes at a time."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines; ``offset`` is where the first byte stood in the decompressed stream.

    The lines are the first ``size`` bytes of ``data``; behind them stand at least 64 other bytes. The last line
    ends in LF, or in :data:`PADDING` at the end of the stream. No line is longer than 4 MiB.
    """

    offset: int
    data: bytes
    size: int


def block_of(offset: int, lines: bytes) -> LineBlock:
    """A block of ``lines``."""
    return LineBlock(offset, lines + PADDING, len(lines))


def split_lines(stream: ByteStream, source: str) -> Iterator[LineBlock | Rejected]:
    """Cut ``stream`` into blocks of lines and rejects, in order."""
    carry, offset = b"", 0
    while True:
        block, size, given = _gather(stream, carry)
        if offset == 0 and block.startswith(BYTE_ORDER_MARK):
            block, size, given, offset = block[3:], size - 3, given - 3, 3
        cut = block.rfind(b"\n", 0, size) + 1
        if not cut and size > MAX_UNIT_BYTES:
            rejected, carry = _pass_long_line(stream, source, offset, block[:size])
            yield rejected
            if rejected.reason != "too_long":
                return
            offset += rejected.length + 1
            continue
        if not cut:
            yield from _end(stream, source, offset, block[:size])
            return
        yield from _cut_first(source, offset, block, cut)
        offset, carry = offset + cut, block[cut:given]


def _gather(stream: ByteStream, carry: bytes) -> tuple[bytes, int, int]:
    """At least a block's worth of bytes with a line end in it, if there are as many, padded; how many of them may be
    used, and how many are the stream's."""
    block = stream.read_again(len(carry), BLOCK_BYTES)
    if block is not None:
        size = len(block) - len(PADDING)
        if len(block) == BLOCK_BYTES and block.rfind(b"\n", 0, size) >= 0:
            return block, size, len(block)
        carry = block
    parts, size = [carry], len(carry)
    ended = b"\n" in carry
    while size < BLOCK_BYTES or (not ended and size <= MAX_UNIT_BYTES):
        piece = stream.read(PIECE)
        if not piece:
            break
        parts.append(piece)
        size += len(piece)
        ended = ended or b"\n" in piece
    parts.append(PADDING)
    return b"".join(parts), size, size


def _cut_first(source: str, offset: int, block: bytes, size: int) -> Iterator[LineBlock | Rejected]:
    """The first ``size`` bytes of the block, its lines over the limit taken out as rejects."""
    begin = 0
    while size - begin > MAX_UNIT_BYTES:
        end = block.find(b"\n", begin)
        if end - begin <= MAX_UNIT_BYTES:
            later = block.rfind(b"\n", begin, begin + MAX_UNIT_BYTES + 1) + 1
            yield block_of(offset + begin, block[begin:later])
            begin = later
            continue
        digest = hashlib.sha256(block[begin:end]).hexdigest()[:16]
        yield Rejected(source, offset + begin, end - begin, digest, "too_long")
        begin = end + 1
    if begin < size:
        yield block_of(offset + begin, block[begin:size]) if begin else LineBlock(offset, block, size)


def _end(stream: ByteStream, source: str, offset: int, block: bytes) -> Iterator[LineBlock | Rejected]:
    """The last line: whole if the stream ended well, a reject if it broke."""
    if stream.fault:
        digest = hashlib.sha256(block).hexdigest()[:16]
        yield Rejected(source, offset, len(block), digest, stream.fault)
    elif block.strip(BLANK):
        yield block_of(offset, block)


def _pass_long_line(stream: ByteStream, source: str, offset: int, begun: bytes) -> tuple[Rejected, bytes]:
    """Let a line over the limit stream past; give its reject and what was read behind it."""
    digest, length = hashlib.sha256(begun), len(begun)
    while piece := stream.read(PIECE):
        end = piece.find(b"\n")
        if end >= 0:
            digest.update(piece[:end])
            return Rejected(source, offset, length + end, digest.hexdigest()[:16], "too_long"), piece[
                end + 1 :
            ]
        digest.update(piece)
        length += len(piece)
        if stream.compression and length > ENDLESS_LINE:
            return Rejected(source, offset, length, digest.hexdigest()[:16], "bad_compression"), b""
    return Rejected(source, offset, length, digest.hexdigest()[:16], stream.fault or "too_long"), b""
