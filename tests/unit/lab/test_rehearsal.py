"""The taped loop gives what the loop of single requests gives, whatever thieves and people do in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.lab.duel import run_duel
from rempart.lab.raid import Temper
from rempart.lab.region import Region, RegionSpec, build_region
from rempart.lab.rehearsal import Rehearsal
from rempart.lab.story import CourseJudge
from rempart.lab.tally import add_up
from rempart.lab.tape import Tape, record, taped
from rempart.lab.taped_loop import TapedLoop
from rempart.lab.thieves import THIEVES, hire
from rempart.pipeline.course import Course
from rempart.settings import Settings

TOUCHY = Settings(challenges_per_year=44.0)
"""So many challenges that honest staff are asked, fail, wait and lose days."""
CLUMSY = Temper(owner_passes=0.6, thief_passes=0.5)
STAFF = (
    ("gp", 3), ("gp_secretary", 1), ("hospital_doctor", 3), ("nurse", 6), ("admission_clerk", 1),
    ("emergency_doctor", 1), ("coder", 1), ("pharmacist", 2), ("laboratory", 1), ("locum", 1), ("batch", 1),
)  # fmt: skip
SPEC = RegionSpec(seed=11, days=4, patients=600, staff=STAFF)


@pytest.fixture(scope="module")
def tape() -> Tape:
    return record(build_region(SPEC))


def test_both_loops_give_the_same_thefts_and_the_same_friction(tape: Tape, tmp_path: Path) -> None:
    families = [family for family in THIEVES if family.name in ("night scrape", "enumeration")]
    course = Course.open(tmp_path / "data", TOUCHY, enforce=True, live=True)
    thieves = hire(tape.region, 5, 2, families)
    single = run_duel(tape.region, thieves, CourseJudge(course), warm_up_days=0, temper=CLUMSY)
    course.abandon()

    loop = TapedLoop(tape, Rehearsal(tape, TOUCHY), hire(tape.region, 5, 2, families), CLUMSY)
    loop.play_until(tape.region.end_ms + 86_400_000)
    assert single.overall.step_ups > 5
    assert single.overall.blocks > 0
    assert loop.honest.friction(0) == single.by_role
    for raid, other in zip(loop.raids(), single.thieves, strict=True):
        assert (raid.stopped_by, raid.stopped_ms, raid.fooled) == (
            other.stopped_by,
            other.stopped_ms,
            other.fooled,
        )
        assert raid.answers == other.answers
        assert raid.taken.items == other.taken.items


def test_a_continuation_leaves_the_honest_past_as_it_was(tape: Tape) -> None:
    rehearsal = Rehearsal(tape)
    honest = TapedLoop(tape, rehearsal)
    honest.play_until(tape.region.midnight_ms(2))
    fork = honest.fork()
    thief = hire(tape.region, 5, 2, THIEVES[:1])[0]

    def rob() -> list[object]:
        loop = TapedLoop(tape, rehearsal, [thief_again()], fork=fork)
        loop.play_out()
        (raid,) = loop.raids()
        return [raid.answers, raid.taken.items, raid.stopped_ms]

    def thief_again() -> object:
        return hire(tape.region, 5, 2, THIEVES[:1])[0]

    assert thief.starts_ms >= tape.region.midnight_ms(2)
    once, again = rob(), rob()
    assert once == again
    after_thieves = TapedLoop(tape, rehearsal, fork=fork)
    after_thieves.play_until(tape.region.end_ms)
    alone = TapedLoop(tape, Rehearsal(tape))
    alone.play_until(tape.region.end_ms)
    late = add_up(alone.honest.friction(2))
    assert add_up(after_thieves.honest.friction(2)).active_days == late.active_days
    assert add_up(after_thieves.honest.friction(2)).step_ups == late.step_ups


def test_a_tape_is_recorded_once_and_anew_when_its_sources_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []

    def build() -> Region:
        built.append(1)
        return build_region(RegionSpec(seed=2, days=1, patients=250, staff=STAFF[:4], history_days=2))

    first, second = taped(tmp_path, "small site", build), taped(tmp_path, "small site", build)
    assert len(built) == 1
    assert first.rows.tobytes() == second.rows.tobytes()
    assert [act[:2] for act in first.acts] == [act[:2] for act in second.acts]
    monkeypatch.setattr("rempart.lab.tape._sources", lambda: "changed")
    taped(tmp_path, "small site", build)
    assert len(built) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["small-site-changed.tape"]
    assert (tmp_path / "small-site-changed.tape").stat().st_mode & 0o077 == 0
