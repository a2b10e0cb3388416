"""From journalled numbers to the columns a person queries.

Reads decisions entries (:mod:`rempart.ledger.entries`) and the names; gives an Arrow table in the
columns of :data:`SCHEMA`. Repeated strings are dictionary arrays; nothing loops over rows.

Misses: what the event does not say stays "" in a string column, -1 in a number, null in ``recorded``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.entries import Rows, Split, string_array
from rempart.ledger.names import VOCABULARIES, Name, Names
from rempart.records import DECISION, EVENT, MAX_REASONS, MISSING_MS, Action, Kind

ACCESS_ACTIONS = ("", "C", "R", "U", "D", "E")
"""FHIR audit-event-action by the number in ``EVENT.action``; any other number is "" too."""
SERVED = ("yes", "no", "unknown")
FAILED_OUTCOMES = (4, 8, 12)

REASON = pa.struct(
    [("code", pa.int16()), ("weight", pa.float32()), ("seen", pa.int32()), ("usual", pa.int32())]
)
_WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("event", pa.string()),
        ("account", _WORD),
        ("recorded", pa.timestamp("ms", "UTC")),
        ("action", _WORD),
        ("whole_account", pa.bool_()),
        ("doubt", pa.float32()),
        ("hijack", pa.float32()),
        ("stake_low_eur", pa.float32()),
        ("stake_high_eur", pa.float32()),
        ("reasons", pa.list_(REASON)),
        ("session", _WORD),
        ("network", _WORD),
        ("software", _WORD),
        ("form", _WORD),
        ("role", _WORD),
        ("unit", _WORD),
        ("kind", _WORD),
        ("access_action", _WORD),
        ("outcome", pa.int8()),
        ("patients", pa.list_(pa.uint64())),
        ("count", pa.int32()),
        ("served", _WORD),
        ("source", _WORD),
        ("offset", pa.int64()),
        ("flags", pa.int8()),
    ]
)


_EVENT_FIELDS = (
    *("account", "network", "software", "form", "role", "unit", "source"),
    *("recorded_ms", "session", "kind", "action", "outcome", "first_patient", "patients"),
    *("count", "offset", "flags"),
)
_DECISION_FIELDS = (
    *("action", "whole_account", "doubt", "hijack", "stake_low_eur", "stake_high_eur", "reasons"),
)
_SMALL_ENTRY = 64
"""Entries of fewer rows than this on average are joined as bytes before their columns are cut."""

Columns = dict[str, Rows]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Consecutive decisions of several entries, as contiguous columns of n rows.

    ``rows`` and ``decisions`` hold the fields used here of EVENT and DECISION; ``reasons`` (k,)
    DECISION the rows that have any, at the places ``with_reasons`` (k,); ``patients`` (m,) uint64,
    into which ``rows["first_patient"]`` points; ``trace`` (n,) bool.
    """

    first_number: int
    rows: Columns
    decisions: Columns
    with_reasons: Rows
    reasons: Rows
    patients: Rows
    events: pa.StringArray
    trace: Rows
    names: list[Name]

    def __len__(self) -> int:
        return len(self.trace)


def gather(splits: list[Split], first_number: int) -> Gathered:
    """Join decisions entries whose numbers follow ``first_number``. LedgerError for a gap."""
    _check_numbers(splits, first_number)
    counts = np.array([split.header.rows for split in splits], dtype=np.int64)
    held = np.array([split.header.patients for split in splits], dtype=np.int64)
    rows = _cut([split.rows for split in splits], EVENT, _EVENT_FIELDS)
    rows["first_patient"] += np.repeat(np.cumsum(held) - held, counts)
    decisions = _cut([split.decisions for split in splits], DECISION, _DECISION_FIELDS)
    return Gathered(
        first_number,
        rows,
        decisions,
        np.flatnonzero(decisions["reasons"] > 0),
        _rows_with_reasons([split.decisions for split in splits]),
        np.frombuffer(b"".join([split.patients for split in splits]), dtype=np.uint64),
        _join_strings(splits),
        np.repeat(np.array([split.header.trace for split in splits], dtype=bool), counts),
        [name for split in splits for name in split.header.names],
    )


