"""Worked examples of the price model, and the two lot prices it was drawn through."""

from __future__ import annotations

import math

import pytest

from rempart.errors import SettingsError
from rempart.market.book import PriceBook, load
from rempart.market.model import price_costs, price_item, price_lot


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return load()


def test_a_fresh_record_costs_what_the_book_saw(book: PriceBook) -> None:
    price = price_item(book, "record")
    assert price.low == pytest.approx(20 * 0.90)
    assert price.high == pytest.approx(500)
    assert {"record-single-2025", "record-single-2016", "origin.fresh"} <= set(price.sources)


def test_every_source_of_a_figure_is_in_the_book(book: PriceBook) -> None:
    rules = {"supply", "wholesale", "retail"}
    rules |= {f"freshness.{name}" for name in book.freshness} | {f"origin.{name}" for name in book.origin}
    lot = price_lot(book, ["record", "bank"], 500, age_days=40, origin="recycled", supply=2)
    for name in (*lot.better.sources, *lot.retail.sources, *lot.wholesale.sources):
        assert name in book.entries or name in rules


def test_what_cannot_be_changed_falls_slower(book: PriceBook) -> None:
    def left(content: str) -> float:
        return price_item(book, content, age_days=365).high / price_item(book, content).high

    assert left("ssn") > left("contact") > left("bank")
    assert left("bank") < 0.1


def test_given_away_is_worth_nothing_to_sell(book: PriceBook) -> None:
    price = price_item(book, "record", supply=math.inf)
    assert (price.low, price.high) == (0.0, 0.0)
    assert "fr-patients-2026" in price.sources


def test_the_exponents_go_through_the_two_listings_they_name(book: PriceBook) -> None:
    """20 and 50 dollars for one, 0.0125 in a lot of 40,000: the interval holds the listing."""
    lot = book.entries["record-lot-40000-2016"]
    single = book.entries["record-single-2016"]
    low = single.low_eur * lot.lot**-book.wholesale.high
    high = single.high_eur * lot.lot**-book.wholesale.low
    assert low <= lot.low_eur <= high
    slope = [math.log(price / lot.low_eur) / math.log(lot.lot) for price in (single.low_eur, single.high_eur)]
    assert slope == pytest.approx([0.70, 0.78], abs=0.01)
    wholesale = price_lot(book, "record", lot.lot).wholesale
    assert wholesale.low <= lot.low_eur * lot.lot <= wholesale.high


def test_few_units_go_one_by_one_and_many_as_a_lot(book: PriceBook) -> None:
    assert price_lot(book, "record", 5).way == "retail"
    assert price_lot(book, "record", 10**9).way == "wholesale"
    one = price_lot(book, "record", 1)
    assert (one.retail.low, one.retail.high) == (one.item.low, one.item.high)
    assert price_lot(book, "record", 0).better.high == 0


def test_costs_add_up(book: PriceBook) -> None:
    costs = price_costs(book, {"working_login": 2, "hour": 3})
    assert costs.low == pytest.approx(2 * 50 + 3 * 5)
    assert costs.sources == ("cost.working_login", "cost.hour")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"content": "soul"}, "soul"),
        ({"content": "record", "origin": "moon"}, "moon"),
        ({"content": "record", "age_days": math.nan}, "numbers"),
    ],
)
def test_what_the_book_does_not_know_is_named(book: PriceBook, arguments: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        price_item(book, **arguments)
    with pytest.raises(SettingsError):
        price_lot(book, "record", -1)
    with pytest.raises(SettingsError):
        price_costs(book, {"hour": math.nan})
    with pytest.raises(SettingsError):
        price_costs(book, {"yacht": 1})
