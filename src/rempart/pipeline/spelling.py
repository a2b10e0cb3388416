"""JSON documents with one exact spelling, so that their hash can be quoted; and names of folders.

Scopes and values are written this way. Misses: numbers spelled by other languages' JSON writers.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rempart.pipeline.private_streams import write_whole

LONGEST_SLUG = 60


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """``document`` for people and machines to read, for its owner only. SourceError."""
    write_whole(path, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")


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
