"""``rempart canary``: decoy patients."""

from __future__ import annotations

import os
import random
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from rempart import language
from rempart.canary.register import NAME, read_register
from rempart.cli.options import DATA, LANGUAGE
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import number, printable
from rempart.ledger.folder import Folder
from rempart.ledger.keys import Keys
from rempart.pipeline import canaries
from rempart.pipeline.people import keys_for
from rempart.settings import data_folder


@click.group("canary")
def canary_command() -> None:
    """Plant decoy patients, list them, see who opened one, retire them."""


@canary_command.command("plant")
@click.argument("like", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--count", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many to draw."
)
@click.option("--mail-domain", required=True, help="A domain of yours that receives their mail.")
@click.option("--shown-to", multiple=True, help="One variant for each account or organisation named.")
@click.option(
    "--bundle", type=click.Path(path_type=Path), required=True, help="FHIR bundle to load them with."
)
@click.option("--seed", type=int, hidden=True, help="For tests: the same decoys again.")
@DATA
@LANGUAGE
def plant_command(
    like: tuple[Path, ...],
    count: int,
    mail_domain: str,
    shown_to: tuple[str, ...],
    bundle: Path,
    seed: int | None,
    data: Path | None,
    lang: str | None,
) -> None:
    """Draw decoys that resemble the people in LIKE (an extract of the patient list)."""
    os.umask(0o077)
    language.set_language(lang)
    keys, folder = keys_for(data)
    chance = random.Random(secrets.randbits(128) if seed is None else seed)  # noqa: S311
    fresh = canaries.plant(
        like, count, mail_domain, shown_to, keys, folder, bundle, datetime.now(UTC).date(), chance
    )
    sys.stdout.write(
        _("{count} decoys drawn; load them with {file}").format(count=number(len(fresh)), file=bundle) + "\n"
    )


def _planted(data: Path | None) -> tuple[Keys, Path]:
    """(keys, data folder); SourceError where no decoy was ever planted: nothing is made in a folder misnamed."""
    folder = data_folder(data)
    if not (folder / NAME).exists():
        raise SourceError(
            _("no decoy was planted in {folder}").format(folder=folder),
            _("name the folder with --data, or plant some with rempart canary plant"),
        )
    return keys_for(folder)


@canary_command.command("list")
@DATA
@LANGUAGE
def list_command(data: Path | None, lang: str | None) -> None:
    """Show the decoys by number: when planted, for whom, whether retired. Never their names."""
    language.set_language(lang)
    keys, folder = _planted(data)
    for decoy in read_register(folder, keys.cipher_key):
        state = f"{_('retired')} {decoy.retired}" if decoy.retired else _("planted")
        sys.stdout.write(f"{decoy.id}  {decoy.planted}  {state}  {printable(decoy.shown_to)}\n")


@canary_command.command("check")
@DATA
@LANGUAGE
@click.pass_context
def check_command(context: click.Context, data: Path | None, lang: str | None) -> None:
    """Show the accounts that opened a decoy. Exit code 1 if any did."""
    language.set_language(lang)
    Folder(data_folder(data)).require()
    keys, folder = _planted(data)
    found = canaries.touched(keys, folder)
    for each in found:
        sys.stdout.write(
            f"{printable(each.account)}  {each.decoy}  {number(each.times)}  {each.first}  {each.last}\n"
        )
    if not found:
        sys.stdout.write(_("No account opened a decoy.") + "\n")
    context.exit(1 if found else 0)


@canary_command.command("retire")
@click.argument("decoys", nargs=-1, required=True)
@DATA
@LANGUAGE
def retire_command(decoys: tuple[str, ...], data: Path | None, lang: str | None) -> None:
    """Retire DECOYS by number; remove them from the records too. They are still recognised in files."""
    os.umask(0o077)
    language.set_language(lang)
    keys, folder = _planted(data)
    for decoy in canaries.retire(decoys, keys, folder, datetime.now(UTC).date()):
        sys.stdout.write(f"{decoy.id}  {_('retired')}\n")
