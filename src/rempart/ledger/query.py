"""Who opened what: DuckDB over the sealed segments and the journal's unsealed end.

Reads the manifest, then only what a question needs: segments of the period, row groups of the account
(their statistics: segments are sorted by account), row groups of the patient (the ``.index`` files).
Never blocks the writer: a snapshot is one reading of the manifest and of the entries behind
it, taken again if a seal or an expiry came between. An unfinished last entry is not seen.

Misses: nothing is verified here but the journal's chain; ``rempart ledger verify`` does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.columns import SCHEMA, Gathered, all_numbers, choose, gather
from rempart.ledger.entries import DECISIONS, split_decisions
from rempart.ledger.folder import Folder
from rempart.ledger.framing import LedgerGap, read_entries
from rempart.ledger.keys import read_pseudonym_key
from rempart.ledger.manifest import Sealed, expired_segments, read_lines, sealed_lines
from rempart.ledger.names import Names, read_names
from rempart.ledger.patient_index import row_groups_of
from rempart.ledger.pseudonym import PATIENT, hash_text
from rempart.ledger.segments import segment_path
from rempart.records import DECISION, Action

if TYPE_CHECKING:
    import duckdb

PLAIN = pa.schema(
    [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in SCHEMA
    ]
)
"""The columns of the view ``ledger`` and of every answer."""
_ANSWERED = ["action", "whole_account", "doubt", "hijack", "stake_low_eur", "stake_high_eur", "reasons"]
ATTEMPTS = 8
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for; None asks for all. ``patient`` is a pseudonym; times are event times in ms UTC,
    from ``since_ms`` on and before ``until_ms``. Events without a time match no period."""

    account: str | None = None
    patient: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ledger at one moment: its sealed segments, and what is behind the last seal."""

    folder: Folder
    seals: list[Sealed]
    """Those whose segment exists."""
    unsealed: Gathered
    names: Names


def pseudonym_of(data: Path, patient: str) -> int:
    """The pseudonym of a patient identifier, by the key of the ledger in ``data``. KeyFileError."""
    return hash_text(patient, read_pseudonym_key(data), PATIENT)


def connect(data: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the view ``ledger`` (columns of :data:`PLAIN`) as the ledger is now.

    LedgerError where there is no ledger or it is damaged. An expiry afterwards may remove a file it needs.
    """

    import duckdb  # a tenth of a second that only questions should wait for

    def build() -> duckdb.DuckDBPyConnection:
        snapshot = take_snapshot(data)
        connection = duckdb.connect(":memory:")
        everything = choose(snapshot.unsealed, all_numbers(snapshot.unsealed), snapshot.names)
        connection.register("unsealed", everything.cast(PLAIN))
        connection.execute(f"CREATE VIEW ledger AS {_union(snapshot.folder, snapshot.seals)}")
        return connection

    return again_if_moved(build)


def recall_decision(data: Path, number: int) -> Any:
    """The decision numbered ``number`` as one row of :data:`rempart.records.DECISION`, text left to the reader.

    Reads the one segment that holds it, or the journal up to it. LedgerError where its segment has expired or
    the ledger is damaged.
    """
    found = again_if_moved(lambda: _find_decision(Folder(data), number))
    if found is None:
        raise LedgerError(
            _("decision {number} is no longer in the ledger").format(number=number),
            _("it has expired; send new records only"),
        )
    return found


def _find_decision(folder: Folder, number: int) -> Any:
    folder.require()
    lines = read_lines(folder)
    seals = sealed_lines(lines)
    for line in seals:
        if line.rows and line.first <= number <= line.last:
            gone = line.segment in expired_segments(lines)
            return None if gone else _sealed_decision(segment_path(folder, line.segment), number)
    for entry in read_entries(folder.journal, seals[-1].journal_seq if seals else -1):
        if entry.kind == DECISIONS:
            split = split_decisions(entry.payload)
            place = number - split.header.first_number
            if 0 <= place < split.header.rows:
                return np.frombuffer(split.decisions, DECISION)[place]
    return None


def _sealed_decision(path: Path, number: int) -> Any:
    """A decision of a segment: its place first, then the row group it stands in."""
    with pq.ParquetFile(path) as file:
        places = np.flatnonzero(file.read(columns=["number"])["number"].to_numpy() == number)
        if not places.size:
            raise LedgerError(f"{path} lacks decision {number}", "run rempart ledger verify")
        place, group = int(places[0]), 0
        while place >= file.metadata.row_group(group).num_rows:
            place -= file.metadata.row_group(group).num_rows
            group += 1
        found = file.read_row_group(group, columns=_ANSWERED).slice(place, 1).to_pylist()[0]
    row = np.zeros(1, DECISION)[0]
    for name in _ANSWERED[1:-1]:
        row[name] = found[name]
    row["action"] = Action[found["action"].upper()]
    row["reasons"] = len(found["reasons"] or ())
    for at, reason in enumerate(found["reasons"] or ()):
        for name in ("code", "weight", "seen", "usual"):
            row[name][at] = reason[name]
    return row


