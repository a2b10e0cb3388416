"""``rempart posture``: before the next theft, what a thief would use, and the one thing to do about each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rempart import language, settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS
from rempart.language import euros, number, printable
from rempart.language import gettext as _
from rempart.pipeline.posture import headline, take_posture, write_posture

MOST_ROWS = 30


@click.command("posture")
@click.option(
    "--logins",
    type=click.Path(path_type=Path),
    help="CSV from the identity provider: account, and amr or acr; tells logins with one factor.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of posture.json and posture.html.")
@DATA
@SETTINGS
@LANGUAGE
def posture_command(
    logins: Path | None, out: Path | None, data: Path | None, settings_path: Path | None, lang: str | None
) -> None:
    """Find what a thief would use next (unused or shared accounts, wide rights, silent logs), by euros at stake."""
    os.umask(0o077)
    language.set_language(lang)
    chosen = settings.load(settings_path)
    document = take_posture(settings.data_folder(data), chosen, logins, language.spoken())
    _show(document)
    if out is not None:
        write_posture(document, out, language.spoken(), chosen.zone)
        click.echo(f"{_('open')}: {out / 'posture.html'}")


def _show(document: dict[str, Any]) -> None:
    """The first findings, and everything that could not be told."""
    console, findings = Console(), document["findings"]
    if findings:
        table = Table(title=_("Before the next theft"))
        for name in (_("Whom or what"), _("What was found"), _("The one thing to do"), _("At stake")):
            table.add_column(name)
        for one in findings[:MOST_ROWS]:
            found = headline(one, one["found"], language.spoken())
            cells = (
                printable(one["about"] or _("the whole house")),
                found,
                one["to_do"],
                euros(*one["stake_eur"]),
            )
            table.add_row(*map(escape, cells))
        console.print(table)
    else:
        click.echo(_("No weakness found in what could be read"))
    if len(findings) > MOST_ROWS:
        more = _("{count} more; --out writes them all").format(count=number(len(findings) - MOST_ROWS))
        console.print(more, markup=False, highlight=False)
    for one in document["untold"]:
        console.print(f"  {one['why']}", markup=False, highlight=False)
