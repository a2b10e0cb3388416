"""In care at the time or not: the care index of the last checkpoint, asked about accesses of the past.

Reads the newest checkpoint of a data folder, never writes. Gives, for each patient of each access, no, yes
or unknown. Unknown is said where no care data were ever read, where the access bears no time, and where
links that ended by then have been forgotten already (:data:`~rempart.pipeline.explain.LATEST_MS`).

Misses: care data read after the last checkpoint.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rempart.care.aliases import Aliases
from rempart.care.index import CareIndex
from rempart.incident.exposure import CARE_UNKNOWN
from rempart.ledger.checkpoint import load_latest
from rempart.pipeline.explain import LATEST_MS
from rempart.records import MISSING_MS
from rempart.watch.state import Array

EXPLAINED = 0.5
"""Grade of explanation from which a patient counts as in the account's care."""


class CareRecall:
    """The care index as the last checkpoint has it."""

    def __init__(self, data: Path) -> None:
        saved = load_latest(data)
        arrays = saved.arrays if saved else {}
        self._index = CareIndex.restore(_under("care.", arrays)) if saved else CareIndex()
        self._aliases = Aliases.restore(_under("alias.", arrays)) if saved else Aliases()
        words = saved.meta["words"]["account"] if saved else []
        canon = arrays.get("canon", np.zeros(0, np.int32))
        self._numbers = {word: int(canon[place]) for place, word in enumerate(words)}
        self._newest_ms = int(arrays["house.clock"][0]) if saved else 0

    def in_care(self, accounts: list[str], recorded_ms: Array, patients: Array, people: Array) -> Array:
        """(m,) int8 for ``people`` (m,): 0 no, 1 yes, 2 unknown; access i names ``patients[i]`` of them."""
        if not self._index.links or not people.size:
            return np.full(people.size, CARE_UNKNOWN, np.int8)
        who = np.array([self._numbers.get(word, -1) for word in accounts], np.int32)
        first = np.cumsum(patients) - patients
        canonical = self._aliases.canonical(people)
        grades = self._index.explain(who, recorded_ms, first, patients, canonical)[:, 0]
        forgotten = recorded_ms < self._newest_ms - LATEST_MS
        unknown = np.repeat(forgotten | (recorded_ms == MISSING_MS), patients)
        return np.where(grades >= EXPLAINED, 1, np.where(unknown, CARE_UNKNOWN, 0)).astype(np.int8)


def _under(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
