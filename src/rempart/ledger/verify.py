"""Checking the seals: what was changed, dropped, reordered, cut short or signed with another key.

Reads the manifest, every segment that has not expired, the names, the journal and the anchors; needs
only the public key. Each finding says where. Safe while another process writes: what looks wrong
only because the ledger grew meanwhile is checked again.

Misses, and says so in the report: whoever holds the signing key can rewrite everything after the last
anchor kept outside, and without any anchor everything; whoever kept older copies of the files can put them back; entries not yet sealed carry no signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.entries import DECISIONS, split_decisions
from rempart.ledger.folder import Folder
from rempart.ledger.framing import JournalFile, journal_files, read_entries
from rempart.ledger.journal import is_being_written
from rempart.ledger.keys import fingerprint, read_public_key
from rempart.ledger.manifest import (
    FIRST_PREVIOUS,
    AnyLine,
    Sealed,
    check_end,
    decode_line,
    expired_segments,
    hash_line,
    is_signed,
    read_raw_lines,
    sealed_lines,
)
from rempart.ledger.seal import Anchor, parse_anchor, read_notes
from rempart.ledger.segments import segment_path

ATTEMPTS = 4
"""How often a finding is checked again when the ledger grew during the check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed: ``what`` is ``changed``, ``dropped``, ``reordered``,
    ``truncated``, ``another_key`` or ``not_as_anchored``; ``where`` names file and place."""

    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: ``findings`` empty where all is as sealed."""

    findings: tuple[Finding, ...]
    sealed_rows: int
    sealed_segments: int
    expired: int
    unsealed_rows: int
    lines: int
    anchored: Anchor | None
    """The latest anchor that matches: up to its line, nobody can have rewritten anything unseen."""

    @property
    def sound(self) -> bool:
        return not self.findings


