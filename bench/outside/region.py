"""A made-up region: its accounts, patients, networks and sessions, and every honest access in order of time.

Filled by ``town``, ``wards`` and ``services``; then ``finish`` sorts and indexes it, and nothing changes any more.
Misses: shared accounts, staff who change units, two sites with one patient under two numbers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bench.outside.care import Care
from bench.outside.clock import DAY, day_of

ONSETS = ("Bar", "Cal", "Del", "Fer", "Gar", "Hub", "Jol", "Lam", "Mar", "Nor", "Pel", "Rou", "Sal", "Vau")
ENDINGS = (
    "ard",
    "at",
    "eau",
    "el",
    "entin",
    "er",
    "et",
    "ier",
    "illon",
    "in",
    "is",
    "oux",
    "ot",
    "ucet",
    "ude",
    "y",
)
BROWSERS = ("Firefox/134 Windows", "Chrome/132 Windows", "Edge/132 Windows", "Safari/18 macOS")
MOBILE = "MobileApp/3.1 Android"
CHART = (
    "MedicationRequest",
    "Observation",
    "DocumentReference",
    "Condition",
    "AllergyIntolerance",
    "DiagnosticReport",
)


@dataclass(frozen=True, slots=True)
class Session:
    """One login: who, from when to when (seconds), from where, with what, and the token it is known by."""

    account: str
    begins: float
    ends: float
    address: str
    software: str
    token: str


@dataclass(frozen=True, slots=True)
class Access:
    """A read of one patient's resource, or a search (``query``) whose page shows the patients ``found``."""

    second: float
    session: Session
    resource: str
    patient: str | None = None
    query: tuple[str, str] | None = None
    found: tuple[str, ...] = ()
    count: int = 10
    number: int = -1

    @property
    def patients(self) -> set[str]:
        """Whom it shows if it is served."""
        return {self.patient} if self.patient else set(self.found)

    def at(self, second: float) -> Access:
        """The same, asked at another time."""
        return replace(self, second=second)


@dataclass(frozen=True)
class Patient:
    """Identity traits, all invented, and the practitioner who treats the patient in town, if anybody."""

    family: str
    born: str
    doctor: str | None


@dataclass(frozen=True)
class Stay:
    """A patient in a ward's bed, from ``begins`` to ``ends``, with the doctor in charge and a half of the ward."""

    unit: str
    patient: str
    begins: float
    ends: float
    doctor: str
    half: int


@dataclass(eq=False)
class Account:
    """A professional, or a job: ``number`` identifies the person, ``reference`` the Practitioner."""

    number: str
    reference: str
    role: str
    unit: str
    addresses: list[str]
    software: str
    mobile_share: float
    mobile_addresses: list[str]
    home: str | None = None
    panel: list[str] = field(default_factory=list)
    by_vpn: bool = False
    journey: tuple[range, str] | None = None
    new_software: tuple[int, str] | None = None


def address(draw: random.Random, *networks: int) -> str:
    """An IPv4 address of one of the /8 networks."""
    first = draw.choice(networks)
    return f"{first}.{draw.randrange(255)}.{draw.randrange(255)}.{draw.randrange(2, 250)}"


