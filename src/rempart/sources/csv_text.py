"""The text of one cell: made harmless, and folded for comparison.

Reads decoded cells; gives short printable strings, and folded forms in which ``Résultat``,
``RESULTAT`` and ``resultat`` are one word. Control characters (C0, C1) and the bidirectional
overrides of Unicode (UAX #9) become U+FFFD, because a log line may be written by the thief and is
later shown on a terminal or a page.

Misses: look-alike letters of different scripts (UTS #39) stay distinct, and are meant to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

CELL_LIMIT = 256
"""Characters kept of one cell."""

EMPTY_WORDS = ("NULL", "null", "(null)", "N/A", "n/a", "\\N", "-", "--", "None", "nan", "NaN")
"""Cells that stand for "nothing" in exports, unless the mapping lists others."""

_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


def clean_cell(cell: str) -> str:
    """``cell`` without outer blanks, cut to 256 characters, harmful characters made U+FFFD."""
    kept = cell.strip()[:CELL_LIMIT]
    return kept if kept.isprintable() else _HARMFUL.sub("\ufffd", kept)


def clean_column(cells: list[str], empty: frozenset[str] = frozenset()) -> list[str]:
    """Every cell of one column cleaned; a cell found in ``empty`` becomes the empty string."""
    whole = "|".join(["", *cells, ""])
    stripped = whole.isprintable() and " |" not in whole and "| " not in whole
    if stripped and max(map(len, cells), default=0) <= CELL_LIMIT and empty.isdisjoint(cells):
        return cells
    cleaned = {cell: clean_cell(cell) for cell in set(cells)}
    for cell, kept in cleaned.items():
        if kept in empty:
            cleaned[cell] = ""
    return [cleaned[cell] for cell in cells]


def fold(text: str) -> str:
    """``text`` for comparison: no accents, no case, words separated by single spaces.

    ``PatientId``, ``patient_id`` and ``Patient ID`` fold alike.
    """
    spaced = _CAMEL.sub(" ", text)
    bare = unicodedata.normalize("NFKD", spaced.replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub(" ", plain.casefold()).strip()


def fold_word(text: str) -> str:
    """``text`` as key of a value table: folded, or as it stands where folding leaves nothing."""
    return fold(text) or text.strip().casefold()


def first_places(names: Iterable[str]) -> dict[str, list[int]]:
    """For every name the places where it stands, in order."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return places
