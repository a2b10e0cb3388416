"""``rempart value``: what a theft is worth to the thief, and who is most at risk."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from rempart import language, settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS, now_ms
from rempart.incident.frauds import category_words, fraud_names
from rempart.incident.words import people_words
from rempart.language import day, euros, labelled, number
from rempart.language import gettext as _
from rempart.pipeline.value import value_of
from rempart.pipeline.value_files import Valued, write_value


@click.command("value")
@click.argument("theft", metavar="INCIDENT|SCOPE.json")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of value.json, value.csv and a picture.")
@DATA
@SETTINGS
@LANGUAGE
def value_command(
    theft: str, out: Path | None, data: Path | None, settings_path: Path | None, lang: str | None
) -> None:
    """Price what was exposed, and join it with earlier incidents, person by person."""
    os.umask(0o077)
    language.set_language(lang)
    chosen = settings.load(settings_path)
    valued = value_of(settings.data_folder(data), theft, chosen, now_ms())
    _show(valued, chosen.zone)
    if out is not None:
        write_value(valued, out, language.spoken())
        click.echo(labelled(_("open"), out / "value.json"))


def _show(valued: Valued, zone: str) -> None:
    document, console = valued.document, Console()
    worth = Table(title=_("What the thief can sell it for"), caption=_caption(document, zone))
    for name in (_("category"), _("people the logs name"), _("one by one"), _("as a lot")):
        worth.add_column(name)
    words = category_words()
    for one in document["by_category"]:
        certain, at_most = one["people"]["certain"], one["people"]["at_most"]
        people = people_words(certain, at_most - certain, True)
        worth.add_row(words[one["category"]], people, euros(*one["retail_eur"]), euros(*one["lot_eur"]))
    console.print(worth)
    risks = Table(title=_("Who is most at risk (people)"))
    for name in (_("fraud"), _("high risk"), _("medium risk"), _("low risk")):
        risks.add_column(name)
    names = fraud_names()
    for fraud, levels in document["risks"].items():
        risks.add_row(names[fraud], *(number(levels[level]) for level in ("high", "medium", "low")))
    console.print(risks)
    before = labelled(_("of them in an earlier incident"), number(document["exposed_before"]))
    console.print(before, markup=False, highlight=False)


def _caption(document: dict[str, object], zone: str) -> str:
    worth = document["worth_eur"]
    assert isinstance(worth, dict)
    return _(
        "A row is its category sold alone. All together, as whole records: {retail} one by one to the few buyers there "
        "are, or {lot} as one lot. Prices of {day}; they fall as the data age."
    ).format(
        retail=euros(*worth["retail"]),
        lot=euros(*worth["lot"]),
        day=day(datetime.fromisoformat(str(document["made_at"])).astimezone(ZoneInfo(zone))),
    )
