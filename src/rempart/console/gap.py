"""What was served while the judge was away, kept so that it is judged when it is back.

Takes the questions a front answered "open" on its own; an owner-only file of MessagePack frames holds
them until the judge has them. Gives them back in order, with their own times, so the ledger tells them
late but truly. Accounts that were closed stay refused: the outbox on disk names them. Misses: what a proxy
served while no front was there; the proxy's log has that.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rempart.contain.outbox import closed_accounts
from rempart.pipeline.serving import Asked

_LENGTH = struct.Struct("<I")


class Gap:
    """One front's file of questions that nobody judged yet."""

    def __init__(self, path: Path, outbox: Path) -> None:
        self._path, self._outbox = path, outbox
        self._closed: set[str] | None = None

    def is_closed(self, account: str) -> bool:
        """Whether the account was closed when the judge went away."""
        if self._closed is None:
            self._closed = closed_accounts(self._outbox)
        return account in self._closed

    def note(self, asked: Asked) -> None:
        """Write one down before it is served; without its token."""
        frame = msgspec.msgpack.encode(msgspec.structs.replace(asked, token=""))
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, _LENGTH.pack(len(frame)) + frame)
        finally:
            os.close(handle)

    def take(self) -> list[Asked]:
        """What was noted, oldest first."""
        return list(read_gap(self._path)) if self._path.exists() else []

    def forget(self) -> None:
        """The judge has them."""
        self._path.unlink(missing_ok=True)
        self._closed = None


def read_gap(path: Path) -> Iterator[Asked]:
    """Questions in a gap's file; an unfinished last one ends it."""
    content = path.read_bytes()
    at = 0
    while at + _LENGTH.size <= len(content):
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        if at + length > len(content):
            return
        yield msgspec.msgpack.decode(content[at : at + length], type=Asked)
        at += length
