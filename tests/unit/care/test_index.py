"""The care index against a plain reading of its rules."""

import numpy as np

from rempart.care.fhir import links_from
from rempart.care.index import DAY_MS, KINDS, LINK, CareIndex
from rempart.records import NEVER_MS, CareLink

NOW = 1_767_571_200_000


def index_of(known: int, start: int, end: int, cancelled: int) -> CareIndex:
    rows = np.zeros(1, LINK)
    rows["patient"], rows["who"], rows["link"] = 7, 3, 1
    rows["known_ms"], rows["start_ms"], rows["end_ms"], rows["cancelled_ms"] = known, start, end, cancelled
    index = CareIndex()
    index.add_links(rows)
    return index


def grade(index: CareIndex, when: int, account: int = 3, patient: int = 7) -> float:
    return grades(index, when, account, patient)[0]


def grades(index: CareIndex, when: int, account: int = 3, patient: int = 7) -> tuple[float, float]:
    """The account's own, and anybody's."""
    one = np.array([0], np.int64), np.array([1], np.int32)
    found = index.explain(
        np.array([account], np.int32), np.array([when], np.int64), *one, np.array([patient], np.uint64)
    )
    return float(found[0, 0]), float(found[0, 1])


def test_a_current_link_explains_and_only_its_own_pair() -> None:
    index = index_of(NOW - DAY_MS, NOW - DAY_MS, NOW + DAY_MS, NEVER_MS)
    assert grade(index, NOW) == 1.0
    assert grade(index, NOW, account=4) == 0.0
    assert grade(index, NOW, patient=8) == 0.0


def test_nothing_is_explained_before_it_was_known_or_a_day_after_it_was_cancelled() -> None:
    index = index_of(NOW, NOW - 10 * DAY_MS, NOW + 10 * DAY_MS, NOW + DAY_MS)
    assert grade(index, NOW - 1) == 0.0
    assert grade(index, NOW + DAY_MS) == 1.0
    assert grade(index, NOW + 2 * DAY_MS + 1) == 0.0


def test_an_ended_link_fades_over_a_month() -> None:
    index = index_of(0, 0, NOW, NEVER_MS)
    assert grade(index, NOW + 15 * DAY_MS) == 0.5
    assert grade(index, NOW + 31 * DAY_MS) == 0.0


def test_a_standing_link_without_a_start_has_always_been() -> None:
    """A list sent again last night, or first seen with the first event, says nothing about today either."""
    doctor = {"resourceType": "Patient", "id": "7", "generalPractitioner": [{"reference": "Practitioner/3"}]}
    (link,) = links_from(doctor, NOW - DAY_MS)
    assert isinstance(link, CareLink)
    index = CareIndex()
    rows = np.zeros(1, LINK)
    rows["patient"], rows["who"], rows["kind"] = 7, 3, KINDS.index(link.kind)
    rows["known_ms"], rows["start_ms"] = link.known_ms, link.start_ms
    rows["end_ms"], rows["cancelled_ms"] = link.end_ms, link.cancelled_ms
    index.add_links(rows)
    assert grade(index, NOW) == 1.0
    assert grades(index, NOW, account=4) == (0.0, 0.0)


def test_state_comes_back_the_same() -> None:
    index = index_of(0, 0, NOW, NEVER_MS)
    assert grade(index.restore(index.state()), NOW + 15 * DAY_MS) == grade(index, NOW + 15 * DAY_MS)


def test_an_appointment_links_patient_and_practitioner() -> None:
    resource = {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "booked",
        "created": "2026-01-01T08:00:00Z",
        "start": "2026-01-05T08:00:00Z",
        "end": "2026-01-05T08:20:00Z",
        "participant": [{"actor": {"reference": "Patient/p1"}}, {"actor": {"reference": "Practitioner/d1"}}],
    }
    (link,) = links_from(resource, None)
    assert isinstance(link, CareLink)
    assert (link.patient, link.who, link.known_ms, link.cancelled_ms) == (
        "p1",
        "d1",
        1_767_254_400_000,
        NEVER_MS,
    )
