"""From named columns of text to people as numbers: the one road for leaked rows and for a population.

Reads the chunks of a reader with the kinds of their columns; gives a :class:`~rempart.leak.side.Side`.
Several columns of one kind are several values, except parts of one address (number, street, complement),
which are joined. Full names are taken apart: capitals, a comma or a star mark the family name.

Misses: a second given name in its own column; ages instead of birth dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.leak.fold import column_bytes, column_of, fold_column
from rempart.leak.kinds import dates
from rempart.leak.numbers import (
    hash_each,
    hash_identifiers,
    lower_mails,
    nir_numbers,
    phone_numbers,
    postcode_numbers,
    split_streets,
    towns,
)
from rempart.leak.side import ATTRIBUTES, Array, Side, Values, Words, no_values, words_of
from rempart.leak.words import SEX_WORDS, TITLE

Columns = dict[str, list[tuple[str, Any]]]
"""For every kind its columns, in order: (heading, large string column)."""

_TYPE_WORDS = (
    "rue r avenue av ave boulevard bd bld blvd bvd place pl chemin ch che chem impasse imp allee allees all quai "
    "cours crs route rte rt square sq residence res resid lotissement lot passage pass faubourg fbg fg sentier "
    "villa esplanade promenade street st road rd lane ln drive dr crescent cres close court ct circuit way avenue"
)


def _type_hashes() -> Array:
    content, cuts = column_bytes(pa.array(sorted(set(_TYPE_WORDS.split())), pa.large_string()))
    return np.sort(hash_each(content, cuts))


_TYPES = _type_hashes()


def by_kind(names: Sequence[str], kinds: Sequence[str], columns: Sequence[Any]) -> Columns:
    """The columns of a chunk in order, gathered by their kind."""
    found: Columns = {}
    for name, kind, column in zip(names, kinds, columns, strict=True):
        found.setdefault(kind, []).append((name, column))
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute's values from one column: ``rows`` (k,) people they belong to, ascending, and Values' fields."""

    rows: Array
    key: Array
    number: Array
    texts: Any = None
    heading: str = ""


def side_of(columns: Columns, size: int) -> Side:
    """``size`` people from their columns."""
    return side_from(columns, parts_of(columns), size)


def side_from(columns: Columns, parts: dict[str, list[Part]], size: int) -> Side:
    """``size`` people from their columns, whose attributes are already taken apart."""
    given, givens, family, families = _names(columns, size)
    values = [join_parts(parts[name], size) for name in ATTRIBUTES]
    return Side(given, family, birth_dates(columns, size), _sexes(columns, size), givens, families, *values)


def join_parts(parts: Sequence[Part], size: int) -> Values:
    """The values of several columns, person by person."""
    if not parts:
        return no_values(size)
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable") if len(parts) > 1 else slice(None)
    starts = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=size), out=starts[1:])
    key = np.concatenate([part.key for part in parts])[order]
    number = np.concatenate([part.number for part in parts])
    number = number[order] if len(number) == len(key) else np.empty(0, np.int64)
    if parts[0].texts is None:
        return Values(starts, key, number, np.empty(0, np.uint8), np.zeros(1, np.int64))
    texts = pa.chunked_array([part.texts for part in parts]).combine_chunks()
    if len(parts) > 1:
        texts = texts.take(pa.array(order))
    content, cuts = column_bytes(texts)
    return Values(starts, key, number, np.ascontiguousarray(content[cuts[0] : cuts[-1]]), cuts - cuts[0])


def birth_dates(columns: Columns, size: int) -> Array:
    """(n,) int32 YYYYMMDD of the first column that has one; days that do not exist too, they may be one figure off."""
    births = np.zeros(size, np.int32)
    for _, column in columns.get("birth_date", []):
        births = np.where(births == 0, parse_dates(column, mistyped=True), births)
    return births.astype(np.int32)


def parse_dates(column: Any, mistyped: bool = False) -> Array:
    """(n,) int32 YYYYMMDD; day or month first is decided for the whole column. ``mistyped``: days that do not exist
    are numbers too."""
    coded = pc.utf8_slice_codeunits(column, 0, 32).dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    words = [word or "" for word in coded.dictionary.to_pylist()]
    day_first = _day_first(words)
    read = [dates.parse(word, day_first) for word in words]
    if mistyped:
        read = [day or dates.mistyped(word, day_first) for day, word in zip(read, words, strict=True)]
    known = np.array([*read, 0], np.int32)
    return known[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]


_PARTS = re.compile(
    r"\s*(?:(?P<one>\d{1,2})[\-/. ](?P<two>\d{1,2})[\-/. ]\d{2,4}|(?!18|19|20)(?P<first>\d\d)(?P<second>\d\d)(?:18|19|20)\d\d\b)",
    re.ASCII,
)
"""Day and month, in either order, before the year; without separators only where they cannot be the year's beginning."""


def _day_first(words: Iterable[str]) -> bool:
    found = [parts for word in words if (parts := _PARTS.match(word))]
    later = sum(int(parts["two"] or parts["second"]) > 12 for parts in found)
    early = sum(int(parts["one"] or parts["first"]) > 12 for parts in found)
    return early >= later


def _sexes(columns: Columns, size: int) -> Array:
    sexes = np.zeros(size, np.int8)
    for _, column in columns.get("sex", []):
        coded = fold_column(column).dictionary_encode()
        words = [SEX_WORDS.get((word or "").partition(" ")[0], 0) for word in coded.dictionary.to_pylist()]
        known = np.array([*words, 0], np.int8)
        here = known[coded.indices.to_numpy(zero_copy_only=False)]
        sexes = np.where(sexes == 0, here, sexes)
    return sexes


