"""Honest work that crosses wards: coders, the hospital's pharmacy, the laboratory, and jobs by night.

No care resource names these accounts: what they read is explained by nobody's stay being theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.outside.clock import DAY, HOUR, weekday
from bench.outside.region import Region
from bench.outside.wards import SOFTWARE, Ward

FILES = ("DocumentReference", "Condition", "Procedure", "Encounter")


def coders(region: Region, wards: Sequence[Ward], number: int) -> None:
    """Stays that ended one to nine days ago, about two dozen a day each."""
    draw = region.draw
    staff = [
        region.account("coder", "org-coding", [f"10.12.90.{11 + index}"], "DIM/2.0", 0.05)
        for index in range(number)
    ]
    stays = [stay for one in wards for stay in one.stays]
    for day in range(region.days):
        for coder in staff if weekday(day) < 5 else ():
            second = day * DAY + 8.7 * HOUR + draw.uniform(0, 1_200)
            session = region.open(coder, second, second + 8 * HOUR)
            ended = [stay for stay in stays if second - 9 * DAY < stay.ends < second - DAY]
            for stay in draw.sample(ended, min(len(ended), max(0, int(draw.gauss(24, 4))))):
                second = region.chart(second, session, stay.patient, draw.choice([2, 3, 4]), FILES, 60)
                second += draw.expovariate(1 / 500)


def hospital_pharmacy(region: Region, wards: Sequence[Ward], number: int) -> None:
    """Six of ten patients of the wards each pharmacist looks after."""
    draw = region.draw
    seats = [f"10.12.91.{seat}" for seat in range(11, 14)]
    staff = [region.account("pharmacist", "org-hospital-pharmacy", seats, SOFTWARE) for _ in range(number)]
    for day in range(region.days):
        for index, pharmacist in enumerate(staff if weekday(day) < 5 else ()):
            second = day * DAY + 9 * HOUR + draw.uniform(0, 900)
            session = region.open(pharmacist, second, second + 8 * HOUR)
            for stay in [stay for one in wards[index::number] for stay in one.at(second)]:
                if draw.random() < 0.6:
                    depth = draw.choice([1, 1, 2])
                    kinds = ("MedicationRequest", "Observation")
                    second = region.chart(second, session, stay.patient, depth, kinds)
                    second += draw.expovariate(1 / 200)


def laboratory(region: Region, wards: Sequence[Ward], number: int) -> None:
    """Thirty inpatients a day each, whichever ward; one of them at weekends."""
    draw = region.draw
    seats = [f"10.12.92.{seat}" for seat in range(11, 14)]
    staff = [region.account("lab", "org-laboratory", seats, "SIL/3.3") for _ in range(number)]
    for day in range(region.days):
        for index, technician in enumerate(staff):
            if weekday(day) >= 5 and index != day % number:
                continue
            second = day * DAY + 7.5 * HOUR + draw.uniform(0, 900)
            session = region.open(technician, second, second + 8 * HOUR)
            present = [stay for one in wards for stay in one.at(second)]
            for stay in draw.sample(present, min(len(present), 30)):
                kinds = ("ServiceRequest", "Specimen", "Patient")
                second = region.chart(second, session, stay.patient, 1, kinds)
                second += draw.expovariate(1 / 700)


def job(
    region: Region,
    wards: Sequence[Ward],
    *,
    hour: float = 2.0,
    resources: Sequence[str] = ("Patient", "Encounter"),
    software: str = "export-job/1.0",
    share: float = 1.0,
) -> None:
    """A program that reads ``share`` of the inpatients every night at ``hour``."""
    draw = region.draw
    account = region.account("batch", "org-it", [f"10.12.99.{int(hour) + 5}"], software)
    for day in range(region.days):
        second = day * DAY + hour * HOUR + draw.uniform(0, 120)
        session = region.open(account, second, second + HOUR)
        for stay in [stay for one in wards for stay in one.at(second)]:
            if draw.random() < share:
                for resource in resources:
                    region.read(second, session, stay.patient, resource)
                    second += draw.uniform(1, 4)
