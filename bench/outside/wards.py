"""Honest work in hospital: wards in three shifts, clinics by appointment, an emergency department.

Nurses hand over the whole ward or their half of it and make rounds; doctors read their own patients and a few of
their colleagues'; secretaries look up by name who comes and who left. Seats are shared within a unit.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.outside.clock import DAY, HOUR, weekday
from bench.outside.region import CHART, Account, Region, Session, Stay

SOFTWARE = "DPI/4.2"
BEDSIDE = ("MedicationAdministration", "Observation", "CarePlan")
LETTERS = ("DocumentReference", "DiagnosticReport")
ARRIVALS_BY_HOUR = (2, 1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 7, 7, 7, 7, 7, 8, 8, 7, 6, 5, 4, 3)


@dataclass
class Ward:
    """One ward: its staff and every stay in its beds."""

    region: Region
    unit: str
    number: int
    nurses: list[Account]
    doctors: list[Account]
    secretary: Account
    stays: list[Stay]

    def at(self, second: float) -> list[Stay]:
        """Who lies there then."""
        return [stay for stay in self.stays if stay.begins <= second < stay.ends]

    def fill(self, beds: int, pool: Sequence[str], mean_days: float) -> None:
        """Stays one after the other in each bed; six of ten patients are known in the region."""
        region, draw = self.region, self.region.draw
        for _ in range(beds):
            second = -draw.expovariate(1 / (mean_days * DAY))
            while second < region.days * DAY:
                ends = second + max(0.4, draw.gammavariate(2, mean_days / 2)) * DAY
                patient = draw.choice(pool) if pool and draw.random() < 0.6 else region.patient()
                doctor = draw.choice(self.doctors)
                region.care.encounter(self.unit, patient, second, ends, [doctor], "IMP")
                self.stays.append(Stay(self.unit, patient, second, ends, doctor.number, draw.randrange(2)))
                second = ends + draw.expovariate(1 / (0.4 * DAY))
        region.stays.extend(self.stays)

    def live(self) -> None:
        """All days and nights."""
        for day in range(self.region.days):
            for index, (nurse, hour) in enumerate(self._roster(day).items()):
                self._shift(nurse, day, hour, index % 2)
            for doctor in self.doctors:
                on_call = doctor is self.doctors[day % len(self.doctors)]
                if (weekday(day) < 5 or on_call) and self.region.draw.random() >= 0.12:
                    self._doctor_day(doctor, day)
            if weekday(day) < 5:
                self._desk_day(day)

    def _roster(self, day: int) -> dict[Account, int]:
        """Hour at which each nurse on duty begins; the order changes every third day."""
        order = self.nurses[:]
        random.Random(self.region.seed * 1_000 + self.number * 50 + day // 3).shuffle(order)
        return dict(zip(order, (7, 7, 15, 15, 23), strict=False))

    def _shift(self, nurse: Account, day: int, hour: int, half: int) -> None:
        region, draw = self.region, self.region.draw
        begins = day * DAY + hour * HOUR + draw.uniform(-600, 900)
        session = region.open(nurse, begins, begins + 8 * HOUR)
        everybody = self.at(begins + HOUR)
        mine = [stay for stay in everybody if hour == 23 or stay.half == half] or everybody
        second = begins
        for stay in everybody if draw.random() < 0.5 else mine:
            region.read(second, session, stay.patient, "CarePlan")
            second += draw.expovariate(1 / 45) + 8
        for turn in range(1 if hour == 23 else 2):
            second = begins + (1.2 + turn * 3) * HOUR + draw.uniform(0, 1_200)
            if draw.random() < 0.4:
                session = region.open(nurse, second, begins + 8 * HOUR)
            for stay in mine:
                if draw.random() < 0.75:
                    depth = draw.choice([1, 1, 2])
                    second = region.chart(second, session, stay.patient, depth, BEDSIDE)
                    second += draw.expovariate(1 / 240)

    def _doctor_day(self, doctor: Account, day: int) -> None:
        region, draw = self.region, self.region.draw
        second = day * DAY + 8.6 * HOUR + draw.uniform(0, 1_500)
        session = region.open(doctor, second, second + 9 * HOUR)
        for stay in self.at(second):
            if stay.doctor == doctor.number or draw.random() < 0.2:
                second = region.chart(second, session, stay.patient, draw.choice([1, 2, 3]))
                second += draw.expovariate(1 / 400)
        second = max(second, day * DAY + 14.5 * HOUR)
        leaving = [
            stay
            for stay in self.stays
            if stay.doctor == doctor.number and second - 4 * DAY < stay.ends < second + DAY
        ]
        for stay in draw.sample(leaving, min(len(leaving), 5)):
            second = region.chart(second, session, stay.patient, draw.choice([1, 2]), LETTERS)
            second += draw.expovariate(1 / 500)

    def _desk_day(self, day: int) -> None:
        region, draw = self.region, self.region.draw
        second = day * DAY + 8.5 * HOUR + draw.uniform(0, 900)
        session = region.open(self.secretary, second, second + 8.5 * HOUR)
        papers = [
            stay
            for stay in self.stays
            if second - 5 * DAY < stay.ends < second + 2 * DAY or second - DAY < stay.begins < second
        ]
        for stay in draw.sample(papers, min(len(papers), 14)):
            if draw.random() < 0.6:
                region.look_up(second, session, stay.patient)
            region.chart(second + 12, session, stay.patient, 1, ("DocumentReference", "Encounter"))
            second += 12 + draw.expovariate(1 / 1_500)


def ward(
    region: Region,
    number: int,
    pool: Sequence[str],
    *,
    nurses: int = 8,
    doctors: int = 3,
    beds: int = 18,
    mean_days: float = 5.0,
) -> Ward:
    """A ward and its life."""
    unit = f"org-ward-{number}"
    seats = [f"10.12.{number + 1}.{seat}" for seat in range(11, 17)]
    staff = Ward(
        region,
        unit,
        number,
        [region.account("nurse", unit, seats, SOFTWARE) for _ in range(nurses)],
        [region.account("doctor", unit, seats, SOFTWARE, 0.08) for _ in range(doctors)],
        region.account("secretary", unit, seats[:2], SOFTWARE),
        [],
    )
    staff.fill(beds, pool, mean_days)
    staff.live()
    return staff


def clinic(region: Region, number: int, pool: Sequence[str], doctors: int = 4) -> None:
    """Doctors by appointment, each at a seat of his own, and a secretary who admits whom they see."""
    draw, unit = region.draw, f"org-clinic-{number}"
    seats = [f"10.12.{60 + number}.{seat}" for seat in range(11, 17)]
    staff = [
        region.account("clinic", unit, [seats[index % len(seats)]], SOFTWARE, 0.06)
        for index in range(doctors)
    ]
    secretary = region.account("secretary", unit, seats[:2], SOFTWARE)
    for day in range(region.days):
        if weekday(day) < 5:
            seen = [
                patient
                for doctor in staff
                if draw.random() >= 0.15
                for patient in _clinic_day(region, doctor, pool, day)
            ]
            _admit(region, secretary, seen, day)


def _clinic_day(region: Region, doctor: Account, pool: Sequence[str], day: int) -> list[str]:
    draw, seen = region.draw, []
    second = day * DAY + 8.8 * HOUR + draw.uniform(0, 900)
    session = region.open(doctor, second, second + 8 * HOUR)
    for _ in range(max(5, int(draw.gauss(14, 3)))):
        patient = draw.choice(pool) if draw.random() < 0.8 else region.patient()
        region.visit(doctor, patient, second, second - draw.expovariate(1 / (12 * DAY)) - HOUR)
        seen.append(patient)
        if draw.random() < 0.8:
            region.care.encounter(doctor.unit, patient, second, second + 1_200, [doctor], "AMB")
        region.chart(second, session, patient, 1 + min(4, int(draw.expovariate(1 / 1.6))))
        if draw.random() < 0.35:
            dictated = day * DAY + 17.2 * HOUR + draw.uniform(0, 1_800)
            region.read(dictated, session, patient, "DocumentReference")
        second += max(300.0, draw.gauss(1_500, 400))
    return seen


def _admit(region: Region, secretary: Account, patients: Sequence[str], day: int) -> None:
    draw, second = region.draw, day * DAY + 8.2 * HOUR
    session = region.open(secretary, second, second + 9 * HOUR)
    for patient in patients:
        if draw.random() < 0.7:
            if draw.random() < 0.5:
                region.look_up(second, session, patient)
            region.chart(second + 9, session, patient, 1, ("Appointment", "Patient"))
        second += draw.expovariate(max(8, len(patients)) / 28_000)


def emergency(region: Region, pool: Sequence[str], arrivals: int = 32) -> None:
    """Three doctors and five nurses in turn; half the patients were never seen before."""
    draw, unit = region.draw, "org-emergency"
    seats = [f"10.12.80.{seat}" for seat in range(11, 19)]
    doctors = [region.account("er_doctor", unit, seats, SOFTWARE) for _ in range(3)]
    nurses = [region.account("er_nurse", unit, seats, SOFTWARE) for _ in range(5)]
    for day in range(region.days):
        sessions: dict[tuple[str, bool], Session] = {}
        for _ in range(int(draw.gauss(arrivals, 5))):
            hour = draw.choices(range(24), ARRIVALS_BY_HOUR)[0]
            second = day * DAY + hour * HOUR + draw.uniform(0, HOUR)
            light = 8 <= hour < 20
            doctor = doctors[(day if light else day + 1) % len(doctors)]
            nurse = nurses[(day + (draw.randrange(2) if light else 2)) % len(nurses)]
            patient = draw.choice(pool) if draw.random() < 0.55 else region.patient()
            leaves = second + draw.gammavariate(2, 1.6) * HOUR
            region.care.encounter(
                unit, patient, second, leaves, [doctor] if draw.random() < 0.7 else [], "EMER"
            )
            for account, delay_s, depth, kinds in (
                (nurse, 60, 2, ("Observation", "AllergyIntolerance", "Patient")),
                (doctor, 1_500, 2 + int(draw.expovariate(1)), CHART),
                (doctor, 6_000, 1, ("DiagnosticReport",)),
            ):
                key = account.number, light
                if key not in sessions or draw.random() < 0.03:
                    sessions[key] = region.open(account, second, second + 6 * HOUR)
                reads_at = second + delay_s * draw.uniform(0.6, 1.5)
                region.chart(reads_at, sessions[key], patient, depth, kinds)
