"""``rempart ledger``: check the seals, anchor them outside, ask who opened what, let old segments go.

Everything a log said is treated as written by a thief: control characters never reach a terminal,
and no cell of a CSV begins like a formula.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rempart import settings
from rempart.cli.options import DATA, LANGUAGE, QuestionError, moment, now_ms
from rempart.language import gettext as _
from rempart.language import printable, printable_sentence, set_language, spoken
from rempart.ledger.query import Question, history, pseudonym_of
from rempart.ledger.retention import expire
from rempart.ledger.seal import head, record_anchor
from rempart.ledger.verify import Finding, Report, verify
from rempart.pipeline.wording import answer_words, iso_time, reason_list
from rempart.records import MISSING_MS
from rempart.spreadsheet import harmless

_SHOWN = ("number", "recorded", "account", "event", "action", "served", "patients", "reasons")


@click.group("ledger")
def ledger_command() -> None:
    """Check the ledger's seals, anchor them, or ask it who opened what."""


@ledger_command.command("verify")
@click.option("--anchor", metavar="CODE", help="An anchor code kept outside: printed, mailed or posted.")
@DATA
@LANGUAGE
@click.pass_context
def verify_command(context: click.Context, anchor: str | None, data: Path | None, lang: str | None) -> None:
    """Say what was changed, dropped, reordered or cut since it was sealed. Exit code 1 if anything was."""
    set_language(lang)
    report = verify(settings.data_folder(data), anchor)
    for finding in report.findings:
        click.echo(f"{_what(finding)}: {printable(finding.where)}")
    for line in _summary(report):
        click.echo(line)
    if not report.sound:
        click.echo(
            _("The ledger is not as it was sealed: keep this copy as evidence and restore the backup."),
            err=True,
        )
        context.exit(1)


@ledger_command.command("head")
@DATA
@LANGUAGE
def head_command(data: Path | None, lang: str | None) -> None:
    """Print the code of the last seal, to keep where nobody here can edit it."""
    set_language(lang)
    click.echo(head(settings.data_folder(data)).code)


@ledger_command.command("anchor")
@click.option("--place", required=True, help="Where the code goes: a letter, a mailbox, a public page.")
@DATA
@LANGUAGE
def anchor_command(place: str, data: Path | None, lang: str | None) -> None:
    """Print the code of the last seal and note that it was anchored outside."""
    set_language(lang)
    click.echo(record_anchor(settings.data_folder(data), place, now_ms()).code)


@ledger_command.command("expire")
@click.option(
    "--before",
    required=True,
    metavar="TIME",
    help="Segments with only older events go (ISO 8601, UTC where no zone is said).",
)
@click.confirmation_option(prompt="Delete these events for good?", help="Do not ask.")
@DATA
@LANGUAGE
def expire_command(before: str, data: Path | None, lang: str | None) -> None:
    """Delete the sealed segments that are wholly older; their hashes stay and verify still passes."""
    set_language(lang)
    gone = expire(settings.data_folder(data), moment("--before", before), now_ms())
    click.echo(_("{count} segments deleted").format(count=len(gone)))


@ledger_command.command("query")
@click.option("--account", help="Professional account.")
@click.option("--patient", help="Patient identifier in clear; it is hashed before it is looked up.")
@click.option("--pseudonym", metavar="HEX", help="Patient as the ledger names it: 16 hexadecimal digits.")
@click.option("--from", "since", metavar="TIME", help="First moment (ISO 8601, UTC where no zone is said).")
@click.option("--to", "until", metavar="TIME", help="The moment after the last.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV (the default where the output is no terminal).")
@DATA
@LANGUAGE
def query_command(
    account: str | None,
    patient: str | None,
    pseudonym: str | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    as_csv: bool,
    data: Path | None,
    lang: str | None,
) -> None:
    """List who opened what, by account, patient and time."""
    set_language(lang)
    if (as_json and as_csv) or (patient is not None and pseudonym is not None):
        raise QuestionError(_("two options exclude each other"), _("give one of the two"))
    folder = settings.data_folder(data)
    wanted = pseudonym_of(folder, patient) if patient is not None else _number(pseudonym)
    question = Question(
        account,
        wanted,
        None if since is None else moment("--from", since),
        None if until is None else moment("--to", until),
    )
    found = history(folder, question)
    if as_json:
        for row in _rows(found):
            click.echo(json.dumps(row))
    elif as_csv or not sys.stdout.isatty():
        _write_csv(found)
    else:
        _show(found)


