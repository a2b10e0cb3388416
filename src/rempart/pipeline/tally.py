"""Counts over every decision of a run, for the report page and its pictures.

Reads record batches with the columns ``account``, ``recorded``, ``action``, ``hijack``,
``stake_low_eur`` and ``stake_high_eur`` of ``decisions.parquet``, one after the other. Gives
:class:`Tally`: answers by hour, doubt by answer, and one line an account. Memory grows with the
accounts and the hours, not with the decisions.

Friction is counted as the site's dial counts it: account-days with at least one answer other than
``allow``, over account-days with any decision. Decisions without a time count everywhere but there
and on the time line; those without an account everywhere but in the lines by account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ACTIONS = ("allow", "step_up", "restrict", "block")
COLUMNS = ("account", "recorded", "action", "hijack", "stake_low_eur", "stake_high_eur")
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LEAST_HIJACK = 1e-6
BINS_PER_DECADE = 10
BINS = 6 * BINS_PER_DECADE

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account over the run. Money covers the answers other than ``allow``, in euros."""

    account: str
    decided: int
    challenged: int
    max_hijack: float
    stake_low_eur: float
    stake_high_eur: float


@dataclass(slots=True)
class DistinctKeys:
    """Distinct integers, merged only as often as doubles their number: n log n in all."""

    _merged: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    _waiting: list[Numbers] = field(default_factory=list)
    _waiting_size: int = 0

    def add(self, keys: Numbers) -> None:
        """Add some keys, repeated or not."""
        new = np.unique(keys)
        self._waiting.append(new)
        self._waiting_size += len(new)
        if self._waiting_size > max(100_000, len(self._merged)):
            self._merge()

    def __len__(self) -> int:
        self._merge()
        return len(self._merged)

    def _merge(self) -> None:
        self._merged = np.unique(np.concatenate([self._merged, *self._waiting]))
        self._waiting, self._waiting_size = [], 0


