"""The last two weeks: who was opened, and whether they were in the opener's care.

Reads the view ``seen`` of :mod:`rempart.pipeline.posture_facts` and the care index, which knows no care that ended
earlier. Misses: care that became known after the last checkpoint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc

from rempart.pipeline.care_recall import EXPLAINED, CareRecall

_LATELY = """SELECT who, role, unit, system, epoch_ms(recorded) AS at_ms, patients FROM seen
WHERE epoch_ms(recorded) >= ? AND served <> 'no' AND len(patients) > 0"""

Pair = tuple[str, str]


class Lately:
    """Openings by role and system, and by unit and role."""

    def __init__(self, ledger: duckdb.DuckDBPyConnection, care: CareRecall) -> None:
        table = ledger.sql(_LATELY, params=[care.since_ms]).to_arrow_table()
        sizes = pc.list_value_length(table["patients"]).to_numpy().astype(np.int64)
        self._people = pc.list_flatten(table["patients"]).to_numpy()
        at = table["at_ms"].to_numpy()
        grades = care.grades(table["who"].to_pylist(), at, sizes, self._people)
        owner = np.repeat(np.arange(len(table)), sizes)
        self._own = grades[:, 0] >= EXPLAINED
        pairs = zip(table["role"].to_pylist(), table["system"].to_pylist(), strict=True)
        self._pairs, self._pair = _coded(list(pairs), owner)
        units = zip(table["unit"].to_pylist(), table["role"].to_pylist(), strict=True)
        self._units, self._unit = _coded(list(units), owner)

    def of_pair(self, pair: Pair, without: Collection[Pair]) -> tuple[int, int, int]:
        """Openings of a role on a system but in the units (and roles) ``without``, how many were in its care, and
        the patients beyond."""
        mine = self._pair == self._pairs.get(pair, -1)
        mine &= ~np.isin(self._unit, [self._units[unit] for unit in without])
        beyond = np.unique(self._people[mine & ~self._own]).size
        return int(mine.sum()), int((mine & self._own).sum()), int(beyond)

    def of_units(self) -> Iterator[tuple[str, str, int, int]]:
        """Each role of each unit, its openings, and how many were of patients in its care."""
        for (unit, role), number in self._units.items():
            mine = self._unit == number
            yield unit, role, int(mine.sum()), int((mine & self._own).sum())


def _coded(words: list[Any], owner: Any) -> tuple[dict[Any, int], Any]:
    """A number for each distinct word, and each opening's number."""
    numbers: dict[Any, int] = {}
    codes = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    return numbers, codes[owner] if codes.size else codes
