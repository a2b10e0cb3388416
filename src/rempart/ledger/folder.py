"""Where the ledger's files stand, and how one is written so that it is whole or absent.

Below the data folder::

    keys/                            pseudonym.key, signing.key, signing.pub, cipher.key
    ledger/journal/<first seq>.journal
    ledger/segments/<number>.parquet, .index (patients), .names (newly named strings)
    ledger/manifest.ndjson           one signed line a seal, expiry or deed
    ledger/manifest.end              signed: how many lines there are
    ledger/anchors.ndjson            what was anchored outside, and when
    ledger/writer.lock, manifest.lock
    checkpoints/<seq>.checkpoint

Everything is owner-only (folders 0700, files 0600). Durable means: written beside under a temporary
name, synced, renamed, folder synced (POSIX ``rename`` is atomic). Misses: file systems that lie
about ``fsync``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.language import why_of

PARTIAL = ".partial"
"""Ending of a file being written; anything so named is rubbish left by a crash."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The paths of one ledger below its data folder."""

    data: Path

    @property
    def ledger(self) -> Path:
        return self.data / "ledger"

    @property
    def journal(self) -> Path:
        return self.ledger / "journal"

    @property
    def segments(self) -> Path:
        return self.ledger / "segments"

    @property
    def manifest(self) -> Path:
        return self.ledger / "manifest.ndjson"

    @property
    def manifest_end(self) -> Path:
        return self.ledger / "manifest.end"

    @property
    def anchors(self) -> Path:
        return self.ledger / "anchors.ndjson"

    @property
    def writer_lock(self) -> Path:
        return self.ledger / "writer.lock"

    @property
    def manifest_lock(self) -> Path:
        return self.ledger / "manifest.lock"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def checkpoints(self) -> Path:
        return self.data / "checkpoints"

    def create(self) -> None:
        """Make the ledger's folders, owner-only. LedgerError where that is refused."""
        for folder in (self.data, self.ledger, self.journal, self.segments):
            make_private(folder)

    def require(self) -> None:
        """LedgerError unless a ledger stands here."""
        if not self.journal.is_dir():
            raise LedgerError(
                _("no ledger in {data}").format(data=self.data),
                _("name the folder with --data, or run rempart watch or replay to begin one"),
            )


def make_private(folder: Path) -> None:
    """Create ``folder`` (and its parents) so that only its owner may enter; LedgerError if refused."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            _("cannot create {folder}: {why}").format(folder=folder, why=why_of(error)),
            _("choose another --data"),
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Put ``parts`` one after the other into ``path``, whole or not at all; mode 0600."""
    handle, name = tempfile.mkstemp(prefix=path.name + ".", suffix=PARTIAL, dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise LedgerError(
            _("cannot write {path}: {why}").format(path=path, why=why_of(error)),
            _("free space or check the disk"),
        ) from error
    sync_folder(path.parent)


def sweep_partial(folder: Path) -> int:
    """Delete what a crash left half-written in ``folder``; the number of files deleted."""
    left = [path for path in folder.iterdir() if path.name.endswith(PARTIAL)] if folder.is_dir() else []
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
