"""Which word of a log means which stake, and that no stake falls below the floor for harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rempart.errors import SettingsError
from rempart.market.book import load
from rempart.market.stake import StakeTable, stake_table


@pytest.fixture(scope="module")
def table() -> StakeTable:
    return stake_table(load())


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("Observation", "partial_record"),
        ("Observation?code&patient", "partial_record"),
        ("Patient", "identity"),
        ("Patient?birthdate", "search_result"),
        ("Appointment", "contact"),
        ("Appointment?date", "search_result"),
        ("MedicationRequest", "prescriptions"),
        ("Coverage", "insurance"),
        ("DocumentReference", "documents"),
        ("Consultation du dossier", "partial_record"),
        ("Dossier médical", "partial_record"),
        ("VIEW", "partial_record"),
        ("Export CSV", "whole_record"),
        ("Impression", "whole_record"),
        ("Ordonnances", "prescriptions"),
        ("Télécharger", "whole_record"),
        ("Recherche patient", "search_result"),
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
    ],
)
def test_a_bad_class_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "contents.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=said):
        stake_table(load(), path)
