"""Sealing: journal entries become a Parquet segment, and a signed line of the manifest says so.

Reads the journal after the last seal; writes, in this order, each durable before the next begins:
``segments/<number>.parquet`` (Apache Parquet 2.6, zstd level 1, sorted by account so that an account's
history is a few row groups, with the sources' rhythm in the footer), ``.index`` (patients), ``.names`` (new strings), then the line. A crash
in between leaves files without a line; the next seal writes them anew from the journal, which
is dropped only when the pipeline says that it has a later checkpoint.

Misses: sorting makes a period within one segment a full read of it; the arrival order is ``number``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.columns import SCHEMA, Gathered, choose, gather, numbers_by_account
from rempart.ledger.entries import DECISIONS, Split, split_decisions
from rempart.ledger.folder import Folder, write_durably
from rempart.ledger.framing import Entry
from rempart.ledger.journal import Journal
from rempart.ledger.manifest import AnyLine, Sealed, add_line, cut_advice
from rempart.ledger.names import Names, pack_names
from rempart.ledger.patient_index import build_index
from rempart.ledger.rhythm import FOOTER_KEY, Rhythm, pack, rhythm_of
from rempart.records import MISSING_MS

ROW_GROUP_ROWS = 1 << 14
"""Small enough that an account's history costs little beside it, large enough that opening stays cheap."""
SEGMENT_ROWS = 1 << 20
"""A segment is closed by the entry that brings it to this many rows."""
SEGMENT_BYTES = 1 << 29

PRUNING = ["number", "account", "recorded"]
"""Columns whose least and greatest are kept for each row group: those by which a reader passes row groups over."""
_WORDS = [field.name for field in SCHEMA if pa.types.is_dictionary(field.type)]


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive journal entries that make one segment: the decisions in it, and where it ends."""

    splits: list[Split]
    rows: int
    last_seq: int
    chain: bytes


def segment_path(folder: Folder, number: int) -> Path:
    """The Parquet file of a segment; its ``.index`` and ``.names`` stand beside it."""
    return folder.segments / f"{number:08d}.parquet"


def seal(
    folder: Folder,
    key: Ed25519PrivateKey,
    journal: Journal,
    names: Names,
    after: Sealed | None,
    up_to_seq: int,
    now_ms: int,
) -> list[Sealed]:
    """Seal every entry up to ``up_to_seq`` that ``after`` does not cover; the new lines, maybe none.

    Other threads may append meanwhile; what they add waits for the next seal.
    """
    journal.flush(sync=True)
    journal.rotate()
    done = []
    for piece in cut_slices(journal.entries(after.journal_seq if after else -1), up_to_seq):
        after = _seal_slice(folder, key, names, piece, after, now_ms)
        done.append(after)
    return done


def remove_unsealed(folder: Folder, after: Sealed | None, next_number: int) -> None:
    """Delete the files of the one segment that a crash left without its line behind ``after``.

    LedgerError, and nothing is deleted, for any other file without a line, and where the journal does not hold
    all its decisions (up to ``next_number``, which is not yet given): its line was taken away then.
    """
    number, first = (after.segment + 1, after.last + 1) if after else (0, 0)
    files = [path for path in folder.segments.iterdir() if path.stem.isdigit() and int(path.stem) >= number]
    # The Parquet file goes last, as it came first: a crash in between leaves nothing else.
    for path in sorted(files):
        if int(path.stem) > number or not _is_within(segment_path(folder, number), first, next_number):
            raise LedgerError(_("the manifest has no line for {name}").format(name=path.name), cut_advice())
    for path in sorted(files):
        path.unlink()


def _is_within(path: Path, first: int, stop: int) -> bool:
    """Whether a segment is whole and holds decisions from ``first`` on, none from ``stop`` on."""
    try:
        numbers = np.sort(pq.read_table(path, columns=["number"])["number"].to_numpy())
    except (OSError, pa.ArrowException):
        return False
    return numbers.size <= stop - first and np.array_equal(numbers, np.arange(first, first + numbers.size))


def cut_slices(entries: Iterator[Entry], last_seq: int) -> Iterator[Slice]:
    """Group entries up to ``last_seq`` into slices of a segment's size."""
    splits: list[Split] = []
    rows = size = 0
    entry = None
    for entry in entries:
        if entry.kind == DECISIONS:
            splits.append(split_decisions(entry.payload))
            rows += splits[-1].header.rows
            size += len(entry.payload)
        if rows >= SEGMENT_ROWS or size >= SEGMENT_BYTES or entry.seq == last_seq:
            yield Slice(splits, rows, entry.seq, entry.chain)
            splits, rows, size = [], 0, 0
        if entry.seq == last_seq:
            return


def _seal_slice(
    folder: Folder, key: Ed25519PrivateKey, names: Names, piece: Slice, after: Sealed | None, now_ms: int
) -> Sealed:
    number = after.segment + 1 if after else 0
    first = after.last + 1 if after else 0
    gathered = gather(piece.splits, first)
    path = segment_path(folder, number)
    hashes = ["", "", ""]
    if piece.rows:
        hashes[0], hashes[1] = _write_segment(path, gathered, names)
    if gathered.names:
        content = pack_names(gathered.names)
        write_durably(path.with_suffix(".names"), [content])
        hashes[2] = hashlib.sha256(content).hexdigest()
    times = gathered.rows["recorded_ms"]
    times = times[times != MISSING_MS]
    line = Sealed(
        line=0,
        at_ms=now_ms,
        segment=number,
        rows=piece.rows,
        first=first,
        last=first + piece.rows - 1,
        min_ms=int(times.min()) if len(times) else None,
        max_ms=int(times.max()) if len(times) else None,
        segment_sha256=hashes[0],
        index_sha256=hashes[1],
        names_sha256=hashes[2],
        journal_seq=piece.last_seq,
        journal_hash=piece.chain.hex(),
    )

    def same(_: list[AnyLine]) -> Sealed:
        return line

    added = add_line(folder, key, same)
    if not isinstance(added, Sealed):
        raise TypeError("a seal was not recorded as a seal")
    return added


def _write_segment(path: Path, gathered: Gathered, names: Names) -> tuple[str, str]:
    """Write the Parquet file and its patient index; the SHA-256 of each."""
    table = choose(gathered, numbers_by_account(gathered, names), names)
    content = parquet_bytes(table, rhythm_of_gathered(gathered, names))
    write_durably(path, [memoryview(content)])
    lists = table["patients"].combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pa.ChunkedArray) else lists
    index = build_index(lists.values.to_numpy(), np.asarray(lists.offsets), ROW_GROUP_ROWS)
    write_durably(path.with_suffix(".index"), [index])
    return hashlib.sha256(memoryview(content)).hexdigest(), hashlib.sha256(index).hexdigest()


def rhythm_of_gathered(gathered: Gathered, names: Names) -> Rhythm:
    """How the sources spoke in these decisions."""
    rows = gathered.rows
    return rhythm_of(
        rows["source"],
        rows["recorded_ms"],
        rows["offset"],
        rows["action"],
        gathered.events,
        names.words("source"),
    )


def parquet_bytes(table: pa.Table, rhythm: Rhythm) -> pa.Buffer:
    """``table`` in :data:`SCHEMA` as a Parquet file, its rhythm in the footer; equal input gives equal bytes."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        table.schema,
        version="2.6",
        compression="zstd",
        compression_level=1,
        use_dictionary=_WORDS,
        write_statistics=PRUNING,
        store_schema=False,
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        writer.add_key_value_metadata({FOOTER_KEY: pack(rhythm)})
    return sink.getvalue()
