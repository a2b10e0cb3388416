"""How entries stand in a journal file, and how a file is read back up to where it breaks.

A file is a 64-byte head (``RMPJRNL1``, first sequence number, chain hash of the entry before) and
entries: a 32-byte header (marker, kind, payload length, sequence number, little-endian), the payload,
zeros up to a multiple of 8, and SHA-256 (FIPS 180-4) over the previous entry's hash, the header and
the padded payload. The marker is eight bytes of the SHA-256 of the file's head, which starts from 32
random bytes: nobody who only writes log lines can forge one inside a payload.

Misses: the chain has no key. It finds damage and careless editing; only the seals
(:mod:`rempart.ledger.manifest`) bind it to a key, and only anchors bind the seals to the outside.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rempart.errors import LedgerError
from rempart.language import gettext as _

FILE_HEAD = struct.Struct("<8sQ32s16x")
ENTRY_HEAD = struct.Struct("<8sH6xQQ")
MAGIC = b"RMPJRNL1"
HASH_BYTES = 32
_ZEROS = tuple(bytes(count) for count in range(8))
SMALLEST_ENTRY = ENTRY_HEAD.size + HASH_BYTES


class Entry(NamedTuple):
    """One entry of the journal: ``payload`` without padding, ``chain`` the 32-byte hash after it."""

    seq: int
    kind: int
    payload: memoryview
    chain: bytes


def pack_file_head(first_seq: int, previous: bytes) -> bytes:
    """The 64 bytes a journal file begins with."""
    return FILE_HEAD.pack(MAGIC, first_seq, previous)


def marker_of(file_head: bytes) -> bytes:
    """The eight bytes every entry of the file with this head begins with."""
    return hashlib.sha256(file_head).digest()[:8]


def padding_of(size: int) -> bytes:
    """Zeros that bring ``size`` to a multiple of 8."""
    return _ZEROS[-size % 8]


class JournalFile:
    """A journal file as it stood when opened for reading.

    While :meth:`entries` runs, ``end`` (bytes of whole entries), ``chain`` and ``next_seq`` follow;
    afterwards ``torn_bytes`` tells how much of an unfinished entry stands at the end. LedgerError
    where the file is no journal, or is damaged with entries standing after the damage.
    """

    def __init__(self, path: Path, mapped: bool = False) -> None:
        """Read ``path`` as it is now; ``mapped`` (safe only for the writer, who alone may cut it) maps it."""
        self.path = path
        self._content = _map(path) if mapped else memoryview(path.read_bytes())
        if len(self._content) < FILE_HEAD.size:
            raise LedgerError(
                _("{path} is no journal file").format(path=path), _("restore it from the backup")
            )
        magic, self.first_seq, self.previous = FILE_HEAD.unpack_from(self._content)
        if magic != MAGIC:
            raise LedgerError(
                _("{path} is no journal file of this version").format(path=path),
                _("restore it from the backup"),
            )
        self.marker = marker_of(bytes(self._content[: FILE_HEAD.size]))
        self.end = FILE_HEAD.size
        self.chain: bytes = self.previous
        self.next_seq: int = self.first_seq
        self.torn_bytes = 0

    def entries(self) -> Iterator[Entry]:
        """Every whole entry from the first; LedgerError on damage that is no torn end."""
        content = self._content
        while self.end < len(content):
            entry = self._entry_at(self.end)
            if entry is None:
                self._settle_torn_end()
                return
            self.end += SMALLEST_ENTRY + len(entry.payload) + (-len(entry.payload) % 8)
            self.chain = entry.chain
            self.next_seq += 1
            yield entry

    def _entry_at(self, start: int) -> Entry | None:
        """The entry at ``start``, or None where none stands there whole and true."""
        content = self._content
        if len(content) - start < SMALLEST_ENTRY:
            return None
        marker, kind, size, seq = ENTRY_HEAD.unpack_from(content, start)
        body = start + ENTRY_HEAD.size
        stop = body + size + (-size % 8)
        if marker != self.marker or seq != self.next_seq or stop + HASH_BYTES > len(content):
            return None
        state = hashlib.sha256(self.chain)
        state.update(content[start:stop])
        chain = state.digest()
        if chain != content[stop : stop + HASH_BYTES]:
            return None
        return Entry(seq, kind, content[body : body + size], chain)

    def _settle_torn_end(self) -> None:
        """Accept an unfinished last entry; refuse damage before other entries, or a whole false entry."""
        rest = bytes(self._content[self.end :])
        unfinished = self._runs_past_the_end(rest) or not any(rest[-HASH_BYTES:])
        if rest.find(self.marker, 1) >= 0 or not unfinished:
            raise LedgerError(
                _("{path} is damaged at byte {end} (entry {next_seq})").format(
                    path=self.path, end=self.end, next_seq=self.next_seq
                ),
                _("nothing was cut; restore the file from the backup, and run rempart ledger verify"),
            )
        self.torn_bytes = len(rest)

    def _runs_past_the_end(self, rest: bytes) -> bool:
        """Whether the entry begun in ``rest`` was cut before its end: true beginning, too few bytes."""
        if len(rest) < ENTRY_HEAD.size:
            expected = ENTRY_HEAD.pack(self.marker, 0, 0, self.next_seq)[:8]
            return rest[:8] == expected[: len(rest)]
        marker, _, size, seq = ENTRY_HEAD.unpack_from(rest)
        whole = int(SMALLEST_ENTRY + size + (-size % 8))
        return marker == self.marker and seq == self.next_seq and whole > len(rest)


def journal_files(folder: Path) -> list[Path]:
    """The journal files in order of their first entry."""
    return sorted(folder.glob("*.journal"))


def read_entries(folder: Path, after: int = -1, mapped: bool = False) -> Iterator[Entry]:
    """Entries numbered above ``after``, oldest first, across files, while another process writes.

    The chain is followed across files. An unfinished end of the last file ends the walk. LedgerError
    on damage, on a missing file, or when the first entries wanted are gone.
    """
    files = journal_files(folder)
    starts = [int(path.stem) for path in files]
    if starts and starts[0] > after + 1:
        raise LedgerGap(
            _("{folder} begins at entry {first}, not {after}").format(
                folder=folder, first=starts[0], after=after + 1
            ),
            _gap_advice(),
        )
    first = max((i for i, start in enumerate(starts) if start <= after + 1), default=0)
    previous: JournalFile | None = None
    for path in files[first:]:
        try:
            file = JournalFile(path, mapped)
        except FileNotFoundError as error:
            raise LedgerGap(_("{path} has gone meanwhile").format(path=path), _gap_advice()) from error
        _check_link(previous, file)
        for entry in file.entries():
            if entry.seq > after:
                yield entry
        previous = file


class LedgerGap(LedgerError):
    """Entries wanted from the journal have been sealed and dropped meanwhile."""


def _map(path: Path) -> memoryview:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _check_link(previous: JournalFile | None, file: JournalFile) -> None:
    if file.first_seq != int(file.path.stem):
        raise LedgerError(
            _("{path} begins at entry {first_seq}").format(path=file.path, first_seq=file.first_seq),
            _("its name was changed; restore it"),
        )
    if previous is None:
        return
    if previous.torn_bytes or previous.next_seq != file.first_seq or previous.chain != file.previous:
        raise LedgerError(
            _("{path} ends at entry {next_seq} and does not lead to {name}").format(
                path=previous.path, next_seq=previous.next_seq - 1, name=file.path.name
            ),
            _("restore the journal from the backup"),
        )


def _gap_advice() -> str:
    return _("if nothing is writing it now, run rempart ledger verify and restore what is missing")
