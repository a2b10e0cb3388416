"""One row whose usual keys are all spoilt is still found by what is left of it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from rempart.leak.chunk import Chunk
from rempart.leak.kinds import dates
from rempart.leak.population import build
from rempart.leak.rows import parse_dates
from rempart.leak.scan import Matches, Scanner
from rempart.leak.tables import typed

sys.path.insert(0, str(Path(__file__).parents[2] / "lab"))
from french_people import Country, people, spoil, take

SIZE = 3000
OURS = people(Country.draw(11, 4000), SIZE, 1)
WANTED = 77


def chunk(cells: dict[str, np.ndarray]) -> Chunk:
    return Chunk("t", tuple(cells), tuple(pa.array(values, pa.large_string()) for values in cells.values()))


def found_for(changed: dict[str, str], kept: tuple[str, ...]) -> int:
    """The person found for row 0 of a file of our people, whose cells are ``changed``."""
    columns, _, size = typed([chunk(OURS)])
    population = build(columns, size, 20_000, lambda column: np.arange(len(column), dtype=np.uint64))
    rows = spoil(take(OURS, np.arange(WANTED, WANTED + 1000)), 3)
    for name, cell in {**ME, **changed}.items():
        if name in rows:
            rows[name][0] = cell
    scan = Scanner(population, 1, lambda _: None).scan([chunk({name: rows[name] for name in kept})])
    row, person, *_ = Matches.joined(scan.matches())
    here = person[row == 0]
    return int(here[0]) if len(here) else -1


ALL = (
    "nom",
    "prenom",
    "date_naissance",
    "sexe",
    "nir",
    "telephone",
    "email",
    "adresse",
    "code_postal",
    "commune",
)
NAMES = ("nom", "prenom", "date_naissance", "sexe")
ME = {name: str(values[WANTED]) for name, values in OURS.items()}
EMPTY = dict.fromkeys(("adresse", "code_postal", "commune", "telephone", "email"), "")


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"nom": "", "date_naissance": "", "nir": ME["nir"][:3] + "9" + ME["nir"][4:], **EMPTY}, ALL),
        ({"date_naissance": "1901-01-09", "nir": "", **EMPTY, "commune": ME["commune"]}, ALL),
        ({"nom": "", "date_naissance": "", "nir": "", **EMPTY, "email": ME["email"].split("@")[0] + "@new.fr"}, ALL),
        ({"date_naissance": ME["date_naissance"][:8] + "9" + ME["date_naissance"][9:], "nom": ME["nom"][0] + "x" + ME["nom"][1:]}, NAMES),
    ],
    ids=["a figure of the number", "both names", "another provider", "a day that does not exist"],
)  # fmt: skip
def test_a_row_is_found_by_what_is_left_of_it(changed: dict[str, str], kept: tuple[str, ...]) -> None:
    assert found_for(changed, kept) == WANTED


def test_a_day_that_does_not_exist_keeps_its_figures() -> None:
    assert [dates.mistyped(text) for text in ("1923-11-64", "64/11/1923", "19231164", "1923", "12345678")] == [
        19231164, 19231164, 19231164, 0, 0,
    ]  # fmt: skip
    assert dates.parse("1923-11-64") == 0


def test_month_first_is_seen_with_separators_and_without() -> None:
    for column in (["12/25/2018", "03/04/1990"], ["12252018", "03041990"]):
        assert parse_dates(pa.array(column, pa.large_string())).tolist() == [20181225, 19900304]
    assert parse_dates(pa.array(["25122018", "03041990"], pa.large_string())).tolist() == [20181225, 19900403]
    assert parse_dates(pa.array(["19651231", "20041975"], pa.large_string())).tolist() == [19651231, 19750420]
