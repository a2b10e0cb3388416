"""Sources named on the command line become batches, whatever their format.

Files, folders and ``-``, recognised by content. Files that begin with care context (no AuditEvent,
no access rows) are read first, since an export of care data is known as a whole before the log it
explains. A CSV file is read by the mapping given for it. Misses: formats this version has no reader for, which are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import SourceError
from rempart.records import Batch
from rempart.sources.csv_reader import read_csv
from rempart.sources.feed import read_fhir
from rempart.sources.mapping import load_mapping
from rempart.sources.mapping_shape import Mapping
from rempart.sources.recognise import STDIN, Source, list_sources, open_source

_FHIR = ("ndjson", "bundle", "resource")
_CONTEXT_WHATS = ("care", "staff", "patients")
HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Reader:
    """What will be read: names in reading order, and how CSV files are mapped."""

    names: tuple[str, ...]
    mappings: dict[str, Mapping]

    def batches(self, name: str) -> Iterator[Batch]:
        """Batches of one source, in offset order."""
        source = open_source(name)
        try:
            if source.kind == "csv":
                yield from read_csv(source.stream, name, self.mappings[name])  # type: ignore[arg-type]
            else:
                yield from read_fhir(source)
        finally:
            source.close()


def plan(names: list[str], mapping_options: list[str]) -> Reader:
    """Recognise every source and put them in reading order.

    ``mapping_options``: ``MAPPING.toml`` for every CSV file, or ``FILE=MAPPING.toml`` for one.
    Raises SourceError for a source that cannot be opened or recognised.
    """
    given = dict(_split_option(option) for option in mapping_options)
    mappings: dict[str, Mapping] = {}
    first: list[str] = []
    then: list[str] = []
    for name in list_sources(names):
        if name == STDIN:
            then.append(name)
            continue
        source = open_source(name)
        try:
            head = source.stream.read(HEAD_BYTES)
        finally:
            source.close()
        if source.kind == "csv":
            mappings[name] = _mapping_of(name, given)
            (first if mappings[name].what in _CONTEXT_WHATS else then).append(name)
        elif source.kind in _FHIR:
            (then if b"AuditEvent" in head else first).append(name)
        else:
            _refuse(source)
    return Reader((*first, *then), mappings)


def _split_option(option: str) -> tuple[str, Path]:
    name, mark, path = option.rpartition("=")
    return (name, Path(path)) if mark else ("", Path(option))


def _mapping_of(name: str, given: dict[str, Path]) -> Mapping:
    chosen = given.get(name) or given.get(Path(name).name) or given.get("")
    if chosen is not None:
        return load_mapping(chosen)
    raise SourceError(f"{name}: a table needs a mapping of its columns", "give --mapping MAPPING.toml")


def _refuse(source: Source) -> None:
    raise SourceError(
        f"{source.name}: neither FHIR (NDJSON, Bundle, resource) nor a table with columns",
        "give FHIR AuditEvents, or a CSV export (see rempart map --help)",
    )
