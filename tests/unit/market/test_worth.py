"""A haul is priced by what is in it: categories add up, lots fall, and every figure names its entries."""

from __future__ import annotations

import pytest

from rempart.market.book import PriceBook, load
from rempart.market.model import price_item, price_lot
from rempart.market.worth import CATEGORY_CONTENT, Group, price_haul, price_person
from rempart.records import CATEGORIES


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return load()


def test_every_category_is_a_content_of_the_packaged_book(book: PriceBook) -> None:
    assert set(CATEGORY_CONTENT) == set(CATEGORIES)
    assert set(CATEGORY_CONTENT.values()) <= set(book.contents)


def test_one_person_is_worth_what_the_price_model_says(book: PriceBook) -> None:
    assert price_person(book, ["insurance"], 0.0) == price_item(book, "insurance")
    assert price_person(book, [], 0.0).high == 0


def test_parts_that_make_a_whole_are_priced_as_the_whole(book: PriceBook) -> None:
    whole = price_person(book, ["identity", "prescriptions", "results"], 0.0)
    assert whole.high >= price_item(book, "record").high
    kit = price_person(book, ["identity", "contact", "social_security_number"], 0.0)
    assert kit.high >= price_item(book, "identity_kit").high
    assert price_person(book, ["appointments"], 0.0).high < price_item(book, "partial_record").high


def test_a_lot_of_one_kind_fetches_what_the_price_model_says(book: PriceBook) -> None:
    haul = price_haul(book, [Group(40_000, 40_000, ("results",), ("results",), 10.0)])
    lot = price_lot(book, "partial_record", 40_000, age_days=10.0)
    assert haul.lot.low == pytest.approx(lot.wholesale.low)
    assert haul.lot.high == pytest.approx(lot.wholesale.high)
    assert haul.retail.low == pytest.approx(lot.retail.low)
    assert haul.retail.high == pytest.approx(lot.retail.high)


def test_what_is_not_proved_counts_at_the_high_end_only(book: PriceBook) -> None:
    haul = price_haul(book, [Group(10, 0, (), ("identity", "bank_details"), 0.0)])
    assert haul.retail.low == haul.lot.low == 0
    assert haul.retail.high > 0
    assert [(one.category, one.certain, one.people) for one in haul.by_category] == [
        ("identity", 0, 10),
        ("bank_details", 0, 10),
    ]


def test_old_data_fetch_less_and_bank_details_fade_fastest(book: PriceBook) -> None:
    fresh, old = (
        price_haul(book, [Group(5, 5, ("bank_details",), ("bank_details",), age)]) for age in (0.0, 90.0)
    )
    assert old.retail.high < fresh.retail.high
    bank, identity = (
        price_haul(book, [Group(1, 1, (name,), (name,), 0.0)]).by_category[0]
        for name in ("bank_details", "identity")
    )
    assert bank.in_a_year[1] < identity.in_a_year[0]


def test_every_figure_names_its_entries(book: PriceBook) -> None:
    haul = price_haul(book, [Group(3, 3, ("identity",), ("identity", "insurance"), 0.0)])
    for one in (haul.retail, haul.lot, *(each.retail for each in haul.by_category)):
        known = (
            set(book.entries)
            | {f"freshness.{n}" for n in book.freshness}
            | {f"origin.{n}" for n in book.origin}
        )
        assert set(one.sources) <= known | {"retail", "wholesale", "supply"}
        assert one.sources


def test_nobody_is_worth_nothing(book: PriceBook) -> None:
    haul = price_haul(book, [])
    assert (haul.people, haul.retail.high, haul.lot.high, haul.by_category) == (0, 0.0, 0.0, ())