def history(data: Path, question: Question) -> pa.Table:
    """The decisions that match every part of ``question``, by number, as a table in :data:`PLAIN`.

    Errors as for :func:`connect`.
    """

    def answer() -> pa.Table:
        snapshot = take_snapshot(data)
        seals = [line for line in snapshot.seals if _may_match(line, question)]
        if question.patient is None:
            sealed = _scan(snapshot.folder, seals, question)
        else:
            tables = [_of_patient(snapshot.folder, line, question.patient) for line in seals]
            sealed = _filter(pa.concat_tables([PLAIN.empty_table(), *tables]), question)
        return pa.concat_tables([sealed, _unsealed(snapshot, question)]).sort_by("number")

    return again_if_moved(answer)


def sealed_since(data: Path, first_number: int, columns: list[str]) -> Iterator[pa.Table]:
    """The sealed decisions numbered ``first_number`` or more, a segment at a time, in order of number.

    Tables as of :func:`read_sealed`. Expired segments are left out. LedgerError where a segment is missing or damaged.
    """
    for line in seals_since(data, first_number):
        yield read_sealed(data, line, first_number, columns)


def seals_since(data: Path, first_number: int) -> list[Sealed]:
    """The seals of the segments that hold decisions numbered ``first_number`` or more and have not expired."""
    folder = Folder(data)
    folder.require()
    lines = read_lines(folder)
    gone = expired_segments(lines)
    return [
        line
        for line in sealed_lines(lines)
        if line.rows and line.segment not in gone and line.last >= first_number
    ]


def read_sealed(data: Path, line: Sealed, first_number: int, columns: list[str]) -> pa.Table:
    """The decisions numbered ``first_number`` or more of the segment that ``line`` seals, in order of number.

    ``columns`` of :data:`rempart.ledger.columns.SCHEMA` in one chunk each, words as dictionaries. LedgerError
    where the segment is missing or damaged.
    """
    return _in_order(segment_path(Folder(data), line.segment), line, first_number, columns)


def _in_order(path: Path, line: Sealed, first_number: int, columns: list[str]) -> pa.Table:
    words = [name for name in columns if pa.types.is_dictionary(SCHEMA.field(name).type)]
    try:
        with pq.ParquetFile(path, read_dictionary=words, memory_map=True) as file:
            table = file.read(columns=["number", *(name for name in columns if name != "number")])
        number = table.column("number").to_numpy()
        order = np.empty(line.rows, np.int64)
        order[number - line.first] = np.arange(line.rows)
        wanted = pa.array(order[max(first_number - line.first, 0) :])
        return table.unify_dictionaries().combine_chunks().take(wanted).select(columns)
    except (OSError, pa.ArrowException, IndexError) as error:
        raise LedgerError(
            _("{path} cannot be read").format(path=path), _("run rempart ledger verify")
        ) from error


def again_if_moved(work: Callable[[], _Answer]) -> _Answer:
    """Do ``work``, again when a seal or an expiry moved files away under it."""
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except (LedgerGap, FileNotFoundError, _faults()[0]) as error:
            if attempt == ATTEMPTS - 1:
                raise LedgerError(
                    _("a file the ledger needs is missing or unreadable"), _("run rempart ledger verify")
                ) from error
        except (_faults()[1], pa.ArrowException) as error:
            raise LedgerError(_("a segment cannot be read"), _("run rempart ledger verify")) from error
    raise AssertionError("the last attempt returns or raises")


def _faults() -> tuple[type[Exception], type[Exception]]:
    """DuckDB's errors: of a file, and all of them. Asked for when something was raised."""
    import duckdb

    return duckdb.IOException, duckdb.Error


def take_snapshot(data: Path) -> Snapshot:
    """The ledger below ``data`` now; call it within :func:`again_if_moved`. LedgerError."""
    folder = Folder(data)
    folder.require()
    lines = read_lines(folder)
    seals = sealed_lines(lines)
    names = Names()
    for line in seals:
        if line.names_sha256:
            names.learn(read_names(segment_path(folder, line.segment).with_suffix(".names")))
    after = seals[-1].journal_seq if seals else -1
    entries = read_entries(folder.journal, after)
    splits = [split_decisions(entry.payload) for entry in entries if entry.kind == DECISIONS]
    unsealed = gather(splits, seals[-1].last + 1 if seals else 0)
    names.learn(unsealed.names)
    gone = expired_segments(lines)
    kept = [line for line in seals if line.rows and line.segment not in gone]
    return Snapshot(folder, kept, unsealed, names)


