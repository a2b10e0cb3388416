"""How many columns are told rightly, and how fast: ``python -m bench.columns``.

Reads the tables of ``tests/lab/french_files.py`` and of ``french_files_later.py``, ``_third.py`` and ``_fourth.py`` (shapes of French
public files and of exports, labelled by hand), with their headings and without them; prints the share told rightly, what was not, and
cells named a second, at last of a table of twenty thousand rows (a sample of each column is looked at). A column that speaks of nobody
may be called anything that speaks of nobody.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pyarrow as pa

from rempart.leak.columns import name_columns

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lab"))
from french_files import Labelled, labelled_files
from french_files_fourth import fourth_files
from french_files_later import later_files
from french_files_third import third_files


def told(table: Labelled, headed: bool) -> list[tuple[str, str, str]]:
    """(heading, kind wanted, kind told) of every column."""
    columns = [pa.array(cells, pa.large_string()) for cells in zip(*table.rows, strict=True)]
    names = table.headings if headed else tuple(f"column {place + 1}" for place in range(len(columns)))
    found = name_columns(names, columns)
    return [
        (heading, wanted, column.kind)
        for heading, wanted, column in zip(table.headings, table.kinds, found, strict=True)
    ]


def main() -> None:
    """One line a set and a way of asking, and one for each column that is wrong."""
    sets = {"first": labelled_files, "later": later_files, "third": third_files, "fourth": fourth_files}
    for name, draw in sets.items():
        print(f"{name} set")
        _measure(draw())
    _long()


def _long() -> None:
    table = max(third_files(), key=lambda one: len(one.headings))
    columns = [pa.array(cells * 50, pa.large_string()) for cells in map(list, zip(*table.rows, strict=True))]
    begun = time.process_time()
    name_columns(table.headings, columns)
    cells = len(columns) * len(columns[0])
    print(f"{cells:,} cells of one table: {cells / (time.process_time() - begun):,.0f} cells/s of processor")


def _measure(tables: list[Labelled]) -> None:
    for headed in (True, False):
        begun = time.process_time()
        answers = [(table, *one) for table in tables for one in told(table, headed and table.headed)]
        spent = time.process_time() - begun
        wrong = [(table.name, *one) for table, *one in answers if one[2] not in one[1].split("|")]
        people = [one for table, *one in answers if not one[1].startswith("other|text|number")]
        missed = sum(one[2] not in one[1].split("|") for one in people)
        cells = sum(len(table.rows) * len(table.headings) for table in tables)
        print(
            f"{'with' if headed else 'without'} headings: {1 - len(wrong) / len(answers):.3f} of {len(answers)} columns, "
            f"{1 - missed / len(people):.3f} of the {len(people)} that matter; {cells / spent:,.0f} cells/s of processor"
        )
        for name, heading, wanted, kind in wrong:
            print(f"    {name}: {heading} is {wanted.split('|')[0]}, told {kind}")


if __name__ == "__main__":
    main()
