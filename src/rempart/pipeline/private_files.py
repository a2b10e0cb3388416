"""Files only their owner may read, written whole or not at all; and JSON with one exact spelling.

Whatever speaks of a theft goes through here: scopes, values, persons' exposures.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rempart.errors import LedgerError

LONGEST_SLUG = 60


def make_folder(folder: Path) -> Path:
    """``folder``, made so that only its owner may enter. LedgerError where that is refused."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"cannot create {folder}: {error.strerror}", "choose another --out") from error
    return folder


def write_private(path: Path, content: bytes) -> Path:
    """Put ``content`` in place under ``path``, mode 0600. LedgerError where the disk refuses."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        raise LedgerError(f"cannot write {path}: {error.strerror}", "choose another --out") from error
    return path


def write_json(path: Path, document: Mapping[str, Any]) -> Path:
    """``document`` for people and machines to read."""
    return write_private(path, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")


def hash_document(document: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the document without ``hash``: JSON with sorted keys and no spaces, UTF-8."""
    rest = {key: value for key, value in document.items() if key != "hash"}
    spelled = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def slugs_of(names: Iterable[str]) -> list[str]:
    """A folder name for each of ``names``: letters, digits and hyphens; told apart by a number."""
    made: list[str] = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or "controller"
        unused = slug
        number = 2
        while unused in made:
            unused = f"{slug}-{number}"
            number += 1
        made.append(unused)
    return made
