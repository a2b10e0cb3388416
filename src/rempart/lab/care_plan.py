"""The care of a region: appointments, stays and visits, and when the care data know of them.

Reads the rota and who lives with which doctor. Gives rows and indexes by account, unit and day.
A link is missing from the care data, late by 2 to 72 hours, or known when a real system would
know it: appointments days ahead, admissions at once, emergencies after half an hour.
Misses: transfers between wards, referrals, home hospitalisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rempart.lab.chance import Random, chance, fresh_hex, poisson
from rempart.lab.rota import AHEAD_DAYS
from rempart.lab.staff.role import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from rempart.lab.region import Region

HOUR_MS = 60 * MINUTE_MS
_BED_EMPTY_HOURS = (3.0, 30.0)
_STAY_DAYS_MEDIAN_LOG = 1.3
_GP_SLOTS = 21.0
_CLINIC_SLOTS = 9.0
_ARRIVALS_A_SHIFT = 17.0
_SAMPLES_A_DAY = 45.0


class Chooser:
    """Draws from ``pool`` in proportion to the weights given."""

    __slots__ = ("_cumulative", "pool")

    def __init__(self, pool: Sequence[int], weights: Sequence[float]) -> None:
        self.pool = pool
        self._cumulative = list(accumulate(weights[member] for member in pool))

    def draw(self, rng: Random) -> int:
        """One member of the pool."""
        return rng.choices(self.pool, cum_weights=self._cumulative)[0]


class Appointment(NamedTuple):
    """A booked slot; ``cancelled_ms`` is 0 unless it was cancelled, ``told`` if the care data say it,
    ``clerk`` the account that booked it at a hospital's desk, else -1."""

    start_ms: int
    patient: int
    account: int
    end_ms: int
    known_ms: int
    cancelled_ms: int
    told: bool
    identifier: str
    clerk: int


class Stay(NamedTuple):
    """A stay in a ward, an arrival at an emergency department or a sampling visit.

    ``actor`` is the account in charge, ``clerk`` who registered it, ``coder`` who is assigned to code
    it once it ended; -1 where nobody is named."""

    start_ms: int
    patient: int
    unit: int
    actor: int
    clerk: int
    coder: int
    kind: str
    end_ms: int
    known_ms: int
    told: bool
    identifier: str


DayIndex = dict[tuple[int, int], list[int]]


@dataclass(slots=True)
class CarePlan:
    """All care of the period, with indexes from (whose, day) to row numbers."""

    appointments: list[Appointment] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    agenda: DayIndex = field(default_factory=dict)
    """(account, day) to appointments."""
    present: DayIndex = field(default_factory=dict)
    """(ward, day) to stays touching that day."""
    arrivals: DayIndex = field(default_factory=dict)
    """(account, day) to emergency arrivals or sampling visits."""
    admitted: DayIndex = field(default_factory=dict)
    """(hospital, day) to stays that begin."""
    discharged: DayIndex = field(default_factory=dict)
    """(ward, day) to stays that end."""
    ended: DayIndex = field(default_factory=dict)
    """(hospital, day) to stays and emergency visits that end."""


def build_plan(region: Region) -> CarePlan:
    """Draw the whole period's care."""
    return _Planner(region).draw()


