"""Rows of a care-link export, a staff list or an alias table into context for the care index.

Reads one block of rows; gives one :class:`~rempart.records.Context` a row, whose ``resource`` has the
fields of :class:`~rempart.records.CareLink`, :class:`~rempart.records.StaffLink` or
:class:`~rempart.records.Alias` beside ``"rempart": "care" | "staff" | "patient"``.

A row is known from its ``known`` column, else from its start. An end that is a date without an hour is
the end of that day. A care row that names both an account and a unit is the account's.

Misses: a cancellation without a time counts from when the row was known, so it never explains anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import xxhash

from rempart.records import MISSING_MS, NEVER_MS, Context, Rejected
from rempart.sources.csv_columns import Cells
from rempart.sources.csv_rows import reject
from rempart.sources.csv_text import fold_word
from rempart.sources.mapping_shape import Mapping

Fields = dict[str, Any]
Built = tuple[list[Fields | str], ...]


def read_context(cells: Cells, mapping: Mapping, name: str) -> tuple[list[Context], list[Rejected]]:
    """The context of one block and the rows that lack what they need, both in offset order."""
    rows = _BUILDERS[mapping.what](cells, mapping)
    context: list[Context] = []
    rejected: list[Rejected] = []
    for place, fields in enumerate(rows):
        offset = cells.block.offsets[place]
        if isinstance(fields, str):
            rejected.append(reject(name, offset, cells.block.raw[place], fields))
        else:
            context.append(Context(name, offset, fields))
    return context, rejected


def _care_rows(cells: Cells, mapping: Mapping) -> list[Fields | str]:
    patients, accounts, units = cells.text("patient"), cells.text("account"), cells.text("unit")
    kinds, links = _kinds(cells, mapping), cells.text("link")
    starts, start_texts = cells.times("start")
    knowns, known_texts = cells.times("known")
    ends, end_texts = cells.times("end", closing=True)
    gone, gone_texts = cells.times("cancelled")
    rows: list[Fields | str] = []
    for place, patient in enumerate(patients):
        who = accounts[place] or units[place]
        start = starts[place] if start_texts[place] else knowns[place]
        known = knowns[place] if known_texts[place] else start
        end = ends[place] if end_texts[place] else NEVER_MS
        cancelled = _cancelled(gone_texts[place], gone[place], known, mapping)
        if not patient or not who:
            rows.append("bad_row")
        elif MISSING_MS in (start, known, end, cancelled):
            rows.append("bad_time")
        else:
            kind = kinds[place]
            link = links[place] or _link_of(patient, who, kind, start)
            rows.append(
                {
                    "rempart": "care", "patient": patient, "who": who, "by_unit": not accounts[place],
                    "kind": kind, "link": link, "known_ms": known, "start_ms": start, "end_ms": end,
                    "cancelled_ms": cancelled,
                }
            )  # fmt: skip
    return rows


def _kinds(cells: Cells, mapping: Mapping) -> list[str]:
    other = mapping.kinds.get("*", "list")
    words = cells.text("kind")
    known = {word: mapping.kinds.get(fold_word(word), other) if word else other for word in set(words)}
    return [known[word] for word in words]


def _cancelled(text: str, at_ms: int, known_ms: int, mapping: Mapping) -> int:
    """A cancelled column holds a time, or a word such as a status."""
    if not text:
        return NEVER_MS
    if mapping.cancelled:
        return known_ms if fold_word(text) in mapping.cancelled else NEVER_MS
    return at_ms


def _link_of(patient: str, who: str, kind: str, start_ms: int) -> str:
    """A stable name where the export has none: the same link read again replaces itself."""
    return xxhash.xxh3_64_hexdigest(f"{patient}\0{who}\0{kind}\0{start_ms}".encode())


def _staff_rows(cells: Cells, mapping: Mapping) -> list[Fields | str]:
    del mapping
    accounts, units, roles = cells.text("account"), cells.text("unit"), cells.text("role")
    starts, start_texts = cells.times("start")
    knowns, known_texts = cells.times("known")
    ends, end_texts = cells.times("end", closing=True)
    rows: list[Fields | str] = []
    for place, account in enumerate(accounts):
        end = ends[place] if end_texts[place] else NEVER_MS
        unread = (start_texts[place] and starts[place] == MISSING_MS) or (
            known_texts[place] and knowns[place] == MISSING_MS
        )
        if not account:
            rows.append("bad_row")
        elif unread or end == MISSING_MS:
            rows.append("bad_time")
        else:
            known = knowns[place] if known_texts[place] else starts[place]
            rows.append(
                {
                    "rempart": "staff", "account": account, "unit": units[place], "role": roles[place],
                    "known_ms": known, "start_ms": starts[place], "end_ms": end,
                }
            )  # fmt: skip
    return rows


def _alias_rows(cells: Cells, mapping: Mapping) -> list[Fields | str]:
    names, aliases = cells.text("patient"), cells.text("alias")
    knowns, known_texts = cells.times("known")
    rows: list[Fields | str] = []
    for place, name in enumerate(names):
        if not name or not aliases[place]:
            rows.append("bad_row")
        elif known_texts[place] and knowns[place] == MISSING_MS:
            rows.append("bad_time")
        else:
            rows.append(
                {
                    "rempart": "patient", "of": mapping.of, "name": name, "alias": aliases[place],
                    "known_ms": knowns[place],
                }
            )  # fmt: skip
    return rows


_BUILDERS: dict[str, Callable[[Cells, Mapping], list[Fields | str]]] = {
    "care": _care_rows,
    "staff": _staff_rows,
    "patients": _alias_rows,
}
