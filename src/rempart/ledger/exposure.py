"""What some accounts were given, read from a ledger opened once: the way of every scope.

:meth:`Opened.of` takes one reading of the manifest, the segments' footers and the journal's unsealed
end. :meth:`Opened.accesses` then reads only the row groups whose statistics allow the account (segments
are sorted by account), only the columns of :data:`COLUMNS`, several segments at a time;
:meth:`Opened.rhythm` adds up what the footers say about the sources.

Misses: what expired before it was opened; :attr:`Opened.first_ms` and :attr:`Opened.expired_to_ms` tell.
A later expiry may remove a file it needs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.columns import SCHEMA, Gathered, all_numbers, choose
from rempart.ledger.folder import Folder
from rempart.ledger.manifest import Sealed, expired_segments, read_lines, sealed_lines
from rempart.ledger.names import Names
from rempart.ledger.query import again_if_moved, take_snapshot
from rempart.ledger.rhythm import FOOTER_KEY, Rhythm, join, unpack
from rempart.ledger.segments import rhythm_of_gathered, segment_path

COLUMNS = (
    *("number", "account", "recorded", "hijack", "session", "network", "software", "form", "unit"),
    *("kind", "patients", "count", "served", "source", "offset", "flags"),
)
ANSWER = pa.schema([SCHEMA.field(name) for name in COLUMNS])
AROUND = pa.schema(
    [
        SCHEMA.field(name)
        for name in ("number", "account", "recorded", "session", "network", "software", "unit", "patients")
    ]
)
"""What :meth:`Opened.around` gives."""
WORDS = [field.name for field in SCHEMA if pa.types.is_dictionary(field.type)]
READERS = 4
"""Segments read at once."""
_TIME_BITS = 44
_MOST_MS = 1 << (_TIME_BITS - 1)
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Opened:
    """A ledger at one moment. Times are ms UTC; ``expired_to_ms`` is the newest event let go, or None."""

    segments: tuple[tuple[Sealed, pq.ParquetFile], ...]
    unsealed: Gathered
    names: Names
    expired_to_ms: int | None

    @classmethod
    def of(cls, data: Path) -> Opened:
        """The ledger below ``data`` as it is now. LedgerError where there is none or it is damaged."""

        def build() -> Opened:
            now = take_snapshot(data)
            files = tuple(
                (line, pq.ParquetFile(segment_path(now.folder, line.segment), read_dictionary=WORDS))
                for line in now.seals
            )
            return cls(files, now.unsealed, now.names, _expired_to(now.folder))

        return again_if_moved(build)

    @property
    def first_ms(self) -> int | None:
        """The earliest event still here, None where no event has a time."""
        starts = [line.min_ms for line, _ in self.segments if line.min_ms is not None]
        return min(starts, default=None)

    def accesses(self, accounts: Sequence[str], from_ms: int | None, to_ms: int | None) -> pa.Table:
        """Decisions of ``accounts`` in the period (the end excluded), and theirs without a time, in :data:`ANSWER`.

        Ordered by number. LedgerError where a segment cannot be read.
        """
        wanted = sorted(set(accounts))

        def within(line: Sealed) -> list[str]:
            return wanted if _touches(line, from_ms, to_ms) else []

        return self._read(wanted, within, ANSWER, lambda table: _choose_rows(table, wanted, from_ms, to_ms))

    def around(self, periods: Mapping[str, Sequence[tuple[int, int]]]) -> pa.Table:
        """Decisions of each account in its own periods (ms UTC, the end excluded), in :data:`AROUND`, ordered by number.

        Memory grows with what happened in the periods, not with all that the accounts did. LedgerError as above.
        """
        wanted = sorted(periods)
        keys = _keys_of([periods[account] for account in wanted])

        def within(line: Sealed) -> list[str]:
            return [name for name in wanted if any(_touches(line, *period) for period in periods[name])]

        return self._read(wanted, within, AROUND, lambda table: _choose_inside(table, wanted, keys))

    def users(self, column: str, names: Sequence[str]) -> dict[str, int]:
        """How many accounts used each of ``names``, words of ``column``; those that nobody used are left out.

        LedgerError where a segment cannot be read.
        """
        wanted = pa.array(names, pa.string())
        pairs = {pair for table in self._words_of(["account", column]) for pair in _pairs(table, wanted)}
        return dict(Counter(name for account, name in pairs if account))

    def _words_of(self, columns: list[str]) -> Iterator[pa.Table]:
        """Some columns of every segment and of what is not sealed."""
        try:
            for _, file in self.segments:
                yield file.read(columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise LedgerError("a segment cannot be read", "run rempart ledger verify") from error
        yield choose(self.unsealed, all_numbers(self.unsealed), self.names).select(columns)

    def _read(
        self,
        wanted: list[str],
        within: Callable[[Sealed], list[str]],
        schema: pa.Schema,
        choose: Callable[[pa.Table], pa.Table],
    ) -> pa.Table:
        """What ``choose`` leaves, in ``schema``, of every segment that may hold some accounts, which ``within`` says of it."""
        pieces = [(file, mine) for line, file in self.segments if (mine := within(line))]
        try:
            with ThreadPoolExecutor(READERS) as pool:
                tables = list(pool.map(lambda piece: _row_groups(piece[0], piece[1], schema, choose), pieces))
        except (OSError, pa.ArrowException) as error:
            raise LedgerError(_("a segment cannot be read"), _("run rempart ledger verify")) from error
        tables.append(choose(self._unsealed_table(wanted, schema)))
        return pa.concat_tables(tables).unify_dictionaries().sort_by("number")

    @cached_property
    def rhythm(self) -> Rhythm:
        """How every source spoke, over all that is here."""
        sealed = (_rhythm_of_file(file) for _, file in self.segments)
        return join([*sealed, rhythm_of_gathered(self.unsealed, self.names)])

    def _unsealed_table(self, wanted: list[str], schema: pa.Schema) -> pa.Table:
        words = self.names.words("account")
        numbers = [place for place, word in enumerate(words) if word in set(wanted)]
        if "" in wanted:
            numbers.append(-1)
        keep = np.isin(self.unsealed.rows["account"], numbers)
        chosen = choose(self.unsealed, all_numbers(self.unsealed)[keep], self.names)
        return chosen.select(schema.names).cast(schema)


def _expired_to(folder: Folder) -> int | None:
    lines = read_lines(folder)
    gone = expired_segments(lines)
    ends = [line.max_ms for line in sealed_lines(lines) if line.segment in gone and line.max_ms is not None]
    return max(ends, default=None)


def _touches(line: Sealed, from_ms: int | None, to_ms: int | None) -> bool:
    """Whether a segment can hold events of the period, or events without a time."""
    if line.min_ms is None or line.max_ms is None:
        return True
    return (to_ms is None or line.min_ms < to_ms) and (from_ms is None or line.max_ms >= from_ms)


def _row_groups(
    file: pq.ParquetFile, wanted: list[str], schema: pa.Schema, choose: Callable[[pa.Table], pa.Table]
) -> pa.Table:
    """What ``choose`` leaves, in ``schema``, of each row group in which one of ``wanted`` may stand, by their statistics."""
    column = next(
        place for place in range(file.metadata.num_columns) if file.metadata.schema.column(place).path == "account"
    )  # fmt: skip
    chosen = [schema.empty_table()]
    for number in range(file.metadata.num_row_groups):
        found = file.metadata.row_group(number).column(column).statistics
        if found is None or not found.has_min_max or _any_between(wanted, found.min, found.max):
            group = file.read_row_group(number, columns=schema.names, use_threads=False)
            chosen.append(choose(group.select(schema.names).cast(schema)))
    return pa.concat_tables(chosen)


def _any_between(wanted: list[str], least: str, greatest: str) -> bool:
    """Whether one of ``wanted``, in order, stands between two words."""
    place = bisect_left(wanted, least)
    return place < len(wanted) and wanted[place] <= greatest


def _pairs(table: pa.Table, wanted: pa.Array) -> set[tuple[str, str]]:
    """The distinct (account, name) of a table of two columns of words, of the names ``wanted``."""
    account, name = (column.combine_chunks() for column in table.unify_dictionaries().columns)
    place = pc.index_in(name.dictionary, wanted).fill_null(-1).to_numpy()[name.indices.to_numpy()]
    keys = np.unique((account.indices.to_numpy().astype(np.int64) << 32 | place)[place >= 0])
    accounts = account.dictionary.take(pa.array(keys >> 32)).to_pylist()
    return set(zip(accounts, wanted.take(pa.array(keys & 0xFFFFFFFF)).to_pylist(), strict=True))


def _choose_rows(table: pa.Table, wanted: list[str], from_ms: int | None, to_ms: int | None) -> pa.Table:
    """The rows of ``wanted`` in the period or without a time."""
    if not len(table):
        return table
    keep = pc.is_in(table["account"], pa.array(wanted, pa.string())).to_numpy()
    recorded = table["recorded"].cast(pa.int64())
    timed = ~recorded.is_null().to_numpy(zero_copy_only=False)
    at = recorded.fill_null(0).to_numpy()
    if from_ms is not None:
        keep &= ~timed | (at >= from_ms)
    if to_ms is not None:
        keep &= ~timed | (at < to_ms)
    return table.take(pa.array(np.flatnonzero(keep)))


def _keys_of(periods: Sequence[Sequence[tuple[int, int]]]) -> tuple[Array, Array]:
    """Begin and end (k,) of each period of each account as one number that holds the account's place too; periods that
    touch are one."""
    spans: list[list[int]] = []
    for place, mine in enumerate(periods):
        for begin, end in sorted(mine):
            first, last = (int(_key(place, at)) for at in (begin, end))
            if spans and first <= spans[-1][1]:
                spans[-1][1] = max(last, spans[-1][1])
            else:
                spans.append([first, last])
    begins, ends = np.array(spans, np.int64).reshape(-1, 2).T
    return begins, ends


def _key(place: Any, at_ms: Any) -> Any:
    """An account's place and a time of the years 1900 to 2200, as one number in order of both."""
    return np.left_shift(place, _TIME_BITS) + np.clip(at_ms, -(_MOST_MS - 1), _MOST_MS - 1) + _MOST_MS


def _choose_inside(table: pa.Table, wanted: list[str], keys: tuple[Array, Array]) -> pa.Table:
    """The rows of each of ``wanted`` that have a time in its own periods (:func:`_keys_of`)."""
    if not len(table):
        return table
    begins, ends = keys
    account = table["account"].combine_chunks()
    place = pc.index_in(account.dictionary, pa.array(wanted, pa.string())).fill_null(-1).to_numpy()
    place = place[account.indices.to_numpy()]
    at = table["recorded"].cast(pa.int64())
    rows = np.flatnonzero((place >= 0) & at.is_valid().to_numpy())
    key = _key(place[rows].astype(np.int64), at.fill_null(0).to_numpy()[rows])
    found = np.searchsorted(begins, key, side="right") - 1
    return table.take(pa.array(rows[(found >= 0) & (key < ends[found])]))


def _rhythm_of_file(file: pq.ParquetFile) -> Rhythm:
    try:
        return unpack((file.metadata.metadata or {})[FOOTER_KEY])
    except (KeyError, ValueError) as error:
        raise LedgerError(
            _("a segment does not say how its sources spoke"),
            _("it is damaged, or of another version of Rempart"),
        ) from error
