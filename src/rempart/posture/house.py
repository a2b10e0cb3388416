"""What is known of a house before the next theft, as plain figures: the one thing every check reads.

Counted by the pipeline from the ledger, the care data and the staff list; nothing here reads a file. Times are
ms UTC, patients are distinct. A *system* is a source of the log, files of one log taken together.

Misses: rights themselves. No log lists them; what a role was served is the least it may open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

DAY_MS = 86_400_000
Euros = tuple[float, float]
Price = Callable[[int, tuple[str, ...], tuple[str, ...]], Euros]
"""(low, high) euros that so many people's data fetch: categories certainly in it, categories at most."""


@dataclass(frozen=True, slots=True)
class Turns:
    """How often an account went from one session to another of the same program and back within two
    minutes, for another patient each time: ``days`` on which it did, over a ``span`` of days."""

    count: int = 0
    days: int = 0
    span_days: int = 0
    two_networks: int = 0
    """Of them between two networks."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account. ``system`` is the one it uses most; ``last_ms`` None where it never was used."""

    name: str
    role: str
    system: str
    patients: int
    first_ms: int | None
    last_ms: int | None
    longest_pause_days: int = 0
    """Longest time without an access between two days with one."""
    left_ms: int | None = None
    """When its owner left, by the staff list; None where nobody did."""
    listed_since_ms: int | None = None
    """Since when the staff list has it; None where no list does."""
    turns: Turns = field(default_factory=Turns)
    methods: frozenset[str] | None = None
    """How its owner logs in: ``amr`` values of RFC 8176, or an ``acr``; None where nobody said."""


@dataclass(frozen=True, slots=True)
class Right:
    """What the accounts of one role are given on one system, and what care explains of it.

    ``openings``, ``in_care`` and ``beyond`` are of the last two weeks, for which care is known, and leave out units
    whose care data are missing.
    """

    role: str
    system: str
    accounts: int
    usual_patients: int
    """What the account in the middle opened."""
    on_file: int
    """Patients anybody opened on that system."""
    shows: tuple[str, ...]
    may_show: tuple[str, ...]
    """Categories that its accesses show, and those with what they may show."""
    openings: int = 0
    in_care: int = 0
    beyond: int = 0
    """Patients served whom neither the account nor its unit cares for."""
    refused: int = 0
    """Patients on file refused to the role."""
    rare: Mapping[str, int] = field(default_factory=dict)
    """Categories shown to few of its accounts, and to how many."""


@dataclass(frozen=True, slots=True)
class System:
    """One source: its ``records`` of accesses over ``days``, and of them executions (FHIR action E) and searches."""

    name: str
    records: int
    days: int
    executions: int
    searches: int
    telling: int
    """Searches that name whom they found."""
    patients: int
    shows: tuple[str, ...]
    may_show: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One role in one unit: ``openings`` of the last two weeks, and how many were of patients in its own care."""

    name: str
    role: str
    openings: int
    in_care: int
    patients: int
    """Of the whole unit."""
    shows: tuple[str, ...]
    may_show: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class House:
    """Everything the checks read. ``care_known`` and ``methods_known`` say what was there to be read."""

    first_ms: int
    last_ms: int
    accounts: tuple[Account, ...]
    rights: Mapping[tuple[str, str], Right]
    """By role and system."""
    systems: tuple[System, ...]
    units: tuple[Unit, ...]
    care_known: bool
    methods_known: bool
    price: Price

    @property
    def days(self) -> float:
        """How long the ledger reaches."""
        return (self.last_ms - self.first_ms) / DAY_MS

    def needless(self, account: Account) -> tuple[int, Euros]:
        """Patients an account could open that its owner did not, and what a thief would get for them."""
        right = self.rights.get((account.role, account.system))
        if right is None:
            return 0, (0.0, 0.0)
        people = max(right.on_file - account.patients, 0)
        return people, self.price(people, right.shows, right.may_show)