def _names(columns: Columns, size: int) -> tuple[Array, Words, Array, Words]:
    """(given (n,), their words, family (n, 2), their words)."""
    given = _joined(columns.get("given", []))
    family = _joined(columns.get("family", [])[:1])
    birth = _joined(columns.get("birth_name", [])[:1])
    if birth is None and len(columns.get("family", [])) > 1:
        birth = columns["family"][1][1]
    if columns.get("full_name") and (given is None or family is None):
        first, last = split_full_names(columns["full_name"][0][1])
        given, family = given if given is not None else first, family if family is not None else last
    empty = pa.nulls(size, pa.large_string())
    givens, given_ids = _vocabulary([given if given is not None else empty])
    families, family_ids = _vocabulary([each if each is not None else empty for each in (family, birth)])
    return given_ids[:, 0].copy(), givens, family_ids, families


def _joined(columns: Sequence[tuple[str, Any]]) -> Any:
    """One column, or several as one with spaces between."""
    if not columns:
        return None
    if len(columns) == 1:
        return columns[0][1]
    filled = [pc.fill_null(column, "") for _, column in columns]
    return pc.binary_join_element_wise(*filled, pa.scalar(" ", pa.large_string()))


def _vocabulary(columns: Sequence[Any]) -> tuple[Words, Array]:
    """The words of several columns together, and the place (n, k) of each cell, -1 for empty."""
    folded = [fold_column(column) for column in columns]
    whole = pa.chunked_array(folded)
    coded = whole.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    words = coded.dictionary
    ids = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    lengths = pc.binary_length(words).to_numpy(zero_copy_only=False) if len(words) else np.empty(0, np.int64)
    if len(words):
        ids = np.where(lengths[ids] == 0, -1, ids).astype(np.int32)
    return words_of(words), ids.reshape(len(columns), -1).T.copy()


def split_full_names(column: Any) -> tuple[Any, Any]:
    """(given, family) of full names, each distinct one taken apart once."""
    coded = column.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    pairs = [split_name(name or "") for name in coded.dictionary.to_pylist()]
    places = coded.indices
    given = pa.array([pair[0] for pair in pairs], pa.large_string()).take(places)
    return given, pa.array([pair[1] for pair in pairs], pa.large_string()).take(places)


def split_name(name: str) -> tuple[str, str]:
    """(given, family) of one full name; the comparison also tries them the other way round."""
    name = TITLE.sub("", name).strip()
    for mark in ("*", ","):
        if mark in name:
            family, _, given = name.partition(mark)
            return given.strip(" /"), family.strip()
    words = name.split()
    loud = [word for word in words if word.isupper() and len(word) > 1]
    if loud and len(loud) < len(words):
        return " ".join(word for word in words if word not in loud), " ".join(loud)
    return (words[0], " ".join(words[1:])) if words else ("", "")


def parts_of(columns: Columns) -> dict[str, list[Part]]:
    """The values of every attribute, one part a column."""
    parts: dict[str, list[Part]] = {name: [] for name in ATTRIBUTES}
    for kind, numbers in (("phone", phone_numbers), ("nir", nir_numbers), ("postcode", postcode_numbers)):
        for heading, column in columns.get(kind, []):
            parts[kind].append(_numbers(numbers(*column_bytes(column)), heading))
    for heading, column in columns.get("email", []):
        content, cuts = lower_mails(*column_bytes(column))
        keys, texts = hash_each(content, cuts), column_of(content, cuts)
        parts["email"].append(_texts(keys, np.empty(0, np.int64), texts, heading))
    for heading, column in columns.get("city", []):
        parts["city"].append(_hashes(towns(*column_bytes(fold_column(column))), heading))
    for heading, column in columns.get("ipp", []):
        parts["ipp"].append(_hashes(hash_identifiers(*column_bytes(column)), heading))
    for kind in ("doctor", "insurer"):
        for heading, column in columns.get(kind, []):
            parts[kind].append(_hashes(hash_each(*column_bytes(fold_column(column))), heading))
    _streets(columns, parts)
    return parts


def _streets(columns: Columns, parts: dict[str, list[Part]]) -> None:
    """Addresses: one a column where each has its postcode, else all columns joined into one."""
    found = columns.get("street", [])
    if not found:
        return
    several = len(columns.get("postcode", [])) == len(found)
    whole = found if several else [(found[0][0], _joined(found))]
    for heading, column in whole:
        house, postcode, street, cuts, town, town_cuts = split_streets(
            *column_bytes(fold_column(column)), _TYPES
        )
        parts["street"].append(_texts(hash_each(street, cuts), house, column_of(street, cuts), heading))
        if not columns.get("postcode"):
            parts["postcode"].append(_numbers(postcode, heading))
        if not columns.get("city"):
            parts["city"].append(_hashes(towns(town, town_cuts), heading))


def _numbers(numbers: Array, heading: str) -> Part:
    rows = np.flatnonzero(numbers)
    return Part(rows, numbers[rows].astype(np.uint64), numbers[rows], heading=heading)


def _hashes(keys: Array, heading: str) -> Part:
    rows = np.flatnonzero(keys)
    return Part(rows, keys[rows], np.empty(0, np.int64), heading=heading)


def _texts(keys: Array, numbers: Array, texts: Any, heading: str) -> Part:
    rows = np.flatnonzero(keys)
    kept = texts if len(rows) == len(keys) else texts.take(pa.array(rows))
    return Part(rows, keys[rows], numbers[rows] if len(numbers) else numbers, kept, heading)
