"""Who gets a letter: every rule that forbids or redirects one."""

from __future__ import annotations

from datetime import date

import pytest

from notice_case import a_person, affected
from rempart.notice.addressee import Treatment, possible_ages, treat

TODAY = date(2026, 3, 5)


def treatment(
    categories: tuple[str, ...] = ("identity", "contact"), ambiguous: bool = False, **person: object
) -> Treatment:
    return treat(affected(a_person(**person), categories=categories, ambiguous=ambiguous), TODAY)


def kinds(made: Treatment) -> list[str]:
    return [letter.kind for letter in made.letters]


def test_an_adult_gets_one_letter() -> None:
    made = treatment()
    assert (kinds(made), made.withheld) == (["adult"], "")
    assert made.letters[0].lines == ("1 rue de l’Hôpital", "59000 Lille")


@pytest.mark.parametrize(
    ("reason", "person"),
    [
        ("confidential", {"confidential": True}),
        ("deceased", {"deceased": True}),
        ("age_unknown", {"birth_date": ""}),
        ("no_address", {"address": ()}),
        ("no_address", {"given": "", "family": ""}),
    ],
)
def test_no_letter_leaves_where_a_person_must_decide(reason: str, person: dict[str, object]) -> None:
    assert treatment(**person) == Treatment((), reason)


def test_an_ambiguous_identity_or_no_category_gets_no_letter() -> None:
    assert treatment(ambiguous=True) == Treatment((), "ambiguous")
    assert treatment(categories=()) == Treatment((), "no_category")


def test_confidential_care_wins_over_every_other_rule() -> None:
    everything = {
        "confidential": True,
        "deceased": True,
        "birth_date": "2015-01-01",
        "protection": "representation",
    }
    assert treatment(ambiguous=True, **everything).withheld == "confidential"


def test_a_child_s_letter_goes_to_the_holders_of_parental_authority() -> None:
    assert kinds(treatment(("results",), birth_date="2015-06-01")) == ["minor"]


@pytest.mark.parametrize(
    ("birth", "withheld"), [("2011-03-05", True), ("2011-03-06", False), ("2008-03-06", True)]
)
def test_care_data_of_a_minor_of_fifteen_or_more_is_looked_at_first(birth: str, withheld: bool) -> None:
    made = treatment(("identity", "prescriptions"), birth_date=birth)
    assert made.withheld == ("minor_of_age" if withheld else "")
    assert kinds(treatment(("identity",), birth_date=birth)) == ["minor"]


def test_at_eighteen_a_letter_goes_to_the_person() -> None:
    assert kinds(treatment(("results",), birth_date="2008-03-05")) == ["adult"]


def test_a_represented_adult_and_the_representative_both_get_a_letter() -> None:
    made = treatment(
        protection="representation", representative="Odile Morel", representative_address=("Lille",)
    )
    assert kinds(made) == ["protected", "representative"]
    assert made.withheld == ""


@pytest.mark.parametrize("protection", ["assistance", "unknown", "representation"])
def test_without_a_known_representative_somebody_checks(protection: str) -> None:
    made = treatment(protection=protection)
    assert (kinds(made), made.withheld) == (["protected"], "representative_unknown")


@pytest.mark.parametrize(
    ("birth", "ages"),
    [("2000-03-05", (26, 26)), ("2000-03-06", (25, 25)), ("2000-03", (25, 26)), ("2000", (25, 26)), ("2000-13", None),
     ("2030-01-01", None), ("x", None), ("2026", (0, 0)), ("1900-02-29", None)],
)  # fmt: skip
def test_ages_are_bounds_where_the_day_is_unknown(birth: str, ages: tuple[int, int] | None) -> None:
    assert possible_ages(birth, TODAY) == ages
