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

LONGEST = 64 << 20
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
    for block in read_blocks(source):
        yield from block


def read_blocks(source: Bytes) -> Iterator[list[str]]:
    """The same as lists of lines, one for each piece read."""
    decoder = codecs.getincrementaldecoder(encoding_of(source.head))("rempart-windows")
    kept = ""
    while True:
        piece = source.read()
        text = kept + decoder.decode(piece, final=not piece)
        if "\r" in text:
            ends_open = bool(piece) and text.endswith("\r")
            text, last = (text[:-1], "\r") if ends_open else (text, "")
            text = text.replace("\r\n", "\n").replace("\r", "\n") + last
        lines = text.replace("\0", "").split("\n")
        kept = lines.pop()
        if lines:
            yield lines
        if len(kept) > LONGEST:
            raise SourceError(f"{source.name} has a line of more than {LONGEST >> 20} MiB", "it is no list")
        if not piece:
            if kept:
                yield [kept]
            return
