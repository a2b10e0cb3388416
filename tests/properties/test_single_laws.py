"""One event at once and frames of events are the same way: any mixture gives the same answers, journal and state."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.ledger.entries import DECISIONS, decode_decisions
from rempart.pipeline.course import Course
from rempart.pipeline.single import decide_row
from rempart.records import ACCESS_SCHEMA, MISSING_MS, Access, Batch, Context
from rempart.settings import Settings

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
MONDAY_MS = 1_767_571_200_000
WAYS = ("single", "frame", "together")
EVERYBODY = [f"p{number}" for number in range(8)]
ROLE = {
    "resourceType": "PractitionerRole", "practitioner": {"reference": "Practitioner/a1"},
    "organization": {"reference": "Organization/u1"}, "code": [{"coding": [{"code": "gp"}]}],
    "period": {"start": "2025-01-01", "end": "2026-01-07"},
}  # fmt: skip
CARE: list[dict[str, Any]] = [
    ROLE,
    {**ROLE, "practitioner": {"reference": "Practitioner/a2"}, "period": {"start": "2025-01-01"}},
    {
        "resourceType": "Appointment", "id": "c1", "status": "booked", "start": "2026-01-05T08:00:00Z",
        "end": "2026-01-06T08:00:00Z",
        "participant": [{"actor": {"reference": "Patient/p1"}}, {"actor": {"reference": "Practitioner/a1"}}],
    },
    {"resourceType": "Patient", "id": "p2", "identifier": [{"value": "p3"}]},
    {"resourceType": "Practitioner", "id": "a2", "identifier": [{"value": "a3"}]},
]  # fmt: skip


def access(**said: Any) -> Access:
    """An access of p0 by a0 on Monday, but for what is said."""
    unsaid: dict[str, Any] = {field.name: "" for field in ACCESS_SCHEMA} | {
        "source": "s", "offset": 0, "content": 7, "kind": 0, "recorded_ms": MONDAY_MS, "account": "a0",
        "outcome": 0, "resource": "Patient", "patients": ("p0",), "is_query": False, "count": -1, "page": -1,
        "value_kind": 0, "value": 0,
    }  # fmt: skip
    return Access(**unsaid | said)


@st.composite
def streams(draw: st.DrawFn) -> list[Access | dict[str, Any]]:
    """Accesses, logins and care resources; some accesses come twice, late, without a time or an account."""
    stream: list[Access | dict[str, Any]] = []
    at_ms = MONDAY_MS
    for number in range(draw(st.integers(1, 40))):
        if draw(st.integers(0, 9)) == 0:
            stream.append(draw(st.sampled_from(CARE)))
            continue
        at_ms += draw(st.sampled_from([0, 1_000, 59_000, HOUR_MS, HOUR_MS, DAY_MS // 2, DAY_MS]))
        recorded_ms = draw(st.sampled_from([at_ms, at_ms, at_ms, at_ms - 20 * DAY_MS, MISSING_MS]))
        stream.append(
            access(
                offset=number,
                content=draw(st.integers(0, 3)),
                event=draw(st.sampled_from(["", "e1", "e2", f"e-{number}"])),
                kind=draw(st.sampled_from([0, 0, 0, 0, 1, 2, 3])),
                recorded_ms=recorded_ms,
                account=draw(st.sampled_from(["a0", "a1", "a2", "a3", "Practitioner/a1", ""])),
                address=draw(st.sampled_from(["10.0.0.1", "10.0.0.2", "192.0.2.9", ""])),
                patients=tuple(draw(st.lists(st.sampled_from(EVERYBODY), max_size=4))),
                is_query=draw(st.booleans()),
                request=draw(st.sampled_from(["", "r1"])),
                query_form=draw(st.sampled_from(["", "Patient?name"])),
                value_kind=draw(st.sampled_from([0, 3])),
                value=number,
            )
        )
    return stream


class Outcome(NamedTuple):
    """Everything a course left behind that must not depend on how its events were cut."""

    decisions: list[bytes]
    journal: dict[str, list[Any]]
    accounts: bytes
    seen: list[Any]
    counts: dict[str, int]


def to_batch(run: Sequence[Access]) -> pa.RecordBatch:
    columns = [pa.array([getattr(each, field.name) for each in run], field.type) for field in ACCESS_SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=ACCESS_SCHEMA)


def decide(course: Course, run: list[Access], way: str) -> list[bytes]:
    """The answer to each access of a run, decided in one frame, together, or one by one."""
    if way == "together":
        return [each.decision.tobytes() for each in course.decide_each(run)]
    if way == "single":
        return [course.decide_one(each).decision.tobytes() for each in run]
    (given,) = course.take(Batch(to_batch(run), (), ()), "s", None)
    fresh = iter(given.decisions)
    return [
        next(fresh).tobytes() if earlier < 0 else course.decision(earlier).tobytes()
        for earlier in given.earlier.tolist()
    ]


def outcome(course: Course, decisions: list[bytes]) -> Outcome:
    journal: dict[str, list[Any]] = {"rows": [], "decisions": [], "patients": [], "events": [], "names": []}
    for entry in course.ledger.entries_since(-1):
        if entry.kind == DECISIONS:
            held = decode_decisions(entry.payload)
            rows = held.rows.copy()
            rows["first_patient"] = 0
            journal["rows"] += [row.tobytes() for row in rows]
            journal["decisions"] += [row.tobytes() for row in held.decisions]
            journal["patients"] += held.patients.tolist()
            journal["events"] += held.events.to_pylist()
            journal["names"] += held.names
    journal["names"].sort()
    known = course.stages.watch.accounts[: len(course.stages.names.words["account"])]
    seen = sorted(course.stages.duplicates.state()["seen"].tolist())
    counts = {name: count for name, count in course.progress.counts.items() if count}
    return Outcome(decisions, journal, known.tobytes(), seen, counts)


def play(data: Path, stream: list[Access | dict[str, Any]], cuts: list[int], ways: list[str]) -> Outcome:
    """A course over the stream; each run between ``cuts`` and care resources goes one of ``ways``."""
    course = Course.open(data, Settings(), enforce=True, live=True)
    decisions: list[bytes] = []
    run: list[Access] = []
    runs = 0
    for place, unit in enumerate([*stream, None]):
        if run and (not isinstance(unit, Access) or place in cuts):
            decisions += decide(course, run, ways[runs % len(ways)])
            run, runs = [], runs + 1
        if isinstance(unit, Access):
            run.append(unit)
        elif unit is not None:
            course.learn([Context("s", place, unit)])
    # A name met in a repeated record alone is journalled with the next decision.
    decisions += decide(course, [access(offset=10_000, content=99, event="last")], "single")
    course.flush()
    found = outcome(course, decisions)
    course.abandon()
    return found


def with_one_key(home: Path, name: str) -> Path:
    """A new data folder under the same secret key as the others in ``home``."""
    first = home / "key"
    if not first.exists():
        Course.open(first, Settings(), enforce=True, live=True).abandon()
    keys = home / name / "keys"
    keys.mkdir(parents=True, mode=0o700)
    for path in (first / "keys").iterdir():
        (keys / path.name).write_bytes(path.read_bytes())
        (keys / path.name).chmod(0o600)
    return home / name


@pytest.fixture(scope="module", autouse=True)
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile outside hypothesis, which slows compiling down."""
    stream = [access(offset=number, event=f"e{number}") for number in range(4)]
    play(tmp_path_factory.mktemp("compiled"), [*CARE, *stream], [len(CARE) + 2], list(WAYS))


