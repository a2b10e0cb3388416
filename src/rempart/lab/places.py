"""Units, record systems, accounts and patients: who and what a region is made of.

All identifiers are drawn at random from one range for everybody, so none tells a role, a unit or
a thief. Addresses come from ranges reserved for private use, carriers, benchmarks and
documentation (RFC 1918, 6598, 2544, 3849) and from 240.0.0.0/4 (RFC 1112), so that none of them
can belong to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from rempart.lab.chance import Random


@dataclass(frozen=True, slots=True)
class System:
    """A record system: how it spells FHIR and what its users run."""

    name: str
    release: str
    """``R4`` or ``R5``."""
    one_event_a_patient: bool
    """True: a result page becomes one AuditEvent for each patient, sharing a request id."""
    software: tuple[str, ...]
    """Programs in use; the second of a pair replaces the first on the upgrade day."""


SYSTEMS: tuple[System, ...] = (
    System("hospital", "R4", True, ("Asclea 7.4", "Asclea 7.5")),
    System("practice", "R4", False, ("Medicab 3.2", "Medicab 3.3")),
    System("portal", "R5", False, ("Firefox 134", "Firefox 135")),
    System("town", "R5", True, ("Officia 11.0", "Officia 11.1")),
)
HOSPITAL, PRACTICE, PORTAL, TOWN = range(4)

BROWSERS: tuple[str, ...] = ("Firefox 134", "Chrome 131", "Edge 131", "Safari 18")


@dataclass(frozen=True, slots=True)
class Unit:
    """A ward, practice, pharmacy, laboratory or office: ``Organization/<organization>``."""

    index: int
    kind: str
    organization: str
    system: int
    addresses: tuple[str, ...]
    hospital: int
    """Number of the hospital it belongs to, -1 outside hospitals."""
    beds: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """One login. Days count from the region's first day; ``left_day`` is exclusive."""

    index: int
    identifier: str
    practitioner: str
    role: str
    unit: int
    joined_day: int
    left_day: int
    workstation: str
    home: str
    """Network prefix of the home line; its last part changes from week to week."""
    browser: str


@dataclass(frozen=True, slots=True)
class Patients:
    """Patients as parallel columns; a patient is its row number."""

    ids: tuple[str, ...]
    numbers: tuple[int, ...]
    """Local record numbers, ascending with gaps."""
    families: tuple[str, ...]
    births: tuple[str, ...]
    frailty: tuple[float, ...]
    """How often the patient meets care, heavy-tailed, mean near 1."""
    gp: tuple[int, ...]
    pharmacy: tuple[int, ...]
    by_family: dict[str, tuple[int, ...]]
    by_number: dict[int, int]

    def __len__(self) -> int:
        return len(self.ids)


class AddressBook:
    """Hands out network addresses, each prefix once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def _once(self, prefix: str) -> bool:
        if prefix in self._used:
            return False
        self._used.add(prefix)
        return True

    def public_prefix(self) -> str:
        """A fresh /24 prefix (``a.b.c``) of a line somebody rents."""
        rng = self._rng
        while True:
            prefix = f"{rng.randrange(240, 248)}.{rng.randrange(256)}.{rng.randrange(256)}"
            if self._once(prefix):
                return prefix

    def public_address(self) -> str:
        """One address on a fresh line."""
        return f"{self.public_prefix()}.{self._rng.randrange(1, 255)}"

    def home_prefix(self) -> str:
        """A home line: mostly IPv4, one in four IPv6 (``2001:db8:…``)."""
        if self._rng.random() < 0.25:
            while True:
                prefix = f"2001:db8:{self._rng.getrandbits(16):x}:{self._rng.getrandbits(16):x}"
                if self._once(prefix):
                    return prefix
        return self.public_prefix()

    def inside(self, network: int, count: int) -> tuple[str, ...]:
        """Workstations on a hospital's inner network."""
        high, low = divmod(network, 256)
        hosts = self._rng.sample(range(10, 250), count)
        return tuple(f"10.{20 + high}.{low}.{host}" for host in hosts)


def host_on(prefix: str, rng: Random) -> str:
    """An address on the line ``prefix`` (a /24 or, with colons, a /64)."""
    if ":" in prefix:
        return f"{prefix}::{rng.getrandbits(16) + 1:x}"
    return f"{prefix}.{rng.randrange(1, 255)}"


def mobile_address(network: int, rng: Random) -> str:
    """An address behind a mobile carrier's shared exits (RFC 6598)."""
    return f"100.{64 + network % 64}.{rng.randrange(4)}.{rng.randrange(1, 255)}"
