"""The three secrets of a ledger, kept in files only their owner can read.

Reads and gives: ``keys/pseudonym.key`` (16 bytes, hexadecimal: keyed pseudonyms), ``keys/signing.key``
(Ed25519, RFC 8032, PKCS #8 PEM: seals), ``keys/signing.pub`` (its public half), ``keys/cipher.key``
(32 bytes, hexadecimal: rejected lines a site asks to keep). All are made together or not at all.

Misses: hardware keys, and key rotation. Who holds the signing key can rewrite everything since the
last outside anchor; who holds the pseudonym key can test guesses of patient identifiers.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rempart.errors import KeyFileError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.folder import Folder, make_private, sync_folder

PSEUDONYM_BYTES = 16
CIPHER_BYTES = 32
FILES = ("pseudonym.key", "signing.key", "signing.pub", "cipher.key")


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of one ledger; never shown by ``repr``."""

    pseudonym_key: bytes = field(repr=False)
    signing_key: Ed25519PrivateKey = field(repr=False)
    cipher_key: bytes = field(repr=False)

    @classmethod
    def open(cls, data: Path, create: bool) -> Keys:
        """The keys of the ledger in ``data``; with ``create``, new ones where there are none at all.

        Raises KeyFileError when one is missing, malformed, or readable by others than its owner, and
        refuses to make new keys beside an existing ledger: they would match nothing in it.
        """
        folder = Folder(data).keys
        if create and not folder.exists():
            if Folder(data).manifest.exists() or any(Folder(data).journal.glob("*.journal")):
                raise KeyFileError(
                    _("{folder} is missing although {data} holds a ledger").format(folder=folder, data=data),
                    _("restore it from the backup"),
                )
            _make_keys(folder)
        signing = serialization.load_pem_private_key
        try:
            key = signing(_read_private(folder / "signing.key"), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _malformed(folder / "signing.key") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _malformed(folder / "signing.key")
        return cls(
            pseudonym_key=_read_hex(folder / "pseudonym.key", PSEUDONYM_BYTES),
            signing_key=key,
            cipher_key=_read_hex(folder / "cipher.key", CIPHER_BYTES),
        )


def read_pseudonym_key(data: Path) -> bytes:
    """The 16 bytes that key the pseudonyms, alone: a query needs no other secret. KeyFileError."""
    return _read_hex(Folder(data).keys / "pseudonym.key", PSEUDONYM_BYTES)


def read_public_key(data: Path) -> Ed25519PublicKey:
    """The public half of the signing key, alone: checking seals needs no secret. KeyFileError."""
    path = Folder(data).keys / "signing.pub"
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _malformed(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _malformed(path)
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the raw public key."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _make_keys(folder: Path) -> None:
    """Write all key files into a new folder beside, then rename it: all of them or none."""
    make_private(folder.parent)
    signing = Ed25519PrivateKey.generate()
    contents = {
        "pseudonym.key": secrets.token_hex(PSEUDONYM_BYTES).encode() + b"\n",
        "signing.key": signing.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        "signing.pub": signing.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "cipher.key": secrets.token_hex(CIPHER_BYTES).encode() + b"\n",
    }
    beside = Path(tempfile.mkdtemp(prefix="keys.", suffix=".partial", dir=folder.parent))
    try:
        for name, content in contents.items():
            handle = os.open(beside / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        sync_folder(beside)
        beside.rename(folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.exists():
            raise KeyFileError(
                _("cannot write {path}: {why}").format(path=folder, why=why_of(error)),
                _("check the disk"),
            ) from error
    sync_folder(folder.parent)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyFileError(
            _("{path} is missing").format(path=path),
            _("restore it from the backup, or name the right --data"),
        ) from error
    except OSError as error:
        raise KeyFileError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)),
            _("run as the ledger's owner"),
        ) from error


def _read_private(path: Path) -> bytes:
    """The bytes of a secret, refused when its group or others have any right on it."""
    content = _read(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyFileError(
            _("{path} is open to others (mode {mode})").format(path=path, mode=f"{mode:04o}"),
            _("run: chmod 600 '{path}'").format(path=path),
        )
    return content


def _read_hex(path: Path, size: int) -> bytes:
    try:
        key = bytes.fromhex(_read_private(path).decode("ascii").strip())
    except ValueError as error:
        raise _malformed(path) from error
    if len(key) != size:
        raise _malformed(path)
    return key


def _malformed(path: Path) -> KeyFileError:
    return KeyFileError(
        _("{path} is not a key of this ledger").format(path=path), _("restore it from the backup")
    )
