"""Honest work in town: practices (doctors, a secretary, a nurse who visits homes) and pharmacies.

Doctors mostly see patients again, look at results in the evening (half of them at home), take days off and
holidays, and have a crowded day now and then; secretaries look up by name and call patients back by the dozen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.outside.clock import DAY, HOUR, weekday
from bench.outside.region import Account, Region, Session, address

RESULTS = ("Observation", "DiagnosticReport", "DocumentReference")
DESK = ("Appointment", "Patient", "DocumentReference")
ROUND = ("CarePlan", "MedicationRequest", "Observation")
COUNTER = ("MedicationRequest", "MedicationDispense")
REGULARS = 90


@dataclass
class Practice:
    """One practice: who works there, when not, and whom they treat."""

    region: Region
    unit: str
    doctors: list[Account]
    secretary: Account
    nurse: Account
    patients: list[str]
    at_home: list[str]
    away: dict[str, set[int]]
    seen: dict[str, list[str]]

    def live(self) -> None:
        """All days; closed on Sundays and most Saturdays."""
        draw = self.region.draw
        known = set(self.patients)
        for day in range(self.region.days):
            if weekday(day) == 6 or (weekday(day) == 5 and draw.random() < 0.6):
                continue
            for doctor in self.doctors:
                if day not in self.away[doctor.number]:
                    last = self._consult(doctor, day)
                    if draw.random() < 0.6:
                        self._read_results(doctor, day, last)
            if weekday(day) < 5 or draw.random() < 0.5:
                self._answer_phone(day, known)
            self._visit_homes(day)

    def _consult(self, doctor: Account, day: int) -> Session:
        region, draw = self.region, self.region.draw
        number = 8 if weekday(day) == 5 else max(6, int(draw.gauss(19, 4)))
        if draw.random() < 0.025:
            number = int(number * 2.2)
        pace = 19 / number if number > 25 else 1.0
        second = day * DAY + 8.4 * HOUR + draw.gauss(0, 600)
        session = region.open(doctor, second, day * DAY + 12.6 * HOUR)
        morning = True
        for _ in range(number):
            if morning and second > day * DAY + 12.3 * HOUR:
                morning = False
                second = max(second, day * DAY + 14 * HOUR + draw.uniform(0, 900))
                session = region.open(doctor, second, day * DAY + 19 * HOUR)
            self._see(doctor, session, self._next(doctor), second)
            second += max(240.0, draw.gauss(1_100, 300)) * pace
        return session

    def _next(self, doctor: Account) -> str:
        draw, chance = self.region.draw, self.region.draw.random()
        if chance < 0.9:
            return draw.choice(doctor.panel if draw.random() < 0.55 else doctor.panel[:REGULARS])
        return draw.choice(self.patients) if chance < 0.96 else self.region.patient()

    def _see(self, doctor: Account, session: Session, patient: str, second: float) -> None:
        region, draw = self.region, self.region.draw
        if draw.random() < 0.83:
            region.visit(doctor, patient, second, second - draw.expovariate(1 / (4 * DAY)) - 600)
        if draw.random() < 0.7:
            region.care.encounter(self.unit, patient, second, second + 900, [doctor], "AMB")
        region.chart(second, session, patient, 1 + min(4, int(draw.expovariate(1 / 1.3))))
        if draw.random() < 0.2:
            region.read(second + 500, session, patient, "MedicationRequest")
        self.seen[doctor.number].append(patient)

    def _read_results(self, doctor: Account, day: int, session: Session) -> None:
        region, draw = self.region, self.region.draw
        second = day * DAY + 18.9 * HOUR + draw.uniform(0, 2.2 * HOUR)
        if doctor.home:
            session = region.open(doctor, second, second + HOUR, doctor.home)
        recent = self.seen[doctor.number][-REGULARS:]
        for patient in dict.fromkeys(draw.choices(recent, k=draw.randrange(3, 10))):
            second = region.chart(second, session, patient, draw.randrange(1, 3), RESULTS) + 30

    def _answer_phone(self, day: int, known: set[str]) -> None:
        region, draw = self.region, self.region.draw
        second = day * DAY + 8 * HOUR + draw.uniform(0, 600)
        session = region.open(self.secretary, second, day * DAY + 18 * HOUR)
        while second < day * DAY + 17.5 * HOUR:
            patient = draw.choice(self.patients)
            if draw.random() < 0.75:
                region.look_up(second, session, patient, known)
            region.chart(second + 15, session, patient, 1 if draw.random() < 0.7 else 2, DESK, 20)
            second += draw.expovariate(1 / 1_100) + 40
        if draw.random() < 0.03:
            second = day * DAY + 13.2 * HOUR
            for patient in draw.sample(self.patients, min(50, len(self.patients))):
                region.read(second, session, patient, "Patient")
                second += draw.expovariate(1 / 90) + 20

    def _visit_homes(self, day: int) -> None:
        region, draw = self.region, self.region.draw
        second = day * DAY + 7 * HOUR + draw.uniform(0, 900)
        session = region.open(self.nurse, second, day * DAY + 18 * HOUR)
        for patient in draw.sample(self.at_home, min(13, len(self.at_home))):
            region.chart(second, session, patient, draw.choice([1, 1, 2]), ROUND)
            second += draw.gauss(1_500, 300)


def _days_away(region: Region) -> set[int]:
    """One weekday a week for half the doctors, one week's holiday for a quarter."""
    draw = region.draw
    free = draw.randrange(5) if draw.random() < 0.5 else -1
    away = {day for day in range(region.days) if weekday(day) == free}
    if draw.random() < 0.25:
        leaves = draw.choice([7, 14, 21])
        away |= set(range(leaves, leaves + 5))
    return away


