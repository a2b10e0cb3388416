"""Laws of the price model, on the packaged book and on books drawn at random."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.market.book import Content, Entry, PriceBook, load
from rempart.market.model import price_item, price_lot

BOOK = load()
TOLERANCE = 1 + 1e-12
ages = st.floats(-10, 40_000)
supplies = st.one_of(st.floats(0, 1e6), st.just(math.inf))
origins = st.sampled_from(sorted(BOOK.origin))


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    """Six contents that include only earlier ones, each with one or two single prices."""
    template = BOOK.entries["record-single-2025"]
    contents: dict[str, Content] = {}
    entries: dict[str, Entry] = {}
    for number in range(6):
        name = f"c{number}"
        inner = draw(st.lists(st.sampled_from(sorted(contents)), unique=True)) if contents else []
        contents[name] = Content(name, name, tuple(inner))
        for turn in range(draw(st.integers(1, 2))):
            low, high = sorted(draw(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4))))
            entry = replace(
                template, id=f"{name}.{turn}", content=name, low_eur=low, high_eur=high,
                freshness=draw(st.sampled_from(sorted(BOOK.freshness))),
            )  # fmt: skip
            entries[entry.id] = entry
    return replace(BOOK, contents=contents, entries=entries)


@settings(deadline=None, max_examples=150)
@given(books(), st.data(), ages, supplies, origins)
def test_more_content_is_never_worth_less(
    book: PriceBook, data: st.DataObject, age: float, supply: float, origin: str
) -> None:
    names = st.sets(st.sampled_from(sorted(book.contents)))
    some = data.draw(names)
    more = some | data.draw(names)
    small = price_item(book, some, age, origin, supply)
    large = price_item(book, more, age, origin, supply)
    assert small.low <= large.low * TOLERANCE
    assert small.high <= large.high * TOLERANCE
    assert small.low <= small.high


@settings(deadline=None, max_examples=150)
@given(books(), st.data(), st.tuples(ages, ages), st.tuples(supplies, supplies), origins)
def test_age_and_rival_offers_never_raise_a_price(
    book: PriceBook,
    data: st.DataObject,
    two_ages: tuple[float, float],
    two_supplies: tuple[float, float],
    origin: str,
) -> None:
    name = data.draw(st.sampled_from(sorted(book.contents)))
    young, old = sorted(two_ages)
    few, many = sorted(two_supplies)
    better, worse = price_item(book, name, young, origin, few), price_item(book, name, old, origin, many)
    assert worse.low <= better.low * TOLERANCE
    assert worse.high <= better.high * TOLERANCE


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(sorted(BOOK.contents)),
    st.tuples(st.integers(0, 10**8), st.integers(0, 10**8)),
    ages,
    supplies,
    origins,
)
def test_a_larger_lot_never_earns_less(
    name: str, sizes: tuple[int, int], age: float, supply: float, origin: str
) -> None:
    small, large = (price_lot(BOOK, name, size, age, origin, supply) for size in sorted(sizes))
    for way in ("retail", "wholesale", "better"):
        one, other = getattr(small, way), getattr(large, way)
        assert one.low <= other.low * TOLERANCE
        assert one.high <= other.high * TOLERANCE
        assert one.low <= one.high
    assert small.better.low >= max(small.retail.low, small.wholesale.low)


@given(st.sampled_from(sorted(BOOK.contents)), ages, supplies)
def test_recycled_data_are_never_dearer_than_fresh_ones(name: str, age: float, supply: float) -> None:
    fresh = price_item(BOOK, name, age, "fresh", supply)
    recycled = price_item(BOOK, name, age, "recycled", supply)
    assert recycled.low <= fresh.low
    assert recycled.high <= fresh.high
