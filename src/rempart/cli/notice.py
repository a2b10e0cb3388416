"""``rempart notice``: who must be told what by when, and every document and letter for it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.status import Status
from rich.table import Table

from rempart import settings
from rempart.cli.options import DATA, SETTINGS, QuestionError, clock, moment, now_ms
from rempart.cli.reidentify import PEOPLE_MAPPING, name_people
from rempart.language import (
    clauses,
    labelled,
    language_of_the_environment,
    number,
    printable,
    set_language,
    spoken,
    why_of,
)
from rempart.language import gettext as _
from rempart.notice.affected import is_affected_file
from rempart.notice.casefile import CaseFile
from rempart.notice.deadlines import missing_facts, say_state
from rempart.notice.site import example, read_site
from rempart.notice.words import words_of
from rempart.pipeline.informing import Order, inform, said_aware, scope_of_incident, scopes_in, sites_for
from rempart.pipeline.private_streams import make_folder

PEOPLE_FILE = "people.ndjson"


@click.command("notice")
@click.argument("incident", required=False)
@click.option(
    "--scope", type=click.Path(path_type=Path), help="Folder that rempart scope wrote, instead of INCIDENT."
)
@click.option(
    "--site",
    "sites",
    multiple=True,
    type=click.Path(path_type=Path),
    help="What no log knows: the site's facts (TOML). Once for each controller where the theft concerns several.",
)
@click.option(
    "--init", type=click.Path(path_type=Path), metavar="FILE", help="Write a commented example of --site."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the documents and letters.")
@click.option(
    "--aware",
    metavar="TIME",
    help="When you became aware (ISO 8601; in the site's zone where none is said), if not as the incident says.",
)
@click.option("--now", metavar="TIME", help="The moment to reckon from instead of the present one.")
@click.option(
    "--people",
    type=click.Path(path_type=Path),
    help="Write the letters too: the file rempart reidentify wrote, or the directory itself with --reason.",
)
@click.option(
    "--pdf/--no-pdf",
    default=True,
    show_default=True,
    help="Set the letters as PDF/A; without, only their merge data are written, for a printer.",
)
@PEOPLE_MAPPING
@click.option("--reason", help="Why people are named again (signed into the ledger); with a directory.")
@click.option("--rules", type=click.Path(path_type=Path), help="Rules instead of the packaged ones (TOML).")
@click.option("--words", type=click.Path(path_type=Path), help="Folder with your own fr.toml and en.toml.")
@click.option(
    "--lang",
    type=click.Choice(["fr", "en", "both"]),
    default="both",
    show_default=True,
    help="Language of the documents; letters go out in French unless the person speaks another language.",
)
@DATA
@SETTINGS
def notice_command(
    incident: str | None,
    scope: Path | None,
    sites: tuple[Path, ...],
    init: Path | None,
    out: Path | None,
    aware: str | None,
    now: str | None,
    people: Path | None,
    pdf: bool,
    mapping: Path | None,
    reason: str | None,
    rules: Path | None,
    words: Path | None,
    lang: str,
    data: Path | None,
    settings_path: Path | None,
) -> None:
    """Say whom to tell by when about INCIDENT, and write the documents, the supervisor's sheet and the letters."""
    os.umask(0o077)
    set_language(language_of_the_environment() if lang == "both" else lang)
    if init is not None:
        _write_example(init)
        return
    if (incident is None) == (scope is None) or not sites or out is None:
        raise QuestionError(
            _("notice needs an incident or --scope, and --site and --out"),
            _("begin with rempart notice --init FILE"),
        )
    folder = settings.data_folder(data)
    zone = read_site(sites[0]).zone
    now_at = datetime.now(UTC).replace(microsecond=0) if now is None else _moment("--now", now, zone)
    aware_at = None if aware is None else _moment("--aware", aware, zone)
    if incident is not None:
        chosen = settings.load(settings_path)
        scope, known_at = scope_of_incident(folder, incident, chosen, out, spoken(), now_ms())
    else:
        known_at = None
    assert scope is not None
    scopes = scopes_in(scope)
    places = [out if len(scopes) == 1 else out / one.name for one in scopes]
    if aware_at is None:
        said = [at for at in (known_at, *map(said_aware, places)) if at is not None]
        if not said:
            raise QuestionError(
                _("nobody said yet when they became aware"), _("give --aware: the 72 hours start there")
            )
        aware_at = min(said)
    if now_at < aware_at:
        raise QuestionError(_("--aware lies after the present moment"), _("correct one of the two"))
    languages = ("fr", "en") if lang == "both" else (lang,)
    for one, site, place in zip(scopes, sites_for(scopes, sites), places, strict=True):
        named = None if people is None else _people(people, one, mapping, reason, folder, place)
        order = Order(one, site, folder, place, languages, aware_at, now_at, named, rules, words, pdf)
        with Console(stderr=True).status("…") as status:

            def hear(done: int, found: int, status: Status = status) -> None:
                note = _("letters {done}, of which {found} stood there").format(
                    done=number(done), found=number(found)
                )
                status.update(note)

            case = inform(order, hear)
        if len(scopes) > 1:
            click.echo(f"\n{printable(case.scope.controller or '')}")
        _show(case, order)
    click.echo(clock(round(aware_at.timestamp() * 1000), zone))


def _people(
    people: Path, scope: Path, mapping: Path | None, reason: str | None, data: Path, out: Path
) -> Path:
    """The file of people re-identified: as given, or made from the directory once for this output."""
    if is_affected_file(people):
        return people
    if not reason:
        raise QuestionError(
            _("{people} is a directory, and naming people needs a reason").format(
                people=printable(str(people))
            ),
            _("add --reason, or give the file rempart reidentify wrote"),
        )
    make_folder(out)
    named = out / PEOPLE_FILE
    if not named.exists():
        name_people(scope, people, mapping, reason, data, named)
    return named


def _write_example(path: Path) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(example())
    except OSError as error:
        raise QuestionError(
            _("cannot write {path}: {why}").format(path=path, why=why_of(error)),
            _("name a new file"),
        ) from error
    click.echo(labelled(_("fill in"), path))


def _show(case: CaseFile, order: Order) -> None:
    """The clock, what is missing, and what to open."""
    words = words_of(order.languages[0], case.site.zone, order.words)
    columns = (words.text(f"obligations.{key}") for key in ("who", "what", "due", "left"))
    table = Table(*columns, caption=labelled(_("times in the zone"), case.site.zone))
    for each in case.obligations:
        if each.state != "not_concerned":
            due = "–" if each.due_at is None else words.moment(each.due_at)
            rule, code = each.rule, order.languages[0]
            table.add_row(
                rule.authority.of(code), words.fill(rule.title.of(code)), due, say_state(each, words)
            )
    Console().print(table)
    missing = missing_facts(case, words)
    if missing:
        click.echo(labelled(words.text("obligations.missing"), clauses(missing)))
    if case.letters is not None:
        click.echo(
            _("{letters} letters, {withheld} people to be looked at: {file}").format(
                letters=number(case.letters.letters),
                withheld=number(case.letters.withheld),
                file=order.out / "letters" / "withheld.csv",
            )
        )
    click.echo(labelled(_("open"), order.out / f"obligations-{order.languages[0]}.html"))


def _moment(option: str, text: str, zone: str) -> datetime:
    return datetime.fromtimestamp(moment(option, text, zone) / 1000, UTC)
