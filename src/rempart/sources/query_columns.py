"""Many searches read at once, each pattern once: the path of files.

Reads: spans of base64 texts in a block. Gives: :class:`Queries`, what
:func:`rempart.sources.query_form.read_query` says of each, as columns. Searches differ in their values
and seldom in their pattern, so only patterns are read by that module; the values are weighed by
:mod:`rempart.sources.query_scan`. Misses nothing: what these leave is read one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rempart.sources.query_form import NO_QUERY, QueryForm, mean_pairs, read_query
from rempart.sources.query_scan import MOST_PAIRS, scan_queries, weigh_values
from rempart.sources.spans import Array, group_spans

_MOST_PATTERNS = 8_192


@dataclass(frozen=True, slots=True)
class Queries:
    """Of n searches: ``of`` (n,) int32 the place of its form in ``forms``; ``told`` (n, 4) int64 the bound, the
    page, the kind of the ordered number, and it."""

    of: Array
    forms: list[QueryForm]
    told: Array


def read_queries(data: Array, spans: Array, seed: np.uint64, text_of: Callable[[int], str]) -> Queries:
    """Read the searches at ``spans`` (n, 2) of ``data`` (length 0: none); ``text_of`` gives one's text."""
    rows = np.flatnonzero(spans[:, 1])
    of = np.zeros(spans.shape[0], np.int32)
    told = np.zeros((spans.shape[0], 4), np.int64)
    told[:, :2] = -1
    forms = [NO_QUERY]
    if rows.size:
        forms += _read(data, spans, rows, seed, text_of, of, told)
    return Queries(of, forms, told)


def _read(
    data: Array,
    spans: Array,
    rows: Array,
    seed: np.uint64,
    text_of: Callable[[int], str],
    of: Array,
    told: Array,
) -> list[QueryForm]:
    """Fill ``of`` and ``told`` at ``rows``; the forms numbered from 1 on."""
    mine = np.ascontiguousarray(spans[rows])
    room = int(mine[:, 1].sum()) + 8
    text, pattern = np.empty(room, np.uint8), np.zeros(room + 8, np.uint8)
    patterns, counts = np.zeros((rows.size, 1, 2), np.int32), np.empty(rows.size, np.int64)
    pairs = np.empty((rows.size, MOST_PAIRS, 2), np.int32)
    scan_queries(data, mine, text, pattern, patterns[:, 0], pairs, counts)
    groups, firsts = group_spans(pattern, patterns, seed)
    read = [_read_pattern(_text(pattern, patterns[first, 0])) for first in firsts.tolist()]
    counts[np.array([each is None for each in read])[groups]] = -1
    meanings = np.zeros((len(read), 2, MOST_PAIRS), np.int64)
    for number, each in enumerate(read):
        if each is not None:
            meanings[number, :, : len(each[1])] = np.array(each[1]).T
    said = told[rows]
    weigh_values(text, pairs, counts, groups, meanings[:, 0], meanings[:, 1], said)
    forms = [NO_QUERY if each is None else each[0] for each in read]
    numbers = groups + np.int32(1)
    for at in np.flatnonzero(counts < 0).tolist():
        form = read_query(text_of(int(rows[at])))
        forms.append(form)
        numbers[at] = len(forms)
        said[at] = form.count, form.page, form.value_kind, form.value
    of[rows], told[rows] = numbers, said
    return forms


def _text(pattern: Array, span: Array) -> str:
    return pattern[span[0] : span[0] + span[1]].tobytes().decode("ascii")


@lru_cache(_MOST_PATTERNS)
def _read_pattern(pattern: str) -> tuple[QueryForm, list[tuple[int, int]]] | None:
    """The form of a pattern, and what each of its names means and how telling it is; None for no pattern."""
    return mean_pairs(pattern) if pattern else None
