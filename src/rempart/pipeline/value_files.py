"""What a theft is worth, and who is most at risk: ``value.json``, ``value.csv`` and a picture.

Reads the people of a scope (from an incident, or from a ``scope.json`` with its ``scope.csv`` beside it)
and the persons' ledger of earlier incidents; prices them by the price book and joins both into what can
now be assembled about each person. Writes owner-only files. Pseudonyms only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from rempart.canonical import hash_document
from rempart.errors import LedgerError
from rempart.incident.exposure import Array
from rempart.incident.frauds import FRAUDS, LEVELS, Risk, explain, judge_risks, score
from rempart.language import Language
from rempart.language import gettext as _
from rempart.market.book import PriceBook
from rempart.market.model import Interval
from rempart.market.worth import CategoryWorth, price_haul, price_person
from rempart.pipeline.private_streams import make_folder, write_whole
from rempart.pipeline.scope_files import (
    FORMAT,
    age_days,
    book_of,
    category_names,
    groups_of,
    hexadecimal,
    names_of,
)
from rempart.pipeline.spelling import write_json
from rempart.pipeline.value_picture import bars
from rempart.pipeline.wording import iso_time
from rempart.records import CATEGORIES, MISSING_MS

MOST_SHOWN = 50
"""People named in ``value.json`` as most at risk; all stand in ``value.csv``."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """k people by pseudonym, ascending: what is proved and what is left open (bits), when last seen, and
    whether anything is proved."""

    patient: Array
    shown: Array
    maybe: Array
    last_ms: Array
    certain: Array

    def __len__(self) -> int:
        return int(self.patient.size)


@dataclass(frozen=True, slots=True)
class Valued:
    """What a theft is worth and does: the document of ``value.json`` and the columns of ``value.csv``."""

    document: dict[str, Any]
    table: pa.Table


def read_exposure(scope: Path) -> tuple[dict[str, Any], Exposure]:
    """A scope's document and its people. LedgerError where the files are not a scope, or were changed."""
    try:
        document = json.loads(scope.read_bytes())
        table = pyarrow.csv.read_csv(scope.with_name("scope.csv"), convert_options=_AS_TEXT)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise LedgerError(
            _("{scope} and scope.csv beside it cannot be read").format(scope=scope), _("name OUT/scope.json")
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise LedgerError(
            _("{scope} is no scope").format(scope=scope), _("name the scope.json that rempart scope wrote")
        )
    if document.get("hash") != hash_document(document):
        raise LedgerError(
            _("{scope} was changed after it was written").format(scope=scope), _("take the scope again")
        )
    patients = np.array([int(text, 16) for text in table["patient"].to_pylist()], np.uint64)
    stamps = table["last"].to_pylist()
    exposure = Exposure(
        patients,
        _bits(table["categories"].to_pylist()),
        _bits(table["possible_categories"].to_pylist()),
        np.array([_milliseconds(text) for text in stamps], np.int64),
        np.array(table["exposed"].to_pylist(), dtype=object) == "yes",
    )
    return document, exposure


def value_exposure(
    exposure: Exposure,
    earlier: Mapping[str, tuple[Array, Array]],
    book: PriceBook,
    now_ms: int,
    about: Mapping[str, Any],
) -> Valued:
    """Price ``exposure`` and join it with ``earlier`` incidents (pseudonyms ascending, bits proved)."""
    before, times = _joined(exposure.patient, earlier)
    haul = price_haul(book, groups_of(exposure, now_ms))
    ranked = _rank(exposure, before)
    document: dict[str, Any] = {
        "format": "rempart-value-1",
        **about,
        "made_at": iso_time(now_ms),
        "people": len(exposure),
        "worth_eur": {"retail": _interval(haul.retail), "lot": _interval(haul.lot)},
        "by_category": [_category(one) for one in haul.by_category],
        "price_book": book_of(book),
        "entries": _entries(book, (*haul.retail.sources, *haul.lot.sources)),
        "earlier_incidents": {
            name: int(np.isin(exposure.patient, patients).sum()) for name, (patients, _) in earlier.items()
        },
        "exposed_before": int((times > 0).sum()),
        "risks": _counted(exposure, before),
        "most_at_risk": [_person(exposure, before, place) for place in ranked[:MOST_SHOWN].tolist()],
    }
    return Valued(
        document | {"hash": hash_document(document)}, _table(exposure, before, times, ranked, book, now_ms)
    )


def write_value(valued: Valued, out: Path, language: Language) -> None:
    """Write the files into ``out``."""
    make_folder(out)
    write_json(out / "value.json", valued.document)
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(valued.table, sink, pyarrow.csv.WriteOptions(quoting_style="needed"))
    write_whole(out / "value.csv", bytes(sink.getvalue()))
    for ending, picture in bars(valued.document, language).items():
        write_whole(out / f"value.{ending}", picture)


_AS_TEXT = pyarrow.csv.ConvertOptions(
    column_types={
        name: pa.string() for name in ("patient", "last", "categories", "possible_categories", "exposed")
    },
    include_columns=["patient", "last", "categories", "possible_categories", "exposed"],
    strings_can_be_null=False,
)


def _joined(patients: Array, earlier: Mapping[str, tuple[Array, Array]]) -> tuple[Array, Array]:
    """(k,) the categories earlier incidents proved of each, and in how many incidents each stood."""
    before, times = np.zeros(patients.size, np.int64), np.zeros(patients.size, np.int64)
    for theirs, shown in earlier.values():
        place = np.minimum(np.searchsorted(theirs, patients), max(theirs.size - 1, 0))
        met = theirs[place] == patients
        before[met] |= shown[place[met]]
        times += met
    return before, times


def _all_bits(exposure: Exposure, before: Array) -> Array:
    """(k,) what may be held of each person now."""
    return np.asarray(exposure.shown | exposure.maybe | before)


def _proved_bits(exposure: Exposure, before: Array) -> Array:
    return np.asarray(exposure.shown | before)


def _rank(exposure: Exposure, before: Array) -> Array:
    """Places of the people, most at risk first, by what is proved, then by what may be; ties by pseudonym."""
    proved = _scores(_proved_bits(exposure, before))
    possible = _scores(_all_bits(exposure, before))
    return np.lexsort((exposure.patient, -possible, -proved))


def _scores(bits: Array) -> Array:
    kinds, codes = np.unique(bits, return_inverse=True)
    scores = np.array([score(judge_risks(kind)) for kind in kinds.tolist()], np.int64)
    return scores[codes.reshape(-1)]


def _counted(exposure: Exposure, before: Array) -> dict[str, dict[str, int]]:
    """For each fraud how many people stand at each level, by what is proved."""
    kinds, counts = np.unique(_proved_bits(exposure, before), return_counts=True)
    found: dict[str, Counter[str]] = {fraud.id: Counter() for fraud in FRAUDS}
    for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
        for risk in judge_risks(kind):
            found[risk.fraud][LEVELS[risk.level]] += count
    return {fraud: {level: levels[level] for level in reversed(LEVELS)} for fraud, levels in found.items()}


def _person(exposure: Exposure, before: Array, place: int) -> dict[str, Any]:
    proved = int(exposure.shown[place] | before[place])
    alone = frozenset(names_of(int(before[place]) & ~int(exposure.shown[place])))
    risks = judge_risks(proved)
    return {
        "patient": f"{int(exposure.patient[place]):016x}",
        "categories": list(names_of(int(exposure.shown[place]))),
        "before": list(names_of(int(before[place]))),
        "risks": {risk.fraud: LEVELS[risk.level] for risk in risks},
        "why": [explain(risk, alone) for risk in _heaviest(risks)],
    }


def _heaviest(risks: tuple[Risk, ...]) -> list[Risk]:
    most = max(risk.level for risk in risks)
    return [risk for risk in risks if risk.level == most and most > 0]


def _table(
    exposure: Exposure, before: Array, times: Array, ranked: Array, book: PriceBook, now_ms: int
) -> pa.Table:
    low, high = _worth_each(exposure, book, now_ms)
    levels = _levels(_proved_bits(exposure, before))
    columns = {
        "patient": hexadecimal(exposure.patient),
        "categories": category_names(exposure.shown),
        "possible_categories": category_names(exposure.maybe),
        "before": category_names(before),
        "earlier_incidents": pa.array(times),
        "worth_low_eur": pa.array(low),
        "worth_high_eur": pa.array(high),
        **{name: pa.array(column, pa.string()) for name, column in levels.items()},
    }
    table = pa.table(columns).take(pa.array(ranked))
    return table.add_column(0, "rank", pa.array(np.arange(1, len(exposure) + 1)))


def _levels(bits: Array) -> dict[str, list[str]]:
    kinds, codes = np.unique(bits, return_inverse=True)
    each = [judge_risks(kind) for kind in kinds.tolist()]
    words = np.array([[LEVELS[risk.level] for risk in risks] for risks in each], dtype=object).reshape(
        -1, len(FRAUDS)
    )
    chosen = words[codes.reshape(-1)]
    return {fraud.id: chosen[:, place].tolist() for place, fraud in enumerate(FRAUDS)}


def _worth_each(exposure: Exposure, book: PriceBook, now_ms: int) -> tuple[Array, Array]:
    """Retail price of each person's data, (k,) low by what is proved and high by what may have left."""
    age = age_days(exposure.last_ms, now_ms)
    keys = np.stack([exposure.shown, exposure.maybe, age], axis=1)
    kinds, codes = np.unique(keys, axis=0, return_inverse=True)
    prices = np.array(
        [
            (
                price_person(book, names_of(shown), days).low,
                price_person(book, names_of(shown | maybe), days).high,
            )
            for shown, maybe, days in kinds.tolist()
        ]
    ).reshape(-1, 2)
    chosen = np.round(prices[codes.reshape(-1)], 2)
    return chosen[:, 0], chosen[:, 1]


def _category(one: CategoryWorth) -> dict[str, Any]:
    return {
        "category": one.category,
        "people": {"certain": one.certain, "at_most": one.people},
        "retail_eur": _interval(one.retail),
        "lot_eur": _interval(one.lot),
        "freshness": list(one.freshness),
        "left_in_30_days": [round(share, 3) for share in one.in_30_days],
        "left_in_a_year": [round(share, 3) for share in one.in_a_year],
        "entries": list(one.retail.sources),
    }


def _entries(book: PriceBook, sources: tuple[str, ...]) -> dict[str, str]:
    """What each id that a figure rests on is: the source the price book gives."""
    rules = [*book.freshness.values(), *book.origin.values(), book.supply, book.wholesale, book.retail]
    known = {entry.id: entry.source for entry in book.entries.values()} | {
        rule.id: rule.source for rule in rules
    }
    return {name: known[name] for name in dict.fromkeys(sources) if name in known}


def _interval(one: Interval) -> list[float]:
    return [round(one.low, 2), round(one.high, 2)]


def _bits(texts: list[str]) -> Array:
    known: dict[str, int] = {}
    for text in set(texts):
        names = [name for name in text.split(";") if name]
        known[text] = sum(1 << CATEGORIES.index(name) for name in names if name in CATEGORIES)
    return np.array([known[text] for text in texts], np.int64)


def _milliseconds(text: str) -> int:
    return int(np.datetime64(text.rstrip("Z"), "ms").astype(np.int64)) if text else MISSING_MS
