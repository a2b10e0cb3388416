"""A secret from a file only its owner may read.

Reads a path; gives the text without its last line end. KeyFileError where it is missing, empty, or open
to others.
"""

from __future__ import annotations

import stat
from pathlib import Path

from rempart.errors import KeyFileError


def read_secret(path: str) -> str:
    """The secret in the file at ``path``."""
    place = Path(path)
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
        secret = place.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"cannot read {path} ({error})", "name a file with the secret in it") from error
    if mode & 0o077:
        raise KeyFileError(f"{path} is open to others (mode {mode:04o})", f"run: chmod 600 '{path}'")
    if not secret:
        raise KeyFileError(f"{path} is empty", "put the secret in it")
    return secret
