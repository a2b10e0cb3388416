"""The append-only journal: what was decided, in order, before anybody is answered.

Takes payloads, gives sequence numbers; frames and chains them as :mod:`rempart.ledger.framing` says.
Small entries gather in memory until :meth:`Journal.flush`: the caller decides when a group is written
(an answer may leave only after that) and when it is synced to the disk. After ``kill -9`` the next
:meth:`Journal.open` cuts an unfinished last entry and tells how many bytes; damage anywhere else is
an error and nothing is cut.

Misses: without ``flush(sync=True)`` a loss of power (not of the process) may lose the last entries.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from rempart.errors import LedgerBusy, LedgerError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.folder import Folder, sync_folder, write_durably
from rempart.ledger.framing import (
    ENTRY_HEAD,
    HASH_BYTES,
    Entry,
    JournalFile,
    journal_files,
    marker_of,
    pack_file_head,
    padding_of,
    read_entries,
)

GATHER_BYTES = 1 << 20
"""Gathered bytes that are written without waiting for a flush."""
DIRECT_BYTES = 1 << 16
"""A payload of this size or more is written from where it stands instead of being gathered."""
FILE_BYTES = 1 << 30
"""A file that has reached this size is followed by a new one."""

LOCK_TRIES = 5
LOCK_PAUSE_S = 0.02
"""A check of the seals holds the lock for an instant to see whether a writer is there."""

Payload = bytes | bytearray | memoryview
_WHOLE = (bytes, bytearray, memoryview)


class Journal:
    """The writer's end of the journal of one ledger; one process at a time, any of its threads."""

    def __init__(self, folder: Folder, lock: int) -> None:
        self._folder = folder
        self._lock = lock
        self._turn = threading.RLock()
        self._gathered = bytearray()
        self._failed = False
        self._path = folder.journal
        self._file = -1
        self._first_seq = self._next_seq = self._size = 0
        self._chain = self._marker = b""
        self.cut_bytes = 0
        """Bytes of an unfinished entry cut when the journal was opened."""
        files = journal_files(folder.journal)
        if not files:
            files = [self._new_file(0, os.urandom(HASH_BYTES))]
        last = JournalFile(files[-1])
        for _entry in last.entries():
            pass
        self._take_up(files[-1], last.next_seq, last.chain, last.end, last.marker)
        if last.torn_bytes:
            os.ftruncate(self._file, last.end)
            self.cut_bytes = last.torn_bytes

    @classmethod
    def open(cls, data: Path) -> Journal:
        """Lock the journal below ``data`` and go to its end.

        LedgerBusy while another process writes it (its number is named); LedgerError if it is damaged.
        """
        folder = Folder(data)
        folder.create()
        lock = os.open(folder.writer_lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take_lock(lock)
        except BlockingIOError as error:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(lock)
            raise LedgerBusy(
                _("{data} is being written by process {holder}").format(data=data, holder=holder),
                _("stop it or wait"),
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        try:
            return cls(folder, lock)
        except LedgerError:
            os.close(lock)
            raise

    @property
    def next_seq(self) -> int:
        return self._next_seq

    @property
    def chain(self) -> bytes:
        """Hash after the last entry appended."""
        return self._chain

    def append(self, kind: int, payload: Payload | Sequence[Payload]) -> int:
        """Add one entry of ``kind`` (0 to 65535); its sequence number. Written at the next flush.

        Memory views are of single bytes.
        """
        parts = (payload,) if isinstance(payload, _WHOLE) else payload
        size = sum(map(len, parts))
        with self._turn:
            self._refuse_after_failure()
            seq = self._next_seq
            parts = [ENTRY_HEAD.pack(self._marker, kind, size, seq), *parts, padding_of(size)]
            if size < DIRECT_BYTES:
                self._gather(b"".join(parts))
            else:
                self._write_direct(parts)
            self._next_seq = seq + 1
            if self._size >= FILE_BYTES:
                self.rotate()
            return seq

    def flush(self, sync: bool) -> None:
        """Hand everything to the operating system (survives a kill); ``sync``: to the disk too."""
        with self._turn:
            self._refuse_after_failure()
            if self._gathered:
                self._write([memoryview(self._gathered)])
                self._gathered = bytearray()
            file = os.dup(self._file) if sync else -1
        if sync:
            try:
                os.fdatasync(file)
            except OSError as error:
                raise self._fail(error) from error
            finally:
                os.close(file)

    def rotate(self) -> None:
        """Go on in a new file, so that the present one can be dropped once it is sealed.

        The present one is synced first; call ``flush(sync=True)`` before to let other threads append
        while most of it goes to the disk.
        """
        with self._turn:
            self.flush(sync=True)
            if self._first_seq == self._next_seq:
                return
            old = self._file
            path = self._new_file(self._next_seq, self._chain)
            head = path.read_bytes()
            self._take_up(path, self._next_seq, self._chain, len(head), marker_of(head))
            os.close(old)

    def entries(self, after: int = -1) -> Iterator[Entry]:
        """Entries numbered above ``after``, oldest first. LedgerError on damage or if they are gone."""
        self.flush(sync=False)
        return read_entries(self._folder.journal, after, mapped=True)

    def drop(self, up_to_seq: int) -> int:
        """Delete the files whose every entry is numbered ``up_to_seq`` or less; the number deleted."""
        with self._turn:
            if up_to_seq >= self._next_seq - 1:
                self.rotate()
            files = journal_files(self._folder.journal)
            gone = [path for path, following in pairwise(files) if int(following.stem) <= up_to_seq + 1]
            for path in gone:
                path.unlink()
            if gone:
                sync_folder(self._folder.journal)
            return len(gone)

    def close(self) -> None:
        """Write and sync what is gathered, and let go of the lock."""
        with self._turn:
            if self._lock < 0:
                return
            try:
                if not self._failed:
                    self.flush(sync=True)
            finally:
                os.close(self._file)
                os.close(self._lock)
                self._lock = -1
                self._failed = True

    def _new_file(self, first_seq: int, previous: bytes) -> Path:
        path = self._folder.journal / f"{first_seq:020d}.journal"
        write_durably(path, [pack_file_head(first_seq, previous)])
        return path

    def _take_up(self, path: Path, next_seq: int, chain: bytes, size: int, marker: bytes) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._path = path
        self._first_seq = int(path.stem)
        self._next_seq = next_seq
        self._chain = chain
        self._size = size
        self._marker = marker

    def _gather(self, entry: bytes) -> None:
        """Chain a small entry and keep it for the next flush."""
        self._chain = hashlib.sha256(self._chain + entry).digest()
        self._gathered += entry
        self._gathered += self._chain
        self._size += len(entry) + HASH_BYTES
        if len(self._gathered) >= GATHER_BYTES:
            self.flush(sync=False)

    def _write_direct(self, parts: list[Payload]) -> None:
        """Chain a large entry and write it at once, after what was gathered before it."""
        state = hashlib.sha256(self._chain)
        for part in parts:
            state.update(part)
        self._chain = state.digest()
        views = [memoryview(part).cast("B") for part in (self._gathered, *parts, self._chain) if len(part)]
        self._size += sum(len(view) for view in views) - len(self._gathered)
        self._write(views)
        self._gathered = bytearray()

    def _write(self, views: list[memoryview]) -> None:
        try:
            while views:
                written = os.writev(self._file, views)
                while views and written >= len(views[0]):
                    written -= len(views.pop(0))
                if written:
                    views[0] = views[0][written:]
        except OSError as error:
            raise self._fail(error) from error

    def _fail(self, error: OSError) -> LedgerError:
        """Accept nothing more: what stands behind a failed write cannot be known."""
        self._failed = True
        return LedgerError(
            _("cannot write {path}: {why}").format(path=self._path, why=why_of(error)),
            _("free space or check the disk, then restart"),
        )

    def _refuse_after_failure(self) -> None:
        if self._failed:
            raise LedgerError(
                _("the journal {path} is closed").format(path=self._path), _("start the command again")
            )


def is_being_written(folder: Folder) -> bool:
    """Whether a process holds the writer's lock now."""
    try:
        lock = os.open(folder.writer_lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _take_lock(lock: int) -> None:
    """Lock exclusively; BlockingIOError when another process keeps it."""
    for _attempt in range(LOCK_TRIES - 1):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        else:
            return
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