@dataclass(slots=True)
class _Check:
    """One pass over the ledger."""

    folder: Folder
    key: Ed25519PublicKey
    raw: list[bytes]
    torn: bytes
    lines: list[AnyLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unsealed_rows: int = 0

    def find(self, what: str, where: str) -> None:
        self.findings.append(Finding(what, where))


def verify(data: Path, anchor: str | None = None) -> Report:
    """Check the whole ledger below ``data``, and that it passes through ``anchor`` (a code kept outside).

    LedgerError where there is no ledger or the code has a slip; KeyFileError without the public key.
    """
    folder = Folder(data)
    folder.require()
    key = read_public_key(data)
    given = [parse_anchor(anchor)] if anchor else []
    for _attempt in range(ATTEMPTS):
        raw, torn = read_raw_lines(folder)
        check = _Check(folder, key, raw, torn)
        anchored = _run(check, given)
        if not check.findings or read_raw_lines(folder) == (raw, torn):
            break
    seals = sealed_lines(check.lines)
    return Report(
        findings=tuple(check.findings),
        sealed_rows=sum(line.rows for line in seals),
        sealed_segments=len(seals),
        expired=len(expired_segments(check.lines)),
        unsealed_rows=check.unsealed_rows,
        lines=len(raw),
        anchored=anchored,
    )


def _run(check: _Check, given: list[Anchor]) -> Anchor | None:
    _check_lines(check)
    if broken := check_end(check.folder, check.key, check.raw):
        check.find(*broken)
    seals = sealed_lines(check.lines)
    _check_sequence(check, seals)
    gone = expired_segments(check.lines)
    for line in seals:
        _check_files(check, line, line.segment in gone)
    _check_strays(check, len(seals))
    _check_journal(check, seals)
    return _check_anchors(check, given)


def _check_lines(check: _Check) -> None:
    """Spelling, signature, order and links of the manifest's lines."""
    name = check.folder.manifest.name
    if check.torn:
        check.find("truncated", f"{name} line {len(check.raw) + 1} is cut short")
    previous, expected = FIRST_PREVIOUS, 0
    for number, raw in enumerate(check.raw, start=1):
        where = f"{name} line {number}"
        try:
            line = decode_line(raw)
        except ValueError:
            check.find("changed", where)
        else:
            check.lines.append(line)
            if line.key != fingerprint(check.key):
                check.find("another_key", f"{where} is signed with key {line.key[:16]!a}")
            elif not is_signed(line, check.key):
                check.find("changed", where)
            if line.line > expected:
                check.find("dropped", f"{name}: entries {expected} to {line.line - 1} before line {number}")
            elif line.line < expected:
                check.find("reordered", f"{where} (entry {line.line}) stands after entry {expected - 1}")
            elif line.previous != previous:
                check.find("changed", f"{where} does not follow from the line before")
            expected = line.line
        previous = hash_line(raw)
        expected += 1


def _check_sequence(check: _Check, seals: list[Sealed]) -> None:
    """Segments, decisions and journal entries follow each other, each exactly once."""
    segment, first, seq = 0, 0, -1
    for line in seals:
        where = f"segment {line.segment}"
        if line.segment != segment or line.first != first or line.journal_seq <= seq:
            check.find("dropped", f"{where} does not follow segment {segment - 1} (decision {first - 1})")
        if line.last - line.first + 1 != line.rows:
            check.find("changed", f"{where} counts {line.rows} decisions, {line.first} to {line.last}")
        segment, first, seq = line.segment + 1, line.last + 1, line.journal_seq


def _check_files(check: _Check, line: Sealed, expired: bool) -> None:
    """The files of one segment against their hashes, and its decision numbers."""
    path = segment_path(check.folder, line.segment)
    wanted = [] if expired else [(path, line.segment_sha256), (path.with_suffix(".index"), line.index_sha256)]
    wanted.append((path.with_suffix(".names"), line.names_sha256))
    sound = True
    for file, expected in wanted:
        if not expected:
            continue
        try:
            with file.open("rb") as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            check.find("dropped", f"{file.name} cannot be read ({error.strerror})")
            sound = False
            continue
        if found != expected:
            check.find("changed", file.name)
            sound = False
    if sound and not expired and line.rows:
        _check_numbers(check, path, line)


def _check_strays(check: _Check, count: int) -> None:
    """Segments no line speaks of: the last lines were taken away, or a crash came before the line.

    A writer at work may be about to add the line, so nothing is said while there is one.
    """
    strays = sorted(path.name for path in check.folder.segments.glob("*.parquet") if path.stem.isdigit())
    strays = [name for name in strays if int(name[:-8]) >= count]
    if strays and not is_being_written(check.folder):
        check.find(
            "truncated",
            f"{strays[0]} has no line: taken away (restore the manifest), or killed while sealing"
            " (the next opening seals again what the journal still holds, and deletes nothing else)",
        )


def _check_numbers(check: _Check, path: Path, line: Sealed) -> None:
    try:
        numbers = np.sort(pq.read_table(path, columns=["number"])["number"].to_numpy())
    except (OSError, pa.ArrowException):
        check.find("changed", f"{path.name} is no readable segment")
        return
    if not np.array_equal(numbers, np.arange(line.first, line.last + 1)):
        check.find("changed", f"{path.name} does not hold decisions {line.first} to {line.last} once each")


def _check_journal(check: _Check, seals: list[Sealed]) -> None:
    """The journal's chain, its passage through every seal it still covers, and the unsealed decisions."""
    sealed_seq = seals[-1].journal_seq if seals else -1
    expected = {line.journal_seq: line for line in seals}
    number = seals[-1].last + 1 if seals else 0
    last = None
    try:
        for seq, chain, first, rows in _steps(check.folder):
            line = expected.get(seq)
            if line and chain.hex() != line.journal_hash:
                check.find("changed", f"the journal does not pass through segment {line.segment}")
            if last is None and seq > sealed_seq:
                check.find("dropped", f"journal entries {sealed_seq + 1} to {seq}")
            if seq > sealed_seq and rows:
                if first != number:
                    check.find("changed", f"journal entry {seq} holds decision {first}, not {number}")
                number = first + rows
                check.unsealed_rows += rows
            last = seq
    except LedgerError as error:
        check.find("changed", error.what)
        return
    if last is not None and last < sealed_seq:
        check.find("truncated", f"the journal ends at entry {last}, but entry {sealed_seq} is sealed")


def _steps(folder: Folder) -> Iterator[tuple[int, bytes, int, int]]:
    """Where the retained journal begins, then each entry: number, chain hash, first decision, decisions."""
    files = journal_files(folder.journal)
    if not files:
        raise LedgerError(_("the journal is missing"))
    start = JournalFile(files[0])
    yield start.first_seq - 1, start.previous, 0, 0
    for entry in read_entries(folder.journal, start.first_seq - 1):
        if entry.kind == DECISIONS:
            header = split_decisions(entry.payload).header
            yield entry.seq, entry.chain, header.first_number, header.rows
        else:
            yield entry.seq, entry.chain, 0, 0


def _check_anchors(check: _Check, given: list[Anchor]) -> Anchor | None:
    """The anchors given and noted against the lines; the latest that matches."""
    try:
        noted = [parse_anchor(note.code) for note in read_notes(check.folder)]
    except LedgerError as error:
        check.find("changed", error.what)
        noted = []
    matching: Anchor | None = None
    for anchor in (*given, *noted):
        if anchor.line < len(check.raw) and anchor.matches(check.raw[anchor.line]):
            if matching is None or anchor.line > matching.line:
                matching = anchor
        else:
            what = "is not there" if anchor.line >= len(check.raw) else "is another line"
            check.find("not_as_anchored", f"entry {anchor.line}, anchored on {anchor.day}, {what}")
    return matching
