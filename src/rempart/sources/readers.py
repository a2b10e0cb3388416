"""The readers, in one visible tuple: one for each kind of source, each yielding batches.

Reads an open :class:`~rempart.sources.recognise.Source`, whose kind was told by its content; gives its
batches in offset order, whatever stands among the good units, or the work that makes them, which
several threads may share. Adding a format is adding a module that
reads it, its kind in ``recognise``, and an entry to READERS. Misses: kinds without a reader, which
the plan names and refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.records import Batch, Rejected
from rempart.sources.batches import batch_stream, batch_units
from rempart.sources.bundle import read_entries_of
from rempart.sources.csv_reader import read_csv
from rempart.sources.fhir_columns import Telling, read_block
from rempart.sources.lines import split_lines
from rempart.sources.mapping_shape import Mapping
from rempart.sources.recognise import Source

Work = Callable[[], Iterable[Batch]]
"""Makes the next batches of a source, on any thread; all that must be done in turn was done before."""


@dataclass(frozen=True, slots=True)
class SourceReader:
    """``kind`` as :mod:`rempart.sources.recognise` names it; ``read`` takes the mapping of a table's
    columns too (None for the others), and who reads care data by their form, if anybody."""

    kind: str
    read: Callable[[Source, Mapping | None, Telling | None], Iterator[Work]]


def _read_lines(source: Source, _mapping: Mapping | None, telling: Telling | None) -> Iterator[Work]:
    for block in split_lines(source.stream, source.name):
        if isinstance(block, Rejected):
            yield partial(_known, batch_units([block]))
        else:
            yield partial(read_block, block, source.name, telling)


def _read_bundle(source: Source, _mapping: Mapping | None, _telling: Telling | None) -> Iterator[Work]:
    return _in_turn(batch_stream(read_entries_of(source.stream, source.name, documents=False)))


def _read_resource(source: Source, _mapping: Mapping | None, _telling: Telling | None) -> Iterator[Work]:
    return _in_turn(batch_stream(read_entries_of(source.stream, source.name, documents=True)))


def _read_table(source: Source, mapping: Mapping | None, _telling: Telling | None) -> Iterator[Work]:
    if mapping is None:
        raise SourceError(
            _("{name}: a table needs a mapping of its columns").format(name=source.name),
            _("see rempart map --help"),
        )
    return _in_turn(read_csv(source.stream, source.name, mapping))  # type: ignore[arg-type]


def _in_turn(batches: Iterable[Batch]) -> Iterator[Work]:
    for batch in batches:
        yield partial(_known, batch)


def _known(batch: Batch) -> tuple[Batch]:
    return (batch,)


READERS: tuple[SourceReader, ...] = (
    SourceReader("ndjson", _read_lines),
    SourceReader("bundle", _read_bundle),
    SourceReader("resource", _read_resource),
    SourceReader("csv", _read_table),
)


def reader_of(source: Source) -> SourceReader:
    """The reader for an open source; raises SourceError where there is none."""
    for reader in READERS:
        if reader.kind == source.kind:
            return reader
    raise SourceError(
        _("{name}: neither FHIR (NDJSON, Bundle, resource) nor a table with columns").format(
            name=source.name
        ),
        _("give FHIR AuditEvents, or a CSV export (see rempart map --help)"),
    )


def read_source(source: Source, mapping: Mapping | None = None) -> Iterator[Batch]:
    """The batches of an open source; a table needs its ``mapping``. Raises SourceError."""
    for work in read_works(source, mapping):
        yield from work()


def read_works(
    source: Source, mapping: Mapping | None = None, telling: Telling | None = None
) -> Iterator[Work]:
    """The same as work, in order; ``telling`` as for :func:`rempart.sources.fhir_columns.read_block`. Raises SourceError."""
    return reader_of(source).read(source, mapping, telling)
