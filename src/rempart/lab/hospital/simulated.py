"""What clinosim says of a hospital: staff, people, contacts, and who touched whose chart when.

Runs clinosim (a development dependency: ``pip install clinosim``) for a catchment population and keeps
plain rows of what this lab needs: orders, results, vital signs, doses, notes and images each have a
moment and, mostly, a person. Times are ms UTC of local wall-clock times at UTC+1.
Misses: names and places beyond these rows, and everything clinical.
"""

from __future__ import annotations

import contextlib
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from rempart.errors import SourceError
from rempart.lab.region import LOCAL_OFFSET_MS


class Staffer(NamedTuple):
    """Somebody of the hospital, with clinosim's words for role and department."""

    name: str
    role: str
    department: str


class Person(NamedTuple):
    """A patient on file."""

    name: str
    family: str
    born: str


class Contact(NamedTuple):
    """An encounter: ``kind`` is IMP, EMER or AMB; ``end_ms`` is None while it goes on."""

    patient: int
    kind: str
    department: str
    ward: str
    attending: str
    start_ms: int
    end_ms: int | None


class Touch(NamedTuple):
    """Somebody at a patient's chart: ``what`` is order, drug, image, result, vital, dose or note."""

    at_ms: int
    who: str
    patient: int
    what: str
    contact: int


class Simulated(NamedTuple):
    """One run. Patients and contacts are row numbers."""

    staff: tuple[Staffer, ...]
    people: tuple[Person, ...]
    contacts: tuple[Contact, ...]
    touches: tuple[Touch, ...]


_KINDS = {"inpatient": "IMP", "emergency": "EMER", "outpatient": "AMB"}
_ORDERS = {"medication": "drug", "imaging": "image"}


def simulate(seed: int, population: int, first: date, days: int) -> Simulated:
    """Run clinosim over ``days`` from ``first`` on. SourceError where it is not installed."""
    try:
        from clinosim.simulator.engine import run_beta
        from clinosim.types.config import SimulatorConfig
    except ImportError as error:
        raise SourceError("clinosim is not installed", "install the development dependencies") from error
    last = (first + timedelta(days=days)).isoformat()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        found = run_beta(
            SimulatorConfig(
                country="US", catchment_population=population, random_seed=seed,
                time_range=(first.isoformat(), last), snapshot_date=last,
            )
        )  # fmt: skip
    return _rows(found)


def _rows(found: Any) -> Simulated:
    numbers: dict[str, int] = {}
    people: list[Person] = []
    contacts: list[Contact] = []
    touches: list[Touch] = []
    for record in found.patients:
        patient = record.patient
        if patient.patient_id not in numbers:
            numbers[patient.patient_id] = len(people)
            people.append(Person(patient.patient_id, patient.name.family_name, str(patient.date_of_birth)))
        row = numbers[patient.patient_id]
        first = len(contacts)
        contacts += [_contact(row, encounter) for encounter in record.encounters]
        if record.encounters:
            touches += [Touch(*each, first) for each in _touches(row, record)]
    staff = tuple(Staffer(one.staff_id, one.role, one.department) for one in found.hospital_roster)
    return Simulated(staff, tuple(people), tuple(contacts), tuple(sorted(touches)))


def _contact(patient: int, encounter: Any) -> Contact:
    ended = encounter.discharge_datetime
    return Contact(
        patient, _KINDS[_word(encounter.encounter_type)], encounter.department_id, encounter.ward_id,
        encounter.attending_physician_id, _ms(encounter.admission_datetime), None if ended is None else _ms(ended),
    )  # fmt: skip


def _touches(patient: int, record: Any) -> list[tuple[int, str, int, str]]:
    found: list[tuple[Any, str, str]] = []
    for order in record.orders:
        found.append(
            (order.ordered_datetime, order.ordered_by, _ORDERS.get(_word(order.order_type), "order"))
        )
    found += [(one.result_datetime, one.performed_by, "result") for one in record.lab_results]
    found += [(one.timestamp, one.measured_by, "vital") for one in record.vital_signs]
    found += [(one.actual_datetime, one.administered_by, "dose") for one in record.medication_administrations]
    found += [(one.authored_datetime, one.author_practitioner_id, "note") for one in record.documents]
    return [(_ms(at), who, patient, what) for at, who, what in found if at is not None and who]


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def _ms(at: Any) -> int:
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000) - LOCAL_OFFSET_MS
