"""The journey of a file on sale: read it, match it, judge it, date it, follow it, price it, write it down.

Reads the files, the population and, where there is one, the ledger; gives ``verdict.json``,
``matches.parquet``, ``exposed.parquet``, ``statement.md`` and ``report.html`` in the output folder, each for its owner only. Executes
nothing of the files and fetches nothing. What it says of accounts it says of accounts: a login can be stolen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from rempart.canary.decoy import Decoy
from rempart.canary.register import read_register
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.leak.columns import CATEGORIES, Column, category_of
from rempart.leak.decoys import Recognised
from rempart.leak.fresh import Freshness, freshness
from rempart.leak.held import asked_of_forms
from rempart.leak.population import Population
from rempart.leak.readers.formats import files_of, read_files
from rempart.leak.scan import Scan, Scanner
from rempart.leak.side import Array
from rempart.leak.through import Path as LeakPath
from rempart.leak.through import path_of
from rempart.leak.verdict import Verdict, judge
from rempart.ledger.keys import Keys
from rempart.market.book import PriceBook
from rempart.market.model import LotPrice
from rempart.market.stake import StakeTable, stake_table
from rempart.pipeline.canaries import Touched, decoy_side, touched
from rempart.pipeline.casework import open_incident
from rempart.pipeline.leak_path import readings_of
from rempart.pipeline.leak_price import price_file
from rempart.pipeline.people import keys_for, load_people
from rempart.settings import Settings, data_folder

SEED = 20260
EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000
Progress = Callable[[str, int], None]
"""Hears (stage, rows done)."""


@dataclass(frozen=True)
class Finding:
    """Everything that is known of the file at the end of the journey."""

    files: tuple[str, ...]
    scan: Scan
    verdict: Verdict
    columns: tuple[Column, ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    """Categories of data (:data:`~rempart.leak.columns.CATEGORIES`) in the file, and those not in it."""
    pseudonyms: Array
    """(n,) of everybody in the population, by place."""
    freshness: Freshness | None
    path: LeakPath | None
    worth: LotPrice | None
    decoys: tuple[tuple[Decoy, Recognised], ...]
    touched: tuple[Touched, ...]
    """Decoys in the file, and the accounts that opened any of those."""
    today: date

    @property
    def snapshot(self) -> tuple[date, date] | None:
        """The days between which the file left."""
        if self.freshness is None:
            return None
        newest = self.freshness.parts[0]
        return EPOCH + timedelta(days=newest.first), EPOCH + timedelta(days=newest.last)


def investigate(
    files: Sequence[Path],
    people: Sequence[Path],
    data: Path | None,
    out: Path,
    *,
    today: date,
    book: PriceBook,
    mapping: Path | None,
    hear: Progress,
) -> Finding:
    """Follow the file to the end; writes nothing but, where there are no keys yet, new ones in ``out``."""
    keys, folder = keys_for(data, out)
    hear("people", 0)
    population = load_people(people, keys, (today - EPOCH).days, mapping)
    hear("people", population.size)
    paths = files_of(tuple(files))
    decoys = read_register(folder, keys.cipher_key)
    side = decoy_side(decoys) if decoys else None
    scan = Scanner(population, SEED, lambda rows: hear("rows", rows), side).scan(read_files(paths))
    _refuse_nothing(scan)
    verdict = judge(scan)
    columns = tuple(column for table in scan.tables.values() for column in table.columns)
    filled = {category_of(column.kind) for column in columns if column.filled > 0}
    ours = verdict.ours in ("ours", "partly_ours")
    fresh = freshness(scan.evidence, population.as_of, (today - EPOCH).days) if ours else None
    hear("accounts", 0)
    path = (
        _follow(folder, population, scan, fresh, stake_table(book), asked_of_forms(columns)) if ours else None
    )
    return Finding(
        tuple(path.name for path in paths),
        scan,
        verdict,
        columns,
        tuple(name for name in CATEGORIES if name in filled),
        tuple(name for name in CATEGORIES if name not in filled),
        population.pseudonym,
        fresh,
        path,
        price_file(book, columns, verdict, fresh, today) if ours else None,
        tuple((decoys[each.decoy], each) for each in scan.recognised),
        _touched(keys, folder, {decoys[each.decoy].id for each in scan.recognised}),
        today,
    )


def _refuse_nothing(scan: Scan) -> None:
    """SourceError where no row was read, or no column of any table was recognised."""
    if not any(table.rows for table in scan.tables.values()):
        raise SourceError(
            _("no row could be read from the file on sale"),
            _("look whether it is empty or of another format"),
        )
    if not any(category_of(column.kind) for table in scan.tables.values() for column in table.columns):
        raise SourceError(
            _("no column of the file on sale was recognised"),
            _("give its columns headings such as nom, prenom, date_naissance, telephone"),
        )


def open_case(finding: Finding, data: Path | None, settings: Settings, now_ms: int, who: str) -> str | None:
    """Open an incident over the accounts named and the days they read; None where no account is named.

    Its scope is taken from the ledger then: a sample on sale is never the whole.
    """
    if finding.path is None or not finding.path.accounts:
        return None
    accounts = [each.account for each in finding.path.accounts]
    first = min(each.first for each in finding.path.accounts) * DAY_MS
    last = (max(each.last for each in finding.path.accounts) + 1) * DAY_MS
    why = f"a file on sale: {finding.verdict.matched} of {finding.verdict.rows} rows are ours"
    folder = data_folder(data)
    return open_incident(folder, settings, now_ms, who, why, accounts, (first, last), opened_by="leak").id


def _touched(keys: Keys, folder: Path, decoys: set[str]) -> tuple[Touched, ...]:
    """The accounts that opened one of the decoys in the file."""
    return tuple(each for each in touched(keys, folder) if each.decoy in decoys) if decoys else ()


def _follow(
    folder: Path, population: Population, scan: Scan, fresh: Freshness | None, stakes: StakeTable, held: int
) -> LeakPath | None:
    """Through whom the matched patients left; rows that surely are of an older leak are left out."""
    readings = readings_of(folder, population, stakes)
    if readings is None:
        return None
    leaked = np.zeros(population.size, np.bool_)
    old = fresh.old_rows if fresh is not None else ()
    for each in scan.matches():
        leaked[each.person[~np.isin(each.row, old)]] = True
    first, last = (fresh.parts[0].first, fresh.parts[0].last) if fresh else (None, None)
    return path_of(readings, np.flatnonzero(leaked), population.size, first, last, held)
