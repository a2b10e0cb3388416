"""Decoys recognised in a file, also where they were retyped or partly blanked.

Reads decoys and rows as numbers; a row is a decoy where a phone or mail that only the decoy has is in it (one
slip of the keyboard allowed), or where names and birth date agree (spelling and one figure allowed).
Misses a decoy of which only a town or a first name was kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rempart.leak.compare import FIELDS, compare_all
from rempart.leak.frequencies import frequencies
from rempart.leak.keys import KEY_FAMILIES
from rempart.leak.pairs import gather, hits_of
from rempart.leak.side import Side
from rempart.leak.similar import CLOSE, EXACT
from rempart.leak.weigh import Weights

_ALONE = ("phone", "email", "ipp")
_TOGETHER = ("given", "family", "birth")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A row that is a decoy: its number, the decoy's place, and the fields that say so."""

    row: int
    decoy: int
    fields: tuple[str, ...]


def recognise(decoys: Side, rows: Side, first_row: int) -> list[Recognised]:
    """The rows that are decoys; rows are numbered from ``first_row``."""
    wanted = np.ones(rows.size, np.uint8)
    found = gather(hits_of(decoys, rows, tuple(range(len(KEY_FAMILIES))), wanted), wanted)
    if not len(found.people):
        return []
    pairs = compare_all(decoys, rows, found, frequencies(decoys), Weights.start().log_m)
    owners = np.repeat(np.arange(rows.size), np.diff(found.starts))
    recognised = []
    for row, decoy, word in zip(owners.tolist(), pairs.people.tolist(), pairs.packed.tolist(), strict=True):
        agree = [name for place, name in enumerate(FIELDS[:-1]) if word >> (4 * place) & 15 in (EXACT, CLOSE)]
        if set(_ALONE) & set(agree) or set(_TOGETHER) <= set(agree):
            recognised.append(
                Recognised(row + first_row, decoy, tuple(name for name in agree if name != "sex"))
            )
    return recognised
