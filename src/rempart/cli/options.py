"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.language import gettext as _
from rempart.language import printable

DATA = click.option("--data", type=click.Path(path_type=Path), help="Folder of everything Rempart keeps.")
SETTINGS = click.option(
    "--settings", "settings_path", type=click.Path(path_type=Path), help="Settings file (TOML)."
)
LANGUAGE = click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of reasons and pages.")
SHARDS = click.option(
    "--shards",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Threads that judge; changes no decision.",
)
BATCH = click.option(
    "--batch-size",
    type=click.IntRange(1, 1_000_000),
    default=32_768,
    show_default=True,
    help="Events judged at once; changes no decision.",
)
MAPPING = click.option(
    "--mapping",
    "mappings",
    multiple=True,
    metavar="[FILE=]MAPPING.toml",
    help="How the columns of CSV files are read.",
)


def tell_proposed(name: str) -> None:
    """Say that a table is read by a proposed mapping, and how to check it."""
    click.echo(f"{printable(name)}: {_('read by a proposed mapping; check it with rempart map')}", err=True)
