"""The answers that stand out in a replay, gathered while its ledger is read, and told as incidents.

Reads tables of decisions, a segment at a time in order; gives the suspicions of
:mod:`rempart.incident.group` and each as an entry of ``incidents.json``. Memory grows with the accounts
and the answers that were not ``allow``. Misses what the ledger does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.incident.group import Grouping, Notable, Suspicion, worth_a_look
from rempart.pipeline.wording import iso_time, reason_list
from rempart.records import MISSING_MS
from rempart.watch.state import DAY_MS, Array


@dataclass
class Notables:
    """What stood out so far."""

    COLUMNS: ClassVar[list[str]] = ["number", "doubt", "network"]
    """Read of a segment beside the columns of ``decisions.parquet``."""
    OPENED: ClassVar[list[str]] = ["account", "recorded", "patients"]
    """Read of a segment for :meth:`count_patients`."""

    _challenged: Grouping = field(default_factory=Grouping)
    _oddest: dict[tuple[str, int], Notable] = field(default_factory=dict)
    """The most doubtful answer of each account and day."""

    def fold(self, segment: pa.Table) -> None:
        """Take a segment's decisions in, in order of their number."""
        named = pc.not_equal(segment.column("account").cast(pa.string()), "")
        doubted = pc.and_(pc.greater(pc.list_value_length(segment.column("reasons")), 0), named)
        marked = segment.filter(pc.fill_null(doubted, False))
        challenged, kept = _standing_out(marked)
        for at, row in zip(kept.tolist(), marked.take(pa.array(kept)).to_pylist(), strict=True):
            notable = _notable(row)
            if challenged[at]:
                self._challenged.add(notable)
            day = (notable.account, notable.at_ms // DAY_MS)
            best = self._oddest.get(day)
            if best is None or notable.doubt > best.doubt:
                self._oddest[day] = notable

    def suspicions(self) -> list[Suspicion]:
        """Those answered with more than ``allow``, then what is worth a look."""
        suspected = self._challenged.suspicions()
        return [*suspected, *worth_a_look(list(self._oddest.values()), suspected)]

    @staticmethod
    def count_patients(shown: list[Suspicion], segments: Iterable[pa.Table]) -> list[int]:
        """Distinct patients each suspicion's account opened between its first and last answer."""
        if not shown:
            return []
        accounts = pa.array(sorted({each.account for each in shown}), pa.string())
        parts = [_opened(segment, accounts) for segment in segments]
        whose, at, patient = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(whose, kind="stable")
        whose, at, patient = whose[order], at[order], patient[order]
        counts = []
        for each in shown:
            account = accounts.index(each.account).as_py()
            mine = slice(*np.searchsorted(whose, [account, account + 1]))
            inside = (at[mine] >= each.first_ms) & (at[mine] <= each.last_ms)
            counts.append(np.unique(patient[mine][inside]).size)
        return counts


def _standing_out(marked: pa.Table) -> tuple[Array, Array]:
    """Of rows with reasons (n,): whether each was challenged, and which are (or are the oddest of their
    account and day), in order of time and number."""
    at = pc.fill_null(marked.column("recorded").cast(pa.int64()), MISSING_MS).to_numpy()
    challenged = pc.not_equal(marked.column("action").cast(pa.string()), "allow").to_numpy()
    account = marked.column("account").combine_chunks().indices.to_numpy()
    order = np.lexsort((np.arange(at.size), at, -marked.column("doubt").to_numpy(), at // DAY_MS, account))
    first = np.ones(at.size, bool)
    same = (account[order][1:] == account[order][:-1]) & (at[order][1:] // DAY_MS == at[order][:-1] // DAY_MS)
    first[1:] = ~same
    keep = challenged.copy()
    keep[order[first]] = True
    kept = np.flatnonzero(keep)
    return challenged, kept[np.argsort(at[kept], kind="stable")]


def _opened(segment: pa.Table, accounts: pa.Array) -> tuple[Array, Array, Array]:
    """Of the patients opened by some accounts: number of the account, time, patient; (m,) each."""
    column = segment.column("account").combine_chunks()
    number = pc.index_in(column.dictionary, accounts).fill_null(-1).to_numpy(zero_copy_only=False)
    mine = number[column.indices.to_numpy()]
    rows = segment.filter(pa.array(mine >= 0))
    lists = rows.column("patients").combine_chunks()
    lengths = lists.value_lengths().to_numpy(zero_copy_only=False)
    at = pc.fill_null(rows.column("recorded").cast(pa.int64()), MISSING_MS).to_numpy()
    return np.repeat(mine[mine >= 0], lengths), np.repeat(at, lengths), lists.flatten().to_numpy()


def _notable(row: dict[str, Any]) -> Notable:
    return Notable(
        row["number"],
        row["account"],
        round(row["recorded"].timestamp() * 1000) if row["recorded"] else MISSING_MS,
        row["action"],
        row["doubt"],
        row["hijack"],
        row["stake_low_eur"],
        row["stake_high_eur"],
        row["network"] or "",
        tuple((r["code"], r["weight"], r["seen"], r["usual"]) for r in row["reasons"]),
    )


def described(number: int, each: Suspicion, patients: int) -> dict[str, Any]:
    """A suspicion as an entry of ``incidents.json``."""
    order = sorted(each.reasons.items(), key=lambda item: -item[1][0])
    reasons = []
    for code, (weight, seen, usual, count) in order:
        reasons.append({**reason_list([code], [weight], [seen], [usual], 1)[0], "count": count})
    return {
        "id": f"S{number:04d}",
        "accounts": [each.account],
        "first": iso_time(each.first_ms),
        "last": iso_time(each.last_ms),
        "state": each.state,
        "actions": dict(each.actions),
        "max_hijack": each.max_hijack,
        "patients": patients,
        "stake_eur": [round(each.stake_low_eur, 2), round(each.stake_high_eur, 2)],
        "networks": sorted(each.networks),
        "reasons": reasons,
        "events": len(each.numbers),
    }