class Region:
    """``restless``: half the staff work through a VPN at times, some travel, some change their program."""

    def __init__(
        self,
        seed: int,
        *,
        days: int = 28,
        theft_day: int = 14,
        missing: float = 0.15,
        r5: bool = False,
        restless: bool = False,
    ) -> None:
        self.seed, self.days, self.theft_day, self.restless = seed, days, theft_day, restless
        self.draw = random.Random(seed)
        self.care = Care(self.draw, missing, r5)
        self.accounts: dict[str, Account] = {}
        self.patients: dict[str, Patient] = {}
        self.by_family: dict[str, list[str]] = defaultdict(list)
        self.accesses: list[Access] = []
        self.sessions: dict[str, list[Session]] = defaultdict(list)
        self.stays: list[Stay] = []
        self.agenda: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self.rollout: float | None = None
        self.of_account: dict[str, list[Access]] = defaultdict(list)
        self.worked: dict[str, set[int]] = defaultdict(set)
        draw = self.draw
        self.carrier = [f"92.184.{draw.randrange(96, 112)}.{draw.randrange(2, 250)}" for _ in range(40)]
        self.vpn = [f"195.154.{draw.randrange(10, 14)}.{draw.randrange(2, 250)}" for _ in range(6)]

    def patient(self, doctor: str | None = None) -> str:
        """A new patient's id."""
        identity = f"p{self.draw.getrandbits(40):010x}"
        family = self.draw.choice(ONSETS) + self.draw.choice(ENDINGS)
        born = date(1935, 1, 1) + timedelta(days=int(self.draw.betavariate(1.6, 1.4) * 31_000))
        self.patients[identity] = Patient(family, born.isoformat(), doctor)
        self.by_family[family].append(identity)
        return identity

    def account(
        self, role: str, unit: str, addresses: Sequence[str], software: str, mobile_share: float = 0.0
    ) -> Account:
        """A new account, with the habits its kind of region gives it."""
        draw = self.draw
        account = Account(
            number=f"8100{draw.randrange(10**4):04d}{len(self.accounts):03d}",
            reference=f"prac-{len(self.accounts) * 13 + 5}",
            role=role,
            unit=unit,
            addresses=list(addresses),
            software=software,
            mobile_share=mobile_share,
            mobile_addresses=draw.sample(self.carrier, 3),
        )
        if self.restless:
            self._unsettle(account)
        self.accounts[account.number] = account
        return account

    def _unsettle(self, account: Account) -> None:
        draw = self.draw
        account.by_vpn = draw.random() < 0.5
        if draw.random() < 0.12:
            leaves = draw.randrange(3, max(4, self.days - 3))
            account.journey = range(leaves, leaves + draw.randrange(1, 4)), address(draw, 37, 78, 109, 151)
        if draw.random() < 0.35:
            account.new_software = draw.randrange(min(4, self.days - 1), self.days), draw.choice(BROWSERS)

    def open(self, account: Account, begins: float, ends: float, place: str | None = None) -> Session:
        """A login at ``place``, else at the usual one or on the move."""
        draw, day = self.draw, day_of(begins)
        mobile = draw.random() < account.mobile_share
        usual = draw.choice(account.mobile_addresses if mobile else account.addresses)
        software = MOBILE if mobile else account.software
        if account.journey and day in account.journey[0]:
            usual = account.journey[1]
        elif account.by_vpn and draw.random() < 0.35:
            usual = draw.choice(self.vpn)
        if account.new_software and day >= account.new_software[0] and not mobile:
            software = account.new_software[1]
        if self.rollout is not None and begins > self.rollout and software == account.software:
            software += ".1"
        token = f"{draw.getrandbits(64):016x}"
        session = Session(account.number, begins, ends, place or usual, software, token)
        self.sessions[account.number].append(session)
        return session

    def read(self, second: float, session: Session, patient: str, resource: str) -> None:
        """One resource of one patient."""
        self.accesses.append(Access(second, session, resource, patient))

    def chart(
        self,
        second: float,
        session: Session,
        patient: str,
        depth: int,
        kinds: Sequence[str] = CHART,
        gap_s: float = 40.0,
    ) -> float:
        """``depth`` resources of one patient, one after the other; gives the time after them."""
        first = "Patient" if self.draw.random() < 0.5 else kinds[0]
        for step in range(depth):
            self.read(second, session, patient, self.draw.choice(kinds) if step else first)
            second += self.draw.expovariate(1 / gap_s) + 3
        return second

    def look_up(
        self, second: float, session: Session, patient: str, among: Collection[str] | None = None
    ) -> None:
        """Search a patient by family name; the page shows the first ten who bear it among those known there."""
        family = self.patients[patient].family
        bearers = [bearer for bearer in self.by_family[family] if among is None or bearer in among]
        found = tuple(bearers[:10])
        self.accesses.append(Access(second, session, "Patient", query=("family", family), found=found))

    def visit(
        self, account: Account, patient: str, second: float, made: float, status: str = "booked"
    ) -> None:
        """An appointment made at ``made``, before the first day if negative."""
        self.agenda[day_of(second)].append((account.number, patient))
        self.care.appointment(account, patient, second, made, status)

    def finish(self) -> None:
        """Introduce staff and patients, sort, number, index."""
        self.care.introduce(self.accounts, self.patients)
        self.care.messages.sort(key=lambda message: message[0])
        kept = sorted(
            (access for access in self.accesses if access.second < self.days * DAY),
            key=lambda access: access.second,
        )
        self.accesses = [replace(access, number=number) for number, access in enumerate(kept)]
        for access in self.accesses:
            self.of_account[access.session.account].append(access)
            self.worked[access.session.account].add(day_of(access.second))

    def opened(self, account: str, before: float = float("inf")) -> set[str]:
        """Patients whose resources the account read before then."""
        return {a.patient for a in self.of_account[account] if a.patient and a.second < before}
