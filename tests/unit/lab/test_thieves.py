from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from rempart.lab.act import LOGIN, READ, SEARCH
from rempart.lab.chance import chance
from rempart.lab.honest import honest_acts
from rempart.lab.region import Region
from rempart.lab.thieves import THIEVES, hire
from rempart.lab.thieves.thief import Answer, Attempt, Planner, Stop, Thief, Wait

ALLOWED = Answer("allow", None, ())


@pytest.fixture
def thieves(demo: Region) -> dict[str, Thief]:
    return {thief.family: thief for thief in hire(demo, 3)}


def unresisted(thief: Thief) -> Iterator[tuple[int, Attempt]]:
    now_ms, answer = thief.starts_ms, None
    while True:
        step = thief.next(now_ms, answer)
        if isinstance(step, Stop):
            assert step.why == "finished"
            return
        if isinstance(step, Wait):
            assert step.until_ms > now_ms
            now_ms, answer = step.until_ms, None
        else:
            yield now_ms, step
            answer = Answer("allow", None, step.patients)


def test_each_family_finds_another_victim_in_the_last_days(demo: Region, thieves: dict[str, Thief]) -> None:
    assert list(thieves) == [family.name for family in THIEVES]
    assert len({thief.account for thief in thieves.values()}) == len(THIEVES)
    assert all(thief.starts_ms >= demo.midnight_ms(16) for thief in thieves.values())


def test_hiring_is_reproducible_and_seeded(demo: Region) -> None:
    places = [[(t.account, t.starts_ms) for t in hire(demo, seed)] for seed in (3, 3, 4)]
    assert places[0] == places[1] != places[2]


def test_unresisted_thieves_take_their_plan_in_order(thieves: dict[str, Thief]) -> None:
    for thief in thieves.values():
        planned = thief.planned()
        shown = set()
        last_ms = 0
        for at_ms, attempt in unresisted(thief):
            assert at_ms >= last_ms
            last_ms = at_ms
            shown.update((patient, attempt.category) for patient in attempt.patients)
        assert len(shown) == planned.items
        assert planned.patients >= 200, thief.family


def test_night_scrape_works_by_night_through_all_wards(demo: Region, thieves: dict[str, Thief]) -> None:
    steps = list(unresisted(thieves["night scrape"]))
    assert steps[0][1].what == LOGIN
    assert all((at_ms - demo.start_ms) // 3_600_000 % 24 < 7 for at_ms, _ in steps)
    wards = {unit.organization for unit in demo.units if unit.kind == "ward"}
    assert all(any(ward in step.query for _, step in steps) for ward in wards)


def test_enumeration_asks_consecutive_numbers_many_of_them_nobodys(thieves: dict[str, Thief]) -> None:
    asked = [step for _, step in unresisted(thieves["enumeration"]) if step.what == SEARCH]
    numbers = [int(step.query.rpartition("|")[2]) for step in asked]
    assert all(after - before == 1 for before, after in itertools.pairwise(numbers))
    missed = sum(step.outcome != "0" for step in asked) / len(asked)
    assert 0.2 < missed < 0.4
    assert all(bool(step.patients) == (step.outcome == "0") for step in asked)


def test_dormant_account_had_slept(demo: Region, thieves: dict[str, Thief]) -> None:
    assert thieves["dormant account"].account in demo.dormant


def test_own_list_takes_the_whole_list_and_the_whole_record_by_day(
    demo: Region, thieves: dict[str, Thief]
) -> None:
    thief = thieves["own list"]
    own = set(demo.lists[thief.account].pool)
    steps = list(unresisted(thief))
    opened = {step.patients[0] for _, step in steps if step.what == READ}
    assert opened == own
    assert len(thief.planned().categories) == 6
    assert all(8 <= (at_ms - demo.start_ms) // 3_600_000 % 24 < 19 for at_ms, _ in steps)


def test_stolen_session_uses_the_owners_token_elsewhere(demo: Region, thieves: dict[str, Thief]) -> None:
    thief = thieves["stolen session"]
    steps = list(unresisted(thief))
    assert not any(step.what == LOGIN for _, step in steps)
    stolen = steps[0][1].session
    own = {act.session for act in honest_acts(demo) if act.session.token == stolen.token}
    assert own
    assert all(session.account == thief.account and session.address != stolen.address for session in own)


def planner(demo: Region) -> Planner:
    thief = hire(demo, 3)[0]
    assert isinstance(thief, Planner)
    return thief


def attempt(thief: Thief, now_ms: int, answer: Answer | None = None) -> tuple[int, Attempt | Stop]:
    while True:
        step = thief.next(now_ms, answer)
        if not isinstance(step, Wait):
            return now_ms, step
        now_ms, answer = step.until_ms, None


def test_a_block_stops_a_thief(demo: Region) -> None:
    thief = planner(demo)
    now_ms, _ = attempt(thief, thief.starts_ms)
    assert attempt(thief, now_ms, Answer("block", None, ()))[1] == Stop("blocked")


def test_three_failed_challenges_make_it_give_up(demo: Region) -> None:
    thief = planner(demo)
    now_ms, first = attempt(thief, thief.starts_ms)
    for _ in range(2):
        later_ms, again = attempt(thief, now_ms, Answer("step_up", False, ()))
        assert again == first, "what was refused is asked again"
        assert later_ms >= now_ms + 15 * 60_000
        now_ms = later_ms
    assert attempt(thief, now_ms, Answer("step_up", False, ()))[1] == Stop("gave up")


def test_endless_refusals_make_it_give_up(demo: Region) -> None:
    thief = planner(demo)
    now_ms, step = attempt(thief, thief.starts_ms)
    for _ in range(100):
        if isinstance(step, Stop):
            break
        now_ms, step = attempt(thief, now_ms, Answer("restrict", None, ()))
    assert step == Stop("gave up")


def test_a_region_without_dormant_accounts_leaves_that_thief_out(region: Region) -> None:
    families = {family.name: family for family in THIEVES}
    everybody = frozenset(range(len(region.accounts)))
    assert all(family.hire(region, chance(1), 3, everybody) is None for family in families.values())
