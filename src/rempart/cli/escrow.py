"""``rempart escrow``: the directory sealed for two persons, and opened by both with a reason."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console

from rempart import settings
from rempart.cli.options import DATA, LANGUAGE, now_ms
from rempart.cli.reidentify import PEOPLE_MAPPING
from rempart.language import gettext as _
from rempart.language import labelled, number, set_language
from rempart.pipeline.directory import Directory
from rempart.pipeline.escrowing import SHARES, open_escrow, seal_directory


@click.group("escrow")
def escrow_command() -> None:
    """Seal the directory for two persons, against the day it is gone."""


@escrow_command.command("make")
@click.option(
    "--people", type=click.Path(path_type=Path), required=True, help="The site's directory (FHIR or table)."
)
@PEOPLE_MAPPING
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The sealed file.")
@click.option(
    "--shares",
    type=click.Path(path_type=Path),
    help="Make a new key and write its two shares into this folder, one for each person; needed the first time.",
)
@DATA
@LANGUAGE
def make_command(
    people: Path, mapping: Path | None, out: Path, shares: Path | None, data: Path | None, lang: str | None
) -> None:
    """Seal everybody of a directory; only both shares together open it."""
    os.umask(0o077)
    set_language(lang)
    with Console(stderr=True).status("…") as status:

        def hear(read: int) -> None:
            status.update(f"{_('reading')} {number(read)}")

        folder = settings.data_folder(data)
        count, key = seal_directory(Directory(people, mapping), folder, out, shares, now_ms(), hear)
    click.echo(_("{count} people sealed with key {key}: {out}").format(count=number(count), key=key, out=out))
    if shares is not None:
        click.echo(
            _("Hand {first} and {second} to two different persons, on paper, then delete both files.").format(
                first=shares / SHARES[0], second=shares / SHARES[1]
            )
        )
        click.echo(_("Both are needed to open it: if one is lost, nobody can."))


@escrow_command.command("open")
@click.argument("escrow", type=click.Path(path_type=Path))
@click.option(
    "--share",
    "shares",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="A file with one person's share; give it twice, once for each person.",
)
@click.option("--reason", required=True, help="Why it is opened; signed into the ledger.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The people as FHIR Patient, owner-only."
)
@DATA
@LANGUAGE
def open_command(
    escrow: Path, shares: tuple[Path, ...], reason: str, out: Path, data: Path | None, lang: str | None
) -> None:
    """Open a sealed directory with both shares; rempart reidentify reads what comes out."""
    os.umask(0o077)
    set_language(lang)
    if len(shares) != 2:
        raise click.UsageError(_("give --share twice: two persons each hold one"))
    open_escrow(escrow, (shares[0], shares[1]), reason, settings.data_folder(data), out, now_ms())
    click.echo(labelled(_("written"), out))