def choose(gathered: Gathered, number: Rows, names: Names) -> pa.Table:
    """The rows numbered ``number`` (k,) int64, in that order, as a table in :data:`SCHEMA`."""
    places = number - gathered.first_number
    rows = {name: column[places] for name, column in gathered.rows.items()}
    decisions = {name: column[places] for name, column in gathered.decisions.items()}
    columns: dict[str, pa.Array] = {
        "number": pa.array(number),
        "event": gathered.events.take(pa.array(places)),
        "recorded": _times(rows["recorded_ms"]),
        "action": _enumerated(decisions["action"], [action.name.lower() for action in Action]),
        "whole_account": pa.array(decisions["whole_account"] != 0),
        "reasons": _reasons(gathered, places),
        "session": _hexadecimal(rows["session"]),
        "kind": _enumerated(rows["kind"], [kind.name.lower() for kind in Kind]),
        "access_action": _enumerated(rows["action"], ACCESS_ACTIONS),
        "patients": _patients(rows, gathered.patients),
        "served": _enumerated(_served(rows, gathered.trace[places]), SERVED),
    }
    for name in ("doubt", "hijack", "stake_low_eur", "stake_high_eur"):
        columns[name] = pa.array(decisions[name])
    for name in ("outcome", "count", "offset", "flags"):
        columns[name] = pa.array(rows[name])
    for name in VOCABULARIES:
        columns[name] = _named(rows[name], names.column(name), name)
    return pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def all_numbers(gathered: Gathered) -> Rows:
    """The decision numbers in order of arrival, (n,) int64."""
    return np.arange(gathered.first_number, gathered.first_number + len(gathered), dtype=np.int64)


def numbers_by_account(gathered: Gathered, names: Names) -> Rows:
    """The decision numbers sorted by account (in byte order of its name), then number, (n,) int64."""
    words = [*names.words("account")]
    rank = np.empty(len(words) + 1, dtype=np.int32)
    rank[-1] = -1
    rank[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words), dtype=np.int32)
    ranks = rank[_known(gathered.rows["account"], len(words), "account")]
    return all_numbers(gathered)[np.argsort(ranks, kind="stable")]


def _join_strings(splits: list[Split]) -> pa.StringArray:
    if len(splits) == 1:
        return string_array(np.frombuffer(splits[0].offsets, dtype=np.int32), splits[0].content)
    rows = sum(split.header.rows for split in splits)
    lengths = np.empty(rows, dtype=np.int64)
    at = 0
    for split in splits:
        count = split.header.rows
        if count == 1:
            lengths[at] = split.header.event_bytes
        else:
            lengths[at : at + count] = np.diff(np.frombuffer(split.offsets, dtype=np.int32))
        at += count
    joined = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(lengths, out=joined[1:])
    if joined[-1] > np.iinfo(np.int32).max:
        raise LedgerError(_("event identifiers exceed 2 GiB in one segment"), _("seal more often"))
    return string_array(joined.astype(np.int32), b"".join([split.content for split in splits]))


def _check_numbers(splits: list[Split], first_number: int) -> None:
    expected = first_number
    for split in splits:
        if split.header.first_number != expected:
            raise LedgerError(
                _("decision {first_number} stands where {expected} should").format(
                    first_number=split.header.first_number, expected=expected
                ),
                _("restore the journal from the backup"),
            )
        expected += split.header.rows


def _cut(parts: list[memoryview], dtype: np.dtype[Any], fields: tuple[str, ...]) -> Columns:
    """Contiguous columns of records that stand in ``parts``; a part at a time, which stays in the cache."""
    rows = sum(len(part) for part in parts) // dtype.itemsize
    if rows < _SMALL_ENTRY * len(parts) or not parts:
        parts = [memoryview(b"".join(parts))]
    columns = {field: np.empty(rows, dtype=dtype[field]) for field in fields}
    start = 0
    for part in parts:
        records = np.frombuffer(part, dtype=dtype)
        for field in fields:
            columns[field][start : start + len(records)] = records[field]
        start += len(records)
    return columns


