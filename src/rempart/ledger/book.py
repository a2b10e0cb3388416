"""The ledger as the pipeline sees it: append what was decided, flush, seal, and read back after a crash.

Gathers keys, journal, names and manifest behind one class. One process opens it; its threads may
append and seal at the same time.

Misses: it keeps no state of the watch; :mod:`rempart.ledger.checkpoint` stores that, and
:meth:`Ledger.entries_since` gives what came after.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.entries import (
    DECISIONS,
    INPUT,
    Rows,
    encode_decisions,
    encode_input,
    encode_one,
    split_decisions,
)
from rempart.ledger.folder import Folder, sweep_partial
from rempart.ledger.framing import Entry
from rempart.ledger.journal import Journal
from rempart.ledger.keys import Keys
from rempart.ledger.manifest import Sealed, read_whole, sealed_lines
from rempart.ledger.names import Name, Names, read_names
from rempart.ledger.retention import expire_segments, remove_expired
from rempart.ledger.segments import remove_unsealed, seal, segment_path


def wall_clock_ms() -> int:
    """Milliseconds since 1970 UTC, for the stamps of seals only; decisions never read it."""
    return time.time_ns() // 1_000_000


class Ledger:
    """The one writer of a ledger. Open it with :meth:`open`; use it as a context manager or close it."""

    def __init__(self, folder: Folder, keys: Keys, trace: bool, clock_ms: Callable[[], int]) -> None:
        self.keys = keys
        self.names = Names()
        self.trace = trace
        self._folder = folder
        self._clock_ms = clock_ms
        self._journal = Journal.open(folder.data)
        try:
            self._sealed = self._take_up_seals()
            self.next_number = self._take_up_journal()
            remove_unsealed(self._folder, self._sealed, self.next_number)
        except LedgerError:
            self._journal.close()
            raise

    @classmethod
    def open(
        cls,
        data: Path,
        create: bool = True,
        trace: bool = True,
        clock_ms: Callable[[], int] = wall_clock_ms,
    ) -> Ledger:
        """Open the ledger below ``data`` for writing and recover from a crash.

        ``trace`` is the default for :meth:`append_decisions`. LedgerBusy while another process has it,
        LedgerError where it is missing (without ``create``) or damaged, KeyFileError for its keys.
        """
        folder = Folder(data)
        if not create:
            folder.require()
        keys = Keys.open(data, create)
        return cls(folder, keys, trace, clock_ms)

    @property
    def cut_bytes(self) -> int:
        """Bytes of an unfinished journal entry that were cut when opening."""
        return self._journal.cut_bytes

    @property
    def last_seq(self) -> int:
        """Sequence number of the last entry appended, -1 for none."""
        return self._journal.next_seq - 1

    @property
    def sealed_seq(self) -> int:
        """Sequence number of the last sealed entry, -1 for none."""
        return self._sealed.journal_seq if self._sealed else -1

    @property
    def unsealed(self) -> int:
        """Decisions in the journal that no segment holds yet."""
        return self.next_number - (self._sealed.last + 1 if self._sealed else 0)

    def append_decisions(
        self,
        rows: Rows,
        decisions: Rows,
        patients: Rows,
        events: pa.StringArray,
        names: Sequence[Name] = (),
        trace: bool | None = None,
    ) -> int:
        """Journal a frame and its answers; the number of its first decision. Flush before answering.

        Shapes as in :func:`rempart.ledger.entries.encode_decisions`; ``names`` are the strings first
        used here; ``trace`` says whether the source told afterwards what it served. Decisions are
        appended by one thread at a time. ValueError for what could never be sealed.
        """
        first = self.next_number
        kept = self.trace if trace is None else trace
        payload = encode_decisions(first, rows, decisions, patients, events, names, kept)
        self.names.learn(names)
        self.names.check(rows)
        self._journal.append(DECISIONS, payload)
        self.next_number = first + len(rows)
        return first

    def append_one(
        self,
        row: Rows,
        decision: Rows,
        patients: Rows,
        event: str,
        names: Sequence[Name],
        trace: bool | None = None,
    ) -> int:
        """:meth:`append_decisions` of a single event, shaped as in :func:`rempart.ledger.entries.encode_one`."""
        first = self.next_number
        kept = self.trace if trace is None else trace
        payload = encode_one(first, row, decision, patients, event, names, kept)
        self.names.learn(names)
        self._journal.append(DECISIONS, payload)
        self.next_number = first + 1
        return first

    def append_input(self, kind: int, content: bytes | memoryview) -> int:
        """Journal an opaque input (``kind`` 0 to 255) needed to rebuild the state; its sequence number."""
        return self._journal.append(INPUT, encode_input(kind, content))

    def flush(self, sync: bool = False) -> None:
        """Make what was appended survive a kill, and with ``sync`` a loss of power."""
        self._journal.flush(sync)

    def seal(self, up_to_seq: int | None = None) -> list[Sealed]:
        """Seal what was appended (up to entry ``up_to_seq``, else so far) into signed segments.

        Gives the new seals, none if nothing was new. Any thread may call it, one at a time.
        """
        if up_to_seq is None:
            up_to_seq = self.last_seq
        lines = seal(
            self._folder,
            self.keys.signing_key,
            self._journal,
            self.names,
            self._sealed,
            up_to_seq,
            self._clock_ms(),
        )
        if lines:
            self._sealed = lines[-1]
        return lines

    def drop_sealed_journals(self, up_to_seq: int) -> int:
        """Delete journal files that are sealed and not needed to rebuild the state; how many.

        Call it with the sequence number of a saved checkpoint: entries after it stay.
        """
        return self._journal.drop(min(up_to_seq, self.sealed_seq))

    def expire(self, before_ms: int) -> list[int]:
        """Delete the segments whose every event is older; their numbers."""
        return expire_segments(self._folder, self.keys.signing_key, before_ms, self._clock_ms())

    def entries_since(self, seq: int = -1) -> Iterator[Entry]:
        """Journal entries numbered above ``seq``; decode them with ``decode_decisions``, ``decode_input``.

        LedgerError where they have been dropped.
        """
        return self._journal.entries(seq)

    def close(self) -> None:
        """Flush, sync and let other processes write."""
        self._journal.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take_up_seals(self) -> Sealed | None:
        """Read the manifest, held against its signed end, and the names."""
        lines = read_whole(self._folder, self.keys.signing_key.public_key())
        seals = sealed_lines(lines)
        for line in seals:
            if line.names_sha256:
                path = segment_path(self._folder, line.segment).with_suffix(".names")
                self.names.learn(read_names(path))
        sweep_partial(self._folder.segments)
        sweep_partial(self._folder.journal)
        remove_expired(self._folder, lines)
        return seals[-1] if seals else None

    def _take_up_journal(self) -> int:
        """Learn the names of the unsealed entries; the number of the next decision."""
        number = self._sealed.last + 1 if self._sealed else 0
        if self._journal.next_seq <= self.sealed_seq:
            raise LedgerError(
                _("the journal ends at entry {last_seq}, but entry {sealed_seq} is sealed").format(
                    last_seq=self.last_seq, sealed_seq=self.sealed_seq
                ),
                _("restore the journal from the backup"),
            )
        for entry in self._journal.entries(self.sealed_seq):
            if entry.kind == DECISIONS:
                header = split_decisions(entry.payload).header
                self.names.learn(header.names)
                number += header.rows
        return number
