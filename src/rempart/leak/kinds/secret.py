"""Passwords and hashes of them: modular crypt strings, hexadecimal digests, and plain passwords.

Digests by length (MD5 32, SHA-1 40, SHA-256 64, SHA-512 128); ``$2b$``, ``$argon2``, ``$6$``, ``$P$`` and ``pbkdf2``
prefixes. A plain password has no shape of its own: only the header tells it.
"""

from __future__ import annotations

import re

_CRYPT = re.compile(r"(?:\$(?:2[abxy]?|1|5|6|argon2(?:id?|d)|y|7|P|H)\$|pbkdf2|\{S?SHA\}|scrypt:)\S{8,}")
_DIGEST = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128})", re.ASCII)


def compact(text: str) -> str:
    """``text`` trimmed."""
    return text.strip()


def is_valid(text: str) -> bool:
    """Whether it is a hash of a password."""
    bare = compact(text)
    return _CRYPT.match(bare) is not None or _DIGEST.fullmatch(bare) is not None


def format_(text: str) -> str:
    """As it is."""
    return compact(text)
