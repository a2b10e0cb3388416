"""What a context resource says about who cares for whom: FHIR resources and mapped rows into links.

Reads one decoded unit of context (a FHIR resource in R4, R4B or R5 spelling, or a row of an export with
``"rempart": "care" | "staff" | "patient"``). Gives care links, staff links and aliases; nothing for any other
resource. Malformed parts are left out one by one; nothing here raises. At most 64 items of each
list are read, and 1,024 links taken from one resource.

Known at: seen live, when it was first seen; from an export, ``meta.lastUpdated``, else its creation, else the
start of its period. An export of last versions therefore makes a replay approximate: what an earlier
version said is lost.
Misses: the history of a resource; Schedule, Slot, ServiceRequest, Task and Consent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from rempart.care.people import read_patient, read_practitioner, read_role
from rempart.care.rows import KINDS
from rempart.care.visits import read_appointment, read_encounter, read_episode, read_team
from rempart.care.words import clean_name, text_of
from rempart.records import MISSING_MS, NEVER_MS, Alias, CareLink, StaffLink

Learnt = CareLink | StaffLink | Alias

MOST_LEARNT = 1024
"""Links and aliases taken from one resource; what a larger one says further is not read."""

READERS: dict[str, Callable[[dict[str, Any], int | None], Iterable[Learnt]]] = {
    "Appointment": read_appointment,
    "Encounter": read_encounter,
    "EpisodeOfCare": read_episode,
    "CareTeam": read_team,
    "Patient": read_patient,
    "Practitioner": read_practitioner,
    "PractitionerRole": read_role,
}


def links_from(resource: dict[str, Any], first_seen_ms: int | None) -> tuple[Learnt, ...]:
    """Everything ``resource`` teaches; ``first_seen_ms`` is None for an export, else when it came."""
    mapped = resource.get("rempart")
    if isinstance(mapped, str):
        return _read_row(resource, mapped, first_seen_ms)
    reader = READERS.get(text_of(resource.get("resourceType")))
    return tuple(islice(reader(resource, first_seen_ms), MOST_LEARNT)) if reader else ()


def _read_row(row: dict[str, Any], what: str, first_seen_ms: int | None) -> tuple[Learnt, ...]:
    """A mapped row, its fields named as in :mod:`rempart.records`; nothing where it names nobody."""
    known = _time(row, "known_ms", MISSING_MS) if first_seen_ms is None else first_seen_ms
    start, end = _time(row, "start_ms", MISSING_MS), _time(row, "end_ms", NEVER_MS)
    if what == "care":
        patient, who, kind = _name(row, "patient"), _name(row, "who"), text_of(row.get("kind"))
        link = CareLink(
            patient, who, row.get("by_unit") is True, kind if kind in KINDS else "list",
            _name(row, "link") or f"list|{start}", known, start, end, _time(row, "cancelled_ms", NEVER_MS),
        )  # fmt: skip
        return (link,) if patient and who else ()
    if what == "staff":
        account = _name(row, "account")
        staff = StaffLink(account, _name(row, "unit"), _name(row, "role"), known, start, end)
        return (staff,) if account else ()
    name, alias = _name(row, "name"), _name(row, "alias")
    of = text_of(row.get("of")) or "patient"
    if what != "patient" or not name or not alias or name == alias or of not in ("patient", "account"):
        return ()
    return (Alias(of, name, alias, known),)


def _name(row: dict[str, Any], key: str) -> str:
    return clean_name(text_of(row.get(key)))


def _time(row: dict[str, Any], key: str, otherwise: int) -> int:
    value = row.get(key, otherwise)
    return min(max(value, MISSING_MS), NEVER_MS) if type(value) is int else otherwise
