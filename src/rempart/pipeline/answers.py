"""``decisions.parquet`` and what the page counts, made of each segment once it is sealed, while judging goes on.

Reads the sealed ledger, a segment at a time, on a thread of its own; writes one row an answer, in order, beside its
name until the end. Memory grows with the accounts and the suspicions, not with the decisions. Misses
what the ledger does not hold.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.manifest import Sealed
from rempart.ledger.query import read_sealed, seals_since
from rempart.pipeline.notable import Notables
from rempart.pipeline.tally import Tally
from rempart.pipeline.wording import reason_list
from rempart.watch.reasons import REASONS

NAME = "decisions.parquet"
_REASON = pa.struct([("code", pa.string()), ("text", pa.string()), ("weight", pa.float64())])
_PLAIN = ["event", "account", "recorded", "action", "hijack", "stake_low_eur", "stake_high_eur"]
_WORD = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [
        ("event", pa.string()),
        ("account", _WORD),
        ("recorded", pa.timestamp("ms", "UTC")),
        ("action", _WORD),
        ("hijack", pa.float32()),
        ("stake_low_eur", pa.float32()),
        ("stake_high_eur", pa.float32()),
        ("reasons", pa.list_(_REASON)),
        ("kind", _WORD),
    ]
)
_WORDS = ["account", "action", "kind", "reasons.list.element.code", "reasons.list.element.text"]


class Answers:
    """Everything sealed from decision ``first_number`` on: ``counted``, ``notables``, and the file.

    A context: left early, it takes the unfinished file away. What is sealed already is read at once; of every
    later seal :meth:`sealed` is to be told.
    """

    def __init__(self, out: Path, data: Path, first_number: int) -> None:
        self.counted, self.notables = Tally(), Notables()
        self._data, self._first_number = data, first_number
        self._path, self._partial = out / NAME, out / f"{NAME}.partial"
        private_file(self._partial)
        self._writer = pq.ParquetWriter(
            self._partial, _SCHEMA, compression="zstd", use_dictionary=_WORDS, store_schema=False
        )
        self._thread = ThreadPoolExecutor(1, "answers")
        self._taken = [self._thread.submit(self._take, line) for line in seals_since(data, first_number)]

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._writer.close()
        self._partial.unlink(missing_ok=True)

    def sealed(self, line: Sealed) -> None:
        """A segment was sealed; any one thread may say so, in order."""
        self._taken.append(self._thread.submit(self._take, line))

    def finish(self, decided: int, hear: Callable[[int], None]) -> None:
        """Put the file in its place once everything sealed is in it; ``hear`` the decisions written.

        LedgerError where a segment is missing or damaged, or they are not as many as were ``decided``.
        """
        written = 0
        for taken in self._taken:
            taken.result()
            written = sum(self.counted.by_action.values())
            hear(written)
        if written != decided:
            raise LedgerError(
                _("{written} of {decided} decisions are sealed in {data}").format(
                    written=written, decided=decided, data=self._data
                ),
                _("run the same replay again"),
            )
        self._writer.close()
        self._partial.replace(self._path)

    def _take(self, line: Sealed) -> None:
        if not line.rows or line.last < self._first_number:
            return
        columns = [*_PLAIN, "reasons", "kind", *self.notables.COLUMNS]
        segment = read_sealed(self._data, line, self._first_number, columns)
        self._writer.write_table(_decisions(segment))
        self.notables.fold(segment)
        for batch in segment.to_batches():
            self.counted.fold(batch)


def private_file(path: Path) -> None:
    """An empty file that only its owner may read, in place of any other."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _decisions(segment: pa.Table) -> pa.Table:
    reasons = _in_words(segment.column("reasons").combine_chunks())
    columns = [*(segment.column(name) for name in _PLAIN), reasons, segment.column("kind")]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _in_words(reasons: pa.ListArray) -> pa.ListArray:
    """Lists of reasons as numbers into lists of reasons in words; each different one is put so once."""
    given = reasons.flatten()
    code, seen, usual, weight = (
        given.field(name).to_numpy(zero_copy_only=False) for name in ("code", "seen", "usual", "weight")
    )
    pair = np.unique(seen.astype(np.int64) << 32 | usual.astype(np.uint32), return_inverse=True)[1]
    _unique, first, which = np.unique(pair * len(REASONS) + code, return_index=True, return_inverse=True)
    said = [_said(int(code[at]), int(seen[at]), int(usual[at])) for at in first.tolist()]
    columns = [
        pa.array([word for word, text in said], pa.string()).take(pa.array(which)),
        pa.array([text for word, text in said], pa.string()).take(pa.array(which)),
        pa.array(np.round(weight.astype(np.float64), 2)),
    ]
    ends = np.zeros(len(reasons) + 1, np.int32)
    np.cumsum(reasons.value_lengths().fill_null(0).to_numpy(zero_copy_only=False), out=ends[1:])
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(columns, fields=list(_REASON)))


@lru_cache(1 << 16)
def _said(code: int, seen: int, usual: int) -> tuple[str, str]:
    reason = reason_list([code], [0.0], [seen], [usual], 1)[0]
    return reason["code"], reason["text"]
