"""The region: patients, staff, units, networks, software, rota and care, built from a description.

``build_region(spec)`` draws everything from ``spec.seed``. Times are milliseconds UTC; local time
is UTC+1. Two regions with the same description are equal to the byte in all they emit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from rempart.lab.care_plan import CarePlan, Chooser, build_plan
from rempart.lab.chance import chance, token
from rempart.lab.people import draw_accounts, draw_patients, draw_units
from rempart.lab.places import Account, AddressBook, Patients, Unit
from rempart.lab.rota import Rota, build_rota
from rempart.lab.spec import DEMO_STAFF, RegionSpec
from rempart.lab.staff.role import DAY_MS, Visit

__all__ = ["DEMO_STAFF", "Region", "RegionSpec", "build_region"]

LOCAL_OFFSET_MS = 3_600_000
CHARTED_ROLES = frozenset(
    ("hospital_doctor", "nurse", "emergency_doctor", "laboratory", "pharmacist", "gp_secretary")
)
_CURRENT_BEFORE_MS = 7 * DAY_MS
_CURRENT_AHEAD_MS = 2 * DAY_MS


@dataclass(slots=True)
class Region:
    """A built region. Patients, accounts, units and hospitals are row numbers throughout."""

    spec: RegionSpec
    patients: Patients
    accounts: tuple[Account, ...]
    units: tuple[Unit, ...]
    hospitals: int
    staff_of: dict[int, list[int]]
    """Unit to its accounts."""
    wards_of: dict[int, list[int]]
    doctors_of: dict[int, list[int]]
    clerks_of: dict[int, list[int]]
    coders_of: dict[int, list[int]]
    ordinal: dict[int, int]
    """Account to its number among the accounts of its role."""
    everybody: Chooser
    lists: dict[int, Chooser]
    """GP to the patients who declared this GP."""
    customers: dict[int, Chooser]
    """Pharmacy to its regulars."""
    dormant: tuple[int, ...]
    """Accounts whose owners left before the history begins."""
    upgrade_day: tuple[int, ...]
    """For each record system, the day its users get the next version."""
    rota: Rota = field(default_factory=Rota)
    plan: CarePlan = field(default_factory=CarePlan)
    charted: dict[tuple[int, int], list[Visit]] | None = None
    """Visits by (account, day) that somebody else's simulator gave, for :data:`CHARTED_ROLES`."""

    @property
    def start_ms(self) -> int:
        """Local midnight of the first day."""
        return self.midnight_ms(0)

    @property
    def end_ms(self) -> int:
        """Local midnight after the last day."""
        return self.midnight_ms(self.spec.days)

    @property
    def booked_accounts(self) -> list[int]:
        """Accounts with an agenda of appointments."""
        return [account.index for account in self.accounts if account.role in ("gp", "hospital_doctor")]

    def midnight_ms(self, day: int) -> int:
        """Local midnight at which ``day`` begins."""
        return _epoch_ms(self.spec.start) + day * DAY_MS - LOCAL_OFFSET_MS

    def day_of(self, at_ms: int) -> int:
        """The day (0 is the first) an instant falls on, local time."""
        return (at_ms - self.start_ms) // DAY_MS

    def date_of(self, day: int) -> date:
        """The calendar date of a day."""
        return self.spec.start + timedelta(days=day)

    def session_token(self, account: int, day: int, part: int) -> str:
        """The token of the account's ``part``-th session begun on ``day``; opaque."""
        return token(self.spec.seed, "session", account, day, part)

    def current_care(self, account: int, at_ms: int) -> set[int]:
        """Patients now in this account's care as the care data tell it.

        Appointments of the account, and stays of its unit, from a week before to two days after
        ``at_ms``, already known then and not cancelled. Being on a GP's list is not current care.
        """
        day, plan, member = self.day_of(at_ms), self.plan, self.accounts[account]
        mates = [a for a in self.staff_of.get(member.unit, ()) if self.units[member.unit].kind == "practice"]
        replaced = self.rota.stands_in_for.get((account, day))
        found: set[int] = set()
        for near in range(day - 7, day + 3):
            for mate in {account, replaced, *mates} - {None}:
                for number in plan.agenda.get((mate, near), ()):  # type: ignore[arg-type]
                    booked = plan.appointments[number]
                    live = not booked.cancelled_ms or booked.cancelled_ms > at_ms
                    if booked.told and booked.known_ms <= at_ms and live:
                        found.add(booked.patient)
            for number in (
                *plan.present.get((member.unit, near), ()), *plan.arrivals.get((account, near), ())
            ):  # fmt: skip
                stay = plan.stays[number]
                recent = stay.end_ms >= at_ms - _CURRENT_BEFORE_MS
                if stay.told and stay.known_ms <= at_ms and recent:
                    found.add(stay.patient)
        return found


def _epoch_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def build_region(spec: RegionSpec) -> Region:
    """Draw the region that ``spec`` describes."""
    used: set[str] = set()
    book = AddressBook(chance(spec.seed, "addresses"))
    units = draw_units(spec, book, used)
    accounts, dormant = draw_accounts(spec, units, book, used)
    patients = draw_patients(spec, accounts, units, used)
    staff_of: dict[int, list[int]] = {unit.index: [] for unit in units}
    ordinal: dict[int, int] = {}
    counted: dict[str, int] = {}
    for account in accounts:
        ordinal[account.index] = counted.get(account.role, 0)
        counted[account.role] = ordinal[account.index] + 1
        if account.index not in dormant:
            staff_of[account.unit].append(account.index)
    hospitals = 1 + max(unit.hospital for unit in units)
    wards_of: dict[int, list[int]] = {house: [] for house in range(hospitals)}
    for unit in units:
        if unit.kind == "ward":
            wards_of[unit.hospital].append(unit.index)
    upgrades = chance(spec.seed, "upgrades")
    region = Region(
        spec, patients, accounts, units, hospitals, staff_of, wards_of,
        _by_hospital(accounts, units, dormant, "hospital_doctor"),
        _by_hospital(accounts, units, dormant, "admission_clerk"),
        _by_hospital(accounts, units, dormant, "coder"),
        ordinal, Chooser(range(len(patients)), patients.frailty),
        _grouped(patients.gp, patients.frailty), _grouped(patients.pharmacy, patients.frailty), dormant,
        tuple(upgrades.randrange(2, max(3, spec.days)) for _ in range(4)),
    )  # fmt: skip
    region.rota = build_rota(spec, accounts)
    region.plan = build_plan(region)
    return region


def _by_hospital(
    accounts: tuple[Account, ...], units: tuple[Unit, ...], dormant: tuple[int, ...], role: str
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for account in accounts:
        if account.role == role and account.index not in dormant:
            found.setdefault(units[account.unit].hospital, []).append(account.index)
    return found


def _grouped(owner: tuple[int, ...], weights: tuple[float, ...]) -> dict[int, Chooser]:
    """Owner (an account or a unit) to a chooser among the patients it has."""
    groups: dict[int, list[int]] = {}
    for patient, who in enumerate(owner):
        if who >= 0:
            groups.setdefault(who, []).append(patient)
    return {who: Chooser(tuple(members), weights) for who, members in sorted(groups.items())}
