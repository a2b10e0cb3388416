"""A file only its owner may read, written as a stream, under its name only once it is whole.

Whatever names a patient goes through here: people, letters, escrows, shares.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.folder import sync_folder

PARTIAL = ".partial"
"""Ending of a file being written; anything so named is rubbish left by a kill."""


@contextmanager
def private_stream(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``path`` when the block ends well; mode 0600, synced.

    SourceError where the disk refuses; after any failure nothing is left.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise SourceError(
            _("cannot write {path}: {why}").format(path=path, why=why_of(error)),
            _("free space, or name a folder you own"),
        ) from error


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``."""
    with private_stream(path) as file:
        file.write(content)


def make_folder(folder: Path) -> None:
    """Make ``folder`` and what is above it, so that only its owner may enter. SourceError if refused."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            _("cannot make {folder}: {why}").format(folder=folder, why=why_of(error)),
            _("name another folder"),
        ) from error
