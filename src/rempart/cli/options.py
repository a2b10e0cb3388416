"""Options that several commands share, and how what they are given is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from rempart.errors import RempartError, SourceError
from rempart.language import gettext as _
from rempart.language import printable, when
from rempart.records import Incident

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


class QuestionError(RempartError):
    """The question cannot be understood."""

    exit_code = 2


def tell_proposed(name: str) -> None:
    """Say that a table is read by a proposed mapping, and how to check it."""
    click.echo(f"{printable(name)}: {_('read by a proposed mapping; check it with rempart map')}", err=True)


def tell_incidents(changed: Sequence[Incident]) -> None:
    """Say on standard error which incidents were opened or went on, and how to look at them."""
    for one in changed:
        accounts = ", ".join(printable(name, 40) for name in one.accounts[:5])
        click.echo(f"{_('incident')} {one.id}: {accounts}; rempart incident show {one.id}", err=True)


def tell_unread(warnings: Sequence[str], unread: Sequence[str]) -> None:
    """Say on standard error what went wrong with the reading. SourceError for sources of which more than half
    could not be read: what was written stands, but speaks of the smaller part."""
    for line in warnings:
        click.echo(line, err=True)
    if unread:
        names = ", ".join(printable(name) for name in unread[:5]) + (", …" if len(unread) > 5 else "")
        raise SourceError(
            _("more than half could not be read of: {sources}").format(sources=names),
            _("mend the mapping or the export, and run it again into another folder"),
        )


def moment(option: str, text: str, zone: str = "UTC") -> int:
    """Milliseconds since 1970 UTC of an ISO 8601 time or date, in ``zone`` (IANA name) where it says none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(
            _("{option} is no time").format(option=option), _("write 2026-03-02 or 2026-03-02T08:30+01:00")
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * 1000)


def clock(aware_ms: int, zone: str) -> str:
    """The sentence that says which 72 hours count, and how to correct them (GDPR Article 33(1))."""
    said = _("the 72 hours run from {begin} to {end}; if it was known earlier: rempart notice --aware TIME")
    return said.format(begin=when(aware_ms, zone), end=when(aware_ms + 72 * 3_600_000, zone))


def now_ms() -> int:
    """The wall clock, in ms since 1970 UTC: handed in here, read nowhere deeper."""
    return time.time_ns() // 1_000_000
