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
from french_files_fourth import fourth_files
from french_files_later import later_files
from french_files_third import third_files
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
    "Raison sociale site": "other", "Libellé profession": "other", "code commune": "insee", "date_deces": "date",
    "montant": "other", "Nom": "family", "prenoms": "given", "numero_voie": "street", "dob": "birth_date", "nom_voie": "street",
    "commnaiss": "birth_place", "datedeces": "date", "dateouv": "date",
    "referringPhysicianName": "doctor", "nom du professionnel": "full_name", "libelleCommuneEtablissement": "city", "adrs_libvoie": "street",
    "soc_sec_id": "nir", "id_patient": "ipp", "codepostal_id": "other", "rpps_id": "rpps", "rec_id": "ipp", "commune_id": "other",
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


@pytest.mark.parametrize(("headed", "least"), [(True, 0.98), (False, 0.94)], ids=["with headings", "without"])
def test_tables_labelled_by_hand_are_told(headed: bool, least: float) -> None:
    right, asked = 0, 0
    sets = (labelled_files, later_files, third_files, fourth_files)
    for table in (table for draw in sets for table in draw(rows=300, seed=8)):
        columns = [pa.array(cells, pa.large_string()) for cells in zip(*table.rows, strict=True)]
        named = (
            table.headings if headed and table.headed else tuple(f"column {k}" for k in range(len(columns)))
        )
        found = name_columns(named, columns)
        right += sum(
            column.kind in kinds.split("|") for column, kinds in zip(found, table.kinds, strict=True)
        )
        asked += len(found)
    assert asked > 1200
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


def _told(table: dict[str, list[str]]) -> dict[str, str]:
    found = name_columns(list(table), [pa.array(cells, pa.large_string()) for cells in table.values()])
    return {column.name: column.kind for column in found}


TOWNS = ["Saint-Rémy-sur-Orne", "Villers-le-Lac", "Bourg-en-Bresse", "Oyonnax", "Le Mans", "Chaumont", "Arbois", "Laon", "Neuville", "Auch",
         "La Roche-sur-Yon", "Sainte-Foy", "Gap", "Vitry-aux-Loges", "Montbard", "Digne-les-Bains"]  # fmt: skip


def test_names_and_numbers_of_communes_are_not_peoples() -> None:
    told = _told(
        {"id": [str(k) for k in range(16)], "nom": TOWNS, "population": [str(k * 731) for k in range(16)]}
    )
    assert told == {"id": "other", "nom": "city", "population": "number"}


def test_a_name_beside_a_communes_code_is_the_communes_however_odd() -> None:
    odd = [
        "Ambléon",
        "Apremont",
        "Arandas",
        "Arbigny",
        "Argis",
        "Armix",
        "Arvière",
        "Béard",
        "Béligneux",
        "Bey",
        "Bohas",
        "Brens",
        "Briord",
    ]
    told = _told({"code": [f"0{1000 + k}" for k in range(13)], "nom": odd})
    assert told == {"code": "insee", "nom": "city"}


def test_the_same_headings_beside_a_first_name_are_peoples() -> None:
    families = ["MARTIN", "PETIT", "LE GOFF", "ROUX", "SAIDI", "MOREL", "NGUYEN", "LOPEZ", "FAURE", "BLANC", "DA SILVA", "DIALLO",
                "WEBER", "REY", "LAMY", "HUET"]  # fmt: skip
    given = [
        "Léa",
        "Paul",
        "Yann",
        "Inès",
        "Ali",
        "Rose",
        "Linh",
        "Ana",
        "Louis",
        "Marc",
        "Rui",
        "Awa",
        "Karl",
        "Guy",
        "Luc",
        "Anne",
    ]
    told = _told({"id": [f"{k:06d}" for k in range(16)], "nom": families, "prenom": given})
    assert told == {"id": "ipp", "nom": "family", "prenom": "given"}


def test_of_two_towns_the_one_beside_the_birth_is_where_it_was() -> None:
    cells = people(Country.draw(3, 2000), 200, 5)
    some = [TOWNS[k % 16] for k in range(200)]
    told = _told(
        {"column 1": list(cells["date_naissance"]), "column 2": some, "column 3": list(cells["telephone"]),
         "column 4": list(cells["code_postal"]), "column 5": some[::-1], "column 6": list(cells["nom"])}
    )  # fmt: skip
    assert (told["column 2"], told["column 5"]) == ("birth_place", "city")


def test_days_of_things_are_no_births_where_nobody_is_spoken_of() -> None:
    days = [f"{1950 + k % 70}-{1 + k % 12:02d}-{2 + k % 26:02d}" for k in range(200)]
    places = [TOWNS[k % 16] for k in range(200)]
    names = people(Country.draw(3, 2000), 200, 5)["nom"]
    assert _told({"column 1": days, "column 2": places})["column 1"] == "date"
    assert _told({"column 1": days, "column 2": list(names)}) == {
        "column 1": "birth_date",
        "column 2": "family",
    }
    assert _told({"column 1": days, "prenom": ["Anne"] * 200})["column 1"] == "birth_date"


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("doctor's number", ["359312345", "2A1000049", "751212345"], "adeli"),
        ("Code CIP", ["3400935", "3595583", "3416327"], "cip7"),
        ("HeureRDV", ["08:30", "9h45", "14h"], "other"),
        ("adresse_ip", ["10.1.2.3", "192.168.0.4", "8.8.8.8"], "other"),
        ("Tél.", ["01.46.93.62.86", "06.12.34.56.78", "05.00.00.00.01"], "phone"),
        ("fax", ["0146936286", "0299123456", "0512345678"], "phone"),
        ("Adresse_3", ["75015 PARIS", "2A004 AJACCIO", "35000 RENNES CEDEX 7"], "city"),
        ("gender", ["0", "1", "0"], "sex"),
        ("acheteur.id", ["73282932000074", "35600000000048", "55210055400013"], "other"),
        ("date_fin", ["9999-12-31", "", "99991231"], "date"),
    ],
)  # fmt: skip
def test_what_a_heading_can_mean_is_settled_by_the_cells(heading: str, cells: list[str], kind: str) -> None:
    heading = "medecin" if heading == "doctor's number" else heading
    assert _told({heading: cells})[heading] == kind


def test_the_figure_of_a_second_line_is_no_part_of_the_heading() -> None:
    assert [kind_of_header(name)[0] for name in ("Adresse2", "prenom3", "TEL_2", "md5", "CIP13")] == [
        "street", "given", "phone", "password_hash", "cip13",
    ]  # fmt: skip
