"""What was served while the judge was away, kept so that it is judged when it is back.

Takes the questions a front answered "open" on its own; an owner-only file of MessagePack frames, each behind
a mark, its length and a checksum, holds them until the judge has them. Gives them back in order, with their
own times, so the ledger tells them late but truly. What a full disk or a crash has torn is passed over, told,
and the file set aside. Accounts that were closed stay refused: the outbox on disk names them. Misses: what a
proxy served while no front was there; the proxy's log has that.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec
import xxhash

from rempart.contain.outbox import closed_accounts
from rempart.pipeline.serving import Asked

MARK = b"\xc1gap"
"""Begins a frame; MessagePack never writes the byte C1 itself."""
_HEAD = struct.Struct("<4sIQ")


class Gap:
    """One front's file of questions that nobody judged yet."""

    def __init__(self, path: Path, outbox: Path, tell: Callable[[str], None]) -> None:
        self._path, self._outbox, self._tell = path, outbox, tell
        self._closed: set[str] | None = None
        self._torn = 0

    def is_closed(self, account: str) -> bool:
        """Whether the account was closed when the judge went away."""
        if self._closed is None:
            self._closed = closed_accounts(self._outbox)
        return account in self._closed

    def note(self, asked: Asked) -> bool:
        """Write one down before it is served, without its token; False where the disk does not take it."""
        body = msgspec.msgpack.encode(msgspec.structs.replace(asked, token=""))
        frame = _HEAD.pack(MARK, len(body), xxhash.xxh3_64_intdigest(body)) + body
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError:
            return False
        try:
            return _append(handle, frame)
        finally:
            os.close(handle)

    def take(self) -> list[Asked]:
        """What was noted, oldest first; says so where some of it cannot be read."""
        content = self._path.read_bytes() if self._path.exists() else b""
        noted, self._torn = read_gap(content)
        if self._torn:
            self._tell(
                f"{self._path.name}: {self._torn} bytes of what was served unjudged cannot be read; "
                f"the {len(noted)} requests around them are judged, the file is kept as {self._aside().name}"
            )
        return noted

    def forget(self) -> None:
        """The judge has them."""
        if self._torn:
            self._path.replace(self._aside())
            self._torn = 0
        self._path.unlink(missing_ok=True)
        self._closed = None

    def _aside(self) -> Path:
        return self._path.with_suffix(".torn")


def _append(handle: int, frame: bytes) -> bool:
    """Write a frame whole or not at all."""
    before = os.fstat(handle).st_size
    try:
        whole = os.write(handle, frame) == len(frame)
    except OSError:
        whole = False
    if not whole:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, before)
    return whole


def read_gap(content: bytes) -> tuple[list[Asked], int]:
    """The questions in a gap's file, and how many of its bytes belong to none."""
    noted: list[Asked] = []
    at = read = 0
    while (at := content.find(MARK, at)) >= 0:
        body = _body_at(content, at)
        try:
            noted.append(msgspec.msgpack.decode(body, type=Asked))
        except msgspec.MsgspecError:
            at += 1
            continue
        at += _HEAD.size + len(body)
        read += _HEAD.size + len(body)
    return noted, len(content) - read


def _body_at(content: bytes, at: int) -> bytes:
    """The body of the frame that begins at ``at``; empty where it is not whole."""
    if at + _HEAD.size > len(content):
        return b""
    _, length, checksum = _HEAD.unpack_from(content, at)
    body = content[at + _HEAD.size : at + _HEAD.size + length]
    return body if len(body) == length and xxhash.xxh3_64_intdigest(body) == checksum else b""
