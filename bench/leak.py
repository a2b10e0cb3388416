"""Speed and quality of matching a file on sale: ``python -m bench.leak [PEOPLE] [ROWS]``.

Draws a synthetic country (``tests/lab/french_people.py``), spoils every tenth cell of a sample, and prints processor
and wall seconds of the whole, with recall and precision, and how many cells a second are read and named. Splink beside it:
``python -m bench.linkage``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from rempart.leak.chunk import Chunk
from rempart.leak.columns import name_columns
from rempart.leak.population import build
from rempart.leak.readers.formats import read_files
from rempart.leak.scan import Matches, Scanner
from rempart.leak.tables import typed

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lab"))
from french_people import Country, people, spoil, table, take


def main(count: int, rows: int) -> None:
    """Measure once; the first run also compiles."""
    ours = people(Country.draw(7), count, 1)
    who = np.random.default_rng(5).choice(count, rows, replace=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leak.csv"
        arrow_csv.write_csv(table(spoil(take(ours, who), 3)), path)
        chunk = Chunk(
            "people", tuple(ours), tuple(pa.array(cells, pa.large_string()) for cells in ours.values())
        )
        columns, _, size = typed([chunk])
        population = build(columns, size, 20_000, lambda column: np.arange(len(column), dtype=np.uint64))
        del columns, chunk, ours
        begun = time.process_time()
        cells = sum(
            name_columns(each.names, each.columns) and each.rows * len(each.names)
            for each in read_files((path,))
        )
        print(f"{cells / (time.process_time() - begun):,.0f} cells/s of processor read and named")
        for _ in range(2):
            wall, cpu = time.monotonic(), time.process_time()
            found = Scanner(population, 1, lambda _: None).scan(read_files((path,)))
            wall, cpu = time.monotonic() - wall, time.process_time() - cpu
            matches = Matches.joined(found.matches())
            right = matches.person == who[matches.row]
            print(
                f"{rows:,} rows x {count:,} people: {wall:.1f} s wall, {cpu:.1f} s processor, "
                f"recall {right.sum() / rows:.4f}, precision {right.mean():.4f}"
            )


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:3]]
    main(*(asked if len(asked) == 2 else (1_000_000, 150_000)))
