"""Which categories of data a row holds, by the names that scopes and letters use.

Reads typed columns; gives bits of :data:`rempart.records.CATEGORIES`, for a whole file or row by row. Free medical text
counts as documents. A cell of blanks or a dash counts as filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from rempart.leak.columns import Column
from rempart.leak.rows import Columns
from rempart.leak.side import Array
from rempart.records import CATEGORIES

CATEGORY_OF: dict[str, str] = {
    "family": "identity", "birth_name": "identity", "given": "identity", "full_name": "identity", "birth_date": "identity",
    "phone": "contact", "email": "contact", "street": "contact", "nir": "social_security_number", "insurer": "insurance",
    "iban": "bank_details", "card": "bank_details", "cim10": "diagnoses", "ccam": "diagnoses", "cip7": "prescriptions",
    "cip13": "prescriptions", "ucd": "prescriptions", "loinc": "results", "medical_text": "documents",
}  # fmt: skip
"""The category that a column of each kind holds; other kinds hold nothing that is asked of anybody."""
ANYWHERE = frozenset({"identity", "documents"})
"""Categories that say nothing of the screen they came from: a name stands on each, text on many."""
LEAST_FILLED = 0.1
"""Share of a column's cells filled below which it says nothing of where the file came from."""


def bit_of(category: str) -> int:
    """The bit of a category."""
    return 1 << CATEGORIES.index(category)


def categories_in(bits: int) -> list[str]:
    """The names behind the bits."""
    return [name for place, name in enumerate(CATEGORIES) if bits >> place & 1]


def asked_of_forms(columns: Sequence[Column]) -> int:
    """The categories (bits) that the file holds and a form of access must have shown."""
    bits = 0
    for column in columns:
        category = CATEGORY_OF.get(column.kind)
        if category and category not in ANYWHERE and column.filled >= LEAST_FILLED:
            bits |= bit_of(category)
    return bits


def held_in(columns: Columns, size: int) -> Array:
    """(n,) int16 the categories (bits) that each of ``size`` rows holds."""
    held = np.zeros(size, np.int16)
    for kind, category in CATEGORY_OF.items():
        for _, column in columns.get(kind, []):
            held |= np.where(_filled(column), np.int16(bit_of(category)), np.int16(0))
    return held


def _filled(column: Any) -> Array:
    return np.asarray(pc.fill_null(pc.greater(pc.binary_length(column), 0), False))
