"""``rempart desk``: what the help desk does with accounts, and reads next morning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rempart import language, settings
from rempart.cli.options import DATA, LANGUAGE, SETTINGS, now_ms
from rempart.contain.dry_run import DryRun, Observing
from rempart.contain.outbox import Ordered, last_order
from rempart.contain.secret_file import read_secret
from rempart.errors import EffectorError, LedgerError
from rempart.language import gettext as _
from rempart.language import printable
from rempart.ledger.folder import Folder
from rempart.ledger.query import Question, history
from rempart.pipeline.wording import answer_words
from rempart.web_call import call

URL = click.option(
    "--url", default="http://127.0.0.1:8930", show_default=True, help="Where the decision service answers."
)
BY = click.option("--by", required=True, help="Who says so; written to the ledger.")


@click.group("desk")
def desk_command() -> None:
    """Close and reopen accounts by a person's word; review broken glass and what waits in the outbox."""


@desk_command.command("block")
@click.argument("account")
@BY
@URL
@DATA
@LANGUAGE
def block_command(account: str, by: str, url: str, data: Path | None, lang: str | None) -> None:
    """Close ACCOUNT at once, everywhere the site has an effector. Says what was done."""
    language.set_language(lang)
    folder = settings.data_folder(data)
    outbox, begun_ms = folder / "outbox.ndjson", now_ms()
    before = last_order(outbox, account)
    _say(url, data, "block", account, by)
    click.echo(_what_was_done(before, last_order(outbox, account)))
    if not len(history(folder, Question(account=account, until_ms=begun_ms))):
        click.echo(_("this account was never seen before: check how its name is written"))


@desk_command.command("reinstate")
@click.argument("account")
@BY
@URL
@DATA
@LANGUAGE
def reinstate_command(account: str, by: str, url: str, data: Path | None, lang: str | None) -> None:
    """Open ACCOUNT again; tokens from before stay worthless, its owner logs in anew."""
    language.set_language(lang)
    before = last_order(settings.data_folder(data) / "outbox.ndjson", account)
    _say(url, data, "reinstate", account, by)
    if before is not None and before.command.verb == "block":
        click.echo(_("open again"))
    else:
        click.echo(_("the account was not closed; what it was asked to prove is dropped"))


@desk_command.command("review")
@DATA
@SETTINGS
@LANGUAGE
def review_command(data: Path | None, settings_path: Path | None, lang: str | None) -> None:
    """List every break-glass access: when, who, why, and the decision it went past."""
    language.set_language(lang)
    zone = settings.load(settings_path).zone
    columns = (_("time"), _("account"), _("decision"), _("answer"), _("stated reason"))
    answers = answer_words(language.spoken())
    lines = _lines(settings.data_folder(data), "break_glass.ndjson")
    rows = [
        (
            language.stamp(each["at_ms"], zone),
            each["account"],
            str(each["decision"]),
            answers[each["action"]],
            each["reason"],
        )
        for each in lines
    ]
    _show(_("broken glass"), columns, rows)


@desk_command.command("outbox")
@DATA
@SETTINGS
@LANGUAGE
def outbox_command(data: Path | None, settings_path: Path | None, lang: str | None) -> None:
    """List what an effector has still to do, or gave up on."""
    language.set_language(lang)
    zone = settings.load(settings_path).zone
    waiting: dict[tuple[str, str], tuple[str, ...]] = {}
    for each in _lines(settings.data_folder(data), "outbox.ndjson"):
        if each["type"] == "command":
            told = each["command"]
            for effector in each["effectors"]:
                at = language.stamp(told["at_ms"], zone)
                waiting[told["key"], effector] = (at, effector, told["verb"], told["account"], _("waits"))
        elif each.get("gave_up"):
            row = waiting[each["key"], each["effector"]]
            waiting[each["key"], each["effector"]] = (*row[:-1], _("refused for good"))
        else:
            waiting.pop((each["key"], each["effector"]), None)
    _show(_("outbox"), (_("time"), _("effector"), _("command"), _("account"), ""), list(waiting.values()))


def _what_was_done(before: Ordered | None, after: Ordered | None) -> str:
    """What a block did, by the account's last command before it and after."""
    if after is None or after.command.verb != "block":
        return _("the service took the word, but gave no command: see its log")
    if before is not None and before.command.key == after.command.key:
        return _("this was said before: nothing new was done")
    if Observing.name in after.effectors:
        return _("written down only: the service observes, the account is still served")
    if DryRun.name in after.effectors:
        return _("refused at the proxy from now on; dry run: nothing was closed in the directory")
    if not after.effectors:
        return _("refused at the proxy from now on; no other place is set where it could be closed")
    return _("refused at the proxy from now on; being closed at: {places} (see rempart desk outbox)").format(
        places=", ".join(after.effectors)
    )


def _say(url: str, data: Path | None, verb: str, account: str, by: str) -> None:
    key = read_secret(str(settings.data_folder(data) / "desk.key"))
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    body = msgspec.json.encode({"account": account, "by": by})
    try:
        status, answer = call("POST", f"{url.rstrip('/')}/accounts/{verb}", headers, body)
    except EffectorError as error:
        advice = _("nothing was done: start rempart serve or name its address with --url, then say it again")
        raise EffectorError(error.what, advice) from error
    if status != 200:
        said = printable(answer.decode("utf-8", "replace").strip())
        raise LedgerError(
            _("the service answered {status} {said}").format(status=status, said=said),
            _("check --url and --data"),
        )


def _lines(data: Path, name: str) -> list[dict[str, Any]]:
    """The whole lines of a file of JSON lines; none where there is no file. LedgerError where there is no ledger."""
    Folder(data).require()
    path = data / name
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _show(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(title=title)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(escape(printable(cell)) for cell in row))
    Console().print(table)
