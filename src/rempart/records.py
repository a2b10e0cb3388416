"""Every record on the way, frozen, in path order.

A reader yields :class:`Batch` (readable units as rows of :data:`ACCESS_SCHEMA`, context resources,
rejects). The door turns rows into a :class:`Frame` of numbers: keyed 64-bit pseudonyms for
patients, sessions and requests, small integers for accounts, networks, forms, roles and units.
The watch answers one row of :data:`DECISION` for each row of the frame.

Scopes are made of :class:`Incident`, which the sealed list of deeds adds up to.

Units: times are milliseconds since 1970-01-01 UTC (``_ms``), money is euros (``_eur``),
doubt is in nats (natural-logarithm units of evidence).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

MISSING_MS = -(2**63)
"""Stands for "no time given" in an ``_ms`` column; real times are clamped to years 1900 to 2200."""

NEVER_MS = 2**62
"""Stands for "no end known" in an ``end_ms`` column."""


class Kind(IntEnum):
    """What a readable unit of a log is."""

    ACCESS = 0
    LOGIN_PASSED = 1
    LOGIN_FAILED = 2
    REINSTATED = 3
    DISOWNED = 4
    """The owner, or a person of the house, says that somebody else is acting."""
    VOUCHED = 5
    """The owner says that it was them."""


class Action(IntEnum):
    """The answer to one access, from mildest to hardest."""

    ALLOW = 0
    STEP_UP = 1
    RESTRICT = 2
    BLOCK = 3


class ValueKind(IntEnum):
    """What the ordered search value of a query is; ``NONE`` where there is none."""

    NONE = 0
    DATE = 1
    LETTERS = 2
    NUMBER = 3


class Access(msgspec.Struct, frozen=True, gc=False):
    """One readable unit of a log: an access, a login or a reinstatement, in the log's own words.

    Rows of :data:`ACCESS_SCHEMA` are the same fields but ``named`` and ``question`` as columns. Empty strings mean "not said".
    """

    source: str
    """Name of the feed it came from (a file's path as given, ``-``, ``stdio``)."""
    offset: int
    """Bytes before the line in the decompressed source, or the entry's number in a Bundle."""
    content: int
    """xxh3-64 of the unit's bytes: the same unit sent twice has the same content."""
    event: str
    kind: int
    recorded_ms: int
    account: str
    unknown_account: str
    """Why ``account`` is empty: ``no_agent``, ``no_requestor``, ``unnamed``; else empty."""
    role: str
    unit: str
    address: str
    software: str
    session: str
    request: str
    action: str
    """C, R, U, D or E as in FHIR audit-event-action; empty where not said."""
    outcome: int
    """0 success, 4 minor, 8 serious, 12 major failure; -1 not said."""
    resource: str
    """FHIR type (or the export's own word) of what was read or searched."""
    patients: tuple[str, ...]
    is_query: bool
    count: int
    """Upper bound of results a search asked for (``_count``); -1 not said."""
    page: int
    """Result page number, or its row offset; -1 not said."""
    query_form: str
    """``Patient?birthdate&name``: the searched type and the sorted parameter names, no value."""
    value_kind: int
    value: int
    """Order-preserving number of the searched value (day number, letters in base 27, digits)."""
    named: bool = False
    """Whether ``patients`` are those that the request named, not what a page listed; a log does not tell. Where this tells the
    outcome of a question, whether that one opened what it named."""
    question: int = -1
    """Number of the decision on the request whose outcome this tells, -1 for none."""


FIRST_TOLD = -2
"""The offset of what tells the outcome of question 0; of a later one, so many less."""


ACCESS_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("offset", pa.int64()),
        ("content", pa.uint64()),
        ("event", pa.string()),
        ("kind", pa.int8()),
        ("recorded_ms", pa.int64()),
        ("account", pa.string()),
        ("unknown_account", pa.string()),
        ("role", pa.string()),
        ("unit", pa.string()),
        ("address", pa.string()),
        ("software", pa.string()),
        ("session", pa.string()),
        ("request", pa.string()),
        ("action", pa.string()),
        ("outcome", pa.int8()),
        ("resource", pa.string()),
        ("patients", pa.list_(pa.string())),
        ("is_query", pa.bool_()),
        ("count", pa.int32()),
        ("page", pa.int32()),
        ("query_form", pa.string()),
        ("value_kind", pa.int8()),
        ("value", pa.int64()),
    ]
)
"""Columns of :class:`Access`, none null. A string column may also come dictionary-encoded."""


