"""The answers that stand out in a replay, gathered while its ledger is read, and told as incidents.

Reads tables of decisions, a segment at a time in order; gives the suspicions of
:mod:`rempart.incident.group` and each as an entry of ``incidents.json``. Memory grows with the accounts
and the answers that were not ``allow``. Misses what the ledger does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.incident.group import Grouping, Notable, Suspicion, worth_a_look
from rempart.pipeline.suspicions import notables_of
from rempart.pipeline.wording import iso_time, reason_list
from rempart.records import MISSING_MS
from rempart.watch.state import DAY_MS, Array

_READ = ["number", "account", "recorded", "action", "doubt", "hijack"]
_READ += ["stake_low_eur", "stake_high_eur", "network", "reasons"]


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
        segment = segment.select(_READ)
        named = pc.not_equal(segment.column("account").cast(pa.string()), "")
        doubted = pc.and_(pc.greater(pc.list_value_length(segment.column("reasons")), 0), named)
        marked = segment.filter(pc.fill_null(doubted, False))
        at_ms = pc.fill_null(marked.column("recorded").cast(pa.int64()), MISSING_MS)
        marked = marked.append_column("at_ms", at_ms)
        challenged, kept = _standing_out(marked)
        notables = notables_of(marked.take(pa.array(kept)))
        for stopped, notable in zip(challenged[kept].tolist(), notables, strict=True):
            if stopped:
                self._challenged.add(notable)
            day = (notable.account, notable.at_ms // DAY_MS)
            best = self._oddest.get(day)
            if best is None or notable.doubt > best.doubt:
                self._oddest[day] = notable

    def suspected(self) -> list[Suspicion]:
        """Those answered with more than ``allow``, the most doubtful first."""
        return self._challenged.suspicions()

    def worth_a_look(self, suspected: list[Suspicion]) -> list[Suspicion]:
        """The oddest of the others."""
        return worth_a_look(list(self._oddest.values()), suspected)

    @staticmethod
    def count_patients(shown: list[list[Suspicion]], segments: Iterable[pa.Table]) -> list[int]:
        """Distinct patients that the accounts of each group opened between their suspicion's first and last
        answer."""
        if not shown:
            return []
        every = [each for parts in shown for each in parts]
        accounts = pa.array(sorted({each.account for each in every}), pa.string())
        spans = [
            (min(each.first_ms for each in mine), max(each.last_ms for each in mine))
            for account in accounts.to_pylist()
            for mine in ([each for each in every if each.account == account],)
        ]
        parts = [_opened(segment, accounts, np.array(spans, np.int64)) for segment in segments]
        whose, at, patient = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(whose, kind="stable")
        whose, at, patient = whose[order], at[order], patient[order]

        def opened(each: Suspicion) -> Array:
            account = accounts.index(each.account).as_py()
            mine = slice(*np.searchsorted(whose, [account, account + 1]))
            inside = (at[mine] >= each.first_ms) & (at[mine] <= each.last_ms)
            return patient[mine][inside]

        return [np.unique(np.concatenate([opened(each) for each in parts])).size for parts in shown]


def _standing_out(marked: pa.Table) -> tuple[Array, Array]:
    """Of rows with reasons (n,): whether each was challenged, and which are (or are the oddest of their
    account and day), in order of time and number."""
    at = marked.column("at_ms").to_numpy()
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


def _opened(segment: pa.Table, accounts: pa.Array, spans: Array) -> tuple[Array, Array, Array]:
    """Of the patients opened by some accounts (k,), each in its span (k, 2): number of the account, time, patient;
    (m,) each."""
    column = segment.column("account").combine_chunks()
    number = pc.index_in(column.dictionary, accounts).fill_null(-1).to_numpy(zero_copy_only=False)
    whose = number[column.indices.to_numpy()]
    at = pc.fill_null(segment.column("recorded").cast(pa.int64()), MISSING_MS).to_numpy()
    mine = np.flatnonzero(whose >= 0)
    mine = mine[(at[mine] >= spans[whose[mine], 0]) & (at[mine] <= spans[whose[mine], 1])]
    lists = segment.column("patients").combine_chunks().take(pa.array(mine))
    lengths = lists.value_lengths().to_numpy(zero_copy_only=False)
    return np.repeat(whose[mine], lengths), np.repeat(at[mine], lengths), lists.flatten().to_numpy()


def described(number: int, parts: list[Suspicion], patients: int) -> dict[str, Any]:
    """A group of suspicions that are one theft as an entry of ``incidents.json``."""
    actions: Counter[str] = sum((each.actions for each in parts), Counter())
    return {
        "id": f"S{number:04d}",
        "accounts": sorted({each.account for each in parts}),
        "first": iso_time(min(each.first_ms for each in parts)),
        "last": iso_time(max(each.last_ms for each in parts)),
        "state": parts[0].state,
        "actions": dict(actions),
        "max_hijack": max(each.max_hijack for each in parts),
        "patients": patients,
        "stake_eur": [
            round(sum(each.stake_low_eur for each in parts), 2),
            round(sum(each.stake_high_eur for each in parts), 2),
        ],
        "networks": sorted(set().union(*(each.networks for each in parts))),
        "reasons": _reasons(parts),
        "events": sum(len(each.numbers) for each in parts),
    }


def _reasons(parts: list[Suspicion]) -> list[dict[str, Any]]:
    """Each reason once: as it was heaviest, and how often it was given."""
    heaviest: dict[int, tuple[float, int, int, int]] = {}
    for each in parts:
        for code, (weight, seen, usual, count) in each.reasons.items():
            before = heaviest.get(code, (-1.0, 0, 0, 0))
            best = (weight, seen, usual) if weight > before[0] else before[:3]
            heaviest[code] = (*best, before[3] + count)
    order = sorted(heaviest.items(), key=lambda item: -item[1][0])
    return [
        {**reason_list([code], [weight], [seen], [usual], 1)[0], "count": count}
        for code, (weight, seen, usual, count) in order
    ]
