"""Columns are told by heading and by content; the golden list is labelled by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from rempart.leak.columns import kind_of, name_columns
from rempart.leak.headers import kind_of_header

sys.path.insert(0, str(Path(__file__).parents[2] / "lab"))
from french_files import labelled_files
from french_files_later import later_files
from french_people import Country, people

HEADINGS = {
    "Nom d'exercice": "family", "Prénom d'exercice": "given", "NOM_NAISSANCE": "birth_name", "nomUsage": "family",
    "datNais": "birth_date", "Date de naissance": "birth_date", "birthDate": "birth_date", "DDN": "birth_date",
    "sexe": "sex", "Libellé civilité": "sex", "N° sécurité sociale": "nir", "INS": "nir", "Identifiant PP": "rpps",
    "Numéro FINESS site": "finess", "nofinesset": "finess", "Code postal (coord. structure)": "postcode",
    "Libellé commune (coord. structure)": "city", "Téléphone (coord. structure)": "phone", "tel_portable": "phone",
    "Adresse e-mail (coord. structure)": "email", "courriel": "email", "IBAN": "iban", "mot de passe": "password",
    "password_hash": "password_hash", "medecin_traitant": "doctor", "mutuelle": "insurer", "CIP13": "cip13",
    "code CCAM": "ccam", "Code LOINC": "loinc", "IPP": "ipp", "patient_id": "ipp", "adresse_ligne_1": "street",
    "ville": "city", "lieu de naissance": "birth_place", "commune_naissance": "birth_place",
    "Raison sociale site": "other", "Libellé profession": "other", "code commune": "insee", "date_deces": "other",
    "montant": "other", "Nom": "family", "prenoms": "given", "numero_voie": "street", "dob": "birth_date", "nom_voie": "street",
    "commnaiss": "birth_place", "datedeces": "other", "dateouv": "date",
    "referringPhysicianName": "doctor", "nom du professionnel": "full_name", "libelleCommuneEtablissement": "city", "adrs_libvoie": "street",
    "libcategetab": "other", "Code savoir-faire": "other", "lat": "other",
}  # fmt: skip


@pytest.mark.parametrize(("heading", "kind"), HEADINGS.items())
def test_a_heading_says_what_it_holds(heading: str, kind: str) -> None:
    assert kind_of_header(heading)[0] == kind


def test_columns_without_headings_are_told_by_their_cells() -> None:
    cells = people(Country.draw(3, 2000), 400, 4)
    wanted = {
        "nir": "nir", "telephone": "phone", "email": "email", "date_naissance": "birth_date", "sexe": "sex",
        "adresse": "street", "code_postal": "postcode",
    }  # fmt: skip
    names = tuple(f"column {place}" for place in range(len(cells)))
    found = name_columns(names, [pa.array(values, pa.large_string()) for values in cells.values()])
    by_name = dict(zip(cells, found, strict=True))
    assert {name: by_name[name].kind for name in wanted} == wanted


def test_the_public_drug_file_is_told_column_by_column() -> None:
    path = Path(__file__).parents[4] / "shared" / "formats" / "fr" / "CIS_CIP_bdpm.txt"
    if not path.exists():
        pytest.skip("the public drug file is not beside this checkout")
    rows = [line.split("\t") for line in path.read_text(encoding="latin-1").splitlines()[:800]]
    assert kind_of("column 2", [row[1] for row in rows])[0] == "cip7"
    assert kind_of("column 7", [row[6] for row in rows])[0] == "cip13"
    assert kind_of("column 6", [row[5] for row in rows])[0] == "date"
    assert kind_of("column 1", [row[0] for row in rows])[0] in ("number", "ipp")


def test_the_order_of_columns_changes_no_kind() -> None:
    cells = people(Country.draw(3, 2000), 300, 5)
    names = list(cells)
    order = np.random.default_rng(1).permutation(len(names))
    columns = {name: pa.array(values, pa.large_string()) for name, values in cells.items()}
    straight = name_columns(names, [columns[name] for name in names])
    turned = name_columns([names[k] for k in order], [columns[names[k]] for k in order])
    assert {c.name: c.kind for c in straight} == {c.name: c.kind for c in turned}


@pytest.mark.parametrize(("headed", "least"), [(True, 0.95), (False, 0.9)], ids=["with headings", "without"])
def test_tables_labelled_by_hand_are_told(headed: bool, least: float) -> None:
    right, asked = 0, 0
    for table in (*labelled_files(rows=300, seed=8), *later_files(rows=300, seed=8)):
        columns = [pa.array(cells, pa.large_string()) for cells in zip(*table.rows, strict=True)]
        named = (
            table.headings if headed and table.headed else tuple(f"column {k}" for k in range(len(columns)))
        )
        found = name_columns(named, columns)
        right += sum(
            column.kind in kinds.split("|") for column, kinds in zip(found, table.kinds, strict=True)
        )
        asked += len(found)
    assert asked > 400
    assert right >= least * asked


def test_words_typed_at_will_are_passwords_and_numbers_of_one_shape_are_not() -> None:
    typed = [
        word[:size] + str(7**size) + sign
        for word in ("Marseille", "papillon")
        for size in range(3, 9)
        for sign in ("", "!", "*?")
    ]
    assert kind_of("column 1", typed)[0] == "password"
    assert kind_of("column 1", [f"A{k:05d}" for k in range(120)])[0] != "password"


def test_codes_of_one_length_in_capitals_are_no_passwords() -> None:
    chance = np.random.default_rng(3)
    codes = ["".join(chance.choice(list("ABCDEFGH2345678"), 8)) for _ in range(200)]
    assert kind_of("column 1", codes)[0] == "other"
    assert (
        kind_of("column 1", [code.lower()[: 6 + place % 3] for place, code in enumerate(codes)])[0]
        == "password"
    )
