"""Rows of an access export into columns of accesses.

Reads one block of rows through a mapping; gives a record batch of
:data:`~rempart.records.ACCESS_SCHEMA`, built column by column, and the rows without a readable time.

A workstation takes the place of the address where a row has no address, and of the software where it
has one but no software. A login row is a passed or a failed one by its outcome; a login whose outcome is
not said counts as passed. A search has the form ``Patient?`` with the row's resource, as exports do
not tell what was searched by.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain

import numpy as np
import pyarrow as pa
import xxhash

from rempart.records import ACCESS_SCHEMA, MISSING_MS, Kind, Rejected, ValueKind
from rempart.sources.csv_columns import Cells
from rempart.sources.csv_rows import reject
from rempart.sources.csv_text import fold_word
from rempart.sources.mapping_shape import Mapping
from rempart.sources.mapping_words import ACTION_MEANINGS

_LARGEST = 2**31 - 1


def empty_accesses() -> pa.RecordBatch:
    """A batch without a row."""
    return pa.RecordBatch.from_pylist([], schema=ACCESS_SCHEMA)


def read_accesses(cells: Cells, mapping: Mapping, name: str) -> tuple[pa.RecordBatch, list[Rejected]]:
    """The accesses of one block and its rows without a readable time, both in offset order."""
    times, _ = cells.times("time")
    rejected = _drop_timeless(cells, times, name)
    recorded = [time for time in times if time != MISSING_MS]
    rows = len(cells)
    meanings = _meanings(cells, mapping)
    outcomes = _outcomes(cells, mapping)
    logins = cells.logins(mapping.login)
    accounts = cells.text("account")
    resources = _resources(cells, mapping)
    address, software = _places(cells)
    searches = [meaning == "search" for meaning in meanings]
    columns = {
        "source": pa.repeat(name, rows),
        "offset": pa.array(cells.block.offsets, pa.int64()),
        "content": pa.array(map(xxhash.xxh3_64_intdigest, cells.block.raw), pa.uint64(), size=rows),
        "event": pa.array(cells.text("event"), pa.string()),
        "kind": pa.array(_kinds(meanings, outcomes, logins), pa.int8()),
        "recorded_ms": pa.array(recorded, pa.int64()),
        "account": pa.array(accounts, pa.string()),
        "unknown_account": pa.array(["" if account else "unnamed" for account in accounts], pa.string()),
        "role": pa.array(cells.text("role"), pa.string()),
        "unit": pa.array(cells.text("unit"), pa.string()),
        "address": pa.array(address, pa.string()),
        "software": pa.array(software, pa.string()),
        "session": pa.array(cells.text("session"), pa.string()),
        "request": pa.array(cells.text("request"), pa.string()),
        "action": pa.array([ACTION_MEANINGS[meaning] for meaning in meanings], pa.string()),
        "outcome": pa.array(outcomes, pa.int8()),
        "resource": pa.array(resources, pa.string()),
        "patients": _patients(cells, mapping.dialect.list_separator),
        "is_query": pa.array(searches, pa.bool_()),
        "count": pa.array(_numbers(cells, "count"), pa.int32()),
        "page": pa.array(_numbers(cells, "page"), pa.int32()),
        "query_form": pa.array(
            [f"{resource}?" if search else "" for search, resource in zip(searches, resources, strict=True)],
            pa.string(),
        ),
        "value_kind": pa.array(np.full(rows, int(ValueKind.NONE), np.int8)),
        "value": pa.array(np.zeros(rows, np.int64)),
    }
    return pa.RecordBatch.from_arrays(
        [columns[field] for field in ACCESS_SCHEMA.names], schema=ACCESS_SCHEMA
    ), rejected


def _drop_timeless(cells: Cells, times: Sequence[int], name: str) -> list[Rejected]:
    if MISSING_MS not in times:
        return []
    block = cells.block
    rejected = [
        reject(name, block.offsets[place], block.raw[place], "bad_time")
        for place, time in enumerate(times)
        if time == MISSING_MS
    ]
    block.keep([time != MISSING_MS for time in times])
    return rejected


def _meanings(cells: Cells, mapping: Mapping) -> list[str]:
    """What every row did; a word the mapping does not list means what ``*`` says."""
    words = cells.text("action")
    other = mapping.actions.get("*", "read")
    known = {word: mapping.actions.get(fold_word(word), other if word else "unsaid") for word in set(words)}
    return [known[word] for word in words]


def _outcomes(cells: Cells, mapping: Mapping) -> list[int]:
    words = cells.text("outcome")
    other = mapping.outcomes.get("*", 0)
    known = {word: mapping.outcomes.get(fold_word(word), other if word else -1) for word in set(words)}
    return [known[word] for word in words]


def _kinds(meanings: Sequence[str], outcomes: Sequence[int], logins: Sequence[bool]) -> list[int]:
    kinds = [int(Kind.ACCESS)] * len(meanings)
    for place, meaning in enumerate(meanings):
        if meaning == "login_failed":
            kinds[place] = int(Kind.LOGIN_FAILED)
        elif meaning == "login" or logins[place]:
            kinds[place] = int(Kind.LOGIN_FAILED if outcomes[place] > 0 else Kind.LOGIN_PASSED)
    return kinds


def _resources(cells: Cells, mapping: Mapping) -> list[str]:
    words = cells.text("resource")
    known = {word: mapping.resources.get(fold_word(word), word) for word in set(words)}
    return [known[word] for word in words]


def _places(cells: Cells) -> tuple[list[str], list[str]]:
    """(addresses, software), with the workstation in the one that is free."""
    address, software = cells.text("address"), cells.text("software")
    if not cells.has("workstation"):
        return address, software
    stations = cells.text("workstation")
    software = [
        used or (station if place else "")
        for used, station, place in zip(software, stations, address, strict=True)
    ]
    return [place or station for place, station in zip(address, stations, strict=True)], software


def _patients(cells: Cells, separator: str) -> pa.ListArray:
    column = cells.text("patient")
    if separator and any(separator in cell for cell in column):
        lists = [list(dict.fromkeys(filter(None, map(str.strip, cell.split(separator))))) for cell in column]
        lengths, named = list(map(len, lists)), list(chain.from_iterable(lists))
    else:
        lengths, named = [1 if cell else 0 for cell in column], list(filter(None, column))
    offsets = pa.array(list(accumulate(lengths, initial=0)), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(named, pa.string()))


def _numbers(cells: Cells, field: str) -> list[int]:
    """Whole numbers from 0 to the largest of 32 bits; -1 where none is said."""
    words = cells.text(field)
    known = {
        word: min(int(word[:12]), _LARGEST) if word.isascii() and word.isdigit() else -1
        for word in set(words)
    }
    return [known[word] for word in words]
