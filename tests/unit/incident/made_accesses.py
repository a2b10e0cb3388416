"""Accesses written by hand: the plainest way to say what a scope counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rempart.incident.exposure import CARE_UNKNOWN, UNKNOWN, YES, Accesses
from rempart.incident.gaps import HOUR_MS, Cells
from rempart.incident.split import Habits
from rempart.records import CATEGORIES

MONDAY_MS = 1_772_409_600_000
"""2026-03-02 00:00 UTC."""
UTC = (np.zeros(1, np.int64), np.zeros(1, np.int64))
NO_HABITS = Habits(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True)
class Read:
    """One access in words."""

    patients: tuple[int, ...] = (1,)
    at_ms: int = MONDAY_MS + 9 * HOUR_MS
    shows: tuple[str, ...] = ("identity",)
    may_show: tuple[str, ...] = ()
    served: int = YES
    known: bool = True
    query: bool = False
    count: int = -1
    account: int = 0
    network: int = 0
    session: int = 0
    software: int = 0
    form: int = 0
    hijack: float = 1e-5
    in_care: int = CARE_UNKNOWN
    care_each: tuple[int, ...] = field(default=())


def bits(names: tuple[str, ...]) -> int:
    return sum(1 << CATEGORIES.index(name) for name in names)


def made(reads: list[Read]) -> Accesses:
    """The reads as arrays; the place of each is its number, and a hundred times it its offset."""

    def column(values: list[int] | list[float] | list[bool], dtype: type = np.int64) -> np.ndarray:
        return np.array(values, dtype)

    care = [care for read in reads for care in (read.care_each or (read.in_care,) * len(read.patients))]
    return Accesses(
        number=np.arange(len(reads)),
        recorded_ms=column([read.at_ms for read in reads]),
        account=column([read.account for read in reads]),
        served=column([read.served for read in reads], np.int8),
        form=column([read.form for read in reads]),
        shows=column([bits(read.shows) for read in reads]),
        may_show=column([bits(read.may_show) for read in reads]),
        known=column([read.known for read in reads], bool),
        query=column([read.query for read in reads], bool),
        count=column([read.count for read in reads]),
        source=np.zeros(len(reads), np.int64),
        offset=np.arange(len(reads)) * 100,
        session=column([read.session for read in reads]),
        network=column([read.network for read in reads]),
        software=column([read.software for read in reads]),
        hijack=column([read.hijack for read in reads], np.float64),
        patients=column([len(read.patients) for read in reads]),
        people=np.array([patient for read in reads for patient in read.patients], np.uint64),
        in_care=np.array(care, np.int8),
    )


def hours(
    rows: list[int],
    *,
    first_hour: int = MONDAY_MS // HOUR_MS,
    first_ids: list[int] | None = None,
    last_ids: list[int] | None = None,
    ids: list[int] | None = None,
    executions: int = 1,
    rejected: int = 0,
    clock: tuple[np.ndarray, np.ndarray] = UTC,
) -> Cells:
    """One source's hours in a row from ``first_hour``; hours of 0 rows are left out, as in the ledger."""
    hour = np.arange(first_hour, first_hour + len(rows))
    kept = np.array(rows) > 0
    none = [0] * len(rows)

    def column(values: list[int] | None, otherwise: list[int]) -> np.ndarray:
        return np.array(otherwise if values is None else values, np.int64)[kept]

    return Cells(
        source="log.ndjson",
        hour=hour[kept],
        rows=column(rows, none),
        ids=column(ids, none),
        first_id=column(first_ids, [-1] * len(rows)),
        last_id=column(last_ids, [-1] * len(rows)),
        executions=executions,
        rejected=rejected,
        clock=clock,
    )


__all__ = ["MONDAY_MS", "NO_HABITS", "UNKNOWN", "Read", "hours", "made"]
