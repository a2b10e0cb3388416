"""JSON documents as files for people and machines, and names of folders.

Scopes and values are written this way. The spelling their hash is of is :mod:`rempart.canonical`.
"""

from __future__ import annotations

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