def _rows_with_reasons(parts: list[memoryview]) -> Rows:
    if sum(len(part) for part in parts) < _SMALL_ENTRY * DECISION.itemsize * len(parts):
        parts = [memoryview(b"".join(parts))]
    records = [np.frombuffer(part, dtype=DECISION) for part in parts]
    some = [part[part["reasons"] > 0] for part in records]
    return np.concatenate([np.empty(0, dtype=DECISION), *some])


def _times(recorded_ms: Rows) -> pa.Array:
    missing = recorded_ms == MISSING_MS
    return pa.array(recorded_ms, mask=missing if missing.any() else None).cast(pa.timestamp("ms", "UTC"))


def _known(numbers: Rows, count: int, vocabulary: str) -> Rows:
    """Numbers with unknown (-1) turned into ``count``; LedgerError for one never named."""
    if len(numbers) and int(numbers.max()) >= count:
        raise LedgerError(
            _("{vocabulary} {number} was never named").format(
                vocabulary=vocabulary, number=int(numbers.max())
            ),
            _("restore the ledger from the backup"),
        )
    return np.where(numbers < 0, np.int32(count), numbers)


def _named(numbers: Rows, words: pa.StringArray, vocabulary: str) -> pa.DictionaryArray:
    """A dictionary array of only the names that occur; ``words`` ends with the one for unknown."""
    places = _known(numbers, len(words) - 1, vocabulary)
    used = np.zeros(len(words), dtype=bool)
    used[places] = True
    index = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return pa.DictionaryArray.from_arrays(pa.array(index[places]), words.filter(pa.array(used)))


def _enumerated(numbers: Rows, words: Iterable[str]) -> pa.DictionaryArray:
    names = list(words)
    inside = (numbers >= 0) & (numbers < len(names))
    return _named(np.where(inside, numbers, -1).astype(np.int32), pa.array([*names, ""]), "value")


def _hexadecimal(numbers: Rows) -> pa.DictionaryArray:
    """64-bit numbers as 16 hexadecimal digits, each distinct one written once."""
    coded = pa.array(numbers).dictionary_encode()
    raw = coded.dictionary.to_numpy().astype(">u8").tobytes().hex().encode()
    offsets = np.arange(0, len(raw) + 1, 16, dtype=np.int32)
    return pa.DictionaryArray.from_arrays(coded.indices, string_array(offsets, raw))


def _reasons(gathered: Gathered, places: Rows) -> pa.ListArray:
    counts = np.clip(gathered.decisions["reasons"][places], 0, MAX_REASONS).astype(np.int32)
    offsets = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, out=offsets[1:])
    some = np.flatnonzero(counts)
    records = gathered.reasons[np.searchsorted(gathered.with_reasons, places[some])]
    filled = np.arange(MAX_REASONS) < counts[some, None]
    fields = [pa.array(records[field.name][filled]) for field in REASON]
    return pa.ListArray.from_arrays(
        pa.array(offsets), pa.StructArray.from_arrays(fields, fields=list(REASON))
    )


def _patients(rows: Columns, patients: Rows) -> pa.ListArray:
    counts = rows["patients"].astype(np.int64)
    starts = rows["first_patient"]
    outside = (counts < 0) | ((counts > 0) & ((starts < 0) | (starts + counts > len(patients))))
    if outside.any():
        raise LedgerError(_("an event points outside its patients"), _("restore the journal from the backup"))
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    places = np.repeat(starts - offsets[:-1], counts) + np.arange(offsets[-1])
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(patients[places]))


def _served(rows: Columns, trace: Rows) -> np.ndarray[Any, Any]:
    """Place in :data:`SERVED`: success in a trace proves it; a failure or a login served nothing."""
    nothing = np.isin(rows["outcome"], FAILED_OUTCOMES) | (rows["kind"] != Kind.ACCESS)
    done = trace & (rows["outcome"] == 0)
    return np.where(nothing, 1, np.where(done, 0, 2)).astype(np.int32)
