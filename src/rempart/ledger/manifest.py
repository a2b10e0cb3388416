"""The signed list of what was sealed, what has expired and what people did: ``manifest.ndjson``.

One JSON object a line in one exact spelling, each with the SHA-256 of the line before (FIPS 180-4) and
an Ed25519 signature (RFC 8032) over the line with an empty signature. A line is added under a short
lock of its own, so that an expiry or a deed can be recorded while a watch is running. Beside it ``manifest.end``
says, signed, how many lines there are: lines cut from the end are missed by it.

Misses: whoever holds the signing key, or puts back older copies of both files, can show another list. Anchors
(:mod:`rempart.ledger.seal`) are the answer to that. The last line before a crash may not be counted until the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.folder import Folder, sync_folder, write_durably
from rempart.ledger.keys import fingerprint

FIRST_PREVIOUS = "0" * 64


def cut_advice() -> str:
    """What to do where whole lines are missing."""
    return _(
        "nothing was changed; run rempart ledger verify and restore what it misses, the manifest from the backup"
    )


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every line says: its number from 0, when (wall clock), by which key, after which line."""

    line: int
    at_ms: int
    key: str = ""
    previous: str = ""
    signature: str = ""


class Sealed(Line, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="seal"):
    """A segment: ``rows`` decisions numbered ``first`` to ``last``, from journal entries up to
    ``journal_seq`` whose chain hash is ``journal_hash``. Hashes are SHA-256, "" where there is no file."""

    segment: int
    rows: int
    first: int
    last: int
    min_ms: int | None
    max_ms: int | None
    segment_sha256: str
    index_sha256: str
    names_sha256: str
    journal_seq: int
    journal_hash: str

    @property
    def newest_ms(self) -> int:
        """No event of it is younger; a log that claims the future cannot put expiry off."""
        return self.at_ms if self.max_ms is None else min(self.max_ms, self.at_ms)


class Expired(Line, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="expiry"):
    """Segments whose events were all older than ``before_ms`` and whose files may be gone."""

    before_ms: int
    segments: list[int]


class Told(Line, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="deed"):
    """Something done about an incident: ``who`` did ``did`` and ``why``; ``change`` is what it changed,
    as :mod:`rempart.incident.case` reads it. ``incident`` is empty for an act on people's identities that
    belongs to none. Never a patient's name or identifier."""

    incident: str
    who: str
    did: str
    why: str
    change: dict[str, Any]


AnyLine = Sealed | Expired | Told


class End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="end"):
    """What ``manifest.end`` says: there are ``lines`` lines, and the hash of the last."""

    lines: int
    last: str
    key: str
    signature: str = ""


_Signed = TypeVar("_Signed", bound=AnyLine | End)
_decoder = msgspec.json.Decoder(AnyLine)


def encode_line(line: AnyLine | End) -> bytes:
    """The one exact spelling of a line, without the newline."""
    return msgspec.json.encode(line)


