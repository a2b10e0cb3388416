"""The site's directory of patients, read as people: a FHIR export of Patient, or a table.

Reads a file of any form :mod:`rempart.sources` recognises. Gives :class:`~rempart.notice.people.Person` one
by one, each with every identifier under which an access log may name him, spelled as the log readers spell
it: FHIR id, identifier values, merged records. A table's columns are found by their titles
(``HEADERS``) or told by a mapping file with a table ``[people]``.

Misses: identifiers that only a third system knows, and patients whom a log names by their display name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from rempart.care.fhir import links_from
from rempart.care.references import identifiers_of
from rempart.care.words import clean_name, text_of
from rempart.errors import SettingsError, SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.notice.people import HEADERS, Columns, Person, person_of_patient, person_of_row
from rempart.records import Alias
from rempart.sources.csv_rows import RowStream
from rempart.sources.csv_text import clean_cell, fold
from rempart.sources.mapping_look import look_at
from rempart.sources.readers import read_source
from rempart.sources.recognise import Source, open_source

SAMPLE_BYTES = 1 << 20
BLOCK_BYTES = 1 << 20


class Directory:
    """The people of one file. After iterating, ``read`` and ``unreadable`` count its entries."""

    def __init__(self, path: Path, mapping: Path | None = None) -> None:
        """Raises SettingsError for a mapping that is none; the file is opened when people are asked for."""
        self.path = path
        self.read = 0
        self.unreadable = 0
        self._columns = None if mapping is None else _load_columns(mapping)

    def __iter__(self) -> Iterator[Person]:
        """Everybody in the order of the file. SourceError where it is no directory or cannot be read."""
        self.read = self.unreadable = 0
        source = open_source(self.path)
        try:
            for person in self._rows(source) if source.kind == "csv" else self._patients(source):
                self.read += 1
                yield person
        finally:
            source.close()
        if not self.read:
            raise SourceError(
                _("{path} names no patient").format(path=self.path),
                _("give a FHIR export of Patient, or a table"),
            )

    def _patients(self, source: Source) -> Iterator[Person]:
        if source.kind == "unknown":
            return
        for batch in read_source(source, None):
            self.unreadable += len(batch.rejected)
            for context in batch.context:
                if context.resource.get("resourceType") == "Patient":
                    yield person_of_patient(context.resource, log_names(context.resource))

    def _rows(self, source: Source) -> Iterator[Person]:
        sample = source.stream.read(SAMPLE_BYTES)
        source.stream.unread(sample)
        dialect = replace(look_at(sample).dialect, header=True, columns=0)
        rows = RowStream(cast(BinaryIO, source.stream), source.name, dialect, BLOCK_BYTES)
        columns = self._columns
        for block in rows.blocks():
            self.unreadable += len(block.rejected)
            header = [title.strip() for title in rows.header or ()]
            if columns is None:
                columns = find_columns(header, source.name)
            _check(columns, header, source.name)
            for cells in zip(*block.columns, strict=True):
                row = dict(zip(header, map(clean_cell, cells), strict=False))
                person = person_of_row(row, columns)
                names = tuple(name for name in person.identifiers if name)
                if names:
                    yield msgspec.structs.replace(person, identifiers=names)
                else:
                    self.unreadable += 1


def log_names(patient: dict[str, object]) -> list[str]:
    """Every name under which a log may speak of this FHIR Patient."""
    own = clean_name(text_of(patient.get("id")))
    names = [own, *map(clean_name, identifiers_of(patient))]
    for learnt in links_from(patient, None):
        if isinstance(learnt, Alias) and learnt.of == "patient":
            names += [learnt.name, learnt.alias]
    return [name for name in dict.fromkeys(names) if name]


def find_columns(header: list[str], name: str) -> Columns:
    """The columns whose titles say what they hold. SourceError where none names the patient."""
    folded = {title: fold(title).replace(" ", "") for title in header}
    found = {
        field: tuple(title for title in header if folded[title] in titles)
        for field, titles in HEADERS.items()
    }
    if not found["identifiers"]:
        raise SourceError(
            _("{name} has no column of patient identifiers").format(name=name),
            _("name it in a mapping: [people] identifiers = [...]"),
        )
    return Columns(**found)


def _load_columns(path: Path) -> Columns:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("people", {})
        lists = {field: [each] if isinstance(each, str) else each for field, each in table.items()}
        return msgspec.convert(lists, Columns)
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        AttributeError,
        msgspec.ValidationError,
    ) as error:
        raise SettingsError(
            _("{path} is no mapping of people ({why})").format(path=path, why=why_of(error)),
            _("see docs/reference/notices.md for its fields"),
        ) from error


def _check(columns: Columns, header: list[str], name: str) -> None:
    missing = {each for names in msgspec.structs.astuple(columns) for each in names} - set(header)
    if missing:
        raise SettingsError(
            _("{name} has no column {missing}").format(name=name, missing=f"{min(missing)!r}"),
            _("correct the mapping's [people]"),
        )