@dataclass(slots=True)
class Tally:
    """What was folded so far.

    ``hours`` maps the hour's start (ms, UTC) to counts by :data:`ACTIONS`; ``doubt`` has shape
    (4, :data:`BINS`): decisions by answer and by tenth of a decade of ``hijack`` from 1e-6 to 1.
    """

    hours: dict[int, Numbers] = field(default_factory=dict)
    doubt: Numbers = field(default_factory=lambda: np.zeros((len(ACTIONS), BINS), np.int64))
    by_action: Counter[str] = field(default_factory=Counter)
    without_time: int = 0
    least_challenged: float = float("nan")
    """The smallest ``hijack`` that got another answer than ``allow``; NaN where none did."""
    _ids: dict[str, int] = field(default_factory=dict)
    _counts: Numbers = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    _sums: Numbers = field(default_factory=lambda: np.zeros((0, 3)))
    _active: DistinctKeys = field(default_factory=DistinctKeys)
    _challenged: DistinctKeys = field(default_factory=DistinctKeys)

    def fold(self, batch: pa.RecordBatch) -> None:
        """Add one batch. Raises KeyError where a column is missing, ValueError on an unknown action."""
        if batch.num_rows == 0:
            return
        action = _action_numbers(batch.column("action"))
        hijack = _floats(batch.column("hijack"))
        recorded = batch.column("recorded").cast(pa.timestamp("ms", tz="UTC"))
        timed = ~np.asarray(recorded.is_null())
        recorded_ms = np.asarray(pc.fill_null(recorded.cast(pa.int64()), 0))
        self._fold_answers(action, hijack)
        self._fold_hours(action[timed], recorded_ms[timed])
        self.without_time += int((~timed).sum())
        account = self._account_numbers(batch.column("account"))
        money = [_floats(batch.column(name)) for name in ("stake_low_eur", "stake_high_eur")]
        named = account >= 0
        self._fold_accounts(account[named], action[named], hijack[named], [each[named] for each in money])
        dated = named & timed
        self._fold_days(account[dated], action[dated], recorded_ms[dated] // DAY_MS)

    @property
    def accounts(self) -> int:
        """How many accounts decided on."""
        return len(self._ids)

    @property
    def active_days(self) -> int:
        """Account-days with any decision."""
        return len(self._active)

    @property
    def challenged_days(self) -> int:
        """Account-days with an answer other than ``allow``."""
        return len(self._challenged)

    def doubted(self, most: int) -> list[AccountLine]:
        """The ``most`` accounts in the highest doubt, challenged ones first, then by name."""
        names = list(self._ids)
        lines = [
            AccountLine(names[at], *map(int, self._counts[at]), *map(float, self._sums[at]))
            for at in np.lexsort((-self._sums[:, 0], self._counts[:, 1] == 0))[: 4 * most]
        ]
        lines.sort(key=lambda line: (line.challenged == 0, -line.max_hijack, line.account))
        return lines[:most]

    def _fold_answers(self, action: Numbers, hijack: Numbers) -> None:
        for number, name in enumerate(ACTIONS):
            self.by_action[name] += int((action == number).sum())
        place = np.log10(np.clip(hijack, LEAST_HIJACK, 1.0)) * BINS_PER_DECADE + BINS
        bin_of = np.clip(place.astype(np.int64), 0, BINS - 1)
        self.doubt += np.bincount(action * BINS + bin_of, minlength=self.doubt.size).reshape(-1, BINS)
        challenged = hijack[action > 0]
        if len(challenged):
            self.least_challenged = float(np.fmin(self.least_challenged, challenged.min()))

    def _fold_hours(self, action: Numbers, recorded_ms: Numbers) -> None:
        keys, counts = np.unique((recorded_ms // HOUR_MS) * len(ACTIONS) + action, return_counts=True)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            hour, number = divmod(key, len(ACTIONS))
            line = self.hours.setdefault(hour * HOUR_MS, np.zeros(len(ACTIONS), np.int64))
            line[number] += count

    def _account_numbers(self, column: pa.Array) -> Numbers:
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        number = np.array(
            [
                self._ids.setdefault(name, len(self._ids)) if name else -1
                for name in column.dictionary.to_pylist()
            ]
            + [-1]
        )
        return number[np.asarray(pc.fill_null(column.indices.cast(pa.int64()), len(number) - 1))]

    def _fold_accounts(
        self, account: Numbers, action: Numbers, hijack: Numbers, money: list[Numbers]
    ) -> None:
        grown = len(self._ids) - len(self._counts)
        self._counts = np.pad(self._counts, ((0, grown), (0, 0)))
        self._sums = np.pad(self._sums, ((0, grown), (0, 0)))
        challenged = action > 0
        known = len(self._ids)
        self._counts[:, 0] += np.bincount(account, minlength=known)
        self._counts[:, 1] += np.bincount(account[challenged], minlength=known)
        np.maximum.at(self._sums[:, 0], account, hijack)
        for at, stake in enumerate(money, start=1):
            np.add.at(self._sums[:, at], account[challenged], stake[challenged])

    def _fold_days(self, account: Numbers, action: Numbers, day: Numbers) -> None:
        key = (account << 20) | (day & 0xFFFFF)
        self._active.add(key)
        self._challenged.add(key[action > 0])


def tally(batches: Iterable[pa.RecordBatch]) -> Tally:
    """Fold every batch, in order."""
    total = Tally()
    for batch in batches:
        total.fold(batch)
    return total


def _floats(column: pa.Array) -> Numbers:
    """The column as float64, nulls and NaN as 0: nothing known is nothing counted."""
    return np.nan_to_num(np.asarray(pc.fill_null(column.cast(pa.float64()), 0.0)), nan=0.0)


def _action_numbers(column: pa.Array) -> Numbers:
    found = pc.index_in(column.cast(pa.string()), value_set=pa.array(ACTIONS))
    if found.null_count:
        unknown = column.cast(pa.string()).filter(found.is_null())[0].as_py()
        raise ValueError(f"a decision's action is {unknown!r}, not one of {', '.join(ACTIONS)}")
    return np.asarray(found.cast(pa.int64()))
