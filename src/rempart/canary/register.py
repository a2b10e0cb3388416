"""The register of decoys: one encrypted file for its owner alone.

Reads and writes ``canaries.register`` in the data folder: AES-256-GCM over JSON, key derived from the folder's
cipher key. Whoever reads it knows which patients to leave out, so it is as secret as the keys.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.canary.decoy import Decoy
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of

NAME = "canaries.register"
_MAGIC = b"rempart canaries 1\n"


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hashlib.blake2b(b"canaries", digest_size=32, key=key, person=b"rempart").digest())


def read_register(data: Path, key: bytes) -> list[Decoy]:
    """Every decoy ever planted, retired ones included; none where there is no register. SourceError if it cannot be read."""
    path = data / NAME
    try:
        content = path.read_bytes().removeprefix(_MAGIC)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SourceError(
            _("{path} cannot be read ({why})").format(path=path, why=why_of(error)),
            _("run as the owner of the data folder"),
        ) from error
    try:
        return [Decoy(**row) for row in json.loads(_cipher(key).decrypt(content[:12], content[12:], _MAGIC))]
    except (InvalidTag, ValueError, TypeError) as error:
        raise SourceError(
            _("{path} cannot be decrypted").format(path=path), _("restore it together with the keys")
        ) from error


def write_register(data: Path, key: bytes, decoys: Sequence[Decoy]) -> None:
    """Put the register in place whole, mode 0600."""
    nonce = os.urandom(12)
    plain = json.dumps([decoy.plain() for decoy in decoys]).encode()
    partial = data / (NAME + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_MAGIC + nonce + _cipher(key).encrypt(nonce, plain, _MAGIC))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(data / NAME)
