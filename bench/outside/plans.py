"""What a thief's plan is made of: stolen accounts, strangers to read, times, and the owner's usual place.

A thief ``as_owner`` reads the kinds of resource that the owner reads, of patients who are in somebody's care these
weeks; another reads any five kinds of any patient the owner never opened.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bench.outside.clock import DAY, HOUR, day_of
from bench.outside.region import Access, Account, Region, Session, address

PROGRAMS = (
    "python-requests/2.32",
    "Chrome/120 Linux",
    "Firefox/115 Linux",
    "okhttp/4.9",
    "Chrome/132 Windows",
)
WANTED = ("MedicationRequest", "Observation", "DocumentReference", "Condition", "Patient")
CLINICIANS = ("gp", "clinic", "doctor", "nurse", "homenurse", "secretary", "er_doctor")


@dataclass(frozen=True)
class Manner:
    """What a thief does when he is asked who he is: prove it (and fail), or leave it unanswered."""

    answers: bool = True
    gives_up_after: int = 3
    """Challenges an account of his may meet before he drops it."""
    switches: bool = False
    """Goes on with the next stolen account."""


STUBBORN = Manner()


@dataclass
class Plan:
    """Accesses in order of time, the manner, and logins to switch to."""

    accesses: list[Access]
    manner: Manner
    logins: list[Session]


@dataclass(frozen=True)
class Family:
    """A kind of thief. ``apart``: not among the families whose mean is compared with a target."""

    name: str
    plan: Callable[[Scene], Plan]
    apart: bool = False


class Scene:
    """One thief in one region, from ``first`` on; ``read`` and ``page`` add to ``accesses``."""

    def __init__(self, region: Region, draw: random.Random, as_owner: bool) -> None:
        self.region, self.draw, self.as_owner = region, draw, as_owner
        self.first = region.theft_day + draw.randrange(min(5, region.days - region.theft_day))
        self.accesses: list[Access] = []

    def victims(self, roles: Sequence[str], number: int = 1, day: int | None = None) -> list[Account]:
        """Accounts that worked two days of seven, and that day or the next if one is named."""
        region = self.region
        fit = []
        for account in region.accounts.values():
            worked = region.worked[account.number]
            around = worked if day is None else worked & {day, day + 1}
            if account.role in roles and around and len(worked) >= region.days * 2 // 7:
                fit.append(account)
        return self.draw.sample(fit, min(number, len(fit)))

    def victim(self, *roles: str) -> Account:
        """One who works when the theft begins."""
        return self.victims(roles, 1, self.first)[0]

    def strangers(self, accounts: Iterable[Account], number: int) -> list[str]:
        """Patients none of the accounts ever opens."""
        own = {patient for account in accounts for patient in self.region.opened(account.number)}
        others = [patient for patient in self.region.patients if patient not in own]
        if not self.as_owner:
            return self.draw.sample(others, min(number, len(others)))
        cared_for = self._in_care()
        self.draw.shuffle(others)
        others.sort(key=lambda patient: patient not in cared_for)
        return others[:number]

    def _in_care(self) -> set[str]:
        region, since = self.region, self.region.theft_day - 1
        lying = {stay.patient for stay in region.stays if stay.ends > since * DAY}
        expected = {patient for day in range(since, region.days) for _, patient in region.agenda.get(day, ())}
        return lying | expected

    def days(self, account: Account, first: int, number: int) -> list[int]:
        """The owner's next working days."""
        return sorted(day for day in self.region.worked[account.number] if day >= first)[:number]

    def times(self, number: int, day: int, opens: float = 8.5, closes: float = 18.0) -> list[float]:
        """Times of a working day, in order."""
        return sorted(day * DAY + self.draw.uniform(opens, closes) * HOUR for _ in range(number))

    def hour(self, day: int, earliest: float, latest: float) -> float:
        """A time of the day between two hours."""
        return day * DAY + self.draw.uniform(earliest, latest) * HOUR

    def strange_network(self) -> str:
        """An address nobody of the region ever had."""
        return address(self.draw, 45, 141, 185, 193, 194)

    def exit(self) -> str:
        """An address that staff come through too: the site's VPN or a carrier's."""
        return self.draw.choice(self.region.vpn + self.region.carrier[:10])

    def login(self, account: Account, place: str | None = None, software: str | None = None) -> Session:
        """A new session of the thief's, from a strange network with a program of his own if nothing is said."""
        return Session(
            account.number,
            self.first * DAY,
            self.region.days * DAY,
            place or self.strange_network(),
            software or self.draw.choice(PROGRAMS),
            f"{self.draw.getrandbits(64):016x}",
        )

    def at_seat(self, account: Account, day: int, place: str | None = None) -> Session:
        """A new session with the owner's software, at the place the owner was last seen at if nothing is said."""
        usual, software = account.addresses[0], account.software
        for session in self.region.sessions[account.number]:
            if session.begins < (day + 1) * DAY and session.address not in self.region.carrier:
                usual, software = session.address, session.software
        return self.login(account, place or usual, software)

    def read(
        self, second: float, session: Session, patient: str, depths: Sequence[int] = (1,), gap_s: float = 8.0
    ) -> float:
        """Some resources of one patient; gives the time after them."""
        for _ in range(self.draw.choice(depths)):
            self.accesses.append(Access(second, session, self.draw.choice(WANTED), patient))
            second += self.draw.uniform(2, gap_s)
        return second

    def at_times(
        self,
        times: Sequence[float],
        session: Session,
        patients: Iterable[str],
        depths: Sequence[int] = (1,),
        gap_s: float = 8.0,
    ) -> int:
        """One patient at each time while there are any; gives how many."""
        number = 0
        for second, patient in zip(times, patients, strict=False):
            self.read(second, session, patient, depths, gap_s)
            number += 1
        return number

    def in_a_row(
        self,
        second: float,
        session: Session,
        patients: Iterable[str],
        pause_s: tuple[float, float],
    ) -> None:
        """One patient after the other."""
        for patient in patients:
            second = self.read(second, session, patient) + self.draw.uniform(*pause_s)

    def page(
        self, second: float, session: Session, key: str, order: Sequence[str], at: int, count: int
    ) -> None:
        """A search by ``key`` whose page shows ``count`` patients of ``order``."""
        found = tuple(order[at : at + count])
        if found:
            traits = self.region.patients[found[0]]
            value = traits.born if key == "birthdate" else traits.family
            self.accesses.append(
                Access(second, session, "Patient", query=(key, value), found=found, count=count)
            )

    def sorted_by(self, key: str) -> list[str]:
        """All patients in the order of a search by that key."""
        patients = self.region.patients
        if key == "birthdate":
            return sorted(patients, key=lambda one: (patients[one].born, one))
        return sorted(patients, key=lambda one: (patients[one].family, one))

    def plan(self, manner: Manner = STUBBORN, logins: Sequence[Session] = ()) -> Plan:
        """What was added, in order of time."""
        return Plan(list(self.accesses), manner, list(logins))


def make_plan(family: Family, region: Region, seed: int, as_owner: bool) -> Plan:
    """A thief of the family; the same for the same seed."""
    draw = random.Random(f"{family.name} {seed}")
    plan = family.plan(Scene(region, draw, as_owner))
    plan.accesses = sorted(
        (access for access in plan.accesses if day_of(access.second) < region.days),
        key=lambda access: access.second,
    )
    if as_owner:
        plan.accesses = [_as_owner(region, access, draw) for access in plan.accesses]
        if not plan.manner.answers:
            plan.manner = replace(plan.manner, gives_up_after=max(6, plan.manner.gives_up_after))
    return plan


def _as_owner(region: Region, access: Access, draw: random.Random) -> Access:
    if access.query:
        return access
    before = region.theft_day * DAY
    own = [a.resource for a in region.of_account[access.session.account] if a.patient and a.second < before]
    return replace(access, resource=draw.choice(own)) if own else access
