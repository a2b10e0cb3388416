from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from rate_judge import SimpleRateJudge

from rempart.lab.duel import DuelResult, run_duel
from rempart.lab.haul import Haul, Profiles
from rempart.lab.raid import Temper
from rempart.lab.region import Region
from rempart.lab.scoreboard import friction_rows, picture, thief_rows
from rempart.lab.thieves import hire
from rempart.language import language_of


def price(profiles: Profiles) -> tuple[float, float]:
    """One to two euros for each category of each patient."""
    items = sum(len(kinds) * count for kinds, count in profiles.items())
    return 1.0 * items, 2.0 * items


@pytest.fixture(scope="module")
def result(region: Region) -> DuelResult:
    return run_duel(
        region, hire(region, 1), SimpleRateJudge(25), warm_up_days=2, temper=Temper(thief_passes=0.0)
    )


def test_thief_rows_price_plan_and_loot(result: DuelResult) -> None:
    rows = thief_rows(result, price)
    assert [row.family for row in rows] == [thief.family for thief in result.thieves]
    for row, thief in zip(rows, result.thieves, strict=True):
        assert row.would_eur == (thief.planned.items, 2.0 * thief.planned.items)
        assert row.took_eur == (thief.taken.items, 2.0 * thief.taken.items)
        assert row.share_taken == pytest.approx(row.took_eur[0] / row.would_eur[0])
        assert row.stopped_at >= row.started_at
        assert row.first_doubt_after_s is not None
        assert row.first_doubt_after_s >= 0


def test_friction_rows_end_with_all_and_the_robbed(result: DuelResult) -> None:
    rows = friction_rows(result)
    assert [row.role for row in rows[-2:]] == ["all", "owners of stolen accounts"]
    assert rows[-2].active_days == sum(row.active_days for row in rows[:-2])
    assert rows[-2].active_days < friction_rows(result, after_warm_up=False)[-2].active_days
    days = result.after_warm_up
    assert rows[-2].step_ups_per_1000 == pytest.approx(1000 * days.step_up_days / days.active_days)


@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [
        ("en", ("night scrape", "own list", "hospital doctor", "would have taken"), ("aurait pris",)),
        (
            "fr",
            ("aspiration de nuit", "médecin hospitalier", "aurait pris", "a pris"),
            ("night", "would", " of "),
        ),
    ],
)
def test_the_picture_is_an_svg_that_names_thieves_and_roles(
    result: DuelResult, language: str, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    drawn = picture(result, language_of(language))
    root = ElementTree.fromstring(drawn)
    assert root.tag.endswith("svg")
    texts = " ".join(re.findall("<!--(.*?)-->", drawn.decode(), re.DOTALL))
    assert all(word in texts for word in said)
    assert not any(word in texts for word in unsaid)
    assert drawn == picture(result, language_of(language))


def test_a_haul_counts_each_pair_once() -> None:
    haul = Haul()
    haul.add((1, 2, 1), "Patient")
    haul.add((1,), "Coverage")
    haul.add((1,), "Coverage")
    assert (haul.patients, haul.items, haul.categories) == (2, 3, ("Coverage", "Patient"))
    assert haul.profiles == {frozenset({"Patient", "Coverage"}): 1, frozenset({"Patient"}): 1}
    assert Haul().categories == ()
