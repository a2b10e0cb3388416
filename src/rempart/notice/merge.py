"""Merge data: one row a letter, for a printer or a word processor, as CSV and Parquet, written as a stream.

Gives the columns of :data:`COLUMNS`. No cell of the CSV is a formula, whatever a patient is called.

Misses: layouts of a particular printer; the columns are made to be mapped to them.
"""

from __future__ import annotations

import csv
import io
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.notice.letters import Letter
from rempart.spreadsheet import harmless

ADDRESS_LINES = 7
COLUMNS = (
    "letter", "copy", "kind", "language", *(f"address_{line}" for line in range(1, ADDRESS_LINES + 1)),
    "reference", "subject", "happened", "seen", "maybe", "todo_1", "todo_2", "todo_3", "batch",
)  # fmt: skip
_NUMBERS = ("letter", "copy", "batch")
SCHEMA = pa.schema([(name, pa.int64() if name in _NUMBERS else pa.string()) for name in COLUMNS])


def row_of(letter: Letter, batch: int) -> dict[str, Any]:
    """The row of one letter; ``batch`` is the number of the PDF it stands in."""
    body = letter.body
    lines = [*letter.address, *[""] * ADDRESS_LINES][:ADDRESS_LINES]
    todo = dict(zip(("todo_1", "todo_2", "todo_3"), body.todo, strict=True))
    return {
        "letter": letter.number,
        "copy": letter.copy,
        "kind": letter.kind,
        "language": letter.language,
        **{f"address_{number}": line for number, line in enumerate(lines, 1)},
        "reference": letter.reference,
        "subject": body.subject,
        "happened": letter.happened,
        "seen": "\n".join(f"{each.name} {each.thief}" for each in body.seen),
        "maybe": "\n".join(f"{each.name} {each.thief}" for each in body.maybe),
        **todo,
        "batch": batch,
    }


class MergeFiles:
    """The CSV and the Parquet of one language, into two open files."""

    def __init__(self, table: BinaryIO, parquet: BinaryIO) -> None:
        self._text = io.TextIOWrapper(table, encoding="utf-8-sig", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerow(COLUMNS)
        self._parquet = pq.ParquetWriter(parquet, SCHEMA, compression="zstd")

    def write(self, letters: list[Letter], batch: int) -> None:
        """Add the letters of one PDF."""
        rows = [row_of(letter, batch) for letter in letters]
        self._csv.writerows(
            [harmless(cell) if isinstance(cell, str) else cell for cell in row.values()] for row in rows
        )
        self._parquet.write_table(pa.Table.from_pylist(rows, SCHEMA))

    def finish(self) -> None:
        """Write what is left; the files stay open to whoever opened them."""
        self._parquet.close()
        self._text.flush()
        self._text.detach()
