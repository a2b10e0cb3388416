"""Laws of the simulator and its loop that hold whatever the seed and whatever the judge says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.lab.chance import chance, heavy_burst, poisson
from rempart.lab.duel import run_duel
from rempart.lab.region import RegionSpec, build_region
from rempart.lab.thieves import hire

STAFF = (
    ("gp", 1),
    ("hospital_doctor", 1),
    ("nurse", 2),
    ("pharmacist", 1),
    ("gp_secretary", 1),
    ("batch", 1),
)


class Whimsical:
    """Answers at random; checks that events come in time order and are answered in the contract's words."""

    def __init__(self, seed: int, mood: list[str]) -> None:
        self.rng, self.mood, self.now, self.ids = chance(seed), mood, 0.0, set[str]()

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        said = resource.get("recorded") or resource["meta"]["lastUpdated"]
        now = datetime.fromisoformat(said).timestamp()
        assert now >= self.now
        self.now = now
        if resource["resourceType"] != "AuditEvent":
            return None
        assert resource["id"] not in self.ids
        self.ids.add(resource["id"])
        return {"action": self.rng.choice(self.mood), "applies_to": self.rng.choice(["session", "account"])}


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    hard=st.lists(st.sampled_from(["step_up", "restrict", "block"]), max_size=3),
    missing=st.floats(0, 0.3),
)
def test_any_judge_any_seed(seed: int, hard: list[str], missing: float) -> None:
    spec = RegionSpec(seed=seed, days=2, patients=250, staff=STAFF, missing_share=missing, history_days=5)
    region = build_region(spec)
    result = run_duel(region, hire(region, seed), Whimsical(seed, ["allow"] * 40 + hard), warm_up_days=1)
    for thief in result.thieves:
        assert thief.taken.items <= thief.planned.items
        assert 0.0 <= thief.share_lost <= 1.0
        assert thief.stopped_ms >= thief.starts_ms
        planned, taken = set(thief.planned.categories), set(thief.taken.categories)
        assert taken <= planned
    for row in (result.overall, result.after_warm_up, *result.by_role):
        assert max(row.step_up_days, row.restrict_days, row.block_days) <= row.active_days
        assert row.blocks >= row.block_days
    if not hard:
        assert result.overall.refused == result.overall.step_ups == 0


@given(seed=st.integers(0, 1000), mean=st.floats(0, 200))
def test_counts_are_whole_and_near_their_mean(seed: int, mean: float) -> None:
    rng = chance(seed, "poisson")
    drawn = [poisson(rng, mean) for _ in range(200)]
    assert min(drawn) >= 0
    assert abs(sum(drawn) / 200 - mean) <= 6 * (mean / 200) ** 0.5 + 0.2


@given(seed=st.integers(0, 1000), least=st.floats(1, 50), most=st.integers(0, 500))
def test_bursts_keep_their_bounds(seed: int, least: float, most: int) -> None:
    size = heavy_burst(chance(seed), least, 1.3, most)
    assert min(int(least), most) <= size <= most
