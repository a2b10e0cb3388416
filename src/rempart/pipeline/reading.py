"""Sources named on the command line become batches, whatever their format.

Files, folders and ``-``, recognised by content. Files that begin with care context (no AuditEvent,
no access rows) are read first, since an export of care data is known as a whole before the log it
explains. A CSV file is read by the mapping given for it, else by the one proposed
from its content, and that is said. Misses: formats this version has no reader for, which are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.pipeline.care_columns import tell as tell_care
from rempart.records import Batch
from rempart.sources.mapping import load_mapping
from rempart.sources.mapping_guess import Proposal, propose
from rempart.sources.mapping_shape import Mapping
from rempart.sources.readers import Work, read_source, read_works, reader_of
from rempart.sources.recognise import STDIN, Source, list_sources, open_source

_CONTEXT_WHATS = ("care", "staff", "patients")
HEAD_BYTES = 65_536
SAMPLE_BYTES = 4 << 20
"""What a proposed mapping is drawn from."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What will be read: names in reading order, and how CSV files are mapped."""

    names: tuple[str, ...]
    mappings: dict[str, Mapping]

    def batches(self, name: str) -> Iterator[Batch]:
        """Batches of one source, in offset order."""
        return self.batches_of(open_source(name))

    def works(self, name: str) -> Iterator[Work]:
        """The same as work that threads may share, in order; care data are read by their form."""
        source = open_source(name)
        try:
            yield from read_works(source, self.mappings.get(name), tell_care)
        finally:
            source.close()

    def batches_of(self, source: Source) -> Iterator[Batch]:
        """Batches of an open source of the plan; closes it."""
        try:
            yield from read_source(source, self.mappings.get(source.name))
        finally:
            source.close()


def plan(names: list[str], mapping_options: list[str], tell: Callable[[str], None]) -> Reader:
    """Recognise every source and put them in reading order; ``tell`` hears which tables are read by a proposed mapping.

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
            reader_of(source)
            head = source.stream.read(HEAD_BYTES)
        finally:
            source.close()
        if source.kind == "csv":
            mappings[name] = _mapping_of(name, given, tell)
            (first if mappings[name].what in _CONTEXT_WHATS else then).append(name)
        else:
            (then if b"AuditEvent" in head else first).append(name)
    return Reader((*first, *then), mappings)


def _split_option(option: str) -> tuple[str, Path]:
    name, mark, path = option.rpartition("=")
    return (name, Path(path)) if mark else ("", Path(option))


def _mapping_of(name: str, given: dict[str, Path], tell: Callable[[str], None]) -> Mapping:
    chosen = given.get(name) or given.get(Path(name).name) or given.get("")
    if chosen is not None:
        return load_mapping(chosen)
    tell(name)
    return propose_mapping(name).mapping


def propose_mapping(name: str) -> Proposal:
    """The mapping proposed for a table from its first :data:`SAMPLE_BYTES`. SourceError where none fits."""
    source = open_source(name)
    try:
        if source.kind != "csv":
            raise SourceError(
                _("{name}: not a table with columns").format(name=name), _("a FHIR log needs no mapping")
            )
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < SAMPLE_BYTES and (piece := source.stream.read()):
            pieces.append(piece)
    finally:
        source.close()
    return propose(b"".join(pieces))
