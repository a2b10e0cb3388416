"""The door: words of a log become numbers, and no patient's identity gets past it.

Patients, sessions and requests become 64-bit keyed hashes (SipHash-2-4 under the site's secret
key); network addresses become keyed pseudonyms before they are named; accounts, software, forms,
roles and units become small numbers in the order they are first seen. Searched values are shifted
by a secret number of the account's own, so that only differences mean anything.

Gives a :class:`rempart.records.Frame` and, for the journal, the names it met for the first time.
Misses: two identifiers of one patient are two pseudonyms until an alias joins them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from rempart.ledger.names import VOCABULARIES, Name
from rempart.ledger.pseudonym import derive_key, hash_each, hash_strings, hash_text
from rempart.records import (
    EVENT,
    FIRST_TOLD,
    FLAG_NAMED,
    FLAG_NO_TIME,
    FLAG_QUERY,
    FLAG_TOLD,
    MISSING_MS,
    Access,
    Frame,
)
from rempart.watch.state import Array

MOST_NAMES = {"software": 20_000, "form": 5_000, "role": 2_000, "unit": 50_000}
"""A thief chooses some words; past these numbers a new word becomes ``other``."""
OTHER = "other"
KNOWN_NETWORKS = 1 << 14
"""Addresses whose keyed pseudonym is at hand."""
_CODES = {"i8": "q", "u8": "Q", "i4": "i", "i2": "h", "i1": "b"}
_ROW = struct.Struct("<" + "".join(_CODES[EVENT[name].str[1:]] for name in EVENT.names or ()))
"""A row of EVENT from plain numbers."""
_ACTIONS = {code: number for number, code in enumerate(("", "C", "R", "U", "D", "E"))}
_WHY = {word: number for number, word in enumerate(("", "no_agent", "no_requestor", "unnamed"))}
WHY = tuple(_WHY)
ACTIONS = tuple(_ACTIONS)


class Names:
    """All vocabularies of one site."""

    def __init__(self) -> None:
        self.words: dict[str, list[str]] = {each: [] for each in VOCABULARIES}
        self._numbers: dict[str, dict[str, int]] = {each: {"": -1} for each in VOCABULARIES}
        self._fresh: list[Name] = []
        self._noted = 0
        self._owners: dict[str, int] = {}
        self.canon = np.zeros(64, np.int32)
        self.count = 0
        """How many words were met."""

    def number(self, vocabulary: str, word: str) -> int:
        """Number of a word, -1 for an empty one; a new word gets the next number."""
        numbers = self._numbers[vocabulary]
        found = numbers.get(word)
        if found is None:
            words = self.words[vocabulary]
            if len(words) >= MOST_NAMES.get(vocabulary, 2**31 - 2) and word != OTHER:
                return self.number(vocabulary, OTHER)
            found = len(words)
            words.append(word)
            numbers[word] = found
            self.count += 1
            self._fresh.append((vocabulary, found, word))
            if vocabulary == "account":
                self._own(found, word)
        return found

    def numbers(self, words: Sequence[str]) -> list[int]:
        """Numbers of one word of each vocabulary, in the order of VOCABULARIES."""
        found = [known.get(word) for known, word in zip(self._numbers.values(), words, strict=True)]
        if None not in found:
            return found  # type: ignore[return-value]
        return [self.number(*each) for each in zip(VOCABULARIES, words, strict=True)]

    def _own(self, number: int, word: str) -> None:
        """``Practitioner/x`` and ``x`` are one account to the watch; the ledger keeps both spellings."""
        if number >= self.canon.size:
            self.canon = np.concatenate([self.canon, np.zeros(self.canon.size, np.int32)])
        self.canon[number] = self._owners.setdefault(word.removeprefix("Practitioner/"), number)

    def join_numbers(self, one: int, other: int) -> tuple[int, int]:
        """Two numbers of one account; the watch keeps one record for both. Gives (gone, kept)."""
        kept, gone = sorted((int(self.canon[one]), int(self.canon[other])))
        count = len(self.words["account"])
        self.canon[:count][self.canon[:count] == gone] = kept
        return gone, kept

    def known(self, vocabulary: str, word: str) -> int:
        """Number of a word, or -1 where it was never met."""
        return self._numbers[vocabulary].get(word, -1)

    def column(self, vocabulary: str, column: pa.Array) -> Array:
        """Numbers (n,) int32 of a string column."""
        encoded = _encoded(column)
        words = encoded.dictionary.to_pylist()
        known = self._numbers[vocabulary]
        numbers = [known.get(word) for word in words]
        if None in numbers:
            numbers = [self.number(vocabulary, word) for word in words]
        table = np.array([*numbers, -1], np.int32)
        return table[encoded.indices.to_numpy(zero_copy_only=False)]

    def take_fresh(self) -> list[Name]:
        """Names met since the last call."""
        fresh, self._fresh = self._fresh, []
        self._noted = 0
        return fresh

    def note_fresh(self) -> list[Name]:
        """Names met since this was last asked, which stay to be taken."""
        fresh = self._fresh[self._noted :]
        self._noted = len(self._fresh)
        return fresh

    def settle(self, written: dict[str, int]) -> None:
        """After a restart: what the ledger was not told yet, ``written`` names a vocabulary, stays to be taken."""
        self._fresh = [
            (vocabulary, number, word)
            for vocabulary, words in self.words.items()
            for number, word in enumerate(words)
            if number >= written[vocabulary]
        ]
        self._noted = len(self._fresh)

    def restore(self, written: list[Name]) -> None:
        """Learn names from the ledger, in their order."""
        for vocabulary, _, word in written:
            self.number(vocabulary, word)


class One(NamedTuple):
    """One event as numbers: ``rows`` (1,) of EVENT, ``hashes`` (3 + m,) of its id, session, request and
    patients, the source's own id, and the number of its account as the watch counts it."""

    rows: Array
    hashes: Array
    event: str
    account: int


