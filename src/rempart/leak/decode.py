"""Bytes to lines of text, whatever the encoding.

UTF-8 and UTF-16 by their marks or their shape, else the one of Windows-1252, CP850 and Mac Roman under
which the most bytes become letters French uses. Bytes that break UTF-8 later on are read as Windows-1252,
so that one bad name does not spoil a file. A line is at most :data:`LONGEST` characters.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Protocol

from rempart.errors import SourceError
from rempart.language import gettext as _

LONGEST = 64 << 20
PIECE = 8 << 20
_FRENCH = frozenset("éèêëàâîïôöûùüçÉÈÀÇÊœŒ°’€")
_TRIED = ("cp1252", "cp850", "mac_roman")


class Bytes(Protocol):
    """Anything that gives bytes, and knows its first ones."""

    name: str
    head: bytes

    def read(self, size: int = ...) -> bytes: ...


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("rempart-windows", _as_windows)


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes are in."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    sample = head[: 1 << 18]
    zeros = sample.count(0)
    if zeros > len(sample) // 8:
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    text = sample.decode("utf-8", "replace")
    high = sum(byte > 127 for byte in sample)
    if text.rstrip("\ufffd").count("\ufffd") * 10 <= high or not high:
        return "utf-8"
    scores = {name: _french(sample, name) for name in _TRIED}
    return max(_TRIED, key=lambda name: scores[name])


def _french(sample: bytes, encoding: str) -> int:
    return sum(letter in _FRENCH for letter in sample.decode(encoding, "replace") if ord(letter) > 127)


def read_lines(source: Bytes) -> Iterator[str]:
    """The lines of ``source`` without their ends (LF, CRLF or CR). SourceError for an endless line."""
    for piece in read_pieces(source):
        yield from piece.decode().removesuffix("\n").split("\n")


def read_text(source: Bytes) -> Iterator[bytes]:
    """``source`` as UTF-8, cut anywhere between characters."""
    decoder = codecs.getincrementaldecoder(encoding_of(source.head))("rempart-windows")
    while raw := source.read():
        yield decoder.decode(raw).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def read_pieces(source: Bytes, quote: str = "") -> Iterator[bytes]:
    """``source`` as UTF-8 with LF, cut behind a line, where ``quote`` is given one that opens no quote.

    Pieces have about :data:`PIECE` bytes. SourceError for a line of more than :data:`LONGEST` bytes.
    """
    decoder = codecs.getincrementaldecoder(encoding_of(source.head))("rempart-windows")
    mark = quote.encode()
    parts: list[bytes] = []
    size, carriage = 0, b""
    while True:
        raw = source.read()
        text = carriage + decoder.decode(raw, final=not raw).encode("utf-8", "replace").replace(b"\0", b"")
        carriage = b"\r" if raw and text.endswith(b"\r") else b""
        if b"\r" in text:
            text = text[: len(text) - len(carriage)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        parts.append(text)
        size += len(text)
        if raw and (size < PIECE or b"\n" not in text):
            if size > LONGEST:
                raise SourceError(
                    _("{name} has a line of more than {longest} MiB").format(
                        name=source.name, longest=LONGEST >> 20
                    ),
                    _("it is no list"),
                )
            continue
        whole = b"".join(parts)
        cut = len(whole) if not raw else _cut(whole, mark)
        parts, size = [whole[cut:]], len(whole) - cut
        if cut:
            yield whole[:cut]
        if not raw:
            return


def _cut(text: bytes, mark: bytes) -> int:
    """Where to cut: behind the last line end that stands in no quotes, else behind the last one."""
    last = text.rfind(b"\n") + 1
    if not mark:
        return last
    odd, cut = text.count(mark, 0, last) % 2, last
    for _attempt in range(200):
        if not odd:
            return cut
        before = text.rfind(b"\n", 0, cut - 1) + 1
        if before == 0:
            break
        odd ^= text.count(mark, before, cut) % 2
        cut = before
    return last
