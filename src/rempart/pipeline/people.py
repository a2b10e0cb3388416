"""The organisation's people, from an index or from tables, under the pseudonyms of its ledger.

Reads an index file (:mod:`rempart.leak.index_file`) or any table of people; gives a
:class:`~rempart.leak.population.Population`. A mapping (TOML, ``[columns]`` heading = "kind") goes before what
Rempart makes of the columns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rempart.errors import SettingsError, SourceError
from rempart.language import gettext as _
from rempart.leak.columns import KINDS
from rempart.leak.index_file import is_index, read_index, write_index
from rempart.leak.population import Population, build, update
from rempart.leak.readers.formats import files_of, read_files
from rempart.leak.tables import ABOUT_PEOPLE, typed
from rempart.ledger.keys import Keys
from rempart.ledger.pseudonym import PATIENT, hash_strings
from rempart.settings import data_folder

INDEX = "population.index"


def keys_for(data: Path | None, out: Path | None = None) -> tuple[Keys, Path]:
    """(keys, the data folder they belong to): the folder named or the usual one; a new one in ``out`` where
    neither stands."""
    folder = data_folder(data)
    if data is None and out is not None and not (folder / "keys").exists():
        folder = out / "data"
    return Keys.open(folder, create=True), folder


def load_people(paths: Sequence[Path], keys: Keys, as_of: int, mapping: Path | None = None) -> Population:
    """The population in an index, or read from tables that speak for the day ``as_of`` (since 1970)."""
    if len(paths) == 1 and is_index(paths[0]):
        return read_index(paths[0], keys.cipher_key)
    given = read_mapping(mapping)
    by_table: dict[str, list[Any]] = {}
    for chunk in read_files(files_of(tuple(paths))):
        by_table.setdefault(chunk.table, []).append(chunk)
    found: Population | None = None
    for chunks in by_table.values():
        columns, _kinds, rows = typed(chunks, given=given)
        if rows and "ipp" in columns and ABOUT_PEOPLE & (columns.keys() - {"ipp"}):
            part = build(
                columns, rows, as_of, lambda column: hash_strings(column, keys.pseudonym_key, PATIENT)
            )
            found = part if found is None else update(found, part)
    if found is None:
        raise SourceError(
            _("no table of people with a patient identifier was found"),
            _("name the columns with --mapping"),
        )
    return found


def read_mapping(path: Path | None) -> dict[str, str]:
    """Heading to kind from ``[columns]`` of a TOML file. SettingsError for an unknown kind."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            _("{path} cannot be read as TOML").format(path=path),
            _("write [columns] and lines heading = kind"),
        ) from error
    columns = document.get("columns", {})
    for heading, kind in columns.items():
        if kind not in KINDS:
            raise SettingsError(
                _("{path}: {heading} has no kind {kind}").format(
                    path=path, heading=f"{heading!r}", kind=f"{kind!r}"
                ),
                _("choose one of {names}").format(names=", ".join(KINDS)),
            )
    return dict(columns)


def build_index(
    sources: Sequence[Path], index: Path, keys: Keys, as_of: int, mapping: Path | None
) -> Population:
    """Read the tables and write the index. SourceError where an index stands already."""
    if index.exists():
        raise SourceError(
            _("{index} exists already").format(index=index),
            _("bring it up to date with rempart population update"),
        )
    population = load_people(sources, keys, as_of, mapping)
    write_index(index, population, keys.cipher_key)
    return population


def update_index(
    index: Path, sources: Sequence[Path], keys: Keys, as_of: int, mapping: Path | None
) -> Population:
    """Bring the index up to date with later tables."""
    old = read_index(index, keys.cipher_key)
    population = update(old, load_people(sources, keys, as_of, mapping))
    write_index(index, population, keys.cipher_key)
    return population