def practice(region: Region, number: int, doctors: int = 3, panel: int = 350) -> list[str]:
    """A practice and its life; gives its patients."""
    draw, unit = region.draw, f"org-practice-{number}"
    line = address(draw, 82)
    software = draw.choice(["MonLogiciel/9.2", "CabinetPro/7.4", "SoinsWeb Chrome"])
    staff = [
        region.account("gp", unit, [line], software, draw.choice([0, 0.03, 0.1])) for _ in range(doctors)
    ]
    secretary = region.account("secretary", unit, [line], software)
    nurse = region.account("homenurse", unit, [line], software, 0.7)
    for doctor in staff:
        if draw.random() < 0.5:
            doctor.home = address(draw, 90)
        doctor.panel = [region.patient(doctor.number) for _ in range(panel)]
        for patient in doctor.panel:
            if draw.random() < 0.55:
                region.care.episode(patient, doctor)
    patients = [patient for doctor in staff for patient in doctor.panel]
    nurse.panel = draw.sample(patients, min(45, len(patients)))
    owner = {patient: doctor for doctor in staff for patient in doctor.panel}
    for patient in nurse.panel:
        region.care.team(patient, [nurse, owner[patient]])
    away = {doctor.number: _days_away(region) for doctor in staff}
    seen: dict[str, list[str]] = {doctor.number: [] for doctor in staff}
    Practice(region, unit, staff, secretary, nurse, patients, nurse.panel, away, seen).live()
    return patients


def pharmacy(region: Region, number: int, pool: Sequence[str]) -> None:
    """Two pharmacists, mostly with regular customers; no care resource tells of them."""
    draw, unit = region.draw, f"org-pharmacy-{number}"
    line = address(draw, 81)
    staff = [region.account("pharmacist", unit, [line], "OfficineSoft/5") for _ in range(2)]
    customers = draw.sample(pool, min(220, len(pool)))
    for day in range(region.days):
        for pharmacist in staff:
            if weekday(day) == 6 or draw.random() < 0.15:
                continue
            second = day * DAY + 9 * HOUR + draw.uniform(0, 900)
            session = region.open(pharmacist, second, day * DAY + 19 * HOUR)
            for _ in range(int(draw.gauss(22, 4))):
                patient = draw.choice(customers if draw.random() < 0.85 else pool)
                region.chart(second, session, patient, draw.choice([1, 2]), COUNTER)
                second += draw.expovariate(1 / 1_200) + 60
