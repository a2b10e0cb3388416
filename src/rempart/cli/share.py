"""``rempart share``: what tells a crew from others, for the next region, and what came from there."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rempart import settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS, now_ms
from rempart.errors import SourceError
from rempart.language import day, number, printable, set_language, stamp
from rempart.language import gettext as _
from rempart.pipeline.sharing import Lead, crew_of_incident, crew_of_scope, look_for, read_addresses, share
from rempart.pipeline.tip_offs import Given, give_tip_offs


@click.command("share")
@click.argument("incident", required=False)
@click.option(
    "--scope", type=click.Path(path_type=Path), help="Folder that rempart scope wrote, instead of INCIDENT."
)
@click.option("--as", "shared_by", help="Who shares: the name of your organisation.")
@click.option(
    "--addresses",
    type=click.Path(path_type=Path),
    help="Addresses you found in your own firewall, one a line; those the ledger confirms are shared.",
)
@click.option(
    "--software",
    multiple=True,
    help="Name of software to share, if only this crew used it; the candidates are listed. Never a person's name.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The STIX 2.1 bundle to write.")
@click.option(
    "--read",
    "bundle",
    type=click.Path(path_type=Path),
    help="A bundle from elsewhere: look for its crew here.",
)
@click.option(
    "--weigh", is_flag=True, help="With --read: let what it names weigh in the watch's answers too."
)
@DATA
@SETTINGS
@LANGUAGE
def share_command(
    incident: str | None,
    scope: Path | None,
    shared_by: str | None,
    addresses: Path | None,
    software: tuple[str, ...],
    out: Path | None,
    bundle: Path | None,
    weigh: bool,
    data: Path | None,
    settings_path: Path | None,
    lang: str | None,
) -> None:
    """Share what identifies the crew of INCIDENT (never a patient or a professional), or look for a shared one here."""
    os.umask(0o077)
    set_language(lang)
    zone = settings.load(settings_path).zone
    folder = settings.data_folder(data)
    if bundle is not None:
        indicators, leads = look_for(bundle, folder)
        click.echo(
            _(
                "{addresses} addresses, {software} names of software; {unread} indicators of other kinds"
            ).format(
                addresses=number(len(indicators.addresses)),
                software=number(len(indicators.software)),
                unread=number(indicators.unread),
            ),
            err=True,
        )
        _show(leads, zone)
        if weigh:
            _say(give_tip_offs(folder, bundle, now_ms()), zone)
        return
    if (incident is None) == (scope is None) or out is None or not shared_by:
        raise click.UsageError(_("give an incident or --scope, and --as and --out; or --read"))
    crew = crew_of_incident(folder, incident) if incident is not None else crew_of_scope(Path(str(scope)))
    given = read_addresses(addresses) if addresses else []
    found = share(crew, given, software, shared_by, folder, out, datetime.now(UTC))
    for name in found.software:
        if name not in software:
            said = _(
                "software only this crew used: {name} (share it with --software, if it is no person's name)"
            )
            click.echo(said.format(name=printable(name)), err=True)
    for address in found.unknown:
        click.echo(
            _("{address}: not of these accounts in this period, left out").format(address=printable(address)),
            err=True,
        )
    for address in found.common:
        click.echo(_("{address}: staff use it too, left out").format(address=printable(address)), err=True)
    if not found.work.addresses and not found.work.software:
        raise SourceError(
            _("nothing identifies this crew: no bundle was written"), _("give --addresses or --software")
        )
    click.echo(
        _("{addresses} addresses and {software} names of software shared: {out}").format(
            addresses=number(len(found.work.addresses)), software=number(len(found.work.software)), out=out
        )
    )


def _say(given: Given, zone: str) -> None:
    """What weighs now, and what it replaced."""
    said = _("indicators that weigh from now on: {count} (what many staff use here weighs nothing)")
    click.echo(said.format(count=number(given.weighing)))
    if given.replaced_ms is None:
        return
    said = _(
        "replaced, of the bundle with this id read on {day}: {added} indicators are new, {dropped} are named no longer"
    )
    read = day(datetime.fromtimestamp(given.replaced_ms / 1000, ZoneInfo(zone)))
    click.echo(said.format(day=read, added=number(given.added), dropped=number(given.dropped)), err=True)


def _show(leads: list[Lead], zone: str) -> None:
    """The accounts to look at, or that there are none."""
    if not leads:
        click.echo(_("nobody here used any of them"))
        return
    table = Table(*(_("account"), _("seen with"), _("first"), _("last"), _("accesses"), _("patients")))
    for lead in leads:
        times = [
            "" if at is None else stamp(round(at.timestamp() * 1000), zone) for at in (lead.first, lead.last)
        ]
        cells = [lead.account, lead.by, *times, number(lead.accesses), number(lead.patients)]
        table.add_row(*(escape(printable(cell)) for cell in cells))
    Console().print(table)
