"""``rempart population``: the index of our own people that a file on sale is held against."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click

from rempart import language
from rempart.cli.options import DATA, LANGUAGE
from rempart.language import gettext as _
from rempart.language import labelled, number
from rempart.leak.population import Population
from rempart.pipeline.people import INDEX, build_index, keys_for, update_index

_SOURCES = click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
_INDEX = click.option(
    "--index", type=click.Path(path_type=Path), help="The index file; by default population.index in DATA."
)
_AS_OF = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the tables speak for, where it is not today."
)
_MAPPING = click.option("--mapping", type=click.Path(path_type=Path), help="Kinds of the columns (TOML).")


@click.group("population")
def population_command() -> None:
    """Keep the encrypted index of our people, with the dates of what changes."""


@population_command.command("build")
@_SOURCES
@_INDEX
@_AS_OF
@_MAPPING
@DATA
@LANGUAGE
def build_command(
    sources: tuple[Path, ...],
    index: Path | None,
    as_of: datetime | None,
    mapping: Path | None,
    data: Path | None,
    lang: str | None,
) -> None:
    """Build the index from SOURCES (FHIR Patients, CSV and other tables)."""
    os.umask(0o077)
    language.set_language(lang)
    keys, folder = keys_for(data)
    place = index or folder / INDEX
    _tell(build_index(sources, place, keys, _day(as_of), mapping), place)


@population_command.command("update")
@_SOURCES
@_INDEX
@_AS_OF
@_MAPPING
@DATA
@LANGUAGE
def update_command(
    sources: tuple[Path, ...],
    index: Path | None,
    as_of: datetime | None,
    mapping: Path | None,
    data: Path | None,
    lang: str | None,
) -> None:
    """Bring the index up to date with later SOURCES: new values open, values that are gone close."""
    os.umask(0o077)
    language.set_language(lang)
    keys, folder = keys_for(data)
    place = index or folder / INDEX
    _tell(update_index(place, sources, keys, _day(as_of), mapping), place)


def _day(as_of: datetime | None) -> int:
    """Days since 1970."""
    return ((as_of.date() if as_of else datetime.now(UTC).date()) - date(1970, 1, 1)).days


def _tell(population: Population, place: Path) -> None:
    sys.stdout.write(f"{labelled(_('people'), number(population.size))}\n{labelled(_('written'), place)}\n")
