"""Months of a working house: what the course holds stops growing once it knows the house.

The longest memory is that of care: an appointment explains for 30 days after it, and 14 more for what comes late.
"""

from pathlib import Path

import numpy as np
import pytest

from rempart.pipeline.course import Course
from rempart.records import Access, Batch, Context
from rempart.settings import Settings
from rempart.sources.batches import batch_units

DAY_MS = 86_400_000
START_MS = 1_767_600_000_000
ACCOUNTS, PATIENTS, A_DAY = 60, 4_000, 900


def day_of_work(day: int, rng: np.random.Generator) -> Batch:
    """Appointments of the day, then accesses to their patients and to some others."""
    units: list[Access | Context] = []
    begun = START_MS + day * DAY_MS
    for number in range(A_DAY // 3):
        account, patient = int(rng.integers(ACCOUNTS)), int(rng.integers(PATIENTS))
        at = np.datetime_as_string(np.datetime64(begun, "ms"))
        units.append(
            Context("care", number, {
                "resourceType": "Appointment", "id": f"{day}-{number}", "status": "booked", "start": f"{at}Z",
                "meta": {"lastUpdated": f"{at}Z"},
                "participant": [{"actor": {"reference": f"{kind}"}} for kind in (f"Patient/{patient}", f"Practitioner/{account}")],
            })
        )  # fmt: skip
    for number, minute in enumerate(np.sort(rng.integers(8 * 60, 18 * 60, A_DAY)).tolist()):
        account, patient = int(rng.integers(ACCOUNTS)), int(rng.integers(PATIENTS))
        units.append(
            Access("log", A_DAY + number, day * A_DAY + number, f"{day}-{number}", 0, begun + minute * 60_000, f"Practitioner/{account}",
                   "", "nurse", "", "10.0.0.7", "App", f"{account}-{day}", "", "R", 0, "Condition", (str(patient),),
                   False, -1, -1, "", 0, 0)
        )  # fmt: skip
    return batch_units(units)


def sizes(course: Course) -> dict[str, int]:
    """Bytes of every part of the state that a checkpoint would hold."""
    parts = {
        "watch": course.stages.watch.state(),
        "care": course.stages.care.index.state(),
        "duplicates": course.stages.duplicates.state(),
    }
    return {name: sum(array.nbytes for array in arrays.values()) for name, arrays in parts.items()}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course.open(tmp_path / "data", Settings(), enforce=False, live=False)


def test_a_hundred_days_take_no_more_than_the_first_sixty(course: Course) -> None:
    rng = np.random.default_rng(60)
    seen: list[dict[str, int]] = []
    for day in range(100):
        course.take(day_of_work(day, rng), "log", None)
        course.flush()
        seen.append(sizes(course))
    course.close()
    for name in seen[0]:
        early = max(each[name] for each in seen[:60])
        late = max(each[name] for each in seen[60:])
        assert late <= early * 1.05, f"{name}: {early:,} bytes by day 60, {late:,} by day 100"


def test_what_was_forgotten_changes_no_answer(course: Course, tmp_path: Path) -> None:
    """A course that never forgets gives the same answers, and so does one cut into small batches."""
    other = Course.open(tmp_path / "other", Settings(), enforce=False, live=False)
    other.stages.care.index.prune = lambda before_ms: None  # type: ignore[method-assign]
    rng, again = np.random.default_rng(7), np.random.default_rng(7)
    for day in range(60):
        work, same = day_of_work(day, rng), day_of_work(day, again)
        if day in (40, 55):
            late = Access("log", 9_999, day, f"late-{day}", 0, START_MS + 60_000, "Practitioner/1", "", "", "", "", "", "", "", "R", 0,
                          "Condition", ("1", "2"), False, -1, -1, "", 0, 0)  # fmt: skip
            work, same = (Batch(each.accesses, each.context, ()) for each in (work, same))
            tail = batch_units([late])
            course.take(tail, "log", None)
            other.take(tail, "log", None)
        given = [each.decisions.tobytes() for each in course.take(work, "log", None)]
        assert given == [each.decisions.tobytes() for each in other.take(same, "log", None)]
    assert course.stages.care.index.links < other.stages.care.index.links
    course.abandon()
    other.abandon()
