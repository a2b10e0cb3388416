"""``python -m bench.detector SEED…``: what thieves take in a closed loop, and what honest staff feel.

Plays one region a seed against the real course in enforce mode, once with the thieves who know of
nothing and once with those who know of a detector. Prints each thief's share of its plan and the
friction in the first two weeks and after them.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from rempart.lab.duel import DuelResult, run_duel
from rempart.lab.region import build_region
from rempart.lab.spec import RegionSpec
from rempart.lab.story import CourseJudge
from rempart.lab.tally import Friction
from rempart.lab.thieves import KNOWING, THIEVES, Family, hire
from rempart.pipeline.course import Course
from rempart.settings import Settings

DAYS, WARM_UP, LAST_DAYS = 26, 14, 9


def play(seed: int, families: Sequence[Family]) -> DuelResult:
    """One region against one thief of each family."""
    region = build_region(RegionSpec(seed=seed, days=DAYS))
    thieves = hire(region, 7 * seed + 1, LAST_DAYS, families)
    with tempfile.TemporaryDirectory() as folder:
        course = Course.open(Path(folder) / "data", Settings(), enforce=True, live=True)
        result = run_duel(region, thieves, CourseJudge(course), warm_up_days=WARM_UP)
        course.abandon()
    return result


def per_thousand(days: int, active: int) -> str:
    """Account-days with a challenge, per 1,000 active ones."""
    return f"{1000 * days / max(active, 1):.1f} per 1,000 ({days} of {active:,} account-days)"


def show(result: DuelResult) -> float:
    """Print a result; returns the mean share of the plans that was taken."""
    shares = []
    for thief in result.thieves:
        taken, planned = thief.taken.patients, max(1, thief.planned.patients)
        shares.append(taken / planned)
        how = f"{thief.stopped_by}, {thief.fooled} fooled approvals" if thief.fooled else thief.stopped_by
        print(
            f"  {thief.family:18s} {thief.role:16s} {taken:>6,} of {planned:>6,} patients {taken / planned:6.1%}  {how}"
        )
    whole, late = result.overall, result.after_warm_up
    early = Friction("early", *(a - b for a, b in zip(astuple(whole)[1:], astuple(late)[1:], strict=True)))
    mean = sum(shares) / max(len(shares), 1)
    print(
        f"  mean {mean:.1%}; challenged days, first two weeks: {per_thousand(early.step_up_days, early.active_days)}"
    )
    print(f"  after them: {per_thousand(late.step_up_days, late.active_days)}; honest blocks: {whole.blocks}")
    return mean


def main(seeds: Sequence[int]) -> None:
    """Print every region, then the means."""
    for name, families in (
        ("thieves who know of nothing", THIEVES),
        ("thieves who know of a detector", KNOWING),
    ):
        means = []
        for seed in seeds:
            print(f"{name}, region {seed}")
            means.append(show(play(seed, families)))
        print(f"{name}: mean share {sum(means) / len(means):.1%} of the plans on {len(means)} regions\n")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [201])
