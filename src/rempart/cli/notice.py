"""``rempart notice``: who must be told what by when, and every document and letter for it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from rempart import settings
from rempart.cli.options import DATA
from rempart.cli.reidentify import PEOPLE_MAPPING, name_people
from rempart.errors import RempartError
from rempart.language import gettext as _
from rempart.language import language_of_the_environment, number, printable, set_language
from rempart.notice.affected import is_affected_file
from rempart.notice.casefile import CaseFile
from rempart.notice.deadlines import missing_facts, say_state
from rempart.notice.site import example
from rempart.notice.words import words_of
from rempart.pipeline.informing import Order, inform

PEOPLE_FILE = "people.ndjson"


class OrderError(RempartError):
    """What is asked for cannot be made."""

    exit_code = 2


@click.command("notice")
@click.option("--scope", type=click.Path(path_type=Path), help="Folder that rempart scope wrote.")
@click.option("--site", type=click.Path(path_type=Path), help="What no log knows: the site's facts (TOML).")
@click.option(
    "--init", type=click.Path(path_type=Path), metavar="FILE", help="Write a commented example of --site."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the documents and letters.")
@click.option("--aware", metavar="TIME", help="When you became aware (ISO 8601): the 72 hours start here.")
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
def notice_command(
    scope: Path | None,
    site: Path | None,
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
) -> None:
    """Say whom to tell by when, and write the documents, the supervisor's sheet and the letters."""
    os.umask(0o077)
    set_language(language_of_the_environment() if lang == "both" else lang)
    if init is not None:
        _write_example(init)
        return
    if scope is None or site is None or out is None or aware is None:
        raise OrderError(
            _("notice needs --scope, --site, --aware and --out"),
            _("begin with rempart notice --init FILE"),
        )
    aware_at = _moment("--aware", aware)
    now_at = datetime.now(UTC) if now is None else _moment("--now", now)
    if now_at < aware_at:
        raise OrderError(_("--aware lies after the present moment"), _("correct one of the two"))
    folder = settings.data_folder(data)
    if people is not None and not is_affected_file(people):
        if not reason:
            raise OrderError(
                _("{people} is a directory, and naming people needs a reason").format(
                    people=printable(str(people))
                ),
                _("add --reason, or give the file rempart reidentify wrote"),
            )
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = out / PEOPLE_FILE
        if not named.exists():
            name_people(scope, people, mapping, reason, folder, named)
        people = named
    languages = ("fr", "en") if lang == "both" else (lang,)
    order = Order(scope, site, folder, out, languages, aware_at, now_at, people, rules, words, pdf)
    console = Console(stderr=True)
    with console.status("…") as status:

        def hear(done: int, found: int) -> None:
            note = _("letters {done}, of which {found} stood there").format(
                done=number(done), found=number(found)
            )
            status.update(note)

        case = inform(order, hear)
    _show(case, order)


def _write_example(path: Path) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(example())
    except OSError as error:
        raise OrderError(
            _("cannot write {path}: {why}").format(path=path, why=error.strerror), _("name a new file")
        ) from error
    click.echo(f"{_('fill in')}: {path}")


def _show(case: CaseFile, order: Order) -> None:
    """The clock, what is missing, and what to open."""
    words = words_of(order.languages[0], case.site.zone, order.words)
    table = Table(*(words.text(f"obligations.{key}") for key in ("who", "due", "left")))
    for each in case.obligations:
        if each.state != "not_concerned":
            due = "–" if each.due_at is None else words.moment(each.due_at)
            table.add_row(each.rule.authority.of(order.languages[0]), due, say_state(each, words))
    Console().print(table)
    missing = missing_facts(case, words)
    if missing:
        click.echo(f"{words.text('obligations.missing')}: " + "; ".join(missing))
    if case.letters is not None:
        click.echo(
            _("{letters} letters, {withheld} people to be looked at: {file}").format(
                letters=number(case.letters.letters),
                withheld=number(case.letters.withheld),
                file=order.out / "letters" / "withheld.csv",
            )
        )
    click.echo(f"{_('open')}: {order.out / f'obligations-{order.languages[0]}.html'}")


def _moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OrderError(
            _("{option} is no time").format(option=option), _("write 2026-03-02T08:30+01:00")
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