def _what(finding: Finding) -> str:
    names = {
        "changed": _("changed"),
        "dropped": _("dropped"),
        "reordered": _("reordered"),
        "truncated": _("cut short"),
        "another_key": _("another key"),
        "not_as_anchored": _("not as anchored"),
    }
    return names[finding.what]


def _summary(report: Report) -> Iterator[str]:
    """What was checked, and up to where the answer holds against somebody with the key."""
    yield _(
        "{rows} sealed decisions in {segments} segments ({expired} expired), {unsealed} not yet sealed"
    ).format(
        rows=report.sealed_rows,
        segments=report.sealed_segments,
        expired=report.expired,
        unsealed=report.unsealed_rows,
    )
    if report.anchored is None:
        yield _("No anchor was kept outside: whoever holds the signing key could have rewritten all of it.")
    else:
        later = report.lines - 1 - report.anchored.line
        yield _("Up to entry {line}, anchored on {day}, nothing can have been rewritten unseen.").format(
            line=report.anchored.line, day=report.anchored.day
        )
        if later:
            yield _("The {count} entries after it could have been, by whoever holds the signing key.").format(
                count=later
            )
    if report.unsealed_rows:
        yield _("What is not yet sealed is chained but not signed.")


def _rows(found: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows as a person reads them: times in UTC, patients as pseudonyms, reasons in words."""
    stamps = found["recorded"].cast(pa.int64())
    found = found.set_column(found.schema.get_field_index("recorded"), "recorded", stamps)
    for batch in found.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            row["recorded"] = iso_time(MISSING_MS if row["recorded"] is None else row["recorded"])
            row["patients"] = [f"{patient:016x}" for patient in row["patients"]]
            given = row["reasons"]
            code, weight, seen, usual = (
                [each[name] for each in given] for name in ("code", "weight", "seen", "usual")
            )
            row["reasons"] = reason_list(code, weight, seen, usual, len(given))
            yield row


def _write_csv(found: pa.Table) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(found.column_names)
    for row in _rows(found):
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    """A value no spreadsheet takes for a formula; numbers stay numbers."""
    return value if isinstance(value, (int, float)) else harmless(_text(value))


def _show(found: pa.Table) -> None:
    headings = (
        _("number"),
        _("time"),
        _("account"),
        _("event"),
        _("answer"),
        _("served"),
        _("patients"),
        _("reasons"),
    )
    table, answers = Table(*headings), answer_words(spoken())
    served = {"yes": _("yes"), "no": _("no"), "unknown": _("unknown")}
    for row in _rows(found.select(_SHOWN)):
        row["patients"] = len(row["patients"])
        row["action"], row["served"] = answers[row["action"]], served[row["served"]]
        table.add_row(*(Text(_text(row[name])) for name in _SHOWN))
    Console().print(table)


def _text(value: Any) -> str:
    """A value as text without anything a terminal obeys; our own sentences keep their spacing."""
    if isinstance(value, list):
        return "; ".join(
            printable_sentence(each["text"]) if isinstance(each, dict) else _text(each) for each in value
        )
    return "" if value is None else printable(str(value), len(str(value)))


def _number(pseudonym: str | None) -> int | None:
    if pseudonym is None:
        return None
    try:
        number = int(pseudonym, 16) if len(pseudonym) == 16 else -1
    except ValueError:
        number = -1
    if number < 0:
        raise QuestionError(_("--pseudonym is not 16 hexadecimal digits"), _("copy it whole"))
    return number
