"""Compressed bytes in, plain bytes out, a bounded piece at a time.

Reads: a binary stream, plain, gzip (any number of members) or Zstandard (any number of frames),
told apart by its first bytes. Gives: :class:`ByteStream`, whose ``read`` returns at most
:data:`PIECE` bytes and whose ``fault`` says, once the bytes are spent, whether they ended badly.
Everything before a fault is delivered. Misses: Zstandard frames that need a window over 32 MiB
(``--long``, ``--ultra -22``), and dictionaries: ``bad_compression``.

Follows RFC 1952 (gzip) and RFC 8878 (Zstandard): Zstandard is handed to the decoder block by block,
as a block never yields more than 128 KiB.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import zstandard

PIECE = 1 << 20
"""Most bytes one ``read`` gives."""

MAX_WINDOW = 32 << 20
_COMPRESSED = 64 << 10
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class _Fault(Exception):
    """The compressed bytes end badly; ``args[0]`` is the reject's reason."""


class ByteStream:
    """Plain bytes of a possibly compressed stream.

    ``compression`` is ``""``, ``gzip`` or ``zstd``; ``fault`` is empty, ``truncated`` or
    ``bad_compression``, and is settled when ``read`` has returned no bytes.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self.raw = raw
        self.fault = ""
        head = raw.read(4)
        self.compression = "gzip" if head[:2] == _GZIP else "zstd" if _is_zstd(head) else ""
        unpack = {"gzip": _gunzip, "zstd": _unzstd}.get(self.compression, _plain)
        self._rewound = _Rewound(raw, head)
        self._pieces = unpack(self._rewound)
        self._kept = b""

    def read(self, size: int = PIECE) -> bytes:
        """The next bytes, at most ``size``; none at the end or at a fault."""
        if not self._kept:
            try:
                self._kept = next(self._pieces, b"")
            except _Fault as fault:
                self.fault = str(fault)
                self._pieces = iter(())
        piece, self._kept = self._kept[:size], self._kept[size:]
        return piece

    def unread(self, piece: bytes) -> None:
        """Put ``piece`` back in front of what ``read`` gives next."""
        self._kept = piece + self._kept

    def read_again(self, back: int, size: int) -> bytes | None:
        """The last ``back`` bytes given and those behind them, ``size`` in all and fewer only at the end, in one piece
        that was never put together; None, and nothing read, where the stream is no plain file that can go back."""
        plain = isinstance(self.raw, io.BufferedReader) and not (self.compression or self._kept)
        if not plain or self._rewound.pending or not self.raw.seekable():
            return None
        self.raw.seek(-back, io.SEEK_CUR)
        return self.raw.read(size)

    def close(self) -> None:
        """Close the stream underneath."""
        self.raw.close()


class _Rewound:
    """A stream with the bytes already taken from it put back."""

    def __init__(self, raw: BinaryIO, head: bytes) -> None:
        self._raw, self._head = raw, head

    @property
    def pending(self) -> bool:
        """Whether bytes that were put back are still to be read."""
        return bool(self._head)

    def read(self, size: int) -> bytes:
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self._raw.read(size)

    def read_exactly(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end of the stream."""
        parts: list[bytes] = []
        while size > 0:
            part = self.read(size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _is_zstd(head: bytes) -> bool:
    return head == _ZSTD or (len(head) == 4 and head[0] & 0xF0 == 0x50 and head[1:] == b"\x2a\x4d\x18")


def _plain(raw: _Rewound) -> Iterator[bytes]:
    while piece := raw.read(PIECE):
        yield piece


def _gunzip(raw: _Rewound) -> Iterator[bytes]:
    data, member = raw.read(_COMPRESSED), zlib.decompressobj(wbits=31)
    while True:
        try:
            piece = member.decompress(data, PIECE)
        except zlib.error as error:
            raise _Fault("bad_compression") from error
        if piece:
            yield piece
        if member.eof:
            data = member.unused_data or raw.read(_COMPRESSED)
            while data and not data.strip(b"\0"):
                data = raw.read(_COMPRESSED)
            if not data:
                return
            data, member = data.lstrip(b"\0"), zlib.decompressobj(wbits=31)
            continue
        data = member.unconsumed_tail or (b"" if len(piece) == PIECE else raw.read(_COMPRESSED))
        if not data and len(piece) < PIECE:
            raise _Fault("truncated")


def _unzstd(raw: _Rewound) -> Iterator[bytes]:
    """Walk the frames: header, then each block, each handed to the decoder by itself."""
    while magic := raw.read_exactly(4):
        if not _is_zstd(magic):
            raise _Fault("truncated" if len(magic) < 4 else "bad_compression")
        if magic == _ZSTD:
            yield from _zstd_frame(raw, magic)
        else:
            _skip(raw, int.from_bytes(_need(raw, 4), "little"))


def _zstd_frame(raw: _Rewound, magic: bytes) -> Iterator[bytes]:
    descriptor = _need(raw, 1)
    single, dictionary, length = descriptor[0] & 0x20, descriptor[0] & 3, descriptor[0] >> 6
    rest = (0 if single else 1) + (0, 1, 2, 4)[dictionary] + ((1 if single else 0), 2, 4, 8)[length]
    header = magic + descriptor + _need(raw, rest)
    try:
        window = zstandard.get_frame_parameters(header).window_size
        frame = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
        if window > MAX_WINDOW:
            raise _Fault("bad_compression")
        frame.decompress(header)
        last = False
        while not last:
            head = _need(raw, 3)
            word = int.from_bytes(head, "little")
            last = bool(word & 1)
            size = 1 if word >> 1 & 3 == 1 else word >> 3
            if size > 128 << 10:
                raise _Fault("bad_compression")
            piece = frame.decompress(head + _need(raw, size))
            if piece:
                yield piece
        if descriptor[0] & 4:
            piece = frame.decompress(_need(raw, 4))
            if piece:
                yield piece
    except zstandard.ZstdError as error:
        raise _Fault("bad_compression") from error


def _need(raw: _Rewound, size: int) -> bytes:
    data = raw.read_exactly(size)
    if len(data) < size:
        raise _Fault("truncated")
    return data


def _skip(raw: _Rewound, size: int) -> None:
    while size > 0:
        size -= len(_need(raw, min(size, _COMPRESSED)))
