"""Mail addresses as people have them: the common subset of RFC 5321, without quotes or literals."""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-']{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII
)


def compact(text: str) -> str:
    """``text`` trimmed, without ``mailto:`` and brackets, in lower case."""
    bare = text.strip().strip("<>").lower()
    return bare[7:] if bare.startswith("mailto:") else bare


def is_valid(text: str) -> bool:
    """Whether it has the shape of a mail address."""
    return len(text) < 320 and _SHAPE.fullmatch(compact(text)) is not None


def format_(text: str) -> str:
    """Lower case."""
    return compact(text)