REJECT_REASONS = (
    "not_json", "not_utf8", "too_long", "too_deep", "not_a_resource", "truncated", "bad_row", "bad_time", "bad_compression",
    "repeated_key", "bundle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rejected:
    """A unit that could not be read: where it stood and why, never what it said."""

    source: str
    offset: int
    length: int
    content_hash: str
    """First 16 hex digits of SHA-256 over the unit's bytes."""
    reason: str
    """One of :data:`REJECT_REASONS`."""


@dataclass(frozen=True, slots=True)
class Context:
    """A readable unit that is no AuditEvent: a FHIR resource or a mapped row, for the care index."""

    source: str
    offset: int
    resource: dict[str, Any]


CARE_LINK, STAFF_LINK, PATIENT_ALIAS, ACCOUNT_ALIAS = range(4)
LEARNT_SCHEMA = pa.schema(
    [
        ("offset", pa.int64()),
        ("what", pa.int8()),
        ("first", pa.string()),
        ("second", pa.string()),
        ("third", pa.string()),
        ("by_unit", pa.bool_()),
        ("kind", pa.int8()),
        ("known_ms", pa.int64()),
        ("start_ms", pa.int64()),
        ("end_ms", pa.int64()),
        ("cancelled_ms", pa.int64()),
    ]
)
"""What context teaches, a row a fact, none null: ``what`` is CARE_LINK (patient, who, link), STAFF_LINK (account, unit,
role), PATIENT_ALIAS or ACCOUNT_ALIAS (name, alias, nothing); ``offset`` where its unit stood. ``kind`` numbers
:data:`rempart.care.rows.KINDS`; what a fact has no use for is empty, 0 or :data:`MISSING_MS`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a reader yields: consecutive units of one source, each list in offset order.

    ``learnt``: rows of :data:`LEARNT_SCHEMA` in offset order, of ``told`` further units of context (None for none).
    ``read`` = rows of ``accesses`` + ``context`` + ``rejected`` + ``told``.
    """

    accesses: pa.RecordBatch
    context: tuple[Context, ...]
    rejected: tuple[Rejected, ...]
    learnt: pa.RecordBatch | None = None
    told: int = 0

    @property
    def read(self) -> int:
        return int(self.accesses.num_rows) + len(self.context) + len(self.rejected) + self.told


@dataclass(frozen=True, slots=True)
class CareLink:
    """Somebody (an account or a unit) cares for a patient between two times."""

    patient: str
    who: str
    by_unit: bool
    kind: str
    """``appointment``, ``encounter``, ``episode``, ``team`` or ``list`` (a care-link export)."""
    link: str
    """Identifier of the link, so that a later version replaces it."""
    known_ms: int
    start_ms: int
    end_ms: int
    cancelled_ms: int
    """When it was known to be cancelled; :data:`NEVER_MS` if it was not."""


@dataclass(frozen=True, slots=True)
class StaffLink:
    """An account works in a unit (ward, practice, department) in a role between two times."""

    account: str
    unit: str
    role: str
    known_ms: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Alias:
    """Two identifiers of one patient (``of='patient'``) or of one account (``of='account'``)."""

    of: str
    name: str
    alias: str
    known_ms: int


EVENT = np.dtype(
    [
        ("recorded_ms", "i8"),
        ("offset", "i8"),
        ("content", "u8"),
        ("session", "u8"),
        ("request", "u8"),
        ("value", "i8"),
        ("first_patient", "i8"),
        ("source", "i4"),
        ("account", "i4"),
        ("network", "i4"),
        ("software", "i4"),
        ("form", "i4"),
        ("role", "i4"),
        ("unit", "i4"),
        ("patients", "i4"),
        ("count", "i4"),
        ("page", "i4"),
        ("kind", "i1"),
        ("action", "i1"),
        ("outcome", "i1"),
        ("value_kind", "i1"),
        ("flags", "i1"),
        ("why", "i1"),
        ("tip_network", "i1"),
        ("tip_software", "i1"),
    ]
)
"""One event as numbers. ``-1`` in an ``i4`` identifier means unknown. ``first_patient`` and
``patients`` delimit the row's slice of :attr:`Frame.patients`. ``value`` is masked: only
differences between two values of one account mean anything. ``tip_*`` are tenths of a nat that another
region's word about the network or the software is worth now; the watch fills them."""

FLAG_QUERY = 1
FLAG_SAME_ID_OTHER_CONTENT = 2
FLAG_NO_TIME = 4
FLAG_LATE = 8
FLAG_LEFT = 16
"""The staff list says the account's owner has left."""
FLAG_TRUSTED = 32
"""A login or reinstatement from a source whose word counts."""
FLAG_TOLD = 32
"""Of an access: what became of a request that was judged before; its offset, :data:`FIRST_TOLD` less the number of that decision, says which."""
FLAG_DECOY = 64
"""The record of a decoy was opened: a patient who does not exist."""
FLAG_NAMED = -128
"""A search whose patients the request itself named; of FLAG_TOLD, that its question opened what it named."""

MAX_REASONS = 4
DECISION = np.dtype(
    [
        ("doubt", "f4"),
        ("hijack", "f4"),
        ("stake_low_eur", "f4"),
        ("stake_high_eur", "f4"),
        ("action", "i1"),
        ("whole_account", "i1"),
        ("reasons", "i1"),
        ("spare", "i1"),
        ("code", "i2", (MAX_REASONS,)),
        ("weight", "f4", (MAX_REASONS,)),
        ("seen", "i4", (MAX_REASONS,)),
        ("usual", "i4", (MAX_REASONS,)),
    ]
)
"""One answer. ``doubt`` in nats, ``hijack`` a probability; the first ``reasons`` entries of the
four reason columns are filled, largest weight first (``code`` indexes ``watch.reasons.REASONS``,
``seen`` and ``usual`` fill the sentence)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Consecutive events as numbers: ``rows`` (n,) of :data:`EVENT`, ``patients`` (m,) uint64
    keyed pseudonyms, ``events`` (n,) the sources' own event ids."""

    rows: np.ndarray[Any, Any]
    patients: np.ndarray[Any, Any]
    events: pa.StringArray


class Command(msgspec.Struct, frozen=True):
    """What is to be done outside because of a decision or of a person's word."""

    key: str
    """Names the command for ever: whoever carries commands out knows one seen before."""
    verb: str
    """``block`` (close the account, end its sessions), ``reinstate``, ``ask`` (the owner: was this you?),
    ``break_glass`` (tell the desk)."""
    account: str
    at_ms: int
    subject: str = ""
    """The provider's own name of the account (``sub``), where a token said it."""
    decision: int = -1
    """Number of the decision behind it; -1 for a person's word."""
    reasons: tuple[str, ...] = ()
    """In words; never a patient."""
    link: str = ""
    """Address of the question, for ``ask``."""
    tokens: tuple[str, ...] = ()
    """Tokens to revoke; sealed while on disk."""


CATEGORIES = (
    "identity",
    "contact",
    "social_security_number",
    "insurance",
    "bank_details",
    "appointments",
    "diagnoses",
    "prescriptions",
    "results",
    "documents",
    "images",
)
"""What a patient may have had exposed, by the names every scope, letter and value uses."""

INCIDENT_STATES = ("suspected", "confirmed", "contained", "closed", "false_alarm")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing somebody did about an incident: ``did`` is ``open``, ``extend``, ``state``, ``note``,
    ``merge``, ``split`` or another stage's word; ``who`` a person, or ``detector``."""

    at_ms: int
    who: str
    did: str
    why: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One theft: whose accounts, when, and what was done about it. Times are ms UTC."""

    id: str
    """``I0001``, counted from 1 in the order they were opened."""
    state: str
    """One of :data:`INCIDENT_STATES`."""
    opened_by: str
    """``detector``, ``person`` or ``leak``."""
    accounts: tuple[str, ...]
    sessions: tuple[str, ...]
    networks: tuple[str, ...]
    from_ms: int
    to_ms: int
    """The moment after the last."""
    decisions: tuple[int, ...]
    """Numbers of the ledger's decisions that raised it."""
    controllers: tuple[str, ...]
    aware_ms: int | None
    """When somebody became aware of it: the 72 hours of the GDPR's article 33 run from here."""
    notes: tuple[Deed, ...]
    history: tuple[Deed, ...]
    into: str = ""
    """The incident this one was merged into; such a one is no longer worked on."""