class _Planner:
    def __init__(self, region: Region) -> None:
        self.region = region
        self.plan = CarePlan()
        self.rng = chance(region.spec.seed, "care")
        self.used: set[str] = set()
        self.days = range(-region.spec.history_days, region.spec.days + AHEAD_DAYS)

    def draw(self) -> CarePlan:
        for account in self.region.accounts:
            if account.index in self.region.lists:
                self._book(account.index, self.region.lists[account.index], _GP_SLOTS)
            elif account.role == "hospital_doctor":
                self._book(account.index, self.region.everybody, _CLINIC_SLOTS)
            elif account.role == "emergency_doctor":
                self._arrive(account.index, account.unit, "EMER", _ARRIVALS_A_SHIFT)
            elif account.role == "laboratory":
                self._arrive(account.index, account.unit, "AMB", _SAMPLES_A_DAY)
        for unit in self.region.units:
            if unit.kind == "ward":
                for _ in range(unit.beds):
                    self._fill_bed(unit.index, unit.hospital)
        if self.region.spec.lost_feeds:
            lose_feeds(self.region, self.plan)
        return self.plan

    def _known(self, natural_ms: int, start_ms: int) -> tuple[int, bool]:
        """When the care data know of a link, and whether they ever do."""
        rng, spec = self.rng, self.region.spec
        told = rng.random() >= spec.missing_share
        if rng.random() < spec.late_share:
            return start_ms + int(rng.uniform(2, 72) * HOUR_MS), told
        return natural_ms, told

    def _book(self, account: int, patients: Chooser, slots: float) -> None:
        rng, region, rota = self.rng, self.region, self.region.rota
        clinic_days = {rng.randrange(5), rng.randrange(5)}
        clinic = region.accounts[account].role == "hospital_doctor"
        hospital = region.units[region.accounts[account].unit].hospital
        for day in self.days:
            midnight = region.midnight_ms(day)
            shifts = rota.of(account, day) or (((8 * 60, 1110),) if (account, day) in rota.covered else ())
            if not shifts or shifts[0][1] > 1440:
                continue
            if clinic and (region.spec.start.weekday() + day) % 7 not in clinic_days:
                continue
            begin, end = shifts[0][0] + 30, shifts[0][1] - 30
            for _ in range(poisson(rng, slots)):
                patient = patients.draw(rng) if rng.random() < 0.93 else region.everybody.draw(rng)
                start_ms = midnight + rng.randrange(begin, end, 5) * MINUTE_MS
                natural = start_ms - int(min(40.0, rng.paretovariate(0.9) - 0.9) * DAY_MS)
                known_ms, told = self._known(natural, start_ms)
                cancelled = 0
                if rng.random() < region.spec.cancelled_share:
                    cancelled = max(known_ms + 1000, start_ms - int(rng.uniform(0, 48) * HOUR_MS))
                self.plan.agenda.setdefault((account, day), []).append(len(self.plan.appointments))
                self.plan.appointments.append(
                    Appointment(start_ms, patient, account, start_ms + 15 * MINUTE_MS, known_ms, cancelled,
                                told, fresh_hex(rng, self.used), self._one_of(region.clerks_of, hospital, 0.7))
                )  # fmt: skip

    def _arrive(self, account: int, unit: int, kind: str, mean: float) -> None:
        rng, region = self.rng, self.region
        hospital = region.units[unit].hospital
        for day in self.days:
            for shift in region.rota.of(account, day):
                for _ in range(poisson(rng, mean)):
                    minute = rng.randrange(shift.start_min, shift.end_min - 20)
                    start_ms = region.midnight_ms(day) + minute * MINUTE_MS + rng.randrange(MINUTE_MS)
                    wait = rng.uniform(5, 40) if kind == "EMER" else rng.uniform(0, 5)
                    hours = rng.uniform(1, 6) if kind == "EMER" else 0.3
                    end_ms = start_ms + int(hours * HOUR_MS)
                    number = self._stay(start_ms, unit, account, kind, end_ms, int(wait * MINUTE_MS))
                    self.plan.arrivals.setdefault((account, day), []).append(number)
                    if hospital >= 0:
                        self.plan.admitted.setdefault((hospital, day), []).append(number)
                        ended = region.day_of(end_ms)
                        self.plan.ended.setdefault((hospital, ended), []).append(number)

    def _fill_bed(self, unit: int, hospital: int) -> None:
        rng, region, plan = self.rng, self.region, self.plan
        doctors = [a for a in region.staff_of[unit] if region.accounts[a].role == "hospital_doctor"]
        at_ms = region.midnight_ms(self.days.start) + int(rng.uniform(0, 48) * HOUR_MS)
        last_ms = region.midnight_ms(self.days.stop)
        while at_ms < last_ms:
            end_ms = at_ms + int(min(40.0, rng.lognormvariate(_STAY_DAYS_MEDIAN_LOG, 0.8)) * DAY_MS)
            actor = doctors[rng.randrange(len(doctors))] if doctors else -1
            number = self._stay(at_ms, unit, actor, "IMP", end_ms, rng.randrange(10 * MINUTE_MS))
            first, last = region.day_of(at_ms), region.day_of(end_ms)
            for day in range(first, min(last, self.days.stop) + 1):
                plan.present.setdefault((unit, day), []).append(number)
            plan.admitted.setdefault((hospital, first), []).append(number)
            plan.discharged.setdefault((unit, last), []).append(number)
            plan.ended.setdefault((hospital, last), []).append(number)
            at_ms = end_ms + int(rng.uniform(*_BED_EMPTY_HOURS) * HOUR_MS)

    def _stay(self, start_ms: int, unit: int, actor: int, kind: str, end_ms: int, wait_ms: int) -> int:
        rng, region = self.rng, self.region
        known_ms, told = self._known(start_ms + wait_ms, start_ms)
        hospital = region.units[unit].hospital
        clerk = self._one_of(region.clerks_of, hospital, 0.85)
        coder = self._one_of(region.coders_of, hospital, 0.6)
        patient = region.everybody.draw(rng)
        self.plan.stays.append(
            Stay(start_ms, patient, unit, actor, clerk, coder, kind, end_ms, known_ms, told,
                 fresh_hex(rng, self.used))
        )  # fmt: skip
        return len(self.plan.stays) - 1

    def _one_of(self, staff: dict[int, list[int]], hospital: int, share: float) -> int:
        """Somebody of the hospital's office with chance ``share``, else -1: nobody is named."""
        able = staff.get(hospital, ())
        return able[self.rng.randrange(len(able))] if able and self.rng.random() < share else -1


def lose_feeds(region: Region, plan: CarePlan) -> None:
    """Let the care data of some units be lost for two to six days on end, each loss drawn by itself."""
    rng = chance(region.spec.seed, "lost feeds")
    units = [
        unit.index for unit in region.units if unit.kind in ("ward", "practice", "emergency", "laboratory")
    ]
    for _ in range(region.spec.lost_feeds):
        unit, first = rng.choice(units), rng.randrange(-2, region.spec.days)
        from_ms, to_ms = region.midnight_ms(first), region.midnight_ms(first + rng.randint(2, 6))
        plan.stays = [
            stay._replace(told=False) if stay.unit == unit and from_ms <= stay.known_ms < to_ms else stay
            for stay in plan.stays
        ]
        staff = set(region.staff_of[unit])
        plan.appointments = [
            booked._replace(told=False)
            if booked.account in staff and from_ms <= booked.known_ms < to_ms
            else booked
            for booked in plan.appointments
        ]
