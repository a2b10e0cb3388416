"""Plain lines of AuditEvents become rows of accesses, each different word read once.

Reads: :class:`~rempart.sources.fhir_lines.PlainLines`. Gives: a record batch of
:data:`rempart.records.ACCESS_SCHEMA` whose repeated strings are dictionaries. Equal codes are grouped
byte for byte, and each group's meaning is read once, by the functions and with the memory of a single
message; so are accounts, roles, addresses, software and searches. Misses: events that speak of an
account (alerts) and codes that cannot be decoded, which are left to the tolerant reader.

Follows HL7 FHIR AuditEvent R4, R4B and R5.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from rempart.records import ACCESS_SCHEMA
from rempart.sources.content_hash import hash_lines
from rempart.sources.fhir import Told, read_told
from rempart.sources.fhir_lines import PlainLines
from rempart.sources.fhir_parts import MOST_PARTS, value_of
from rempart.sources.fhir_scan import (
    ACCOUNT,
    ADDRESS,
    ID,
    PATIENTS,
    QUERY,
    REQUEST,
    RESOURCE,
    ROLE,
    SEARCHED,
    SESSION,
    SOFTWARE,
    UNKNOWN,
)
from rempart.sources.fhir_who import UNKNOWN as WHY
from rempart.sources.fhir_words import clean_text, name_account
from rempart.sources.query_columns import Queries, read_queries
from rempart.sources.spans import Array, copy_spans, group_spans

_SEED = np.uint64(secrets.randbits(63))
_NO_EXTENSION = b"null"
_WHY = pa.array(WHY, pa.string())


@dataclass(frozen=True, slots=True)
class _Groups:
    """``of`` (n,) the group of each, and what the groups say; None where it takes the whole line."""

    of: Array
    said: list[Any]

    def keep(self, rows: Array) -> _Groups:
        return replace(self, of=self.of[rows])

    def good(self) -> Array:
        """(n,) whether its part could be read."""
        return np.array([each is not None for each in self.said], bool)[self.of]

    def column(self, take: Callable[[Any], str]) -> pa.Array:
        """A string of each group as a dictionary column."""
        words = ["" if each is None else take(each) for each in self.said]
        return pa.DictionaryArray.from_arrays(self.of, pa.array(words, pa.string()))

    def numbers(self, take: Callable[[Any], int], dtype: Any = np.int64) -> Array:
        """A number of each group for every row."""
        return np.array([0 if each is None else take(each) for each in self.said], dtype)[self.of]


def read_rows(lines: PlainLines, source: str, offset: int) -> tuple[pa.RecordBatch, Array]:
    """The rows of ``lines``, which stand ``offset`` bytes into ``source``; and where those read begin."""
    told = _group_told(lines)
    good = told.good()
    if not good.all():
        lines, told = lines.keep(good), told.keep(good)
    return _rows(lines, source, offset, told), lines.begins


def _group_told(lines: PlainLines) -> _Groups:
    of, firsts = group_spans(lines.data, lines.coded, _SEED)
    said: list[Told | None] = []
    for spans in lines.coded[firsts].tolist():
        try:
            told: Told = read_told(*(lines.text(span) for span in spans), _NO_EXTENSION)
            said.append(None if told.alert else told)
        except msgspec.DecodeError:
            said.append(None)
    return _Groups(of, said)


def _group_words(lines: PlainLines, text: int, read: Callable[[str], Any]) -> _Groups:
    """The texts of a kind, each different one read once."""
    spans = np.ascontiguousarray(lines.texts[:, text])
    of, firsts = group_spans(lines.data, spans.reshape(-1, 1, 2), _SEED)
    return _Groups(of, [read(lines.word(span)) for span in spans[firsts].tolist()])


def _said(text: str) -> str:
    """What the inside of a JSON string says."""
    said: str = value_of(f'"{text}"'.encode()) if "\\" in text else text
    return said


@lru_cache(MOST_PARTS)
def _account(text: str) -> str:
    return name_account(_said(text)) if text else ""


@lru_cache(MOST_PARTS)
def _word(text: str) -> str:
    return clean_text(_said(text))


def _rows(lines: PlainLines, source: str, offset: int, told: _Groups) -> pa.RecordBatch:
    query = _read_queries(lines)
    patients = copy_spans(lines.data, lines.patients)
    columns: dict[str, Any] = {
        "source": _same(source, lines.begins.size),
        "offset": lines.begins + offset,
        "content": _contents(lines),
        "event": copy_spans(lines.data, lines.texts[:, ID]),
        "kind": told.numbers(lambda each: each.control.kind, np.int8),
        "recorded_ms": lines.times,
        "account": _group_words(lines, ACCOUNT, _account).column(str),
        "unknown_account": pa.DictionaryArray.from_arrays(lines.numbers[:, UNKNOWN], _WHY),
        "role": _group_words(lines, ROLE, _word).column(str),
        "unit": _same("", lines.begins.size),
        "address": _group_words(lines, ADDRESS, _word).column(str),
        "software": _group_words(lines, SOFTWARE, _word).column(str),
        "session": copy_spans(lines.data, lines.texts[:, SESSION]),
        "request": copy_spans(lines.data, lines.texts[:, REQUEST]),
        "action": told.column(lambda each: each.action),
        "outcome": told.numbers(lambda each: each.outcome, np.int8),
        "resource": _resources(lines, query),
        "patients": _lists(lines.numbers[:, PATIENTS], patients),
        "is_query": (lines.numbers[:, SEARCHED] > 0) | told.numbers(lambda each: each.search, np.bool_),
        "count": query.told[:, 0].astype(np.int32),
        "page": query.told[:, 1].astype(np.int32),
        "query_form": pa.DictionaryArray.from_arrays(
            query.of, pa.array([each.form for each in query.forms], pa.string())
        ),
        "value_kind": query.told[:, 2].astype(np.int8),
        "value": query.told[:, 3].copy(),
    }
    return pa.record_batch([columns[name] for name in ACCESS_SCHEMA.names], names=ACCESS_SCHEMA.names)


def _read_queries(lines: PlainLines) -> Queries:
    spans = lines.texts[:, QUERY]
    return read_queries(lines.data, spans, _SEED, lambda row: _said(lines.text(spans[row]).decode()))


def _resources(lines: PlainLines, query: Queries) -> pa.Array:
    """What was searched, else read, else a patient where there is one, else nothing."""
    read = _group_words(lines, RESOURCE, str)
    names = [*(each.resource for each in query.forms), *read.said, "Patient", ""]
    searched = np.array([bool(each.resource) for each in query.forms])[query.of]
    named = np.array([bool(each) for each in read.said])[read.of]
    patient, nothing = len(names) - 2, len(names) - 1
    otherwise = np.where(lines.numbers[:, PATIENTS] > 0, patient, nothing)
    otherwise = np.where(named, read.of + len(query.forms), otherwise)
    numbers = np.where(searched, query.of, otherwise).astype(np.int32)
    return pa.DictionaryArray.from_arrays(numbers, pa.array(names, pa.string()))


def _contents(lines: PlainLines) -> Array:
    stops = lines.ends.copy()
    while (trailing := (lines.data[stops - 1] == 13)).any():
        stops[trailing] -= 1
    return hash_lines(lines.data, lines.begins, stops)


def _lists(counts: Array, values: pa.Array) -> pa.ListArray:
    offsets = np.zeros(counts.size + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _same(word: str, size: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(np.zeros(size, np.int32), pa.array([word], pa.string()))
