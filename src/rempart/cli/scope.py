"""``rempart scope``: after a theft, exactly whose and which data."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from rempart import language, settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS, moment, now_ms
from rempart.errors import SourceError
from rempart.incident.frauds import category_words
from rempart.incident.words import answer_names, patients_words, people_words
from rempart.language import gettext as _
from rempart.language import labelled, number, printable, printable_sentence, when
from rempart.pipeline.aftermath import Aftermath, Asked, asked_of, take_scope
from rempart.pipeline.exposures import keep_exposures
from rempart.pipeline.scope_files import write_scopes


@click.command("scope")
@click.argument("incident", required=False)
@click.option(
    "--account", "accounts", multiple=True, help="Professional account; may be given several times."
)
@click.option(
    "--from",
    "since",
    metavar="TIME",
    help="First moment (ISO 8601; in the zone of the settings where none is said).",
)
@click.option("--to", "until", metavar="TIME", help="The moment after the last.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the scope's files.")
@DATA
@SETTINGS
@LANGUAGE
def scope_command(
    incident: str | None,
    accounts: tuple[str, ...],
    since: str | None,
    until: str | None,
    out: Path,
    data: Path | None,
    settings_path: Path | None,
    lang: str | None,
) -> None:
    """Count whose data, and which, were served to the accounts of INCIDENT, or to --account from --from to --to."""
    os.umask(0o077)
    language.set_language(lang)
    chosen, folder = settings.load(settings_path), settings.data_folder(data)
    if (incident is None) == (not accounts) or (accounts and (since is None or until is None)):
        raise SourceError(
            _("scope needs an incident, or accounts and a period"), _("give --account, --from and --to")
        )
    if incident is not None:
        asked = asked_of(folder, incident)
    else:
        ends = [
            moment(option, str(text), chosen.zone) for option, text in (("--from", since), ("--to", until))
        ]
        asked = Asked(None, tuple(accounts), ends[0], ends[1])
    found = take_scope(folder, asked, chosen, now_ms())
    keep_exposures(folder, found)
    folders = write_scopes(found, out, language.spoken(), chosen.zone)
    _show(found)
    if not any(one.scope.accesses for one in found.scopes):
        said = _("no access of account {accounts} between {since} and {until}: the period may be wrong")
        shown = [when(at, chosen.zone) for at in (asked.from_ms, asked.to_ms)]
        names = ", ".join(printable(name, 40) for name in asked.accounts[:5])
        click.echo(said.format(accounts=names, since=shown[0], until=shown[1]), err=True)
    for one in folders:
        click.echo(labelled(_("open"), one / "scope.html"))


def _show(found: Aftermath) -> None:
    """The categories' answers and the gaps, one table a controller."""
    names, words, console = answer_names(), category_words(), Console()
    for one in found.scopes:
        scope = one.scope
        title = printable(one.controller) or _("Scope")
        patients = patients_words(scope.patients_low, scope.patients_high, scope.bounded)
        table = Table(title=title, caption=labelled(_("patients"), patients))
        for name in (_("category"), _("answer"), _("patients seen"), _("why")):
            table.add_column(name)
        for category, answer in scope.categories.items():
            people = people_words(answer.seen, answer.possible, answer.bounded)
            table.add_row(words[category], names[answer.answer], people, printable_sentence(answer.why))
        console.print(table)
        for gap in scope.gaps:
            bound = _("cannot be bounded") if gap.upper_bound is None else f"≤ {number(gap.upper_bound)}"
            where = f"{printable(gap.source)}: " if gap.source else ""
            console.print(f"  {where}{printable_sentence(gap.why)} ({bound})", markup=False, highlight=False)
