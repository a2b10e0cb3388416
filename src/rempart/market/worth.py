"""What a haul of people's data fetches: each person's categories priced together, then sold singly or as a lot.

Reads groups of people who share categories and age; gives intervals in euros traced to the price book.
Categories become contents of the book (:data:`CATEGORY_CONTENT`); a content of the book whose parts are all
there counts as there too, so identity, prescriptions and part of a record together make a complete record.

The low end prices only what is proved, the high end everything that may have left. Sold singly, the best
items go first, to as many buyers as the book's ``[retail]`` allows; as a lot, every unit's price falls with
the size of the whole lot.

Laws, held by tests: low <= high; neither way of selling earns less when people or categories are added.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rempart.market.book import PriceBook, Rule
from rempart.market.model import Interval, freshness_factor, price_item
from rempart.records import CATEGORIES

CATEGORY_CONTENT = {
    "identity": "identity",
    "contact": "contact",
    "social_security_number": "ssn",
    "insurance": "insurance",
    "bank_details": "bank",
    "appointments": "result_line",
    "diagnoses": "partial_record",
    "prescriptions": "prescriptions",
    "results": "partial_record",
    "documents": "partial_record",
    "images": "partial_record",
}
"""What of the price book each category is; a book without that content prices the category at nothing."""


class Group(NamedTuple):
    """``people`` patients of whom the same was taken: ``proved`` categories for certain, ``all`` at most."""

    people: int
    certain: int
    proved: tuple[str, ...]
    all: tuple[str, ...]
    age_days: float


@dataclass(frozen=True, slots=True)
class CategoryWorth:
    """One category alone: how many people, what it fetches each way, and what is left of it later."""

    category: str
    certain: int
    people: int
    retail: Interval
    lot: Interval
    freshness: tuple[str, ...]
    in_30_days: tuple[float, float]
    in_a_year: tuple[float, float]
    """Share of the unit price left then."""


@dataclass(frozen=True, slots=True)
class Haul:
    """Both ways of selling everything, and each category alone."""

    people: int
    retail: Interval
    lot: Interval
    by_category: tuple[CategoryWorth, ...]


def price_person(book: PriceBook, categories: Collection[str], age_days: float) -> Interval:
    """What one person's categories fetch, sold singly."""
    contents = _contents_of(book, categories)
    return price_item(book, contents, age_days) if contents else Interval(0.0, 0.0)


def price_haul(book: PriceBook, groups: Sequence[Group]) -> Haul:
    """What all ``groups`` fetch together, and each category of them alone."""
    retail, lot = _sell(book, groups)
    alone = tuple(_alone(book, groups, name) for name in CATEGORIES if any(name in one.all for one in groups))
    return Haul(sum(one.people for one in groups), retail, lot, alone)


def _contents_of(book: PriceBook, categories: Collection[str]) -> tuple[str, ...]:
    """The book's contents that the categories are, completed by those whose several parts are all there."""
    have = {CATEGORY_CONTENT[name] for name in categories} & set(book.contents)
    for name, content in book.contents.items():
        if len(content.includes) > 1 and have >= set(content.includes):
            have.add(name)
    return tuple(sorted(have))


def _sell(book: PriceBook, groups: Sequence[Group]) -> tuple[Interval, Interval]:
    """(retail, lot) of all groups."""
    low = [(price_person(book, one.proved, one.age_days), one.certain) for one in groups]
    high = [(price_person(book, one.all, one.age_days), one.people) for one in groups]
    sources = tuple(dict.fromkeys(name for price, _ in (*low, *high) for name in price.sources))
    lows = [(price.low, count) for price, count in low]
    highs = [(price.high, count) for price, count in high]
    buyers, exponent = book.retail, book.wholesale
    retail = Interval(_best(lows, buyers.low), _best(highs, buyers.high), (*sources, *buyers.traces))
    lot = Interval(_bulk(lows, exponent.high), _bulk(highs, exponent.low), (*sources, *exponent.traces))
    return retail, lot


def _best(priced: list[tuple[float, int]], buyers: float) -> float:
    """The sum of the ``buyers`` best items."""
    total, left = 0.0, buyers
    for price, count in sorted(priced, reverse=True):
        sold = min(left, count)
        total += price * sold
        left -= sold
    return total


def _bulk(priced: list[tuple[float, int]], exponent: float) -> float:
    """The most a lot of the best items earns: price falls with the lot's size, so cheap ones may spoil it."""
    best, total, size = 0.0, 0.0, 0
    for price, count in sorted(priced, reverse=True):
        total += price * count
        size += count
        best = max(best, total * size**-exponent if size else 0.0)
    return best


def _alone(book: PriceBook, groups: Sequence[Group], name: str) -> CategoryWorth:
    mine = [
        Group(
            one.people,
            one.certain if name in one.proved else 0,
            (name,) if name in one.proved else (),
            (name,),
            one.age_days,
        )
        for one in groups
        if name in one.all
    ]
    retail, lot = _sell(book, mine)
    rules = [
        book.freshness[entry.freshness]
        for inner in book.closure(CATEGORY_CONTENT[name])
        for entry in book.singles(inner)
    ] if CATEGORY_CONTENT[name] in book.contents else []  # fmt: skip
    return CategoryWorth(
        name,
        sum(one.certain for one in mine),
        sum(one.people for one in mine),
        retail,
        lot,
        tuple(dict.fromkeys(rule.id.removeprefix("freshness.") for rule in rules)),
        _left(rules, 30.0),
        _left(rules, 365.0),
    )


def _left(rules: Sequence[Rule], days: float) -> tuple[float, float]:
    """Share of the price left after ``days``, over all rules."""
    shares = [freshness_factor(rule, days) for rule in rules]
    return min((low for low, _ in shares), default=0.0), max((high for _, high in shares), default=0.0)
