"""A made-up practice's log with a theft in it, its truth known: who read whom, when, from where."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
STAFF = tuple(f"staff{n}" for n in range(6))
VICTIM = STAFF[0]
THEFT_DAY = 16
"""The theft falls on a Wednesday, two weeks into the log."""


@dataclass(frozen=True)
class Line:
    """One access: ``thief`` is the truth, which no log says."""

    at: datetime
    account: str
    patient: str
    kind: str
    address: str
    thief: bool

    def event(self, name: str, unit: str = "") -> dict[str, Any]:
        what = [{"what": {"reference": f"Patient/{self.patient}"}, "role": {"code": "1"}}]
        if self.kind != "Patient":
            what.append({"what": {"reference": f"{self.kind}/x"}, "role": {"code": "4"}})
        return {
            "resourceType": "AuditEvent",
            "id": name,
            "action": "E" if self.kind == "Condition" else "R",
            "recorded": self.at.isoformat(),
            "outcome": "0",
            "agent": [
                {
                    "requestor": True,
                    "who": {"identifier": {"value": self.account}},
                    "network": {"address": self.address, "type": "2"},
                }
            ],
            "entity": what,
        }


def story(seed: int = 3, days: int = 21, thieves: tuple[str, ...] = (VICTIM,)) -> list[Line]:
    """Two weeks of ordinary work and, on :data:`THEFT_DAY`, three hours of a thief on each of ``thieves``."""
    chance = random.Random(seed)
    lines = []
    for day in range(days):
        date = MONDAY + timedelta(days=day)
        if date.weekday() >= 5:
            continue
        for number, account in enumerate(STAFF):
            for _ in range(40):
                at = date + timedelta(seconds=chance.randrange(8 * 3600, 18 * 3600))
                patient = f"p{number}-{chance.randrange(60)}"
                kind = chance.choice(("Patient", "Observation", "Condition"))
                lines.append(Line(at, account, patient, kind, f"192.0.2.{number + 10}", thief=False))
    for number, account in enumerate(thieves):
        at = MONDAY + timedelta(days=THEFT_DAY, hours=11, seconds=number)
        for stolen in range(600):
            at += timedelta(seconds=chance.randrange(8, 26))
            patient = f"s{number}-{stolen % 400}"
            kind = "Patient" if stolen < 400 else "MedicationRequest"
            lines.append(Line(at, account, patient, kind, "198.51.100.77", thief=True))
    return sorted(lines, key=lambda line: (line.at, line.account, line.patient))


def written(lines: list[Line], names: list[str] | None = None) -> bytes:
    """The log as NDJSON; ids count up in the order of the whole log unless ``names`` says otherwise."""
    ids = names or [f"ev{n}" for n in range(1000, 1000 + len(lines))]
    return b"".join(
        json.dumps(line.event(name)).encode() + b"\n" for line, name in zip(lines, ids, strict=True)
    )
