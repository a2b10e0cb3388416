"""Care data in columns: facts of lines read by their form, and of resources read one by one.

Gives rows of :data:`rempart.records.LEARNT_SCHEMA`. What a form says is told by :mod:`rempart.care.forms` once; here its
names and times are put in for all lines at once. Misses: forms that say a thing only their own line can.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.care.forms import Said, facts_of, meaning_of
from rempart.records import LEARNT_SCHEMA, Context
from rempart.sources.context_shapes import ShapedLines
from rempart.watch.state import Array

_TIMES = ("known_ms", "start_ms", "end_ms", "cancelled_ms")


def tell(lines: ShapedLines) -> tuple[pa.RecordBatch, Array]:
    """What the lines (n,) say, in order, and of each whether its form tells it."""
    meanings = [meaning_of(form) for form in lines.forms]
    good = np.array([each is not None for each in meanings], bool)[lines.of]
    parts = [
        (np.flatnonzero(lines.of == number), place, said)
        for number, each in enumerate(meanings)
        for place, said in enumerate(each or ())
    ]
    if not parts:
        return learnt_from((), None), good
    rows = np.concatenate([mine for mine, _, _ in parts])
    places = np.repeat([place for _, place, _ in parts], [mine.size for mine, _, _ in parts])
    order = np.lexsort((places, rows))
    sizes = [mine.size for mine, _, _ in parts]
    said = [each for _, _, each in parts]
    columns = {
        "offset": lines.offsets[rows],
        "what": np.repeat(np.array([each.what for each in said], np.int8), sizes),
        "by_unit": np.repeat(np.array([each.by_unit for each in said], bool), sizes),
        "kind": np.repeat(np.array([each.kind for each in said], np.int8), sizes),
    }
    for place, name in enumerate(_TIMES):
        columns[name] = _times(lines, rows, np.repeat([each.times[place] for each in said], sizes, axis=0))
    taken = {name: pa.array(column[order]) for name, column in columns.items()}
    for place, name in enumerate(("first", "second", "third")):
        taken[name] = _texts(lines, rows, said, sizes, place, order)
    return pa.record_batch([taken[name] for name in LEARNT_SCHEMA.names], schema=LEARNT_SCHEMA), good


def _times(lines: ShapedLines, rows: Array, said: Array) -> Array:
    number, constant = said[:, 0], said[:, 1]
    places = np.where(number >= 0, lines.first_time[rows] + number, lines.times.size)
    times = np.append(lines.times, 0)[places]
    return np.where(number >= 0, times, constant)


def _texts(
    lines: ShapedLines, rows: Array, said: Sequence[Said], sizes: Sequence[int], place: int, order: Array
) -> pa.Array:
    begins = [each.texts[place][0] for each in said]
    number = np.repeat([each.texts[place][1] for each in said], sizes)
    names = pa.concat_arrays([lines.names, pa.array([""], pa.string())])
    places = np.where(number >= 0, lines.first_name[rows] + number, len(lines.names))
    which = np.repeat(np.arange(len(said)), sizes)
    begin = pa.array(begins, pa.string()).take(pa.array(which[order]))
    return pc.binary_join_element_wise(begin, names.take(pa.array(places[order])), "")


def learnt_from(contexts: Sequence[Context], first_seen_ms: int | None) -> pa.RecordBatch:
    """What resources read one by one say, in their order."""
    facts = [
        (context.offset, *fact) for context in contexts for fact in facts_of(context.resource, first_seen_ms)
    ]
    columns = zip(*facts, strict=True) if facts else ((),) * len(LEARNT_SCHEMA)
    return pa.record_batch(
        [pa.array(column, field.type) for column, field in zip(columns, LEARNT_SCHEMA, strict=True)],
        schema=LEARNT_SCHEMA,
    )


def merge_learnt(one: pa.RecordBatch, other: pa.RecordBatch) -> pa.RecordBatch:
    """Both in the order of their units."""
    if not other.num_rows:
        return one
    both = pa.concat_batches([one, other])
    return both.take(pa.array(np.argsort(both.column("offset").to_numpy(), kind="stable")))
