"""Laws of the table reader: cells come back as they were written, however cut, and no row is lost."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.records import Batch
from rempart.sources.csv_dialect import Dialect
from rempart.sources.csv_reader import read_csv
from rempart.sources.csv_text import clean_cell
from rempart.sources.mapping_shape import Mapping

TIMES = st.sampled_from(["2026-03-02T08:00:00Z", "2026-03-02 09:30:00", "2026-13-02T08:00:00Z", "yesterday"])
CELLS = st.text(st.sampled_from("aZé;,\t|\"' =-1\n\\€œ"), max_size=8)
ROWS = st.lists(st.tuples(TIMES, CELLS, CELLS), min_size=1, max_size=30)
COLUMNS = {"time": ("t",), "account": ("a",), "patient": ("p",)}


def _written(rows: list[tuple[str, str, str]], dialect: Dialect) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("t", "a", "p"))
    writer.writerows(rows)
    return text.getvalue().encode(dialect.encoding)


def _read(data: bytes, dialect: Dialect, block_bytes: int) -> list[Batch]:
    mapping = Mapping("access", dict(COLUMNS), dialect=dialect)
    return list(read_csv(io.BytesIO(data), "table", mapping, block_bytes=block_bytes))


@settings(deadline=None, max_examples=150)
@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "windows-1252"]), st.integers(1, 200))
def test_cells_come_back_and_no_row_is_lost(
    rows: list[tuple[str, str, str]], separator: str, encoding: str, block_bytes: int
) -> None:
    dialect = Dialect(separator=separator, encoding=encoding, empty=())
    batches = _read(_written(rows, dialect), dialect, block_bytes)
    found = [row for batch in batches for row in batch.accesses.to_pylist()]
    rejected = [note for batch in batches for note in batch.rejected]
    timed = [row for row in rows if row[0].startswith("2026-03")]
    assert len(found) == len(timed)
    assert [note.reason for note in rejected] == ["bad_time"] * (len(rows) - len(timed))
    for row, (_, account, patient) in zip(found, timed, strict=True):
        assert row["account"] == clean_cell(account)
        assert row["patients"] == ([clean_cell(patient)] if clean_cell(patient) else [])


@settings(deadline=None, max_examples=60)
@given(ROWS, st.integers(1, 60), st.integers(1, 60))
def test_where_the_blocks_are_cut_changes_nothing(
    rows: list[tuple[str, str, str]], one: int, other: int
) -> None:
    dialect = Dialect()
    data = _written(rows, dialect)
    first, second = _read(data, dialect, one), _read(data, dialect, other)
    assert [row for batch in first for row in batch.accesses.to_pylist()] == [
        row for batch in second for row in batch.accesses.to_pylist()
    ]
    assert [note for batch in first for note in batch.rejected] == [
        note for batch in second for note in batch.rejected
    ]
