"""Bytes sealed for the day the directory is gone: two persons together can open them, neither alone.

``make_key`` gives a public key and two shares. The private X25519 key (RFC 7748) is the XOR of the shares;
each alone is 32 random bytes and says nothing. Every sealed file has its own content key, wrapped by HPKE
(RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305); the content follows in ChaCha20-Poly1305 (RFC 8439)
pieces, each compressed, numbered, and the last marked, so that a piece cannot be dropped, moved or cut off.

Misses: a share cannot be withdrawn (make a new key and seal anew), and losing one share loses everything:
both are needed. A thief with both shares and the file reads it all.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from rempart.errors import KeyFileError
from rempart.language import gettext as _

MAGIC = b"RMPESCR1"
KEY_BYTES = 32
PIECE_BYTES = 1 << 20
_HEAD = struct.Struct("<8s8sH")
_LENGTH = struct.Struct("<I")
_LAST, _MORE = b"last", b"more"
_INFO = b"rempart escrow"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_TOO_LARGE = 2 * PIECE_BYTES


def make_key() -> tuple[bytes, str, str]:
    """A new public key (32 bytes) and the two shares of its private half, as people keep them."""
    private = X25519PrivateKey.generate()
    first = secrets.token_bytes(KEY_BYTES)
    second = _xor(private.private_bytes_raw(), first)
    public = private.public_key().public_bytes_raw()
    return public, _spell(1, public, first), _spell(2, public, second)


def key_name(public: bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def seal(content: Iterable[bytes], public: bytes, file: BinaryIO) -> None:
    """Write ``content``, pieces of at most PIECE_BYTES, sealed for ``public``, to ``file``."""
    content_key = ChaCha20Poly1305.generate_key()
    wrapped = _SUITE.encrypt(content_key, X25519PublicKey.from_public_bytes(public), _INFO)
    head = _HEAD.pack(MAGIC, hashlib.sha256(public).digest()[:8], len(wrapped))
    file.write(head + wrapped)
    cipher, press = ChaCha20Poly1305(content_key), zstandard.ZstdCompressor()
    waiting: bytes | None = None
    number = 0
    for piece in content:
        if waiting is not None:
            _write(file, cipher, number, press.compress(waiting), _MORE)
            number += 1
        waiting = piece
    _write(file, cipher, number, press.compress(waiting or b""), _LAST)


def unseal(file: BinaryIO, shares: tuple[str, str]) -> Iterator[bytes]:
    """The pieces that were sealed into ``file``, in order.

    KeyFileError where the shares are the same one, belong to another key, or the file was changed or cut.
    """
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or head[:8] != MAGIC:
        raise KeyFileError(_("this is no escrow file"), _("name the file that rempart escrow make wrote"))
    _mark, name, size = _HEAD.unpack(head)
    private = X25519PrivateKey.from_private_bytes(_join(shares))
    if hashlib.sha256(private.public_key().public_bytes_raw()).digest()[:8] != name:
        raise KeyFileError(_("the shares do not open this escrow"), _("give both shares of the key it names"))
    try:
        cipher = ChaCha20Poly1305(_SUITE.decrypt(file.read(size), private, _INFO))
        yield from _pieces(file, cipher)
    except (InvalidTag, ValueError, zstandard.ZstdError) as error:
        raise KeyFileError(
            _("the escrow was changed or cut short"), _("restore it from the backup")
        ) from error


def _pieces(file: BinaryIO, cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    """Every piece, each proved before it is given; InvalidTag where the last one is not the last."""
    expand = zstandard.ZstdDecompressor()
    number, following = 0, _read(file)
    while following:
        piece, following = following, _read(file)
        opened = cipher.decrypt(_nonce(number), piece, _MORE if following else _LAST)
        yield expand.decompress(opened, max_output_size=_TOO_LARGE)
        number += 1
    if number == 0:
        raise InvalidTag


def _write(file: BinaryIO, cipher: ChaCha20Poly1305, number: int, piece: bytes, place: bytes) -> None:
    sealed = cipher.encrypt(_nonce(number), piece, place)
    file.write(_LENGTH.pack(len(sealed)) + sealed)


def _read(file: BinaryIO) -> bytes:
    raw = file.read(_LENGTH.size)
    if not raw:
        return b""
    if len(raw) < _LENGTH.size:
        raise InvalidTag
    (size,) = _LENGTH.unpack(raw)
    if size > _TOO_LARGE:
        raise InvalidTag
    sealed = file.read(size)
    if len(sealed) < size:
        raise InvalidTag
    return sealed


def _nonce(number: int) -> bytes:
    """The content key is used for one file only, so the piece's number is nonce enough."""
    return number.to_bytes(12, "little")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _spell(number: int, public: bytes, share: bytes) -> str:
    """``REMPART-SHARE-1-<key>-…``: 256 bits in groups of four letters, and four check letters."""
    letters = b32encode(share).decode().rstrip("=")
    groups = "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
    body = f"REMPART-SHARE-{number}-{key_name(public).upper()}-{groups}"
    return f"{body}-{_check_letters(body)}"


def read_share(text: str) -> tuple[int, bytes]:
    """The number (1 or 2) and the 32 bytes of a share as :func:`make_key` spelled it. KeyFileError for a slip."""
    spelled = "".join(text.split()).upper()
    body, _dash, check = spelled.rpartition("-")
    parts = body.split("-")
    slip = KeyFileError(_("a share has a slip in it"), _("compare it letter by letter with the paper"))
    if parts[:2] != ["REMPART", "SHARE"] or len(parts) != 17 or parts[2] not in ("1", "2"):
        raise KeyFileError(
            _("this is no share of an escrow"), _("give the file with the line REMPART-SHARE-…")
        )
    if _check_letters(body) != check:
        raise slip
    try:
        share = b32decode("".join(parts[4:]) + "====")
    except ValueError as error:
        raise slip from error
    return int(parts[2]), share


def _join(shares: tuple[str, str]) -> bytes:
    (one, first), (other, second) = (read_share(share) for share in shares)
    if one == other:
        raise KeyFileError(_("the same share was given twice"), _("two persons each hold one; give both"))
    return _xor(first, second)


def _check_letters(body: str) -> str:
    return b32encode(hashlib.sha256(body.encode()).digest()).decode()[:4]
