"""What every process of the service knows: data folder, settings, mode, and the keys that are not the ledger's.

Makes the desk's key where there is none, and derives the links' key from the ledger's cipher key. Misses:
the ledger itself, which only the judge opens.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rempart.contain.secret_file import read_secret
from rempart.ledger.folder import make_private
from rempart.ledger.keys import Keys
from rempart.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process of the service knows."""

    data: Path
    settings: Settings
    enforce: bool
    link_key: bytes
    desk_key: str
    tell: Callable[[str], None]

    @classmethod
    def make(cls, data: Path, settings: Settings, enforce: bool, tell: Callable[[str], None]) -> Plan:
        """Open or make the data folder's keys. KeyFileError, LedgerError."""
        make_private(data)
        keys = Keys.open(data, create=True)
        link_key = hashlib.blake2b(keys.cipher_key, digest_size=32, person=b"owner-link").digest()
        return cls(data, settings, enforce, link_key, desk_key(data), tell)


def desk_key(data: Path) -> str:
    """The key of the desk in the data folder, made where there is none."""
    path = data / "desk.key"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    return read_secret(str(path))


def wall_ms() -> int:
    """The wall clock in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000
