"""The price book: prices seen, with their sources, and the rules of the price model, as frozen records.

Reads a TOML file of the shape of ``prices.toml`` beside this module (docs/reference/price-book.md).
Gives a :class:`PriceBook` whose every entry keeps source, date, currency, lot and interval. An entry
with ``use = false`` stays in the book with the reason why no figure rests on it.
Misses: markets move; the book says when each price was seen, not what it is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rempart.market.section import Section, read_document

PACKAGED_BOOK = "prices.toml"
ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True)
class Rule:
    """An interval the model multiplies or raises with; ``id`` is its place in the book."""

    id: str
    low: float
    high: float
    source: str
    entries: tuple[str, ...] = ()

    @property
    def traces(self) -> tuple[str, ...]:
        """The ids a figure made with this rule rests on."""
        return (self.id, *self.entries)


@dataclass(frozen=True, slots=True)
class Entry:
    """One price seen (or assumed), for one unit."""

    id: str
    content: str
    low: float
    high: float
    currency: str
    seen: date
    lot: int
    """1: sold singly; above: units in the lot; 0: a lot of unstated size."""
    freshness: str
    source: str
    notes: str
    use: bool
    reason: str
    low_eur: float
    high_eur: float

    @property
    def assumed(self) -> bool:
        """True where nobody published the figure."""
        return self.source == ASSUMPTION


@dataclass(frozen=True, slots=True)
class Content:
    """Something a thief steals; whoever holds it holds what it ``includes`` too."""

    id: str
    label: str
    includes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Something the thief pays for, in euros for one ``unit``."""

    id: str
    unit: str
    low_eur: float
    high_eur: float
    source: str


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Everything the model needs; ``file`` is the name the book was loaded under."""

    file: str
    title: str
    as_of: date
    contents: dict[str, Content]
    entries: dict[str, Entry]
    freshness: dict[str, Rule]
    """Half-lives in days."""
    origin: dict[str, Rule]
    """Factors."""
    supply: Rule
    wholesale: Rule
    """Exponents."""
    retail: Rule
    """Number of buyers."""
    costs: dict[str, Cost]

    def singles(self, content: str) -> tuple[Entry, ...]:
        """The usable entries of ``content`` sold one by one, in file order."""
        mine = (entry for entry in self.entries.values() if entry.content == content)
        return tuple(entry for entry in mine if entry.use and entry.lot == 1)

    def closure(self, content: str) -> tuple[str, ...]:
        """``content`` and everything it includes, itself first, each once."""
        found = [content]
        for name in found:
            found.extend(inner for inner in self.contents[name].includes if inner not in found)
        return tuple(found)


def load(path: Path | None = None) -> PriceBook:
    """The price book at ``path``, or the packaged one.

    Raises SettingsError naming file, entry, key, what is wrong and what to write instead.
    """
    file, document = read_document(path, PACKAGED_BOOK)
    top = Section.of(file, "the book", document)
    rates = _rates(top)
    freshness = _rules(top, "freshness", "half_life_days", 0.01)
    contents = _contents(top)
    entries: dict[str, Entry] = {}
    for row in top.rows("entry", by="id"):
        entry = _entry(row, rates, contents, freshness)
        if entry.id in entries:
            raise row.wrong("id", "stands twice in the book", "give each entry its own id")
        entries[entry.id] = entry
    costs = {cost.id: cost for cost in (_cost(row, rates) for row in top.rows("cost", by="id"))}
    origin = _rules(top, "origin", "factor", 0.0)
    supply = _rule(top, "supply", "exponent", 0.0, entries)
    wholesale = _rule(top, "wholesale", "exponent", 0.0, entries)
    retail = _rule(top, "retail", "buyers", 1.0, entries)
    for needed in ("fresh", "recycled", "unknown"):
        if needed not in origin:
            raise top.wrong("origin", f"has no {needed!r}", f"add [origin.{needed}]")
    if wholesale.high > 1.0:
        raise top.wrong("wholesale", "has an exponent above 1", "write at most 1: more units never earn less")
    book = PriceBook(
        file, top.text("title"), top.day("as_of"), contents, entries, freshness, origin, supply, wholesale,
        retail, costs,
    )  # fmt: skip
    top.finish()
    _check_priced(book, top)
    return book


def _check_priced(book: PriceBook, top: Section) -> None:
    """Every content must rest on at least one usable single price, its own or of what it includes."""
    for name in book.contents:
        if not any(book.singles(inner) for inner in book.closure(name)):
            raise top.wrong(f"content.{name}", "has no usable price with lot = 1", f"add an entry for {name}")


def _rates(top: Section) -> dict[str, list[tuple[date, float]]]:
    rates: dict[str, list[tuple[date, float]]] = {"EUR": [(date(1999, 1, 1), 1.0)]}
    for row in top.rows("rate", by="currency"):
        rates.setdefault(row.text("currency"), []).append((row.day("date"), row.amount("eur", 1e-9)))
        row.text("source")
        row.text("notes", "")
        row.finish()
    return rates


def _euros(row: Section, amount: float, seen: date, rates: dict[str, list[tuple[date, float]]]) -> float:
    """``amount`` of the row's currency in euros, at the rate nearest in time."""
    currency = row.text("currency")
    if currency not in rates:
        raise row.wrong("currency", "has no rate", 'add a [[rate]] for it or write currency = "EUR"')
    if currency == "EUR":
        return amount
    return amount * min(rates[currency], key=lambda rate: abs((rate[0] - seen).days))[1]


