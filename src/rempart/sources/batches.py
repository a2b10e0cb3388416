"""Rows put together as one batch of columns.

Reads: records in order. Gives: a :class:`~rempart.records.Batch` with plain string columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa

from rempart.records import ACCESS_SCHEMA, Access, Batch, Context, Rejected

BATCH_ROWS = 4096


def batch_units(units: Iterable[Access | Context | Rejected]) -> Batch:
    """One batch of consecutive units of one source."""
    accesses: list[Access] = []
    context: list[Context] = []
    rejected: list[Rejected] = []
    for unit in units:
        if type(unit) is Access:
            accesses.append(unit)
        elif type(unit) is Context:
            context.append(unit)
        elif type(unit) is Rejected:
            rejected.append(unit)
    columns = [
        pa.array([getattr(access, field.name) for access in accesses], field.type) for field in ACCESS_SCHEMA
    ]
    rows = pa.RecordBatch.from_arrays(columns, schema=ACCESS_SCHEMA)
    return Batch(rows, tuple(context), tuple(rejected))


def batch_stream(units: Iterable[Access | Context | Rejected], rows: int = BATCH_ROWS) -> Iterator[Batch]:
    """Batches of at most ``rows`` units, in order; none for no units."""
    flow = iter(units)
    while part := list(islice(flow, rows)):
        yield batch_units(part)
