"""How far a course has come: what was read of each source, the contract's counts, the last answers.

Written to the journal and to checkpoints with everything else, so that a restart goes on from there.
Misses: answers older than the last :data:`RECENT`, which the ledger gives back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numba import njit

from rempart.records import DECISION
from rempart.sources.growing import Head
from rempart.watch.state import Array

RECENT = 1 << 16


class Progress(msgspec.Struct):
    """What had been read when an entry was written: counts, and the next offset of each source."""

    counts: dict[str, int] = {}
    next_offset: dict[str, int] = {}
    heads: dict[str, Head] = {}
    """How each followed file begins."""
    bases: dict[str, int] = {}
    """The offset that the first byte of each followed file counts as."""
    merged: int = 0
    heeded: int = 0
    """Lines of the manifest whose deeds have been taken in."""


@dataclass(eq=False)
class Recent:
    """The last :data:`RECENT` decisions, so that a record sent again gets the same answer."""

    rows: Array = field(default_factory=lambda: np.zeros(RECENT, DECISION))
    next_number: int = 0

    def keep(self, first_number: int, decisions: Array) -> None:
        """Remember decisions numbered from ``first_number`` on."""
        keep_decisions(self.rows, first_number, decisions)
        self.next_number = first_number + decisions.size

    def find(self, number: int) -> Any | None:
        """The decision with that number, None where it is too old."""
        if not self.next_number - RECENT <= number < self.next_number or number < 0:
            return None
        return self.rows[number % RECENT]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def keep_decisions(rows, first_number, decisions):  # type: ignore[no-untyped-def]
    """Put decisions numbered from ``first_number`` on into the ring ``rows``."""
    for i in range(max(0, decisions.size - rows.size), decisions.size):
        rows[(first_number + i) % rows.size] = decisions[i]


def totals(progress: Progress, before: dict[str, int] | None = None) -> Counter[str]:
    """The contract's counts since ``before``, ``read`` being their sum."""
    names = ("decided", "control", "context", "unattributed", "rejected", "duplicates")
    earlier = before or {}
    counts = Counter({name: progress.counts.get(name, 0) - earlier.get(name, 0) for name in names})
    counts["read"] = sum(counts.values())
    return counts
