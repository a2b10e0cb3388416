"""Rows drawn from a side, and rows like a file's that nobody is: to measure chance and power.

Gives new sides of the same shape. :func:`strangers` keeps names, birth years and places as frequent as they
are and breaks what ties them together, so that every match of theirs is a coincidence.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from rempart.leak.fold import column_bytes, column_of
from rempart.leak.side import ATTRIBUTES, Array, Side, Values, no_values


def take_values(values: Values, places: Array) -> Values:
    """The values of the people at ``places``, in that order."""
    counts = np.diff(values.starts)[places]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    kept = np.arange(starts[-1]) + np.repeat(values.starts[:-1][places] - starts[:-1], counts)
    number = values.number[kept] if len(values.number) else values.number
    if len(values.cuts) == 1:
        return Values(starts.astype(np.int32), values.key[kept], number, values.content, values.cuts)
    content, cuts = column_bytes(column_of(values.content, values.cuts).take(pa.array(kept)))
    return Values(
        starts.astype(np.int32), values.key[kept], number,
        np.ascontiguousarray(content[cuts[0] : cuts[-1]]), cuts - cuts[0],
    )  # fmt: skip


def take_people(side: Side, places: Array) -> Side:
    """The people at ``places``, in that order."""
    values = (take_values(getattr(side, name), places) for name in ATTRIBUTES)
    people = (
        side.given[places],
        np.ascontiguousarray(side.family[places]),
        side.birth[places],
        side.sex[places],
    )
    return Side(*people, side.givens, side.families, *values)


def join_people(one: Side, other: Side) -> Side:
    """The people of both, who share their vocabularies."""
    values = (_join_values(getattr(one, name), getattr(other, name)) for name in ATTRIBUTES)
    given, family, birth, sex = (np.concatenate(pair) for pair in zip(one[:4], other[:4], strict=True))
    return Side(given, family, birth, sex, one.givens, one.families, *values)


def _join_values(one: Values, other: Values) -> Values:
    starts = np.concatenate([one.starts, one.starts[-1] + other.starts[1:]]).astype(np.int32)
    cuts = np.concatenate([one.cuts, one.cuts[-1] + other.cuts[1:]])
    parts = ((one.key, other.key), (one.number, other.number), (one.content, other.content))
    key, number, content = (np.concatenate(pair) for pair in parts)
    return Values(starts, key, number, content, cuts)


def strangers(rows: Side, rng: np.random.Generator) -> Side:
    """Rows with the same names, each with the birthday of another born in the same decade, and everything
    else of a third; without birth dates the first names are exchanged too."""
    size = rows.size
    shuffled = rng.permutation(size)
    order = shuffled[np.argsort(rows.birth[shuffled] // 100000, kind="stable")]
    birth = rows.birth.copy()
    birth[order] = rows.birth[np.roll(order, 1)]
    given = rows.given if (rows.birth > 0).mean() > 0.5 else rows.given[rng.permutation(size)]
    place = rng.permutation(size)
    values = []
    for name in ATTRIBUTES:
        places = place if name in ("postcode", "city", "street", "doctor") else rng.permutation(size)
        values.append(take_values(getattr(rows, name), places))
    return Side(given, rows.family, birth, rows.sex, rows.givens, rows.families, *values)


def like_rows(people: Side, rows: Side, rng: np.random.Generator) -> Side:
    """``people`` with only what ``rows`` say, as often as they say it."""
    size = people.size

    def said(share: float) -> Array:
        return rng.random(size) < share

    given = np.where(said(float((rows.given >= 0).mean())), people.given, -1).astype(np.int32)
    named = said(float((rows.family >= 0).any(axis=1).mean()))
    family = np.where(named[:, None], people.family, -1).astype(np.int32)
    birth = np.where(said(float((rows.birth > 0).mean())), people.birth, 0).astype(np.int32)
    sex = np.where(said(float((rows.sex > 0).mean())), people.sex, 0).astype(np.int8)
    values = []
    for name in ATTRIBUTES:
        mine = getattr(rows, name)
        share = float((np.diff(mine.starts) > 0).mean())
        values.append(getattr(people, name) if share > 0.5 else no_values(size))
    return Side(given, family, birth, sex, people.givens, people.families, *values)