def _union(folder: Folder, seals: list[Sealed]) -> str:
    columns = ", ".join(f'"{name}"' for name in PLAIN.names)
    tail = f"SELECT {columns} FROM unsealed"  # noqa: S608
    if not seals:
        return tail
    return f"SELECT {columns} FROM {_files(folder, seals)} UNION ALL {tail}"  # noqa: S608


def _files(folder: Folder, seals: list[Sealed]) -> str:
    paths = (str(segment_path(folder, line.segment).resolve()).replace("'", "''") for line in seals)
    return "read_parquet([" + ", ".join(f"'{path}'" for path in paths) + "])"


def _may_match(line: Sealed, question: Question) -> bool:
    """Whether the period can touch the segment, by the times in the manifest."""
    if question.since_ms is None and question.until_ms is None:
        return True
    if line.min_ms is None or line.max_ms is None:
        return False
    early = question.until_ms is not None and line.min_ms >= question.until_ms
    late = question.since_ms is not None and line.max_ms < question.since_ms
    return not (early or late)


def _scan(folder: Folder, seals: list[Sealed], question: Question) -> pa.Table:
    """Matching rows of the segments by account and period; DuckDB reads only the row groups it must."""
    import duckdb

    if not seals:
        return PLAIN.empty_table()
    conditions = ["true"]
    values: list[str | int] = []
    if question.account is not None:
        conditions.append("account = ?")
        values.append(question.account)
    for bound, sign in ((question.since_ms, ">="), (question.until_ms, "<")):
        if bound is not None:
            conditions.append(f"recorded {sign} make_timestamptz(?::BIGINT)")
            values.append(bound * 1000)
    with duckdb.connect(":memory:") as connection:
        table = connection.sql(
            f"SELECT * FROM {_files(folder, seals)} WHERE {' AND '.join(conditions)}",  # noqa: S608
            params=values,
        ).to_arrow_table()
    return table.select(PLAIN.names).cast(PLAIN)


def _of_patient(folder: Folder, line: Sealed, patient: int) -> pa.Table:
    """Rows of one segment that name ``patient``: its index first, then only the row groups it names."""
    path = segment_path(folder, line.segment)
    groups = row_groups_of(path.with_suffix(".index"), patient)
    if not groups:
        return PLAIN.empty_table()
    with pq.ParquetFile(path) as file:
        lists = file.read_row_groups(groups, columns=["patients"])["patients"].combine_chunks()
        places = _places_of(lists, patient)
        if not len(places):
            return PLAIN.empty_table()
        return file.read_row_groups(groups).take(pa.array(places)).select(PLAIN.names).cast(PLAIN)


def _places_of(lists: pa.Array, patient: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places of the lists that contain ``patient``, ascending, each once."""
    if isinstance(lists, pa.ChunkedArray):
        lists = pa.concat_arrays(lists.chunks)
    hits = np.flatnonzero(lists.flatten().to_numpy() == np.uint64(patient))
    offsets = np.asarray(lists.offsets) - lists.offsets[0].as_py()
    return np.unique(np.searchsorted(offsets, hits, side="right") - 1).astype(np.int64)


def _filter(table: pa.Table, question: Question) -> pa.Table:
    """The rows of ``table`` of the account and period asked for."""
    keep = pa.array(np.ones(len(table), dtype=bool))
    if question.account is not None:
        keep = pc.and_(keep, pc.equal(table["account"], question.account))
    recorded = table["recorded"].cast(pa.int64())
    if question.since_ms is not None:
        keep = pc.and_(keep, pc.greater_equal(recorded, question.since_ms))
    if question.until_ms is not None:
        keep = pc.and_(keep, pc.less(recorded, question.until_ms))
    return table.filter(keep)


def _unsealed(snapshot: Snapshot, question: Question) -> pa.Table:
    """Matching rows behind the last seal; only those that match are turned into columns."""
    unsealed = snapshot.unsealed
    keep = np.ones(len(unsealed), dtype=bool)
    if question.account is not None:
        words = snapshot.names.words("account")
        number = words.index(question.account) if question.account in words else -1
        keep &= unsealed.rows["account"] == number
        if number < 0 and question.account:
            keep[:] = False
    if question.patient is not None:
        starts, counts = unsealed.rows["first_patient"], unsealed.rows["patients"]
        hits = np.append(0, np.cumsum(unsealed.patients == np.uint64(question.patient)))
        keep &= hits[starts + counts] > hits[starts]
    numbers = all_numbers(unsealed)[keep]
    return _filter(choose(unsealed, numbers, snapshot.names).cast(PLAIN), question)
