"""Care context on its way in: links in words become rows of the care index, and explain accesses.

Reads context resources through :mod:`rempart.care.fhir`; gives, for a frame, the explanation grade
of every patient, and fills in roles, units and "has left" where the log did not say. What it
learned goes to the journal as arrays of pseudonyms, so that a restart knows the same.
An alias moves the links of the
other name too. Misses: visits already counted under the other name.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from rempart.care.aliases import Aliases
from rempart.care.fhir import links_from
from rempart.care.index import LINK, STAFF, CareIndex
from rempart.pipeline.door import Door
from rempart.pipeline.explain import LATEST_MS, explain_rows
from rempart.records import EVENT, Alias, CareLink, Context, StaffLink
from rempart.watch.state import DAY_MS, Array

FORGET_EVERY_MS = 7 * DAY_MS

KINDS = ("appointment", "encounter", "episode", "team", "list")


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
        self._patient = lru_cache(1 << 16)(door.patient)
        self.index = CareIndex()
        self.aliases = Aliases()
        self._forgotten = -1
        self.changes = 0
        """How often arrays of the index or the aliases may have been replaced."""

    def add(self, contexts: Iterable[Context], live: bool, now_ms: int) -> bytes:
        """Take context in; returns the journal's payload. ``live``: known from ``now_ms`` on."""
        links: list[tuple[object, ...]] = []
        staff: list[tuple[object, ...]] = []
        patients: list[tuple[int, int]] = []
        accounts: list[tuple[int, int]] = []
        names = self._door.names
        for context in contexts:
            for record in links_from(context.resource, now_ms if live else None):
                if isinstance(record, CareLink):
                    who = names.number("unit" if record.by_unit else "account", record.who)
                    links.append(
                        (
                            self._patient(record.patient),
                            who,
                            record.by_unit,
                            KINDS.index(record.kind),
                            self._door.link(record.link),
                            record.known_ms,
                            record.start_ms,
                            record.end_ms,
                            record.cancelled_ms,
                        )
                    )
                elif isinstance(record, StaffLink):
                    staff.append(
                        (
                            names.number("account", record.account),
                            names.number("unit", record.unit),
                            names.number("role", record.role),
                            record.known_ms,
                            record.start_ms,
                            record.end_ms,
                        )
                    )
                else:
                    self._note_alias(record, patients, accounts)
        payload = CarePayload(
            _rows(
                links,
                LINK,
                (
                    "patient",
                    "who",
                    "by_unit",
                    "kind",
                    "link",
                    "known_ms",
                    "start_ms",
                    "end_ms",
                    "cancelled_ms",
                ),
            ),
            _rows(staff, STAFF, ("account", "unit", "role", "known_ms", "start_ms", "end_ms")),
            np.array(patients, np.uint64).tobytes(),
            np.array(accounts, np.int32).tobytes(),
            names.note_fresh(),
        )
        self._apply(payload)
        return msgspec.msgpack.encode(payload)

    def _note_alias(
        self, alias: Alias, patients: list[tuple[int, int]], accounts: list[tuple[int, int]]
    ) -> None:
        if alias.of == "patient":
            patients.append((self._patient(alias.name), self._patient(alias.alias)))
        else:
            names = self._door.names
            accounts.append((names.number("account", alias.name), names.number("account", alias.alias)))

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


def _rows(values: list[tuple[object, ...]], dtype: np.dtype[np.void], names: tuple[str, ...]) -> bytes:
    rows = np.zeros(len(values), dtype)
    for place, name in enumerate(names):
        rows[name] = [value[place] for value in values]
    return rows.tobytes()
