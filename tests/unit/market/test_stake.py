"""Which word of a log means which stake, and that no stake falls below the floor for harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rempart.errors import SettingsError
from rempart.market.book import load
from rempart.market.stake import EVERY_CATEGORY, StakeTable, stake_table
from rempart.records import CATEGORIES


@pytest.fixture(scope="module")
def table() -> StakeTable:
    return stake_table(load())


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("Observation", "results"),
        ("Observation?code&patient", "results"),
        ("Patient", "identity"),
        ("Patient?birthdate", "patient_list"),
        ("Appointment", "appointments"),
        ("Appointment?date", "appointment_list"),
        ("MedicationRequest", "prescriptions"),
        ("Coverage", "insurance"),
        ("DocumentReference", "documents"),
        ("Consultation du dossier", "chart"),
        ("Dossier médical", "chart"),
        ("VIEW", "partial_record"),
        ("Export CSV", "whole_record"),
        ("Impression", "whole_record"),
        ("Ordonnances", "prescriptions"),
        ("Télécharger", "whole_record"),
        ("Recherche patient", "patient_list"),
        ("xyzzy", "partial_record"),
        ("", "partial_record"),
        ("\x1b[2J" + "A" * 100_000, "partial_record"),
    ],
)
def test_form_to_class(table: StakeTable, form: str, expected: str) -> None:
    assert table.classes[table.class_of(form)].id == expected


def test_no_stake_below_the_floor_and_every_figure_traced(table: StakeTable) -> None:
    for row, one in enumerate(table.classes):
        assert table.low_eur[row] >= np.float32(one.harm_floor_eur)
        assert table.low_eur[row] <= table.high_eur[row]
        assert table.worth[row].sources


def test_the_packaged_order_of_worth(table: StakeTable) -> None:
    line, part, whole = (table.stake_of_form(form) for form in ("Patient?name", "Observation", "Export"))
    assert line < part < whole


def test_prices_by_form_number(table: StakeTable) -> None:
    prices = table.prices(["Patient?name", "Coverage"])
    assert prices.shape == (3, 2)
    assert prices.dtype == np.float32
    assert tuple(prices[1]) == table.stake_of_form("Coverage")
    assert tuple(prices[-1]) == table.stake_of_form("never heard of")


def test_a_user_extends_the_classification(tmp_path: Path) -> None:
    path = tmp_path / "contents.toml"
    path.write_text(
        'unknown = "mine"\n[class.mine]\ncontent = "login"\nharm_floor_eur = 9\nwords = ["BILAN SANGUIN"]\n'
    )
    table = stake_table(load(), path)
    assert table.classes[table.class_of("bilan sanguin 2")].id == "mine"
    assert table.stake_of_form("?") == (9.0, 40.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('unknown = "a"\n[class.a]\ncontent = "gold"\nharm_floor_eur = 1\n', "class.a: content"),
        ('unknown = "b"\n[class.a]\ncontent = "record"\nharm_floor_eur = 1\n', "unknown"),
        ('unknown = "a"\n[class.a]\ncontent = "record"\n', "class.a: harm_floor_eur"),
        ('unknown = "a"\n[class.a]\ncontent = "record"\nharm_floor_eur = 1\nword = []\n', "class.a: word"),
        ('unknown = "a"\n[class.a]\ncontent = "record"\nharm_floor_eur = 1\nwords = 3\n', "class.a: words"),
        (
            'unknown = "a"\n[class.a]\ncontent = "record"\nharm_floor_eur = 1\nshows = ["names"]\n',
            "class.a: shows",
        ),
    ],
)
def test_a_bad_class_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "contents.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said):
        stake_table(load(), path)


def names(bits: int) -> set[str]:
    return {name for place, name in enumerate(CATEGORIES) if bits >> place & 1}


def test_a_class_says_what_it_shows_and_what_it_may_show(table: StakeTable) -> None:
    shows, may_show, known = table.shown("Patient")
    assert (names(shows), names(may_show), known) == (
        {"identity", "contact"},
        {"social_security_number"},
        True,
    )
    assert names(table.shown("Patient?name")[0]) == {"identity"}
    assert names(table.shown("Relevé bancaire")[0]) == {"bank_details"}


def test_a_word_no_rule_names_shows_nothing_for_sure_and_may_show_everything(table: StakeTable) -> None:
    assert table.shown("xyzzy") == (0, EVERY_CATEGORY, False)


def test_every_category_is_shown_by_some_class_but_the_number_that_only_may(table: StakeTable) -> None:
    shown = set().union(*(names(one.shows) for one in table.classes))
    assert set(CATEGORIES) - shown == {"social_security_number"}
    assert all(one.shows & one.may_show == 0 for one in table.classes)


def test_a_class_that_says_nothing_may_show_everything(tmp_path: Path) -> None:
    path = tmp_path / "contents.toml"
    path.write_text('unknown = "a"\n[class.a]\ncontent = "record"\nharm_floor_eur = 1\ntypes = ["Patient"]\n')
    assert stake_table(load(), path).shown("Patient")[:2] == (0, EVERY_CATEGORY)
