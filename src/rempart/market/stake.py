"""What one access shows of a patient, and what that adds to a thief's haul in euros.

Reads the price book and ``contents.toml`` (which word of a log shows which content; a user may give
his own file). Gives a :class:`StakeTable`: small arrays of low and high euros, one row a class of
content, the class of any form of access, and the categories (:data:`rempart.records.CATEGORIES`) a class
shows or may show, as bits in that order. The price is the retail price of fresh data, linear, with
no discount for a lot and none for care; a floor stands for the harm to the patient
(docs/explanation/prices.md).
Misses: how much of a record one answer really held; a local word no rule names counts as part of a record.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rempart.market.book import PriceBook
from rempart.market.model import Interval, price_item
from rempart.market.section import Section, read_document
from rempart.records import CATEGORIES

PACKAGED_CONTENTS = "contents.toml"
EVERY_CATEGORY = (1 << len(CATEGORIES)) - 1
_LONGEST_WORD = 256


@dataclass(frozen=True, slots=True)
class ContentClass:
    """What the accesses of one kind show: its content in the price book and how logs name it."""

    id: str
    content: str
    harm_floor_eur: float
    types: frozenset[str]
    searched: frozenset[str]
    words: tuple[str, ...]
    shows: int
    may_show: int


@dataclass(frozen=True, slots=True)
class StakeTable:
    """Euros a new patient for each class of content.

    ``low_eur`` and ``high_eur`` are (k,) float32 in the order of ``classes``; ``worth`` keeps the ids
    of the price book's entries behind each; ``unknown`` is the row of whatever no rule names.
    """

    classes: tuple[ContentClass, ...]
    low_eur: npt.NDArray[np.float32]
    high_eur: npt.NDArray[np.float32]
    worth: tuple[Interval, ...]
    unknown: int

    def class_of(self, form: str) -> int:
        """Row of the class that ``form`` (a FHIR type, a query form, a log's own word) belongs to."""
        kind, searched, _ = form[:_LONGEST_WORD].strip().partition("?")
        if searched:
            for row, one in enumerate(self.classes):
                if kind in one.searched:
                    return row
        for row, one in enumerate(self.classes):
            if kind in one.types:
                return row
        word = _folded(kind)
        for row, one in enumerate(self.classes):
            if any(known in word for known in one.words):
                return row
        return self.unknown

    def stake_of_form(self, form: str) -> tuple[float, float]:
        """(low, high) euros that a new patient seen through ``form`` adds to the haul."""
        row = self.class_of(form)
        return float(self.low_eur[row]), float(self.high_eur[row])

    def shown(self, form: str) -> tuple[int, int, bool]:
        """Categories that an access of ``form`` shows and may show (bits), and whether a rule names the form."""
        row = self.class_of(form)
        one = self.classes[row]
        return one.shows, one.may_show, row != self.unknown

    def prices(self, forms: Sequence[str]) -> npt.NDArray[np.float32]:
        """(len(forms) + 1, 2) low and high euros by form number; the last row is for no form at all."""
        rows = [*(self.class_of(form) for form in forms), self.unknown]
        return np.stack([self.low_eur[rows], self.high_eur[rows]], axis=1)


def stake_table(book: PriceBook, path: Path | None = None) -> StakeTable:
    """The stakes under ``book`` and the contents file (the packaged one by default).

    Raises SettingsError naming file, class, key, what is wrong and what to write instead.
    """
    file, document = read_document(path, PACKAGED_CONTENTS)
    top = Section.of(file, "the file", document)
    classes = tuple(_content_class(name, row, book) for name, row in top.tables("class"))
    names = [one.id for one in classes]
    unknown = top.text("unknown")
    if unknown not in names:
        raise top.wrong("unknown", "names no class of this file", f"write one of: {', '.join(names)}")
    top.finish()
    worth = tuple(_stake(book, one) for one in classes)
    return StakeTable(
        classes,
        np.array([one.low for one in worth], np.float32),
        np.array([one.high for one in worth], np.float32),
        worth,
        names.index(unknown),
    )


def _content_class(name: str, row: Section, book: PriceBook) -> ContentClass:
    content = row.text("content")
    if content not in book.contents:
        known = ", ".join(list(book.contents)[:20])
        raise row.wrong("content", f"is not in {book.file}", f"write one of: {known}")
    shows = _bits(row, "shows") if "shows" in row.content else 0
    may_show = _bits(row, "may_show") if "may_show" in row.content else EVERY_CATEGORY
    one = ContentClass(
        name,
        content,
        row.amount("harm_floor_eur"),
        frozenset(row.texts("types")),
        frozenset(row.texts("searched")),
        tuple(folded for word in row.texts("words") if (folded := _folded(word))),
        shows,
        may_show & ~shows,
    )
    row.finish()
    return one


def _bits(row: Section, key: str) -> int:
    """The categories a list names, as bits; "*" names all."""
    bits = 0
    for name in row.texts(key):
        if name == "*":
            return EVERY_CATEGORY
        if name not in CATEGORIES:
            raise row.wrong(key, f"names {name!r}", f"write some of: *, {', '.join(CATEGORIES)}")
        bits |= 1 << CATEGORIES.index(name)
    return bits


def _stake(book: PriceBook, one: ContentClass) -> Interval:
    """The fresh retail price, no less than the floor for harm to the patient."""
    price = price_item(book, one.content)
    floor = one.harm_floor_eur
    sources = (*price.sources, f"class.{one.id}.harm_floor_eur") if price.low < floor else price.sources
    return Interval(max(price.low, floor), max(price.high, floor), sources)


def _folded(word: str) -> str:
    """Lower case, no accents, so that "Décès" and "DECES" are the same word."""
    apart = unicodedata.normalize("NFKD", word)
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()
