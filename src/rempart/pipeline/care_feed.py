"""Care context on its way in: links in words become rows of the care index, and explain accesses.

Reads what context teaches (:mod:`rempart.pipeline.care_columns`); gives, for a frame, the explanation grade
of every patient, and fills in roles, units and "has left" where the log did not say. What it
learned goes to the journal as arrays of pseudonyms, so that a restart knows the same.
An alias moves the links of the
other name too. Misses: visits already counted under the other name.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from rempart.care.aliases import Aliases
from rempart.care.index import LINK, STAFF, CareIndex
from rempart.pipeline.door import Door
from rempart.pipeline.explain import LATEST_MS, explain_rows
from rempart.records import ACCOUNT_ALIAS, CARE_LINK, EVENT, PATIENT_ALIAS, STAFF_LINK
from rempart.watch.state import DAY_MS, Array

FORGET_EVERY_MS = 7 * DAY_MS


class CarePayload(msgspec.Struct, array_like=True):
    """One journal input: rows of LINK and STAFF, pairs of patient pseudonyms and of account numbers."""

    links: bytes
    staff: bytes
    patients: bytes
    accounts: bytes
    names: list[tuple[str, int, str]]


class CareFeed:
    """The care index, the alias table, and the way words get into them."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.index = CareIndex()
        self.aliases = Aliases()
        self._forgotten = -1
        self.changes = 0
        """How often arrays of the index or the aliases may have been replaced."""

    def add(self, learnt: pa.RecordBatch) -> bytes:
        """Take facts in, rows of LEARNT_SCHEMA; returns the journal's payload."""
        what = learnt.column("what").to_numpy()
        numbers = self._number(learnt, what)
        payload = CarePayload(
            self._links(learnt, what, numbers),
            _staff(learnt, what, numbers),
            self._patient_pairs(learnt, what),
            numbers["account"][what == ACCOUNT_ALIAS].astype(np.int32).tobytes(),
            self._door.names.note_fresh(),
        )
        self._apply(payload)
        return msgspec.msgpack.encode(payload)

    def _number(self, learnt: pa.RecordBatch, what: Array) -> dict[str, Array]:
        """Numbers of accounts (n, 2: first and second), units (n,) and roles (n,), -1 where the fact has none; new
        words get theirs in the order of the facts."""
        first, second, third = (learnt.column(name) for name in ("first", "second", "third"))
        by_unit = learnt.column("by_unit").to_numpy(zero_copy_only=False)
        link, staff, alias = what == CARE_LINK, what == STAFF_LINK, what == ACCOUNT_ALIAS
        both = pa.concat_arrays([first, second])
        account: Array = np.full((what.size, 2), -1, np.int32)
        used = np.column_stack([staff | alias, (link & ~by_unit) | alias])
        places = np.flatnonzero(used)
        words = both.take(pa.array(places // 2 + places % 2 * what.size))
        account.reshape(-1)[places] = self._door.names.column("account", words)
        numbers: dict[str, Array] = {"account": account}
        for name, column, mine in (("unit", second, (link & by_unit) | staff), ("role", third, staff)):
            numbers[name] = np.full(what.size, -1, np.int32)
            numbers[name][mine] = self._door.names.column(name, column.filter(pa.array(mine)))
        return numbers

    def _links(self, learnt: pa.RecordBatch, what: Array, numbers: dict[str, Array]) -> bytes:
        mine = what == CARE_LINK
        rows = np.zeros(int(mine.sum()), LINK)
        link = learnt.filter(pa.array(mine))
        rows["patient"] = self._door.patients(link.column("first"))
        rows["link"] = self._door.links(link.column("third"))
        rows["by_unit"] = link.column("by_unit").to_numpy(zero_copy_only=False)
        rows["who"] = np.where(rows["by_unit"], numbers["unit"][mine], numbers["account"][mine, 1])
        for name in ("kind", "known_ms", "start_ms", "end_ms", "cancelled_ms"):
            rows[name] = link.column(name).to_numpy()
        return rows.tobytes()

    def _patient_pairs(self, learnt: pa.RecordBatch, what: Array) -> bytes:
        alias = learnt.filter(pa.array(what == PATIENT_ALIAS))
        pairs = [self._door.patients(alias.column(name)) for name in ("first", "second")]
        return np.column_stack(pairs).tobytes()

    def restore_input(self, content: bytes | memoryview) -> None:
        """Take in what :meth:`add` gave the journal."""
        payload = msgspec.msgpack.decode(content, type=CarePayload)
        self._door.names.restore(payload.names)
        self._apply(payload)

    def _apply(self, payload: CarePayload) -> None:
        self.changes += 1
        for one, other in np.frombuffer(payload.accounts, np.int32).reshape(-1, 2).tolist():
            gone, kept = self._door.names.join_numbers(one, other)
            self.index.move_accounts(np.array([gone], np.int32), np.array([kept], np.int32))
        pairs = np.frombuffer(payload.patients, np.uint64).reshape(-1, 2)
        if pairs.size:
            self.index.move_patients(*self.aliases.add(pairs[:, 0], pairs[:, 1]))
        links = np.frombuffer(payload.links, LINK).copy()
        staff = np.frombuffer(payload.staff, STAFF).copy()
        canon = self._door.names.canon
        if links.size:
            links["patient"] = self.aliases.canonical(links["patient"])
            by_account = links["by_unit"] == 0
            links["who"][by_account] = canon[links["who"][by_account]]
            self.index.add_links(links)
        if staff.size:
            staff["account"] = canon[staff["account"]]
            self.index.add_staff(staff)

    def arrays(self, believed: Array) -> tuple[Any, ...]:
        """What :mod:`rempart.pipeline.explain` reads, until ``changes`` moves."""
        return self._door.names.canon, believed, self.index.lookup, self.aliases.lookup

    def explain(
        self, rows: Array, patients: Array, agreed_ms: Array, believed: Array, fill: bool
    ) -> tuple[Array, Array, Array]:
        """Rows (n,) and patients (m,) under one name each, and the grades (m, 2) float32 of the patients.

        See :func:`rempart.pipeline.explain.explain_rows`; with ``fill``, ``rows`` are completed in place.
        Raises ValueError where a row's patients lie outside ``patients``.
        """
        joined = np.frombuffer(bytearray(rows.nbytes), EVENT)
        canonical = np.empty(patients.size, np.uint64)
        grades = np.empty((patients.size, 2), np.float32)
        arrays = self.arrays(believed)
        fits = explain_rows(rows, patients, agreed_ms, fill, *arrays, joined, canonical, grades)  # type: ignore[call-arg]
        if not fits:
            raise ValueError("an event points outside the patients handed over with it")
        return joined, canonical, grades

    def forget(self, agreed_ms: int) -> None:
        """Once a week of event time, let go of the links that nobody can ask about any more."""
        week = agreed_ms // FORGET_EVERY_MS
        if week != self._forgotten:
            self._forgotten = week
            self.changes += 1
            self.index.prune(agreed_ms - LATEST_MS)


def _staff(learnt: pa.RecordBatch, what: Array, numbers: dict[str, Array]) -> bytes:
    mine = what == STAFF_LINK
    rows = np.zeros(int(mine.sum()), STAFF)
    staff = learnt.filter(pa.array(mine))
    rows["account"] = numbers["account"][mine, 0]
    rows["unit"], rows["role"] = numbers["unit"][mine], numbers["role"][mine]
    for name in ("known_ms", "start_ms", "end_ms"):
        rows[name] = staff.column(name).to_numpy()
    return rows.tobytes()
