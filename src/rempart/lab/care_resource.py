"""The care data a region's systems tell: FHIR resources in the order they become known.

Gives Practitioner, PractitionerRole, Patient, CareTeam, Appointment and Encounter with
``meta.lastUpdated`` as the time they are known; a cancellation or a discharge is a later version
of the same resource. Links that the region keeps missing are never told. Practitioner carries the
account's identifier, so that references lead to accounts. Misses: Organization and Location,
transfers, merges of patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rempart.lab.audit_event import ACCOUNT_SYSTEM, ROLE_SYSTEM
from rempart.lab.care_plan import Appointment, Stay
from rempart.lab.chance import chance, token
from rempart.lab.places import Account
from rempart.lab.region import LOCAL_OFFSET_MS, Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.searches import NUMBER_SYSTEM
from rempart.lab.staff.role import DAY_MS
from rempart.lab.times import Clockface

Resource = dict[str, Any]

_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_CHRONIC = 0.65
"""Frailty from which a patient has a care team."""


def care_resources(region: Region) -> Iterator[tuple[int, Resource]]:
    """(known at in ms UTC, resource), by that time; those known before the first day come first."""
    writer = _CareWriter(region)
    for known_ms, _, make, argument in sorted(writer.told(), key=lambda told: told[:2]):
        if known_ms < region.end_ms:
            yield known_ms, make(argument, known_ms)


class _CareWriter:
    def __init__(self, region: Region) -> None:
        self.region = region
        self.rng = chance(region.spec.seed, "told")
        self.clock = Clockface(LOCAL_OFFSET_MS, "+01:00")
        self.count = 0

    def told(self) -> Iterator[tuple[int, int, Any, Any]]:
        """(known at, number, function that writes it, its argument), unsorted."""
        region, rng, missing = self.region, self.rng, self.region.spec.missing_share
        history_ms = region.midnight_ms(-region.spec.history_days)
        for account in region.accounts:
            known_ms = max(history_ms, region.midnight_ms(account.joined_day))
            yield self._row(known_ms, self.practitioner, account)
            if rng.random() >= missing / 3:
                late = rng.random() < region.spec.late_share and account.joined_day > 0
                yield self._row(known_ms + late * rng.randrange(1, 5) * DAY_MS, self.role, (account, None, 0))
        for (locum, day), doctor in region.rota.stands_in_for.items():
            if day >= 0 and rng.random() >= missing / 3:
                yield self._row(region.midnight_ms(day), self.role, (region.accounts[locum], doctor, day))
        for patient, frailty in enumerate(region.patients.frailty):
            yield self._row(history_ms, self.patient, (patient, rng.random() >= missing))
            if frailty >= _CHRONIC and rng.random() >= missing:
                yield self._row(history_ms + 1, self.team, patient)
        for booked in region.plan.appointments:
            if booked.told:
                yield self._row(booked.known_ms, self.appointment, (booked, "booked"))
                if booked.cancelled_ms:
                    yield self._row(booked.cancelled_ms, self.appointment, (booked, "cancelled"))
        for stay in region.plan.stays:
            if stay.told:
                ended = stay.end_ms <= stay.known_ms
                yield self._row(stay.known_ms, self.encounter, (stay, ended))
                if not ended:
                    yield self._row(stay.end_ms, self.encounter, (stay, True))

    def _row(self, known_ms: int, make: Any, argument: Any) -> tuple[int, int, Any, Any]:
        self.count += 1
        return known_ms, self.count, make, argument

    def _meta(self, known_ms: int) -> Resource:
        return {"lastUpdated": self.clock.instant(known_ms)}

    def _who(self, account: int) -> Resource:
        return {"reference": f"Practitioner/{self.region.accounts[account].practitioner}"}

    def _subject(self, patient: int) -> Resource:
        return {"reference": f"Patient/{self.region.patients.ids[patient]}"}

    def _period(self, start_ms: int, end_ms: int | None) -> Resource:
        period: Resource = {"start": self.clock.instant(start_ms)}
        if end_ms is not None:
            period["end"] = self.clock.instant(end_ms)
        return period

    def practitioner(self, account: Account, known_ms: int) -> Resource:
        return {
            "resourceType": "Practitioner", "id": account.practitioner, "meta": self._meta(known_ms),
            "identifier": [{"system": ACCOUNT_SYSTEM, "value": account.identifier}], "active": True,
        }  # fmt: skip

    def role(self, placed: tuple[Account, int | None, int], known_ms: int) -> Resource:
        """An account's post; with a doctor replaced, a locum's post of one day in that practice."""
        account, replaced, day = placed
        region = self.region
        unit = region.units[(account if replaced is None else region.accounts[replaced]).unit]
        gone, code = account.index in region.dormant, ROLE_NAMED[account.role].code
        start = region.date_of(max(account.joined_day, -400) if replaced is None else day)
        period = {"start": start.isoformat()}
        if gone:
            period["end"] = region.date_of(account.left_day).isoformat()
        elif replaced is not None:
            period["end"] = start.isoformat()
        return {
            "resourceType": "PractitionerRole",
            "id": token(region.spec.seed, "post", account.index, replaced, day, size=8),
            "meta": self._meta(known_ms), "active": not gone, "period": period,
            "practitioner": self._who(account.index),
            "organization": {"reference": f"Organization/{unit.organization}"},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": code}], "text": code}],
        }  # fmt: skip

    def patient(self, row: tuple[int, bool], known_ms: int) -> Resource:
        patient, doctor_told = row
        people = self.region.patients
        resource: Resource = {
            "resourceType": "Patient", "id": people.ids[patient], "meta": self._meta(known_ms),
            "identifier": [{"system": NUMBER_SYSTEM, "value": str(people.numbers[patient])}],
            "name": [{"family": people.families[patient]}], "birthDate": people.births[patient],
        }  # fmt: skip
        if doctor_told and people.gp[patient] >= 0:
            resource["generalPractitioner"] = [self._who(people.gp[patient])]
        return resource

    def team(self, patient: int, known_ms: int) -> Resource:
        region, people = self.region, self.region.patients
        members = [people.gp[patient]] if people.gp[patient] >= 0 else []
        shop = people.pharmacy[patient]
        resource: Resource = {
            "resourceType": "CareTeam", "id": token(region.spec.seed, "team", patient, size=8),
            "meta": self._meta(known_ms), "status": "active", "subject": self._subject(patient),
            "period": {"start": self.clock.instant(known_ms)},
        }  # fmt: skip
        if shop >= 0:
            members += region.staff_of[shop]
            resource["managingOrganization"] = [
                {"reference": f"Organization/{region.units[shop].organization}"}
            ]
        resource["participant"] = [{"member": self._who(member)} for member in members]
        return resource

    def appointment(self, row: tuple[Appointment, str], known_ms: int) -> Resource:
        booked, status = row
        named = [account for account in (booked.account, booked.clerk) if account >= 0]
        actors = [self._subject(booked.patient), *map(self._who, named)]
        return {
            "resourceType": "Appointment", "id": booked.identifier, "meta": self._meta(known_ms),
            "status": status, "created": self.clock.instant(booked.known_ms),
            "start": self.clock.instant(booked.start_ms), "end": self.clock.instant(booked.end_ms),
            "participant": [{"actor": actor, "status": "accepted"} for actor in actors],
        }  # fmt: skip

    def encounter(self, row: tuple[Stay, bool], known_ms: int) -> Resource:
        stay, ended = row
        named = (stay.actor, stay.clerk, stay.coder if ended else -1)
        people = [{"individual": self._who(actor)} for actor in named if actor >= 0]
        return {
            "resourceType": "Encounter", "id": stay.identifier, "meta": self._meta(known_ms),
            "status": "finished" if ended else "in-progress",
            "class": {"system": _ACT_CODE, "code": stay.kind}, "subject": self._subject(stay.patient),
            "period": self._period(stay.start_ms, stay.end_ms if ended else None), "participant": people,
            "serviceProvider": {"reference": f"Organization/{self.region.units[stay.unit].organization}"},
        }  # fmt: skip
