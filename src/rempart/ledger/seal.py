"""Anchors: a short code of the ledger's last signed line, to be kept where the ledger's owner cannot edit.

``head`` gives the code to print, mail or post; ``record_anchor`` notes in ``anchors.ndjson`` that this
was done. A code carries the line's number, its date, the first 160 bits of the line's SHA-256 in
base 32 (RFC 4648) and four check letters, so that a slip of the pen is told from a tampered ledger.

Misses: the note itself can be edited like any file here; what counts is the copy outside.
"""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.folder import Folder
from rempart.ledger.manifest import decode_line, hash_line, read_raw_lines

HASH_BYTES = 20
_CODE = re.compile(r"REMPART-(\d{1,12})-(\d{8})-((?:[A-Z2-7]{4}-){8})([A-Z2-7]{4})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point of the ledger fixed outside: the line's number, the start of its hash, its day (UTC)."""

    line: int
    hash: bytes
    day: str

    @property
    def code(self) -> str:
        """``REMPART-000042-20260302-…``: 160 bits in eight groups of four and a check group."""
        letters = b32encode(self.hash).decode()
        groups = "-".join(letters[at : at + 4] for at in range(0, 32, 4))
        body = f"REMPART-{self.line:06d}-{self.day}-{groups}"
        return f"{body}-{_check_letters(body)}"

    def matches(self, raw_line: bytes) -> bool:
        """Whether this is the line that was anchored."""
        return bytes.fromhex(hash_line(raw_line))[:HASH_BYTES] == self.hash


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of ``anchors.ndjson``: which code went outside, when, and where to."""

    code: str
    recorded_ms: int
    place: str


def head(data: Path) -> Anchor:
    """The anchor of the last whole line of the manifest. LedgerError where nothing is sealed yet."""
    folder = Folder(data)
    folder.require()
    lines, _rest = read_raw_lines(folder)
    if not lines:
        raise LedgerError(
            _("nothing is sealed yet in {data}").format(data=data),
            _("run rempart watch or replay until it seals"),
        )
    try:
        at_ms = decode_line(lines[-1]).at_ms
    except ValueError as error:
        raise LedgerError(
            _("{path} line {number} is damaged").format(path=folder.manifest, number=len(lines)),
            _("run rempart ledger verify"),
        ) from error
    day = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%d")
    return Anchor(len(lines) - 1, bytes.fromhex(hash_line(lines[-1]))[:HASH_BYTES], day)


def parse_anchor(code: str) -> Anchor:
    """The anchor that ``code`` spells; case and spaces do not matter. LedgerError for a slip."""
    match = _CODE.fullmatch(re.sub(r"\s", "", code).upper())
    if match is None:
        raise LedgerError(
            _("this is no anchor code"), _("copy it whole: REMPART-number-day-nine groups of four")
        )
    body, check = match.group(0)[:-5], match.group(4)
    if _check_letters(body) != check:
        raise LedgerError(
            _("the anchor code has a slip in it"), _("compare it letter by letter with the copy")
        )
    return Anchor(int(match.group(1)), b32decode(match.group(3).replace("-", "")), match.group(2))


def record_anchor(data: Path, place: str, now_ms: int) -> Anchor:
    """Take the head and note that it was anchored at ``place`` (free text); the anchor."""
    anchor = head(data)
    path = Folder(data).anchors
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as file:
            file.write(msgspec.json.encode(Note(anchor.code, now_ms, place)) + b"\n")
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerError(
            _("cannot write {path}: {why}").format(path=path, why=why_of(error)), _("free space")
        ) from error
    return anchor


def read_notes(folder: Folder) -> list[Note]:
    """What was anchored outside so far, oldest first. LedgerError for a damaged note."""
    if not folder.anchors.exists():
        return []
    notes = []
    for number, raw in enumerate(folder.anchors.read_bytes().splitlines()):
        try:
            notes.append(msgspec.json.decode(raw, type=Note))
        except msgspec.MsgspecError as error:
            raise LedgerError(
                _("{path} line {number} is damaged").format(path=folder.anchors, number=number + 1),
                _("verify with the copies kept outside"),
            ) from error
    return notes


def _check_letters(body: str) -> str:
    return b32encode(hashlib.sha256(body.encode()).digest()).decode()[:4]
