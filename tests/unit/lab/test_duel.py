from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rate_judge import SimpleRateJudge

from rempart.lab.duel import DuelResult, run_duel
from rempart.lab.raid import Temper
from rempart.lab.region import Region
from rempart.lab.thieves import hire


class Asleep:
    """Allows everything; keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        self.seen.append(resource)
        return None


def duel(region: Region, judge: Any, **said: Any) -> DuelResult:
    return run_duel(region, hire(region, 1), judge, **said)


def test_without_answers_thieves_take_all_they_planned(region: Region) -> None:
    result = duel(region, Asleep(), warm_up_days=2)
    assert len(result.thieves) == 5
    for thief in result.thieves:
        assert thief.stopped_by in ("finished", "end of period")
        if thief.stopped_by == "finished":
            assert thief.taken.items == thief.planned.items
            assert thief.share_lost == 0.0
        assert thief.first_doubt_ms is None
    assert result.overall.active_days > result.after_warm_up.active_days > 0
    assert result.overall.step_ups == result.overall.refused == 0


def test_a_failed_challenge_costs_the_thief_and_shows_in_the_log(region: Region) -> None:
    judge = SimpleRateJudge(25)
    result = duel(region, judge, temper=Temper(thief_passes=0.0, owner_passes=1.0))
    for thief in result.thieves:
        assert thief.stopped_by == "gave up", thief.family
        assert thief.taken.patients < thief.planned.patients / 2
        assert thief.fooled == 0
        assert thief.first_doubt_ms is not None
        assert thief.starts_ms <= thief.first_doubt_ms <= thief.stopped_ms
        failures = [one for one in judge.logins if one[0] == thief.account and "4" in one[2]]
        assert len(failures) >= 3
    assert result.overall.refused == 0, "owners who always pass lose nothing"
    assert result.overall.step_ups > 0


def test_a_thief_who_leaves_the_challenge_open_drops_the_login_and_no_login_fails(region: Region) -> None:
    failures = {}
    for answers in (True, False):
        judge = SimpleRateJudge(25)
        result = duel(region, judge, temper=Temper(thief_passes=0.0, thief_answers=answers, owner_passes=1.0))
        assert {thief.stopped_by for thief in result.thieves} == {"gave up" if answers else "dropped"}
        failures[answers] = sum("4" in one[2] for one in judge.logins)
    assert failures[True] >= failures[False] + 3 * len(result.thieves)


def test_fooled_owners_let_everything_through(region: Region) -> None:
    result = duel(region, SimpleRateJudge(25), temper=Temper(thief_passes=1.0))
    for thief in result.thieves:
        assert thief.fooled > 0
        assert thief.stopped_by in ("finished", "end of period")
        if thief.stopped_by == "finished":
            assert thief.share_taken == 1.0


def test_restriction_serves_only_current_care(region: Region) -> None:
    result = duel(region, SimpleRateJudge(-1, "restrict"))
    for thief, hired in zip(result.thieves, hire(region, 1), strict=True):
        allowed = set()
        for day in range(region.spec.days + 1):
            for hour in range(24):
                allowed |= region.current_care(hired.account, region.midnight_ms(day) + hour * 3_600_000)
        held = {patient for patient in range(len(region.patients)) if thief.taken.has(patient)}
        assert held <= allowed, thief.family
    dormant = next(thief for thief in result.thieves if thief.family == "dormant account")
    assert dormant.taken.patients <= dormant.planned.patients / 5


def test_a_block_stops_the_thief_and_a_person_reinstates_the_account(region: Region) -> None:
    judge = SimpleRateJudge(40, "block", "account")
    result = duel(region, judge)
    for thief in result.thieves:
        assert thief.stopped_by == "blocked"
        assert thief.answers["block"] == 1
    assert result.overall.block_days > 0
    assert result.overall.refused > result.overall.blocks, "the rest of the day is lost"
    assert result.overall.blocks == result.overall.block_days, "a blocked account asks no more that day"
    assert len(judge.reinstated) >= result.overall.block_days


def test_owners_of_stolen_accounts_are_counted_apart(region: Region) -> None:
    result = duel(region, SimpleRateJudge(25))
    assert result.owners.active_days > 0
    total = sum(row.active_days for row in result.by_role)
    assert total == result.overall.active_days
    quiet = duel(region, Asleep())
    assert quiet.overall.active_days == total


def test_the_loop_is_reproducible(region: Region) -> None:
    first, second = (duel(region, SimpleRateJudge(30)) for _ in range(2))
    assert first.by_role == second.by_role
    for one, other in zip(first.thieves, second.thieves, strict=True):
        assert (one.stopped_ms, one.taken.items, one.answers) == (
            other.stopped_ms, other.taken.items, other.answers,
        )  # fmt: skip


def test_thieves_do_not_disturb_the_honest_stream(region: Region) -> None:
    alone, beside = Asleep(), Asleep()
    run_duel(region, (), alone)
    guilty = hire(region, 1)
    run_duel(region, guilty, beside)
    honest = [resource["id"] for resource in alone.seen]
    assert set(honest) <= {resource["id"] for resource in beside.seen}
    assert len(beside.seen) > len(honest)


def test_stream_stays_in_time_order_under_answers(region: Region) -> None:
    class Ordered(SimpleRateJudge):
        now = 0.0

        def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
            said = resource.get("recorded") or resource["meta"]["lastUpdated"]
            now = datetime.fromisoformat(said).timestamp()
            assert now >= self.now
            self.now = now
            return super().judge(resource)

    result = duel(region, Ordered(20))
    assert result.overall.step_ups > 0


def test_progress_is_told(region: Region) -> None:
    heard: list[tuple[int, int]] = []
    result = duel(region, Asleep(), progress=lambda done, day: heard.append((done, day)))
    assert len(heard) == result.resources // 5_000 > 0
    assert heard == sorted(heard)
    assert 0 <= heard[-1][1] <= region.spec.days


@pytest.mark.parametrize("passes", [0.0, 1.0])
def test_owners_who_fail_three_times_go_to_the_desk(region: Region, passes: float) -> None:
    judge = SimpleRateJudge(12)
    result = run_duel(region, (), judge, temper=Temper(owner_passes=passes))
    assert bool(judge.reinstated) == (passes == 0.0)
    assert bool(result.overall.refused) == (passes == 0.0)