class Door:
    """Turns rows of ACCESS_SCHEMA into frames under one secret key."""

    def __init__(self, key: bytes, names: Names) -> None:
        self._key = key
        self.names = names
        self._masks = np.zeros(0, np.int64)
        self.nameless = np.uint64(hash_text("", key, b"event"))
        """Hash of an event id that is not given."""
        self._word_keys = np.array(
            [derive_key(key, use) for use in (b"event", b"session", b"request", b"patient")]
        )
        self._known_network = lru_cache(KNOWN_NETWORKS)(self.network)

    def patient(self, identifier: str) -> int:
        """Keyed pseudonym of one patient identifier."""
        return hash_text(identifier, self._key, b"patient")

    def patients(self, identifiers: pa.Array) -> Array:
        """Keyed pseudonyms (m,) uint64."""
        return hash_strings(identifiers, self._key, b"patient")

    def session(self, text: str) -> int:
        """Keyed hash of a session as :func:`session_of` spells it."""
        return hash_text(text, self._key, b"session")

    def links(self, identifiers: pa.Array) -> Array:
        """Keyed hashes (m,) uint64 of care links' identifiers."""
        return hash_strings(identifiers, self._key, b"link")

    def network(self, address: str) -> str:
        """Name under which a network address is kept."""
        return f"{hash_text(address.strip().lower(), self._key, b'network'):016x}" if address else ""

    def event_keys(self, frame: Frame, live: bool) -> Array:
        """Hashes (n,) uint64 of (source, event id); without an id, of (source, offset).

        A ``live`` feed's offsets start anew with each connection, so there the content stands in.
        """
        keys = hash_strings(frame.events, self._key, b"event")
        key_events(keys, frame.rows, self.nameless, live)
        return keys

    def frame(self, batch: pa.RecordBatch) -> Frame:
        """The batch's rows as numbers; roles and units only as far as the log says them."""
        rows = np.zeros(batch.num_rows, EVENT)
        for name in ("recorded_ms", "offset", "content", "count", "page", "kind", "outcome", "value_kind"):
            rows[name] = batch.column(name).to_numpy(zero_copy_only=False)
        rows["flags"] = np.where(rows["recorded_ms"] == MISSING_MS, FLAG_NO_TIME, 0)
        for name in ("source", "account", "software", "role", "unit"):
            rows[name] = self.names.column(name, batch.column(name))
        rows["network"] = self._networks(batch.column("address"))
        resource = _encoded(batch.column("resource"))
        rows["form"] = self._forms(_encoded(batch.column("query_form")), resource)
        rows["action"] = _codes(batch.column("action"), _ACTIONS)
        rows["why"] = _codes(batch.column("unknown_account"), _WHY)
        self._sessions(batch, rows)
        patients = self._patients(batch.column("patients"), rows)
        query = batch.column("is_query").to_numpy(zero_copy_only=False)
        directory = np.array([word == "Patient" for word in resource.dictionary.to_pylist()], bool)
        directory = directory[resource.indices.to_numpy()]
        page = query & (directory | (rows["patients"] != 1))
        rows["flags"] |= np.where(page, FLAG_QUERY, 0).astype(np.int8)
        self._mask_values(batch.column("value"), rows)
        return Frame(rows, patients, _plain(batch.column("event")))

    def one(self, access: Access) -> One:
        """:meth:`frame` of a single event, without the cost of columns."""
        account, network, software, form, role, unit, source = self.names.numbers(
            (
                access.account,
                self._known_network(access.address),
                access.software,
                access.query_form or access.resource,
                access.role,
                access.unit,
                access.source,
            )
        )
        flags = FLAG_NO_TIME if access.recorded_ms == MISSING_MS else 0
        if is_page(access):
            flags |= FLAG_QUERY
        if access.question >= 0:
            flags |= FLAG_TOLD
        if access.named and flags & (FLAG_QUERY | FLAG_TOLD):
            flags |= FLAG_NAMED
        session = session_of(access)
        value = 0
        if access.value_kind and account >= 0:
            self._learn_masks()
            value = (access.value + int(self._masks[account]) + 2**63) % 2**64 - 2**63
        hashes = hash_each((access.event, session, access.request, *access.patients), self._word_keys)
        row = _ROW.pack(
            access.recorded_ms,
            access.offset if access.question < 0 else FIRST_TOLD - access.question,
            access.content,
            hashes[1],
            hashes[2] if access.request else 0,
            value,
            0,
            source,
            account,
            network,
            software,
            form,
            role,
            unit,
            len(access.patients),
            access.count,
            access.page,
            access.kind,
            _ACTIONS.get(access.action, 0),
            access.outcome,
            access.value_kind,
            flags,
            _WHY.get(access.unknown_account, 0),
            0,
            0,
        )
        rows = np.frombuffer(bytearray(row), EVENT)
        whose = int(self.names.canon[account]) if account >= 0 else -1
        return One(rows, hashes, access.event, whose)

    def _forms(self, searched: pa.DictionaryArray, resource: pa.DictionaryArray) -> Array:
        """Numbers (n,) of what was searched, else read; new words get theirs in the order of the rows."""
        words = [*searched.dictionary.to_pylist(), *resource.dictionary.to_pylist()]
        form, count = searched.indices.to_numpy(), len(searched.dictionary)
        said = np.array([bool(word) for word in words], bool)
        codes = np.where(said[form], form, resource.indices.to_numpy() + count)
        first = np.full(len(words), codes.size)
        first[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
        table = np.full(len(words), -1, np.int32)
        for code in np.argsort(first, kind="stable").tolist():
            if first[code] < codes.size:
                table[code] = self.names.number("form", words[code])
        return table[codes]

    def _networks(self, addresses: pa.Array) -> Array:
        encoded = _encoded(addresses)
        words = [self._known_network(word) for word in encoded.dictionary.to_pylist()]
        table = np.array([*(self.names.number("network", word) for word in words), -1], np.int32)
        return table[encoded.indices.to_numpy(zero_copy_only=False)]

    def _sessions(self, batch: pa.RecordBatch, rows: Array) -> None:
        sessions = _plain(batch.column("session"))
        nameless = pc.equal(sessions, "")
        if pc.any(nameless).as_py():
            parts = [_plain(batch.column(name)) for name in ("account", "address", "software")]
            sessions = pc.if_else(nameless, pc.binary_join_element_wise(*parts, "\x1f"), sessions)
        rows["session"] = hash_strings(sessions, self._key, b"session")
        requests = _plain(batch.column("request"))
        rows["request"] = hash_strings(requests, self._key, b"request")
        rows["request"][pc.equal(requests, "").to_numpy(zero_copy_only=False)] = 0

    def _patients(self, lists: pa.Array, rows: Array) -> Array:
        offsets = lists.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
        rows["patients"] = np.diff(offsets)
        rows["first_patient"] = offsets[:-1] - offsets[0]
        return self.patients(_plain(lists.flatten()))

    def _mask_values(self, values: pa.Array, rows: Array) -> None:
        self._learn_masks()
        plain = values.to_numpy(zero_copy_only=False)
        known = (rows["value_kind"] != 0) & (rows["account"] >= 0)
        with np.errstate(over="ignore"):
            rows["value"][known] = plain[known] + self._masks[rows["account"][known]]

    def _learn_masks(self) -> None:
        words, have = self.names.words["account"], self._masks.size
        if len(words) > have:
            more = hash_strings(pa.array(words[have:], pa.string()), self._key, b"value-mask")
            self._masks = np.concatenate([self._masks, more.view(np.int64)])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def key_events(keys, rows, nameless, live):  # type: ignore[no-untyped-def]
    """Turn ``keys`` (n,), hashes of the event ids, into those of (source, id)."""
    for i in range(keys.size):
        row = rows[i]
        if keys[i] == nameless:
            instead = row.content if live else np.uint64(row.offset)
            keys[i] = instead * np.uint64(0x9E3779B97F4A7C15)
        keys[i] ^= np.uint64(row.source + 1) * np.uint64(0xD6E8FEB86659FD93)


def is_page(access: Access) -> bool:
    """Whether an access asks for a page of results; a search for one patient's data opens that patient."""
    return access.is_query and not (len(access.patients) == 1 and access.resource != "Patient")


def session_of(access: Access) -> str:
    """The session an access belongs to: as the source names it, else account, address and software."""
    return access.session or f"{access.account}\x1f{access.address}\x1f{access.software}"


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _codes(column: pa.Array, table: dict[str, int]) -> Array:
    encoded = _encoded(column)
    numbers = np.array([*(table.get(word, 0) for word in encoded.dictionary.to_pylist()), 0], np.int8)
    return numbers[encoded.indices.to_numpy(zero_copy_only=False)]
