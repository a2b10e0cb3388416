"""The stand's in-process play gives what the live line protocol gives to a caller who acts on its answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from access_log import REMPART

from rempart.lab.duel import run_duel
from rempart.lab.raid import Temper
from rempart.lab.region import RegionSpec, build_region
from rempart.lab.rehearsal import Rehearsal
from rempart.lab.tape import Tape, record
from rempart.lab.taped_loop import TapedLoop
from rempart.lab.thieves import ABROAD, hire
from rempart.settings import Settings

STAFF = (
    ("gp", 3),
    ("hospital_doctor", 3),
    ("nurse", 5),
    ("pharmacist", 2),
    ("gp_secretary", 1),
    ("batch", 1),
)
TEMPER = Temper(owner_passes=0.8, thief_passes=0.4)


class Stream:
    """``rempart watch --stdio`` at the other end of two pipes, as the lab's judge."""

    def __init__(self, data: Path, settings: Path) -> None:
        options = ["--mode", "enforce", "--data", str(data), "--settings", str(settings)]
        self.child = subprocess.Popen(
            [*REMPART, "watch", "--stdio", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps(resource).encode() + b"\n")
        if resource["resourceType"] != "AuditEvent":
            return None
        self.child.stdin.flush()
        answer = json.loads(self.child.stdout.readline())
        assert answer["event"] == resource["id"]
        return answer

    def close(self) -> int:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.close()
        self.child.stdout.read()
        self.child.stdout.close()
        return self.child.wait(60)


@pytest.fixture(params=[7.5, 10.0, 30.0, 60.0])
def budget(request: pytest.FixtureRequest) -> float:
    """Challenges a professional and year."""
    return float(request.param)


@pytest.fixture
def stream(tmp_path: Path, budget: float) -> Iterator[Stream]:
    settings = tmp_path / "rempart.toml"
    settings.write_text(f"[friction]\nchallenges_per_year = {budget}\n")
    stream = Stream(tmp_path / "data", settings)
    yield stream
    stream.child.kill()
    stream.child.wait()


@pytest.fixture(scope="module")
def tape() -> Tape:
    return record(build_region(RegionSpec(seed=43, days=3, patients=500, staff=STAFF, history_days=4)))


def test_a_caller_of_the_stream_meets_the_same_thefts_and_friction(
    stream: Stream, tape: Tape, budget: float
) -> None:
    region = tape.region

    def thieves() -> Any:
        return hire(region, 2, 2, [family for family in ABROAD if family.name == "account hopper"])

    piped = run_duel(region, thieves(), stream, warm_up_days=0, temper=TEMPER)
    assert stream.close() == 0
    loop = TapedLoop(tape, Rehearsal(tape, Settings(challenges_per_year=budget)), thieves(), TEMPER)
    loop.play_until(region.end_ms + 86_400_000)
    (taped,), (other,) = loop.raids(), piped.thieves
    assert other.answers.get("step_up", 0) + other.answers.get("block", 0) > 0
    assert piped.overall.step_ups > 0
    assert (taped.answers, taped.stopped_by, taped.stopped_ms) == (
        other.answers,
        other.stopped_by,
        other.stopped_ms,
    )
    assert taped.taken.profiles == other.taken.profiles
    assert loop.honest.friction(0) == piped.by_role
