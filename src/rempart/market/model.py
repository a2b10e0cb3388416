"""What stolen data are worth: intervals in euros, each traced to the price book.

Reads a :class:`~rempart.market.book.PriceBook`. Gives the price of one item

    base interval of its content x freshness x origin x supply,

the price of a lot, which the thief sells one by one (retail: linear, but few buyers) or at once
(wholesale: unit price proportional to N^-a), whichever earns more, and what the theft cost him.
Nothing is a point: every figure is the interval that the entries allow, with the ids it rests on.

Laws, held by tests: an interval never falls when content is added, never rises with age or supply;
a lot's total never falls with its size; low <= high.
Misses: a buyer who wants one particular person pays what no list price tells.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from rempart.errors import SettingsError
from rempart.market.book import PriceBook, Rule


@dataclass(frozen=True, slots=True)
class Interval:
    """``low`` to ``high`` euros, and the ids of the book's entries and rules it rests on."""

    low: float
    high: float
    sources: tuple[str, ...] = ()

    def scaled(self, low: float, high: float, sources: tuple[str, ...] = ()) -> Interval:
        """This interval times [``low``, ``high``], which are not negative."""
        return Interval(self.low * low, self.high * high, _joined(self.sources, sources))


@dataclass(frozen=True, slots=True)
class LotPrice:
    """A lot of ``size`` units: what each way of selling earns, and the better one."""

    size: int
    item: Interval
    retail: Interval
    wholesale: Interval
    better: Interval
    way: Literal["retail", "wholesale"]
    """The way with the higher middle."""


def _joined(*parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))


def freshness_factor(rule: Rule, age_days: float) -> tuple[float, float]:
    """Share of the price left after ``age_days`` (below 0 counts as 0) for a half-life interval."""
    age = max(0.0, age_days)
    return 0.5 ** (age / rule.low), 0.5 ** (age / rule.high)


def supply_factor(rule: Rule, supply: float) -> tuple[float, float]:
    """Share of the price left beside ``supply`` rival offers; ``math.inf`` means given away: nothing."""
    offers = 1.0 + max(0.0, supply)
    return offers**-rule.high, offers**-rule.low


def price_item(
    book: PriceBook,
    content: str | Collection[str],
    age_days: float = 0.0,
    origin: str = "fresh",
    supply: float = 0.0,
) -> Interval:
    """Retail price in euros of one unit of ``content`` (a name, or several stolen together).

    ``age_days``: age of the newest fact; ``origin``: a name under ``[origin]``; ``supply``: rival
    offers of the same data, ``math.inf`` where it is given away. Several contents together are worth
    at least the best of them and at most the sum of those that are not already part of another.
    Raises SettingsError for a content or an origin the book does not know, or a figure that is NaN.
    """
    names = (content,) if isinstance(content, str) else tuple(sorted(set(content)))
    for name in names:
        if name not in book.contents:
            raise SettingsError(f"{book.file} has no content {name!r}", "write a name under [content.*]")
    if origin not in book.origin:
        raise SettingsError(f"{book.file} has no origin {origin!r}", "write a name under [origin.*]")
    if math.isnan(age_days) or math.isnan(supply):
        raise SettingsError("age_days and supply must be numbers", "leave them out where unknown")
    base = _together(book, names, age_days)
    factor = book.origin[origin]
    priced = base.scaled(factor.low, factor.high, factor.traces)
    if supply <= 0:
        return priced
    return priced.scaled(*supply_factor(book.supply, supply), book.supply.traces)


def _outermost(book: PriceBook, names: tuple[str, ...]) -> tuple[str, ...]:
    """``names`` without those that another of them includes."""
    return tuple(
        name for name in names if not any(other != name and name in book.closure(other) for other in names)
    )


def _together(book: PriceBook, names: tuple[str, ...], age_days: float) -> Interval:
    """Contents stolen together: the best of them at least, the sum of the outermost at most."""
    parts = [_aged(book, name, age_days) for name in _outermost(book, names)]
    return Interval(
        max((part.low for part in parts), default=0.0),
        math.fsum(part.high for part in parts),
        _joined(*(part.sources for part in parts)),
    )


def _aged(book: PriceBook, content: str, age_days: float) -> Interval:
    """Hull of the single prices of ``content`` at that age, and no less than what it includes."""
    own = _hull(book, content, age_days)
    parts = _together(book, book.contents[content].includes, age_days)
    return Interval(max(own.low, parts.low), max(own.high, parts.high), _joined(own.sources, parts.sources))


def _hull(book: PriceBook, content: str, age_days: float) -> Interval:
    lows: list[float] = []
    highs: list[float] = []
    sources: list[str] = []
    for entry in book.singles(content):
        rule = book.freshness[entry.freshness]
        low, high = freshness_factor(rule, age_days)
        lows.append(entry.low_eur * low)
        highs.append(entry.high_eur * high)
        sources.extend((entry.id, *rule.traces))
    return Interval(min(lows, default=0.0), max(highs, default=0.0), tuple(sources))


def price_lot(
    book: PriceBook,
    content: str | Collection[str],
    size: int,
    age_days: float = 0.0,
    origin: str = "fresh",
    supply: float = 0.0,
) -> LotPrice:
    """Total in euros of ``size`` units: retail up to the buyers found, wholesale, and the better one.

    Retail is linear in the units sold, at most as many as the book's ``[retail] buyers``; wholesale
    earns item x N^(1-a). Raises SettingsError as :func:`price_item`, and for a negative size.
    """
    if size < 0:
        raise SettingsError(f"a lot of {size} units cannot be priced", "give a size of 0 or more")
    item = price_item(book, content, age_days, origin, supply)
    retail = item.scaled(min(size, book.retail.low), min(size, book.retail.high), book.retail.traces)
    units = float(size)
    wholesale = item.scaled(
        units ** (1.0 - book.wholesale.high) if size else 0.0,
        units ** (1.0 - book.wholesale.low) if size else 0.0,
        book.wholesale.traces,
    )
    better = Interval(
        max(retail.low, wholesale.low),
        max(retail.high, wholesale.high),
        _joined(retail.sources, wholesale.sources),
    )
    by_lot = wholesale.low + wholesale.high > retail.low + retail.high
    return LotPrice(size, item, retail, wholesale, better, "wholesale" if by_lot else "retail")


def price_costs(book: PriceBook, amounts: Mapping[str, float]) -> Interval:
    """What a theft cost the thief in euros: ``amounts`` of each cost in the book.

    Raises SettingsError for a cost the book does not know or an amount below 0.
    """
    low = high = 0.0
    for name, amount in amounts.items():
        if name not in book.costs:
            raise SettingsError(f"{book.file} has no cost {name!r}", "write the id of a [[cost]]")
        if not amount >= 0:
            raise SettingsError(f"the amount of cost {name!r} is not a number from 0", "give 0 or more")
        low += amount * book.costs[name].low_eur
        high += amount * book.costs[name].high_eur
    return Interval(low, high, tuple(f"cost.{name}" for name in amounts))
