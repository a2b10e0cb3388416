"""``rempart leak``: a file is on sale: is it ours, how fresh, through whom, worth what."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.console import Console

from rempart import language, settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS
from rempart.language import gettext as _
from rempart.language import labelled, number
from rempart.market.book import load
from rempart.pipeline.leak import investigate, open_case
from rempart.pipeline.leak_files import write_findings
from rempart.pipeline.leak_report import write_leak_page


@click.command("leak")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--population",
    "people",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Our people: an index of rempart population, or tables (FHIR Patients, CSV, ...).",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the results.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Kinds of the population's columns (TOML).")
@click.option("--prices", type=click.Path(path_type=Path), help="Another price book (TOML).")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the file was found, where it is not today."
)
@click.option(
    "--open-incident", "who", metavar="WHO", help="Open an incident over the accounts named, by WHO."
)
@SETTINGS
@DATA
@LANGUAGE
def leak_command(
    files: tuple[Path, ...],
    people: tuple[Path, ...],
    out: Path,
    mapping: Path | None,
    prices: Path | None,
    today: datetime | None,
    who: str | None,
    settings_path: Path | None,
    data: Path | None,
    lang: str | None,
) -> None:
    """Say of FILES on sale what they hold, whether they are ours, how fresh, through which accounts, worth what."""
    os.umask(0o077)
    language.set_language(lang)
    console = Console(stderr=True)
    with console.status("…") as status:

        def hear(stage: str, rows: int) -> None:
            words = {
                "people": _("reading our people"),
                "rows": _("matching rows"),
                "accounts": _("looking for the accounts"),
            }[stage]
            status.update(f"{words} {number(rows) if rows else ''}")

        found = investigate(
            files,
            people,
            data,
            out,
            today=today.date() if today else datetime.now(UTC).date(),
            book=load(prices),
            mapping=mapping,
            hear=hear,
        )
        verdict = write_findings(out, found)
        page = write_leak_page(out, found, verdict, language.spoken().code)
    sys.stdout.write(f"{verdict['words']}\n")
    if verdict["snapshot_between"]:
        first, last = (language.spoken().day(date.fromisoformat(day)) for day in verdict["snapshot_between"])
        sys.stdout.write(_("It left between {first} and {last}.").format(first=first, last=last) + "\n")
    sys.stdout.write(f"{verdict['accounts_words']}\n")
    for account in verdict["accounts"][:10]:
        sys.stdout.write(f"  {account['account']:32} {number(100 * account['share'], 1):>6} %\n")
    if who is not None:
        now_ms = round(datetime.now(UTC).timestamp() * 1000)
        case = open_case(found, data, settings.load(settings_path), now_ms, who)
        if case is None:
            sys.stdout.write(_("No incident was opened: no account is named to open it over.") + "\n")
        else:
            sys.stdout.write(_("An incident was opened: {id}.").format(id=case) + "\n")
    low, high = verdict["worth_eur"]
    sys.stdout.write(f"{labelled(_('worth'), language.euros(low, high))}\n{labelled(_('open'), page)}\n")