def _contents(top: Section) -> dict[str, Content]:
    contents = {}
    for name, row in top.tables("content"):
        contents[name] = Content(name, row.text("label"), row.texts("includes"))
        row.finish()
    if not contents:
        raise top.wrong("content", "is missing", "add at least one [content.name]")
    for name, content in contents.items():
        for inner in content.includes:
            if inner not in contents:
                raise top.wrong(f"content.{name}", f"includes {inner!r}, which is no content", "correct it")
    _check_no_circle(top, contents)
    return contents


def _check_no_circle(top: Section, contents: dict[str, Content]) -> None:
    """No content may include itself, directly or through others."""
    settled: set[str] = set()
    left = dict(contents)
    while left:
        ready = [name for name, content in left.items() if settled.issuperset(content.includes)]
        if not ready:
            raise top.wrong(f"content.{next(iter(left))}", "includes itself", "break the circle")
        for name in ready:
            settled.add(name)
            del left[name]


def _rule(top: Section, key: str, figure: str, least: float, entries: dict[str, Entry]) -> Rule:
    top.asked.add(key)
    row = Section.of(top.file, key, top.content.get(key, {}))
    low, high = row.interval(figure, least)
    rests = row.texts("entries")
    for name in rests:
        if name not in entries:
            raise row.wrong("entries", "names an entry that is not in the book", "correct or remove that id")
    row.text("notes", "")
    rule = Rule(key, low, high, row.text("source"), rests)
    row.finish()
    return rule


def _rules(top: Section, kind: str, figure: str, least: float) -> dict[str, Rule]:
    rules = {}
    for name, row in top.tables(kind):
        low, high = row.interval(figure, least)
        row.text("notes", "")
        rules[name] = Rule(f"{kind}.{name}", low, high, row.text("source"))
        row.finish()
    return rules


def _span(row: Section) -> tuple[float, float]:
    low, high = row.amount("low"), row.amount("high")
    if low > high:
        raise row.wrong("low", f"({low:g}) is above high ({high:g})", "swap the two figures")
    return low, high


def _entry(
    row: Section,
    rates: dict[str, list[tuple[date, float]]],
    contents: dict[str, Content],
    freshness: dict[str, Rule],
) -> Entry:
    low, high = _span(row)
    seen, use = row.day("date"), row.truth("use", True)
    for key, known in (("content", contents), ("freshness", freshness)):
        if row.text(key) not in known:
            names = ", ".join(list(known)[:20])
            raise row.wrong(key, "names nothing in the book", f"write one of: {names}")
    entry = Entry(
        row.text("id"), row.text("content"), low, high, row.text("currency"), seen, row.whole("lot"),
        row.text("freshness"), row.text("source"), row.text("notes", ""), use,
        row.text("reason", None if not use else ""),
        _euros(row, low, seen, rates), _euros(row, high, seen, rates),
    )  # fmt: skip
    row.finish()
    return entry


def _cost(row: Section, rates: dict[str, list[tuple[date, float]]]) -> Cost:
    low, high = _span(row)
    seen = row.day("date")
    cost = Cost(
        row.text("id"), row.text("unit"), _euros(row, low, seen, rates), _euros(row, high, seen, rates),
        row.text("source"),
    )  # fmt: skip
    row.text("notes", "")
    row.finish()
    return cost
