"""What a file is, told by its content.

Reads: the first 256 KiB of a file after decompression, never its name. Gives: a :class:`Source`
of kind ``ndjson``, ``bundle``, ``resource``, ``csv`` or ``unknown``, its stream rewound. Folders
give their files in sorted order, hidden ones left out; ``-`` is the standard input. Misses: an
NDJSON file whose first 256 KiB hold no readable line and no ``resourceType``.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.sources.lines import BYTE_ORDER_MARK
from rempart.unpack import PIECE, ByteStream

HEAD_BYTES = 256 << 10
STDIN = "-"

_BUNDLE = re.compile(rb'"resourceType"\s*:\s*"Bundle"')
_RESOURCE = re.compile(rb'"resourceType"\s*:\s*"')
_SEPARATORS = (b",", b";", b"\t", b"|")


@dataclass(frozen=True, slots=True)
class Source:
    """An open source: ``name`` as given, ``kind`` as recognised, ``stream`` of decompressed bytes."""

    name: str
    kind: str
    stream: ByteStream

    def close(self) -> None:
        """Close the stream."""
        self.stream.close()


def list_sources(names: Iterable[str]) -> list[str]:
    """The files that ``names`` (files, folders, ``-``) stand for, folders walked in sorted order."""
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name != STDIN and path.is_dir():
            files = (item for item in sorted(path.rglob("*")) if item.is_file())
            shown = [str(item) for item in files if not _is_hidden(item.relative_to(path))]
            if not shown:
                raise SourceError(
                    _("folder {name} holds no file").format(name=name), _("name a folder with logs in it")
                )
            found.extend(shown)
        else:
            found.append(name)
    return found


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def open_source(name: str | Path) -> Source:
    """Open one file (or ``-``) and recognise it. Raises :class:`SourceError` if it cannot be opened."""
    name = str(name)
    if name == STDIN:
        return recognise(sys.stdin.buffer, name)
    try:
        raw = Path(name).open("rb")
    except OSError as error:
        raise SourceError(
            _("cannot open {path}: {why}").format(path=name, why=why_of(error)),
            _("check that the file exists and may be read"),
        ) from error
    return recognise(raw, name)


def recognise(raw: BinaryIO | io.BytesIO, name: str) -> Source:
    """Recognise an open binary stream."""
    stream = ByteStream(raw)
    parts: list[bytes] = []
    size = 0
    while size <= HEAD_BYTES and (piece := stream.read(PIECE)):
        parts.append(piece)
        size += len(piece)
    head = b"".join(parts)
    stream.unread(head)
    return Source(name, recognise_head(head[:HEAD_BYTES], whole=size <= HEAD_BYTES), stream)


def recognise_head(head: bytes, whole: bool) -> str:
    """The kind of a source that begins with ``head``; ``whole`` says that nothing follows."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if not text:
        return "ndjson"
    lines = [line.strip() for line in text.split(b"\n")]
    if not whole and len(lines) > 1:
        lines.pop()
    lines = [line for line in lines if line]
    if text[:1] == b"[":
        return "bundle" if b"{" in text[:4096] or whole else "unknown"
    first = _json_object(lines[0])
    if first is not None:
        return "bundle" if first == "Bundle" and len(lines) == 1 else "ndjson"
    if text[:1] == b"{" and _is_printed(lines):
        return "bundle" if _BUNDLE.search(text) and b'"entry"' in text else "resource"
    if any(_json_object(line) is not None for line in lines[1:]):
        return "ndjson"
    if text[:1] == b"{" and len(lines) == 1 and _BUNDLE.search(text):
        return "bundle"
    if text[:1] == b"{" or _RESOURCE.search(text):
        return "ndjson"
    return "csv" if _is_table(lines) else "unknown"


class _Typed(msgspec.Struct):
    resourceType: object = None  # noqa: N815 (FHIR's spelling)


_DECODE = msgspec.json.Decoder(_Typed).decode


def _json_object(line: bytes) -> object | None:
    """The ``resourceType`` (or an empty string) of a line that is a JSON object, else None."""
    if line[:1] != b"{":
        return None
    try:
        return _DECODE(line).resourceType or ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_printed(lines: list[bytes]) -> bool:
    """Whether a JSON object begins that is printed over several lines."""
    if len(lines) < 2 or lines[1][:1] not in (b'"', b"}"):
        return False
    return lines[0] == b"{" or lines[0].endswith((b",", b"{", b"["))


def _is_table(lines: list[bytes]) -> bool:
    """Whether the lines share a separator, as a table does."""
    sample = [line for line in lines[:20] if line]
    if b"\0" in b"".join(sample):
        return False
    for separator in _SEPARATORS:
        counts = [line.count(separator) for line in sample]
        if min(counts) >= 1 and (len(sample) > 1 or counts[0] >= 2):
            return True
    return False