@settings(max_examples=25, deadline=None)
@given(
    streams(),
    st.lists(st.integers(1, 40), max_size=8),
    st.lists(st.sampled_from(WAYS), min_size=1, max_size=6),
)
def test_any_mixture_of_the_ways_is_the_same(
    stream: list[Access | dict[str, Any]], cuts: list[int], ways: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        single = play(with_one_key(home, "single"), stream, [], ["single"])
        assert play(with_one_key(home, "mixed"), stream, cuts, ways) == single


def test_single_events_and_frames_are_the_same_before_any_event_tells_the_time(tmp_path: Path) -> None:
    stream: list[Access | dict[str, Any]] = [
        access(offset=number, event=f"e{number}", recorded_ms=MISSING_MS, address=f"10.0.0.{number}")
        for number in range(3)
    ]
    single = play(with_one_key(tmp_path, "single"), stream, [], ["single"])
    assert play(with_one_key(tmp_path, "frames"), stream, [], ["frame"]) == single
    assert play(with_one_key(tmp_path, "together"), stream, [], ["together"]) == single


def test_single_events_and_frames_are_the_same_while_every_table_grows(tmp_path: Path) -> None:
    chance = np.random.default_rng(4)
    stream: list[Access | dict[str, Any]] = [
        access(
            offset=number,
            event=f"e{number}",
            recorded_ms=MONDAY_MS + number * 30_000,
            account=f"a{chance.integers(150)}",
            address=f"192.0.2.{chance.integers(400)}",
            role=f"r{chance.integers(5)}",
            unit=f"u{chance.integers(3)}",
            resource=f"Form{chance.integers(40)}",
            patients=tuple(f"p{patient}" for patient in chance.integers(0, 4_000, chance.integers(0, 4))),
        )
        for number in range(2_200)
    ]
    single = play(with_one_key(tmp_path, "single"), stream, [], ["single"])
    assert play(with_one_key(tmp_path, "frames"), stream, list(range(0, 2_200, 97)), ["frame"]) == single
    assert play(with_one_key(tmp_path, "together"), stream, list(range(0, 2_200, 97)), ["together"]) == single
    assert len(decide_row.signatures) == 1
    again = Course.open(tmp_path / "single", Settings(), enforce=True, live=True)
    assert outcome(again, single.decisions) == single
    again.abandon()


def test_what_is_told_of_a_question_is_the_same_together_and_after_a_restart(tmp_path: Path) -> None:
    stream: list[Access | dict[str, Any]] = []
    for number in range(30):
        asked = access(
            event=f"q{number}", request=f"q{number}", account=f"a{number % 3}", outcome=-1, count=50, content=0,
            patients=(), is_query=True, recorded_ms=MONDAY_MS + number * 1_000, query_form="Patient?name",
        )  # fmt: skip
        told = access(
            source="events", event=f"t{number}", request=f"q{number}", account=f"a{number % 3}", question=2 * number,
            patients=tuple(EVERYBODY[: number % 4]), is_query=number % 2 == 0, recorded_ms=MONDAY_MS + number * 1_000 + 90,
        )  # fmt: skip
        stream += [asked, told]
    single = play(with_one_key(tmp_path, "single"), stream, [], ["single"])
    assert play(with_one_key(tmp_path, "together"), stream, [], ["together"]) == single
    again = Course.open(tmp_path / "single", Settings(), enforce=True, live=True)
    assert outcome(again, single.decisions) == single
    sums = again.stages.watch.accounts["rows_day"][:3]
    assert 0 < sums.max() < 200, "fifty rows of those that list nobody, not of all ten questions"
    again.abandon()
