"""``rempart ledger``: check the seals, ask who opened what."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from rempart import settings
from rempart.cli.options import DATA
from rempart.errors import LedgerError
from rempart.ledger.query import connect, pseudonym_of
from rempart.ledger.verify import verify

_COLUMNS = "number, event, account, recorded, action, hijack, form, served"


@click.group("ledger")
def ledger_command() -> None:
    """Check the ledger's seals, or ask it who opened what."""


@ledger_command.command("verify")
@DATA
def verify_command(data: Path | None) -> None:
    """Say what was changed, dropped or reordered since it was sealed."""
    report = verify(settings.data_folder(data))
    sys.stdout.write(f"{report}\n")
    if report.findings:
        raise LedgerError(
            "the ledger does not verify", "restore it from the backup and keep this copy as evidence"
        )


@ledger_command.command("query")
@click.option("--account", help="Professional account.")
@click.option("--patient", help="Patient identifier in clear; it is hashed before it is looked up.")
@click.option("--from", "since", help="First moment, ISO 8601.")
@click.option("--to", "until", help="Moment after the last, ISO 8601.")
@DATA
def query_command(
    account: str | None, patient: str | None, since: str | None, until: str | None, data: Path | None
) -> None:
    """List accesses by account, patient and time, as CSV."""
    folder = settings.data_folder(data)
    where, values = ["true"], []
    if account is not None:
        where.append("account = ?")
        values.append(account)
    if patient is not None:
        where.append("list_contains(patients, ?::UBIGINT)")
        values.append(str(pseudonym_of(folder, patient)))
    for text, sign in ((since, ">="), (until, "<")):
        if text is not None:
            where.append(f"recorded {sign} ?::TIMESTAMPTZ")
            values.append(text)
    question = f"SELECT {_COLUMNS} FROM ledger WHERE {' AND '.join(where)} ORDER BY number"  # noqa: S608
    writer = csv.writer(sys.stdout)
    writer.writerow(_COLUMNS.split(", "))
    writer.writerows(
        [_harmless(cell) for cell in row] for row in connect(folder).execute(question, values).fetchall()
    )


def _harmless(cell: object) -> str:
    """A cell that no terminal and no spreadsheet executes."""
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(cell))
    return f"'{text}" if text[:1] in "=+-@" and not isinstance(cell, int | float) else text
