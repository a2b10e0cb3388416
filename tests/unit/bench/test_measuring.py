"""What the stand's command and the tournament compute: levels, intervals, and peers in the detector's place."""

from __future__ import annotations

import numpy as np
import pytest
from bench.detector import interval, mean_share, quantile, site_of
from bench.tournament.__main__ import level_for
from bench.tournament.judge import Listener, PeerJudge, highest_scores
from bench.tournament.peers import RateRule

from rempart.lab.held_out import HELD_OUT_SITES
from rempart.lab.kinds import KINDS
from rempart.lab.raid import Temper
from rempart.lab.region import RegionSpec, build_region
from rempart.lab.stand import Theft
from rempart.lab.tally import Friction, add_up
from rempart.lab.tape import Tape, record
from rempart.lab.taped_loop import TapedLoop
from rempart.lab.thieves import THIEVES, hire

STAFF = (
    ("gp", 2),
    ("hospital_doctor", 2),
    ("nurse", 3),
    ("pharmacist", 1),
    ("gp_secretary", 1),
    ("batch", 1),
)
STEADY = Temper(owner_passes=1.0, thief_passes=0.0)


@pytest.fixture(scope="module")
def tape() -> Tape:
    return record(build_region(RegionSpec(seed=8, days=5, patients=500, staff=STAFF, history_days=3)))


def peer() -> RateRule:
    return RateRule(quantile=0.99, least=5.0, days=14)


def friction(tape: Tape, level: float) -> tuple[Friction, PeerJudge]:
    judge = PeerJudge(tape, peer(), level)
    loop = TapedLoop(tape, judge, temper=STEADY)
    loop.play_until(tape.region.end_ms)
    return add_up(loop.honest.friction(0)), judge


def test_a_level_asks_the_days_whose_highest_score_exceeds_it(tape: Tape) -> None:
    nobody, _ = friction(tape, np.inf)
    assert nobody.step_ups == 0
    listener = Listener(tape, hourly=False)
    TapedLoop(tape, listener, temper=STEADY).play_until(tape.region.end_ms)
    scores = list(highest_scores(listener.heard, peer()).values())
    assert len(scores) == pytest.approx(nobody.active_days, abs=6)
    wanted = 400.0
    some, _ = friction(tape, level_for(scores, wanted))
    assert some.active_days == nobody.active_days
    assert 0 < some.step_ups_per_1000 <= wanted + 60
    everybody, _ = friction(tape, -np.inf)
    assert everybody.step_ups_per_1000 > 700
    assert some.blocks == everybody.blocks == 0


def test_a_peer_stops_a_thief_and_a_continuation_starts_from_the_same_past(tape: Tape) -> None:
    judge = PeerJudge(tape, peer(), 1.2)
    honest = TapedLoop(tape, judge, temper=STEADY)
    honest.play_until(tape.region.midnight_ms(3))
    fork = honest.fork()

    def rob() -> tuple[str, int, int]:
        thief = hire(tape.region, 1, 2, [family for family in THIEVES if family.name == "night scrape"])[0]
        loop = TapedLoop(tape, judge, [thief], STEADY, fork, "luck")
        loop.play_out()
        (raid,) = loop.raids()
        return raid.stopped_by, raid.taken.items, raid.planned.items

    stopped_by, taken, planned = rob()
    assert stopped_by == "blocked"
    assert 0 < taken < planned
    assert rob() == (stopped_by, taken, planned)


@pytest.mark.parametrize(("per_1000", "above"), [(0.0, 0), (4.5, 9), (500.0, 1000)])
def test_the_level_is_exceeded_by_the_wanted_share(per_1000: float, above: int) -> None:
    scores = np.random.default_rng(1).permutation(2_000).astype(float).tolist()
    level = level_for(scores, per_1000)
    assert sum(score > level for score in scores) == above


def theft(share: float) -> Theft:
    return Theft("family", "gp", 100, int(100 * share), share, 10.0, 10.0 * share, "blocked", 60.0, 1.0, 0)


def test_the_interval_lies_about_the_mean_and_narrows_with_regions() -> None:
    groups = [[theft(0.1), theft(0.5)], [theft(0.3), theft(0.2)]]
    one, many = (interval(groups * times, mean_share) for times in (1, 20))
    bounds = []
    for text in (one, many):
        low, high = (float(part.strip(" []%")) for part in text[text.index("[") : text.index("]")].split(","))
        assert low <= 27.5 <= high
        bounds.append(high - low)
    assert bounds[1] < bounds[0] / 2
    assert "of 80 thefts" in many


def test_quantiles_and_sites() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([], 0.5) == 0.0
    for kind in KINDS:
        assert all(site_of(kind, seed, held_out=False).name not in HELD_OUT_SITES for seed in range(6))
    assert {site_of(KINDS[0], seed, held_out=True).name for seed in range(6)} == HELD_OUT_SITES
