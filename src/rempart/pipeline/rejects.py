"""What could not be read, noted so that it can be looked up, never what it said.

Appends one JSON line a reject to an owner-only file: source, offset, length, hash, reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.records import Rejected


class RejectFile:
    """An append-only NDJSON file of rejects; one reject may be noted again after a crash."""

    def __init__(self, path: Path, *, afresh: bool = False) -> None:
        """Open ``path``; ``afresh`` empties it first (a replay reads everything again)."""
        mode = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_APPEND
        try:
            if afresh:
                path.unlink(missing_ok=True)
            self._file = os.open(path, mode, 0o600)
        except OSError as error:
            raise LedgerError(
                _("{path}: cannot be written ({why})").format(path=path, why=why_of(error)),
                _("check the folder"),
            ) from error

    def note(self, rejected: Iterable[Rejected]) -> None:
        """Write the rejects down."""
        lines = b"".join(msgspec.json.encode(each) + b"\n" for each in rejected)
        if lines:
            os.write(self._file, lines)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)