def hash_line(raw: bytes) -> str:
    """SHA-256 of a line without its newline, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def decode_line(raw: bytes) -> AnyLine:
    """The line spelled ``raw``. ValueError where it is none or is spelled otherwise."""
    line: AnyLine = _decoder.decode(raw)
    if encode_line(line) != raw:
        raise ValueError("not in the exact spelling")
    return line


def is_signed(line: AnyLine | End, key: Ed25519PublicKey) -> bool:
    """Whether ``key`` signed this line, or this end."""
    try:
        signature = b64decode(line.signature, validate=True)
        if b64encode(signature).decode() != line.signature:
            return False
        key.verify(signature, encode_line(msgspec.structs.replace(line, signature="")))
    except (InvalidSignature, Base64Error, ValueError):
        return False
    return True


def read_raw_lines(folder: Folder) -> tuple[list[bytes], bytes]:
    """The whole lines without newline, and what stands after the last newline ("" when all is whole)."""
    try:
        content = folder.manifest.read_bytes()
    except FileNotFoundError:
        return [], b""
    except OSError as error:
        raise LedgerError(
            _("cannot read {path}: {why}").format(path=folder.manifest, why=why_of(error)),
            _("run as its owner"),
        ) from error
    *lines, rest = content.split(b"\n")
    return lines, rest


def read_lines(folder: Folder) -> list[AnyLine]:
    """Every whole line, oldest first. LedgerError for one that cannot be read."""
    lines, _rest = read_raw_lines(folder)
    decoded: list[AnyLine] = []
    for number, raw in enumerate(lines):
        try:
            decoded.append(decode_line(raw))
        except ValueError as error:
            raise LedgerError(
                _("{path} line {number} is damaged").format(path=folder.manifest, number=number + 1),
                _("run rempart ledger verify"),
            ) from error
    return decoded


def read_whole(folder: Folder, key: Ed25519PublicKey) -> list[AnyLine]:
    """:func:`read_lines` while nobody adds one. LedgerError where ``manifest.end`` says that some were cut off."""
    with _locked(folder):
        lines = read_lines(folder)
        if broken := check_end(folder, key, read_raw_lines(folder)[0]):
            raise LedgerError(broken[1], cut_advice())
        return lines


def expired_segments(lines: list[AnyLine]) -> set[int]:
    """The numbers of all segments whose expiry is recorded."""
    return {segment for line in lines if isinstance(line, Expired) for segment in line.segments}


def sealed_lines(lines: list[AnyLine]) -> list[Sealed]:
    """The seals among ``lines``, in order."""
    return [line for line in lines if isinstance(line, Sealed)]


def told_lines(lines: list[AnyLine]) -> list[Told]:
    """The deeds among ``lines``, in order."""
    return [line for line in lines if isinstance(line, Told)]


def add_line(
    folder: Folder, key: Ed25519PrivateKey, make: Callable[[list[AnyLine]], AnyLine | None]
) -> AnyLine | None:
    """Sign and durably add the line that ``make`` gives for the lines so far; None adds nothing.

    A last line cut by a crash is removed first; LedgerError where whole lines were cut off. ``make`` leaves
    number, key, previous and signature alone.
    """
    with _locked(folder):
        raw_lines, torn = read_raw_lines(folder)
        if broken := check_end(folder, key.public_key(), raw_lines):
            raise LedgerError(broken[1], cut_advice())
        if not raw_lines:
            _write_end(folder, key, 0, FIRST_PREVIOUS)
        if torn:
            os.truncate(folder.manifest, folder.manifest.stat().st_size - len(torn))
        line = make(read_lines(folder))
        if line is None:
            return None
        line = msgspec.structs.replace(
            line,
            line=len(raw_lines),
            key=fingerprint(key.public_key()),
            previous=hash_line(raw_lines[-1]) if raw_lines else FIRST_PREVIOUS,
        )
        line = _sign(line, key)
        raw = encode_line(line)
        append_durably(folder, raw + b"\n")
        _write_end(folder, key, len(raw_lines) + 1, hash_line(raw))
        return line


def check_end(folder: Folder, key: Ed25519PublicKey, raw_lines: list[bytes]) -> tuple[str, str] | None:
    """What ``manifest.end`` says against these lines: None where nothing was cut off, else what is wrong (as
    in :class:`rempart.ledger.verify.Finding`) and where."""
    name, manifest = folder.manifest_end.name, folder.manifest.name
    try:
        end = msgspec.json.decode(folder.manifest_end.read_bytes(), type=End)
    except FileNotFoundError:
        return ("dropped", _("{name} is not there").format(name=name)) if raw_lines else None
    except OSError as error:
        raise LedgerError(
            _("cannot read {path}: {why}").format(path=folder.manifest_end, why=why_of(error)),
            _("run as its owner"),
        ) from error
    except ValueError:
        return "changed", name
    if end.key != fingerprint(key):
        return "another_key", _("{name} is signed with key {key}").format(name=name, key=f"{end.key[:16]!a}")
    if not is_signed(end, key):
        return "changed", name
    if end.lines > len(raw_lines):
        return "truncated", _("{name} has {found} lines where {signed} were signed").format(
            name=manifest, found=len(raw_lines), signed=end.lines
        )
    if end.last != (hash_line(raw_lines[end.lines - 1]) if end.lines else FIRST_PREVIOUS):
        return "changed", _("{manifest} line {number} is not the one that {name} speaks of").format(
            manifest=manifest, number=end.lines, name=name
        )
    return None


def _write_end(folder: Folder, key: Ed25519PrivateKey, lines: int, last: str) -> None:
    end = _sign(End(lines=lines, last=last, key=fingerprint(key.public_key())), key)
    write_durably(folder.manifest_end, [encode_line(end)])


def _sign(line: _Signed, key: Ed25519PrivateKey) -> _Signed:
    unsigned = msgspec.structs.replace(line, signature="")
    return msgspec.structs.replace(line, signature=b64encode(key.sign(encode_line(unsigned))).decode())


def append_durably(folder: Folder, raw: bytes) -> None:
    """Add ``raw`` to the end of the manifest and sync it. LedgerError when the disk refuses."""
    new = not folder.manifest.exists()
    try:
        handle = os.open(folder.manifest, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as file:
            file.write(raw)
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerError(
            _("cannot write {path}: {why}").format(path=folder.manifest, why=why_of(error)),
            _("free space"),
        ) from error
    if new:
        sync_folder(folder.ledger)


@contextmanager
def _locked(folder: Folder) -> Iterator[None]:
    try:
        handle = os.open(folder.manifest_lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerError(
            _("cannot lock {manifest}: {why}").format(manifest=folder.manifest, why=why_of(error)),
            _("run as its owner"),
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
