"""``rempart reidentify``: the people behind a scope's pseudonyms, from the site's own directory."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console

from rempart import settings
from rempart.cli.options import DATA, LANGUAGE, now_ms
from rempart.language import gettext as _
from rempart.language import labelled, number, set_language
from rempart.pipeline.directory import Directory
from rempart.pipeline.reidentifying import reidentify

PEOPLE_MAPPING = click.option(
    "--people-mapping",
    "mapping",
    type=click.Path(path_type=Path),
    help="Which columns of a table of people hold what (TOML, [people]).",
)


@click.command("reidentify")
@click.option(
    "--scope", type=click.Path(path_type=Path), required=True, help="Folder that rempart scope wrote."
)
@click.option(
    "--people",
    type=click.Path(path_type=Path),
    required=True,
    help="The site's directory: a FHIR export of Patient, a table, or what rempart escrow open wrote.",
)
@PEOPLE_MAPPING
@click.option("--reason", required=True, help="Why people are named again; signed into the ledger.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File of the people, owner-only.")
@DATA
@LANGUAGE
def reidentify_command(
    scope: Path,
    people: Path,
    mapping: Path | None,
    reason: str,
    out: Path,
    data: Path | None,
    lang: str | None,
) -> None:
    """Find the people behind the pseudonyms of a scope in the site's directory."""
    os.umask(0o077)
    set_language(lang)
    name_people(scope, people, mapping, reason, settings.data_folder(data), out)
    click.echo(labelled(_("written"), out))


def name_people(scope: Path, people: Path, mapping: Path | None, reason: str, data: Path, out: Path) -> None:
    """Re-identify into ``out`` and say what came of it."""
    with Console(stderr=True).status("…") as status:

        def hear(read: int) -> None:
            status.update(f"{_('reading')} {number(read)}")

        found = reidentify(scope, Directory(people, mapping), reason, data, out, now_ms(), hear)
    click.echo(
        _(
            "{people} people found, {unmatched} pseudonyms without a person, {ambiguous} people in doubt"
        ).format(
            people=number(found.people), unmatched=number(found.unmatched), ambiguous=number(found.ambiguous)
        ),
        err=True,
    )
    if found.unreadable:
        click.echo(
            _("{count} entries of the directory could not be read").format(count=number(found.unreadable)),
            err=True,
        )
