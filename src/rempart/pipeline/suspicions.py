"""From the ledger's answers to suspected thefts: one for each account and time, then one for each crew.

Reads the answers that were not "allow"; gives :class:`Suspected` in groups that belong together
(:mod:`rempart.incident.crew`), each with the period in which somebody else seems to have been at work: the
accesses on the same sessions or networks around the doubted ones, with pauses of at most :data:`PAUSE_MS`.

Misses: what a thief did on other sessions and networks; a person extends the period by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.incident.crew import Link, Trace, gather_groups, link_traces, share_patients
from rempart.incident.exposure import Array
from rempart.incident.group import Notable, Suspicion, group
from rempart.ledger.exposure import Opened
from rempart.ledger.query import connect
from rempart.pipeline.care_recall import CareRecall

AROUND_MS = 3 * 86_400_000
PAUSE_MS = 12 * 3_600_000
TOGETHER = 64
"""Accounts whose accesses are read at once."""
GRAVE_HIJACK = 0.9
CREW = 3
_DOUBTED = """SELECT number, account, epoch_ms(recorded) AS at_ms, action, doubt, hijack, stake_low_eur,
stake_high_eur, reasons, network FROM ledger
WHERE action <> 'allow' AND account <> '' AND recorded IS NOT NULL AND number >= ? ORDER BY recorded, number"""
_SAID = ("code", "weight", "seen", "usual")
_PATIENTS = "SELECT approx_count_distinct(one) FROM (SELECT unnest(patients) AS one FROM ledger)"


@dataclass(frozen=True, slots=True)
class Suspected:
    """A suspicion with what its account did around it; the period's end is excluded."""

    suspicion: Suspicion
    trace: Trace
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Theft:
    """Suspicions that are one theft, and by what they are linked."""

    parts: tuple[Suspected, ...]
    linked_by: tuple[str, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(sorted({part.suspicion.account for part in self.parts}))

    @property
    def grave(self) -> bool:
        """Whether an officer should see it unasked: access was to be refused, a theft is all but sure, or a crew
        of :data:`CREW` accounts or more."""
        hard = any(part.suspicion.actions[name] for part in self.parts for name in ("restrict", "block"))
        likely = max(part.suspicion.max_hijack for part in self.parts) >= GRAVE_HIJACK
        return hard or likely or len(self.accounts) >= CREW


def notables_of(rows: pa.Table) -> list[Notable]:
    """Rows of the ledger, ``at_ms`` their time."""
    reasons = rows["reasons"].combine_chunks()
    given = zip(*(reasons.flatten().field(name).to_numpy().tolist() for name in _SAID), strict=True)
    counts = reasons.value_lengths().fill_null(0).to_numpy().tolist()
    said = (tuple(islice(given, count)) for count in counts)
    columns = [_plain(rows[field.name]) for field in fields(Notable) if field.name != "reasons"]
    return list(map(Notable, *columns, said))


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_primitive(column.type):
        return list(column.to_numpy().tolist())
    return list(column.cast(pa.string()).fill_null("").to_pylist())


def find_thefts(data: Path, first_number: int = 0) -> list[Theft]:
    """Every suspected theft in the ledger from decision ``first_number`` on, the most doubtful first."""
    found = connect(data).sql(_DOUBTED, params=[first_number]).to_arrow_table()
    return join_thefts(data, group(notables_of(found)))


def join_thefts(data: Path, suspicions: Sequence[Suspicion]) -> list[Theft]:
    """The suspicions of one crew together, in the order of the first of each."""
    if not suspicions:
        return []
    opened = Opened.of(data)
    parts = _look_around_all(opened, CareRecall(data), suspicions)
    traces = [part.trace for part in parts]
    links = link_traces(
        traces,
        _users(opened, "network", traces),
        _users(opened, "software", traces),
        _house_patients(data, traces),
    )
    return [_theft(places, parts, links) for places in gather_groups(len(parts), links)]


def _theft(places: list[int], parts: list[Suspected], links: list[Link]) -> Theft:
    inside = {link.by for link in links if link.one in places}
    return Theft(tuple(parts[place] for place in places), tuple(sorted(inside)))


def _look_around_all(opened: Opened, care: CareRecall, suspicions: Sequence[Suspicion]) -> list[Suspected]:
    """The same of each, the ledger read once for :data:`TOGETHER` accounts."""
    of_account: dict[str, list[int]] = {}
    for place, each in enumerate(suspicions):
        of_account.setdefault(each.account, []).append(place)
    found: dict[int, Suspected] = {}
    names = sorted(of_account)
    for begin in range(0, len(names), TOGETHER):
        accounts = names[begin : begin + TOGETHER]
        table = opened.around(
            {account: [_near(suspicions[place]) for place in of_account[account]] for account in accounts}
        )
        for account in accounts:
            own = table.filter(pc.equal(table["account"], account))
            for place in of_account[account]:
                found[place] = _look_around(own, care, suspicions[place])
    return [found[place] for place in range(len(suspicions))]


def _near(each: Suspicion) -> tuple[int, int]:
    return each.first_ms - AROUND_MS, each.last_ms + AROUND_MS


def _look_around(table: pa.Table, care: CareRecall, each: Suspicion) -> Suspected:
    """What the account, whose accesses with a time ``table`` holds, did on the doubted sessions and networks,
    before, during and after."""
    at = table["recorded"].cast(pa.int64())
    begin, end = _near(each)
    table = table.filter(pc.and_(pc.greater_equal(at, begin), pc.less(at, end)))
    doubted = pc.is_in(table["number"], pa.array(each.numbers, pa.int64()))
    sessions, networks = (_words(table.filter(doubted)[name]) for name in ("session", "network"))
    same = pc.or_(
        pc.is_in(table["session"], pa.array(sorted(sessions), pa.string())),
        pc.is_in(table["network"], pa.array(sorted(networks - {""}), pa.string())),
    )
    mine = table.filter(pc.or_(same, doubted))
    at = mine["recorded"].cast(pa.int64()).to_numpy()
    from_ms, to_ms = _stretch(np.sort(at), each.first_ms, each.last_ms)
    mine = mine.filter(pa.array((at >= from_ms) & (at < to_ms)))
    trace = Trace(
        each.account,
        from_ms,
        to_ms,
        sessions,
        networks - {""},
        _words(mine["software"]) - {""},
        _words(mine["unit"]) - {""},
        _strangers(mine, care, each.account),
    )
    return Suspected(each, trace, from_ms, to_ms)


def _strangers(mine: pa.Table, care: CareRecall, account: str) -> Array:
    """Patients opened who were not in the account's care; nobody where care is not known."""
    people = pc.list_flatten(mine["patients"]).to_numpy()
    sizes = pc.list_value_length(mine["patients"]).to_numpy().astype(np.int64)
    at = mine["recorded"].cast(pa.int64()).to_numpy()
    cared = care.in_care([account] * len(mine), at, sizes, people)
    return np.unique(people[cared == 0])


def _stretch(at: Array, first_ms: int, last_ms: int) -> tuple[int, int]:
    """From the first access of an unbroken stretch around two times to just after its last."""
    begin, end = int(np.searchsorted(at, first_ms)), int(np.searchsorted(at, last_ms, side="right"))
    while 0 < begin < at.size and at[begin] - at[begin - 1] <= PAUSE_MS:
        begin -= 1
    while 0 < end < at.size and at[end] - at[end - 1] <= PAUSE_MS:
        end += 1
    begins = min(first_ms, int(at[begin])) if begin < at.size else first_ms
    return begins, max(last_ms, int(at[end - 1]) if end else last_ms) + 1


def _words(column: pa.ChunkedArray) -> frozenset[str]:
    return frozenset(pc.unique(column.cast(pa.string())).to_pylist())


def _users(opened: Opened, column: str, traces: Sequence[Trace]) -> dict[str, int]:
    """How many accounts of the house use each network or software that two suspicions share."""
    seen = Counter(name for one in traces for name in (one.networks if column == "network" else one.software))
    shared = sorted(name for name, count in seen.items() if count > 1)
    return opened.users(column, shared) if shared else {}


def _house_patients(data: Path, traces: Sequence[Trace]) -> int:
    """About how many patients the ledger names; asked only where two hauls have much in common."""
    pairs = combinations(traces, 2)
    if not any(share_patients(one.patients, other.patients) for one, other in pairs):
        return 0
    (count,) = connect(data).execute(_PATIENTS).fetchall()[0]
    return int(count)
