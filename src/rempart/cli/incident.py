"""``rempart incident``: one case for each theft, and who did what about it when."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rempart import settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS, clock, moment, now_ms
from rempart.incident.case import MOST_DECISIONS, find
from rempart.incident.words import deed_words, opener_words, state_words, why_words
from rempart.language import gettext as _
from rempart.language import number, printable, printable_sentence, set_language, stamp, when
from rempart.pipeline import casework
from rempart.records import INCIDENT_STATES, Deed, Incident

ZONED = "(ISO 8601; in the zone of the settings where none is said)"
WHO = click.option("--who", metavar="NAME", help="Who does it; the name of the login by default.")
REASON = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the deed.")
INCIDENT = click.argument("incident")


@click.group("incident")
def incident_command() -> None:
    """Work on incidents: one for each theft. Every change is signed and kept."""


@incident_command.command("list")
@DATA
@SETTINGS
@LANGUAGE
def list_command(data: Path | None, settings_path: Path | None, lang: str | None) -> None:
    """Every incident: its state, its accounts, its time."""
    set_language(lang)
    zone = settings.load(settings_path).zone
    table = Table()
    for name in (_("incident"), _("state"), _("accounts"), _("first"), _("last"), _("controller")):
        table.add_column(name)
    for one in casework.incidents_of(settings.data_folder(data)).values():
        row = (
            one.id,
            _state(one),
            _names(one.accounts),
            stamp(one.from_ms, zone),
            stamp(one.to_ms, zone),
            _names(one.controllers),
        )
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@incident_command.command("show")
@INCIDENT
@DATA
@SETTINGS
@LANGUAGE
def show_command(incident: str, data: Path | None, settings_path: Path | None, lang: str | None) -> None:
    """All that is known of one incident, and its history."""
    set_language(lang)
    zone = settings.load(settings_path).zone
    _show(find(casework.incidents_of(settings.data_folder(data)), incident), zone)


@incident_command.command("open")
@click.option("--account", "accounts", multiple=True, required=True, help="May be given several times.")
@click.option("--from", "since", required=True, metavar="TIME", help=f"First moment {ZONED}.")
@click.option("--to", "until", required=True, metavar="TIME", help="The moment after the last.")
@click.option("--aware", metavar="TIME", help="When somebody became aware of it; now by default.")
@click.option("--leak", is_flag=True, help="It became known by a file on sale.")
@REASON
@WHO
@DATA
@SETTINGS
@LANGUAGE
def open_command(
    accounts: tuple[str, ...],
    since: str,
    until: str,
    aware: str | None,
    leak: bool,
    reason: str,
    who: str | None,
    data: Path | None,
    settings_path: Path | None,
    lang: str | None,
) -> None:
    """Open an incident by hand."""
    set_language(lang)
    chosen = settings.load(settings_path)
    one = casework.open_incident(
        settings.data_folder(data),
        chosen,
        now_ms(),
        _who(who),
        reason,
        accounts,
        (moment("--from", since, chosen.zone), moment("--to", until, chosen.zone)),
        opened_by="leak" if leak else "person",
        aware_ms=None if aware is None else moment("--aware", aware, chosen.zone),
    )
    click.echo(one.id)


@incident_command.command("detect")
@DATA
@SETTINGS
@LANGUAGE
def detect_command(data: Path | None, settings_path: Path | None, lang: str | None) -> None:
    """Turn what the watch doubted into incidents; watch and replay do so at their end."""
    os.umask(0o077)
    set_language(lang)
    changed = casework.detect(settings.data_folder(data), settings.load(settings_path), now_ms())
    for one in changed:
        click.echo(f"{one.id}  {_names(one.accounts)}")


@incident_command.command("note")
@INCIDENT
@click.argument("text")
@WHO
@DATA
@LANGUAGE
def note_command(incident: str, text: str, who: str | None, data: Path | None, lang: str | None) -> None:
    """Write TEXT into the incident's history. No patient's name: it can never be removed."""
    set_language(lang)
    casework.note(settings.data_folder(data), incident, now_ms(), _who(who), text)


@incident_command.command("state")
@INCIDENT
@click.argument("state", type=click.Choice(INCIDENT_STATES))
@REASON
@WHO
@DATA
@SETTINGS
@LANGUAGE
def state_command(
    incident: str,
    state: str,
    reason: str,
    who: str | None,
    data: Path | None,
    settings_path: Path | None,
    lang: str | None,
) -> None:
    """Say what the incident is now. A false alarm teaches the watch what is usual."""
    set_language(lang)
    one = casework.set_state(settings.data_folder(data), incident, now_ms(), _who(who), state, reason)
    if state in casework.AWARE_FROM and one.aware_ms is not None:
        click.echo(clock(one.aware_ms, settings.load(settings_path).zone))


@incident_command.command("merge")
@INCIDENT
@click.argument("other")
@REASON
@WHO
@DATA
@SETTINGS
@LANGUAGE
def merge_command(
    incident: str,
    other: str,
    reason: str,
    who: str | None,
    data: Path | None,
    settings_path: Path | None,
    lang: str | None,
) -> None:
    """Make OTHER part of INCIDENT: the same theft."""
    set_language(lang)
    zone = settings.load(settings_path).zone
    _show(casework.merge(settings.data_folder(data), incident, other, now_ms(), _who(who), reason), zone)


@incident_command.command("split")
@INCIDENT
@click.option("--account", "accounts", multiple=True, required=True, help="Goes into a new incident.")
@REASON
@WHO
@DATA
@LANGUAGE
def split_command(
    incident: str,
    accounts: tuple[str, ...],
    reason: str,
    who: str | None,
    data: Path | None,
    lang: str | None,
) -> None:
    """Move accounts into an incident of their own: another theft. Prints its name."""
    set_language(lang)
    folder = settings.data_folder(data)
    _old, new = casework.split(folder, incident, accounts, now_ms(), _who(who), reason)
    click.echo(new.id)


def _who(given: str | None) -> str:
    return given or getpass.getuser()


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(printable(name, 40) for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} +{number(len(names) - 5)}"


def _state(one: Incident) -> str:
    state = state_words()[one.state]
    return f"{state} → {one.into}" if one.into else state


def _decisions(one: Incident) -> str:
    """How many decisions raised it; an incident names the first of them only where they are very many."""
    count = number(len(one.decisions))
    return count if len(one.decisions) < MOST_DECISIONS else _("the first {count}").format(count=count)


def _why(deed: Deed) -> str:
    return why_words(deed.why) if deed.who == "detector" else deed.why


def _show(one: Incident, zone: str) -> None:
    aware = _("nobody yet") if one.aware_ms is None else when(one.aware_ms, zone)
    lines = (
        (_("incident"), one.id),
        (_("state"), _state(one)),
        (_("opened by"), opener_words()[one.opened_by]),
        (_("accounts"), ", ".join(printable(name, 60) for name in one.accounts)),
        (_("first"), when(one.from_ms, zone)),
        (_("last"), when(one.to_ms, zone)),
        (_("aware since"), aware),
        (_("sessions"), number(len(one.sessions))),
        (_("networks"), ", ".join(printable(name) for name in one.networks)),
        (_("controller"), _names(one.controllers) or "–"),
        (_("decisions"), _decisions(one)),
    )
    for name, text in lines:
        click.echo(f"{name:14}{text}")
    openers, done = opener_words(), deed_words()
    for deed in one.history:
        who, did = openers.get(deed.who, printable(deed.who, 40)), done.get(deed.did, printable(deed.did))
        click.echo(f"  {stamp(deed.at_ms, zone)}  {who}  {did}  {printable_sentence(_why(deed), 1000)}")
