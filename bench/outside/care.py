"""Care as FHIR tells it: appointments, stays and visits, episodes, care teams, staff and patients; part of it lost.

What is told is also kept as links, for the enforcement point must know who is in an account's care when it is told
to ``restrict``. What is lost is neither told nor known. HL7 FHIR R4, or R5 where Encounter is spelled otherwise.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bench.outside.clock import DAY, day_of, instant

if TYPE_CHECKING:
    from bench.outside.region import Account, Patient

Resource = dict[str, object]
ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SPECIALTIES = {"gp": "SM54", "doctor": "SM26", "clinic": "SM07", "er_doctor": "SM36"}
LONG = 400 * DAY


def _reference(kind: str, identity: str) -> Resource:
    return {"reference": f"{kind}/{identity}"}


class Care:
    """``messages`` are (second, resource); ``silent_days`` and ``silent_units`` tell nothing at all."""

    def __init__(self, draw: random.Random, missing: float, r5: bool) -> None:
        self._draw, self._missing, self._r5 = draw, missing, r5
        self.messages: list[tuple[float, Resource]] = []
        self.silent_days: set[int] = set()
        self.silent_units: dict[str, range] = {}
        self._links: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)

    def explains(self, account: Account, patient: str, second: float) -> bool:
        """Whether the patient is in the account's or its unit's care, two days before to three days after."""
        return any(
            begins - 2 * DAY <= second <= ends + 3 * DAY
            for who in (account.number, account.unit)
            for begins, ends in self._links.get((who, patient), ())
        )

    def appointment(self, account: Account, patient: str, second: float, made: float, status: str) -> None:
        """Told when it is made; the actor is the practitioner, or at times the role."""
        if self._is_lost(max(made, 0.0), account.unit):
            return
        self._link(patient, second, second, account.number, account.unit)
        by_role = self._draw.random() < 0.3
        actor = (
            _reference("PractitionerRole", f"role-{account.reference}") if by_role else self._person(account)
        )
        self._tell(
            made,
            {
                "resourceType": "Appointment",
                "id": self._name("ap"),
                "status": status,
                "created": instant(made),
                "start": instant(second),
                "end": instant(second + 900),
                "participant": [
                    {"actor": _reference("Patient", patient), "status": "accepted"},
                    {"actor": actor, "status": "accepted"},
                ],
            },
        )

    def encounter(
        self,
        unit: str,
        patient: str,
        begins: float,
        ends: float,
        staff: Sequence[Account],
        act: str,
    ) -> None:
        """A stay or a visit (``act`` IMP, AMB, EMER), told when it begins and when it ends."""
        if self._is_lost(begins, unit):
            return
        self._link(patient, begins, ends, unit, *(account.number for account in staff))
        identity = self._name("en")
        for over in (False, True):
            period = {"start": instant(begins)} | ({"end": instant(ends)} if over else {})
            resource: Resource = {
                "resourceType": "Encounter",
                "id": identity,
                "subject": _reference("Patient", patient),
                "serviceProvider": _reference("Organization", unit),
            }
            code = {"system": ACT_CODES, "code": act}
            if self._r5:
                resource |= {
                    "status": "completed" if over else "in-progress",
                    "class": [{"coding": [code]}],
                    "actualPeriod": period,
                }
            else:
                resource |= {
                    "status": "finished" if over else "in-progress",
                    "class": code,
                    "period": period,
                }
            if staff:
                who = "actor" if self._r5 else "individual"
                resource["participant"] = [{who: self._person(account)} for account in staff]
            self._tell(ends if over else begins, resource)

    def team(self, patient: str, staff: Sequence[Account]) -> None:
        """A care team that stood before the first day and lasts."""
        if self._is_lost(0.0, staff[0].unit):
            return
        self._link(patient, -100 * DAY, LONG, *(account.number for account in staff))
        self._tell(
            0.0,
            {
                "resourceType": "CareTeam",
                "id": self._name("ct"),
                "status": "active",
                "subject": _reference("Patient", patient),
                "period": {"start": instant(-100 * DAY)},
                "participant": [{"member": self._person(account)} for account in staff],
            },
        )

    def episode(self, patient: str, account: Account) -> None:
        """A lasting illness followed by one practitioner."""
        if self._is_lost(0.0, account.unit):
            return
        self._link(patient, -300 * DAY, LONG, account.number, account.unit)
        self._tell(
            0.0,
            {
                "resourceType": "EpisodeOfCare",
                "id": self._name("ep"),
                "status": "active",
                "patient": _reference("Patient", patient),
                "managingOrganization": _reference("Organization", account.unit),
                "careManager": self._person(account),
                "period": {"start": instant(-300 * DAY)},
            },
        )

    def introduce(self, accounts: Mapping[str, Account], patients: Mapping[str, Patient]) -> None:
        """Practitioners, their roles, and patients with the doctor they named; jobs are nobody."""
        for account in accounts.values():
            if account.role != "batch":
                self._introduce_person(account)
        for identity, patient in patients.items():
            resource: Resource = {
                "resourceType": "Patient",
                "id": identity,
                "name": [{"family": patient.family}],
                "birthDate": patient.born,
            }
            if patient.doctor and self._draw.random() > self._missing:
                resource["generalPractitioner"] = [self._person(accounts[patient.doctor])]
            self._tell(0.0, resource)

    def _introduce_person(self, account: Account) -> None:
        self._tell(
            0.0,
            {
                "resourceType": "Practitioner",
                "id": account.reference,
                "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": account.number}],
                "active": True,
            },
        )
        self._tell(
            0.0,
            {
                "resourceType": "PractitionerRole",
                "id": f"role-{account.reference}",
                "active": True,
                "practitioner": self._person(account),
                "organization": _reference("Organization", account.unit),
                "code": [{"coding": [{"system": "https://example.org/roles", "code": account.role}]}],
                "specialty": [{"coding": [{"code": SPECIALTIES.get(account.role, "none")}]}],
            },
        )

    def _is_lost(self, second: float, unit: str) -> bool:
        day = day_of(second)
        if self._draw.random() < self._missing or day in self.silent_days:
            return True
        return day in self.silent_units.get(unit, ())

    def _link(self, patient: str, begins: float, ends: float, *who: str) -> None:
        for one in who:
            self._links[one, patient].append((begins, ends))

    def _tell(self, second: float, resource: Resource) -> None:
        self.messages.append((max(second, 0.0), resource))

    def _person(self, account: Account) -> Resource:
        return _reference("Practitioner", account.reference)

    def _name(self, prefix: str) -> str:
        return f"{prefix}{self._draw.getrandbits(40):010x}"
