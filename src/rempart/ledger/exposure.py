"""What some accounts were given, read from a ledger opened once: the way of every scope.

:meth:`Opened.of` takes one reading of the manifest, the segments' footers and the journal's unsealed
end. :meth:`Opened.accesses` then reads only the row groups whose statistics allow the account (segments
are sorted by account), only the columns of :data:`COLUMNS`, several segments at a time;
:meth:`Opened.rhythm` adds up what the footers say about the sources.

Misses: what expired before it was opened; :attr:`Opened.first_ms` and :attr:`Opened.expired_to_ms` tell.
A later expiry may remove a file it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        return self._read(wanted, from_ms, to_ms, lambda table: _choose_rows(table, wanted, from_ms, to_ms))

    def around(self, periods: Mapping[str, Sequence[tuple[int, int]]]) -> pa.Table:
        """Decisions of each account in its own periods (ms UTC, the end excluded), in :data:`ANSWER`, ordered by number.

        Memory grows with what happened in the periods, not with all that the accounts did. LedgerError as above.
        """
        wanted = sorted(periods)
        every = [period for account in wanted for period in periods[account]]
        keys = _keys_of([periods[account] for account in wanted])
        begin, end = min(first for first, _ in every), max(last for _, last in every)
        return self._read(wanted, begin, end, lambda table: _choose_inside(table, wanted, keys))

    def _read(
        self,
        wanted: list[str],
        from_ms: int | None,
        to_ms: int | None,
        choose: Callable[[pa.Table], pa.Table],
    ) -> pa.Table:
        """What ``choose`` leaves of every segment that may hold the accounts in the period."""
        pieces = [piece for piece in self.segments if _touches(piece[0], from_ms, to_ms)]
        try:
            with ThreadPoolExecutor(READERS) as pool:
                tables = list(pool.map(lambda piece: _row_groups(piece[1], wanted, choose), pieces))
        except (OSError, pa.ArrowException) as error:
            raise LedgerError(_("a segment cannot be read"), _("run rempart ledger verify")) from error
        tables.append(choose(self._unsealed_table(wanted)))
        return pa.concat_tables(tables).unify_dictionaries().sort_by("number")

    @cached_property
    def rhythm(self) -> Rhythm:
        """How every source spoke, over all that is here."""
        sealed = (_rhythm_of_file(file) for _, file in self.segments)
        return join([*sealed, rhythm_of_gathered(self.unsealed, self.names)])

    def _unsealed_table(self, wanted: list[str]) -> pa.Table:
        words = self.names.words("account")
        numbers = [place for place, word in enumerate(words) if word in set(wanted)]
        if "" in wanted:
            numbers.append(-1)
        keep = np.isin(self.unsealed.rows["account"], numbers)
        chosen = choose(self.unsealed, all_numbers(self.unsealed)[keep], self.names)
        return chosen.select(COLUMNS).cast(ANSWER)


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


def _row_groups(file: pq.ParquetFile, wanted: list[str], choose: Callable[[pa.Table], pa.Table]) -> pa.Table:
    """What ``choose`` leaves of each row group in which one of ``wanted`` may stand, by their statistics."""
    column = next(
        place for place in range(file.metadata.num_columns) if file.metadata.schema.column(place).path == "account"
    )  # fmt: skip
    chosen = [ANSWER.empty_table()]
    for number in range(file.metadata.num_row_groups):
        found = file.metadata.row_group(number).column(column).statistics
        if found is None or not found.has_min_max or any(found.min <= one <= found.max for one in wanted):
            group = file.read_row_group(number, columns=list(COLUMNS), use_threads=False)
            chosen.append(choose(group.select(COLUMNS).cast(ANSWER)))
    return pa.concat_tables(chosen)


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
    words = pa.array(wanted, pa.string())
    place = pc.index_in(table["account"].cast(pa.string()), words).fill_null(-1)
    at = table["recorded"].cast(pa.int64())
    known = pc.and_(pc.greater_equal(place, 0), at.is_valid()).to_numpy()
    rows = np.flatnonzero(known)
    key = _key(place.to_numpy()[rows].astype(np.int64), at.fill_null(0).to_numpy()[rows])
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
