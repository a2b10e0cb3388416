"""Plain lines of AuditEvents become rows of accesses, each kind of part read once.

Reads: :class:`~rempart.sources.fhir_lines.PlainLines`. Gives: a record batch of
:data:`rempart.records.ACCESS_SCHEMA` whose repeated strings are dictionaries. Equal parts (agents,
codes, entities but for their hole) are grouped byte for byte, and each group's meaning is read once,
by the functions and with the memory of a single message. Misses: events that speak of an account
(alerts) and parts that cannot be decoded, which are left to the tolerant reader.

Follows HL7 FHIR AuditEvent R4, R4B and R5.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import xxhash

from rempart.records import ACCESS_SCHEMA
from rempart.sources.entity_forms import (
    FOUND,
    NOTHING,
    PATIENTS,
    QUERY,
    REQUEST,
    RESOURCE,
    SEARCHED,
    SESSION,
    Form,
    join_forms,
    read_form,
    tabulate,
)
from rempart.sources.fhir import CODED, Told, read_told
from rempart.sources.fhir_lines import PlainLines
from rempart.sources.fhir_parts import read_who
from rempart.sources.fhir_scan import ID, MEMBERS, PATIENT
from rempart.sources.query_form import NO_QUERY, read_query
from rempart.sources.spans import Array, TextEnd, copy_spans, group_spans

_SEED = np.uint64(secrets.randbits(63))
_AGENT = MEMBERS.index("agent")
_CODED = [MEMBERS.index(name) for name in CODED]


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

    def each(self, take: Callable[[Any], Any], nothing: Any = "") -> list[Any]:
        """``take`` of every group."""
        return [nothing if each is None else take(each) for each in self.said]

    def column(self, take: Callable[[Any], str]) -> pa.Array:
        """A string of each group as a dictionary column."""
        return pa.DictionaryArray.from_arrays(self.of, pa.array(self.each(take), pa.string()))

    def numbers(self, take: Callable[[Any], int], dtype: Any = np.int64) -> Array:
        """A number of each group for every row."""
        return np.array(self.each(take, 0), dtype)[self.of]


def read_rows(lines: PlainLines, source: str, offset: int) -> tuple[pa.RecordBatch, Array]:
    """The rows of ``lines``, which stand ``offset`` bytes into ``source``; and where those read begin."""
    told, who, forms = _group_told(lines), _group_who(lines), _group_forms(lines)
    good = told.good() & who.good()
    good[np.repeat(np.arange(good.size), lines.counts)[~forms.good()]] = False
    if not good.all():
        forms = forms.keep(np.repeat(good, lines.counts))
        lines, told, who = lines.keep(good), told.keep(good), who.keep(good)
    return _rows(lines, source, offset, told, who, forms), lines.begins


def _group(lines: PlainLines, spans: Array, read: Callable[[Any], Any]) -> _Groups:
    of, firsts = group_spans(lines.data, spans, _SEED)
    said: list[Any] = []
    for first in firsts.tolist():
        try:
            said.append(read(first))
        except msgspec.DecodeError:
            said.append(None)
    return _Groups(of, said)


def _group_told(lines: PlainLines) -> _Groups:
    spans = np.ascontiguousarray(lines.members[:, _CODED])

    def read(row: int) -> Told | None:
        told: Told = read_told(*(lines.text(span) for span in spans[row].tolist()))
        return None if told.alert else told

    return _group(lines, spans, read)


def _group_who(lines: PlainLines) -> _Groups:
    spans = np.ascontiguousarray(lines.members[:, [_AGENT]])
    return _group(lines, spans, lambda row: read_who(lines.text(spans[row, 0].tolist())))


def _group_forms(lines: PlainLines) -> _Groups:
    entities, holes = lines.entities, lines.holes
    begin, end = entities[:, 0], entities[:, 0] + entities[:, 1]
    after = holes[:, 0] + holes[:, 1]
    spans = np.empty((entities.shape[0], 3, 2), np.int64)
    spans[:, 0] = np.stack([begin, holes[:, 0] - begin], 1)
    spans[:, 1] = np.stack([after, end - after], 1)
    last = np.cumsum(lines.counts)[lines.members[:, PATIENT, 1] > 0] - 1
    spans[:, 2] = np.stack([begin, np.zeros_like(begin)], 1)
    spans[last, 2, 1] = 1

    def read(row: int) -> Form | None:
        (_, size), (tail, rest), (_, is_patient) = spans[row].tolist()
        first = int(begin[row])
        before = lines.data[first : first + size].tobytes()
        return read_form(before, lines.data[tail : tail + rest].tobytes(), holes[row, 1] > 0, is_patient > 0)

    return _group(lines, spans, read)


def _rows(
    lines: PlainLines, source: str, offset: int, told: _Groups, who: _Groups, forms: _Groups
) -> pa.RecordBatch:
    ends = TextEnd(lines.data.size)
    logged = [
        ends.spans(told.each(lambda each: each.session))[told.of],
        ends.spans(who.each(lambda each: each.session or each.token))[who.of],
    ]
    table = tabulate([form or NOTHING for form in forms.said], ends)
    data = ends.join(lines.data)
    found = np.zeros((lines.counts.size, FOUND), np.int64)
    patients = join_forms(
        lines.counts, forms.of, table.hows, table.sames, table.words, table.flags, lines.holes, data, found
    )
    session = _first_of(found[:, SESSION : SESSION + 2], *logged)
    asked = [*map(read_query, table.queries), NO_QUERY]
    query = _Groups(found[:, QUERY].astype(np.int32) % len(asked), asked)
    columns: dict[str, Any] = {
        "source": _same(source, lines.begins.size),
        "offset": lines.begins + offset,
        "content": _contents(lines),
        "event": copy_spans(lines.data, _inside(lines.members[:, ID])),
        "kind": told.numbers(lambda each: each.control.kind, np.int8),
        "recorded_ms": lines.times,
        "account": who.column(lambda each: each.account),
        "unknown_account": who.column(lambda each: each.unknown),
        "role": who.column(lambda each: each.role),
        "unit": _same("", lines.begins.size),
        "address": who.column(lambda each: each.address),
        "software": who.column(lambda each: each.software),
        "session": copy_spans(data, session),
        "request": copy_spans(data, found[:, REQUEST : REQUEST + 2]),
        "action": told.column(lambda each: each.action),
        "outcome": told.numbers(lambda each: each.outcome, np.int8),
        "resource": _resources(found, query, table.resources),
        "patients": _lists(found[:, PATIENTS], copy_spans(data, patients)),
        "is_query": found[:, SEARCHED] > 0,
        "count": query.numbers(lambda each: each.count, np.int32),
        "page": query.numbers(lambda each: each.page, np.int32),
        "query_form": query.column(lambda each: each.form),
        "value_kind": query.numbers(lambda each: each.value_kind, np.int8),
        "value": query.numbers(lambda each: each.value),
    }
    return pa.record_batch([columns[name] for name in ACCESS_SCHEMA.names], names=ACCESS_SCHEMA.names)


def _first_of(*choices: Array) -> Array:
    """Of spans (n, 2), for each row the first that is not empty: entities, event, agent or its token."""
    spans = choices[0].copy()
    for other in choices[1:]:
        blank = spans[:, 1] == 0
        spans[blank] = other[blank]
    return spans


def _resources(found: Array, query: _Groups, words: list[str]) -> pa.Array:
    """What was searched, else read, else a patient where there is one, else nothing."""
    names = [*query.each(lambda each: each.resource), *words, "Patient", ""]
    searched = np.array([bool(each.resource) for each in query.said])[query.of]
    asked = len(query.said)
    patient, nothing = len(names) - 2, len(names) - 1
    read = np.where(found[:, PATIENTS] > 0, patient, nothing)
    read = np.where(found[:, RESOURCE] >= 0, asked + found[:, RESOURCE], read)
    numbers = np.where(searched, query.of, read).astype(np.int32)
    return pa.DictionaryArray.from_arrays(numbers, pa.array(names, pa.string()))


def _contents(lines: PlainLines) -> Array:
    data = lines.data
    view = data.data
    stops = lines.ends.copy()
    while (trailing := (data[stops - 1] == 13)).any():
        stops[trailing] -= 1
    digest = xxhash.xxh3_64_intdigest
    spans = zip(lines.begins.tolist(), stops.tolist(), strict=True)
    return np.fromiter((digest(view[begin:end]) for begin, end in spans), np.uint64, stops.size)


def _inside(spans: Array) -> Array:
    """Spans without their quotes."""
    some = spans[:, 1] > 0
    return np.stack([spans[:, 0] + some, spans[:, 1] - 2 * some], 1)


def _lists(counts: Array, values: pa.Array) -> pa.ListArray:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _same(word: str, size: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(np.zeros(size, np.int32), pa.array([word], pa.string()))
