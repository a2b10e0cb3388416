"""What a file on sale is worth, from its columns, its size, its age and whether it is recycled.

Reads the price book and the verdict; gives an interval (:class:`~rempart.market.model.LotPrice`), or None for an
empty file. Rows that are not ours are not priced: they are somebody else's loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rempart.leak.columns import Column
from rempart.leak.fresh import Freshness
from rempart.leak.verdict import Verdict
from rempart.market.book import PriceBook
from rempart.market.model import LotPrice, price_lot

_CONTENTS: tuple[tuple[str, frozenset[str], int], ...] = (
    ("bank", frozenset({"iban", "card"}), 1),
    ("login", frozenset({"password", "password_hash"}), 1),
    ("ssn", frozenset({"nir"}), 1),
    ("contact", frozenset({"phone", "email", "street"}), 1),
    ("identity", frozenset({"family", "birth_name", "full_name", "given", "birth_date"}), 2),
    ("prescriptions", frozenset({"cip7", "cip13", "ucd"}), 1),
    ("partial_record", frozenset({"medical_text", "cim10", "ccam", "loinc"}), 1),
    ("insurance", frozenset({"insurer"}), 1),
)
"""(content of the book, column kinds that make it, how many of them must be there)."""


def contents_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """The contents of the price book that the columns hold."""
    kinds = {column.kind for column in columns if column.filled > 0}
    found = [name for name, wanted, least in _CONTENTS if len(kinds & wanted) >= least]
    if {"identity", "contact", "ssn"} <= set(found):
        found.append("identity_kit")
    return tuple(found) or ("result_line",)


def price_file(
    book: PriceBook, columns: Sequence[Column], verdict: Verdict, fresh: Freshness | None, today: date
) -> LotPrice | None:
    """The worth of the rows that are ours."""
    size = round(verdict.matched)
    if size <= 0:
        return None
    age = 0.0
    origin = "unknown"
    if fresh is not None:
        newest = fresh.parts[0]
        age = max(0.0, (today - date(1970, 1, 1)).days - (newest.first + newest.last) / 2)
        origin = "fresh" if newest.share >= 0.5 else "recycled"
    return price_lot(book, contents_of(columns), size, age, origin)
