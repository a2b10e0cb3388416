"""People of a directory: what a FHIR Patient and a table row say, and that nothing in them can act."""

from __future__ import annotations

import pytest

from notice_case import a_person, patient
from rempart.notice.people import Columns, Person, person_of_patient, person_of_row, read_day

CONFIDENTIAL = {
    "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}]
}


def read(**changed: object) -> Person:
    return person_of_patient(patient(a_person()) | changed, ["p1"])


def test_a_patient_has_the_official_name_and_the_address_as_it_is_posted() -> None:
    person = read()
    assert person.name == "Jean-François N’Guyen"
    assert person.address == ("1 rue de l’Hôpital", "59000 Lille")
    assert person.birth_date == "1968-05-17"
    assert (person.deceased, person.confidential, person.protection) == (False, False, "")


@pytest.mark.parametrize("said", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-01-02"}])
def test_the_dead_are_known_by_either_spelling(said: dict[str, object]) -> None:
    assert read(**said).deceased


def test_restricted_and_sensitive_records_are_confidential_and_normal_ones_are_not() -> None:
    sensitive = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HIV"}]}
    normal = {
        "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]
    }
    assert read(meta=CONFIDENTIAL).confidential
    assert read(meta=sensitive).confidential
    assert not read(meta=normal).confidential


@pytest.mark.parametrize(
    ("relation", "measure"),
    [
        ({"text": "tutrice"}, "representation"),
        ({"text": "Curateur"}, "assistance"),
        ({"coding": [{"code": "GUARD"}]}, "unknown"),
        ({"coding": [{"code": "N", "display": "Next of kin"}]}, ""),
    ],
)
def test_a_guardian_shows_the_measure_of_protection(relation: dict[str, object], measure: str) -> None:
    contact = {
        "relationship": [relation],
        "name": {"family": "Morel", "given": ["Odile"]},
        "address": {"line": ["2 place d’Armes"], "postalCode": "59800", "city": "Lille"},
    }
    person = read(contact=[contact])
    assert person.protection == measure
    assert person.representative == ("Odile Morel" if measure else "")


def test_nothing_in_a_patient_can_move_a_cursor_or_turn_a_line() -> None:
    hostile = "X\x1b[2J\u202eevil\nline"
    person = read(name=[{"family": hostile}], address=[{"line": [hostile], "city": hostile}])
    shown = "".join((person.name, *person.address))
    assert shown.isprintable()
    assert "X" in shown


@pytest.mark.parametrize(
    "broken", [{"name": 3}, {"name": [[]]}, {"address": "x"}, {"meta": []}, {"contact": [1, {}]}]
)
def test_a_part_of_the_wrong_type_is_left_out(broken: dict[str, object]) -> None:
    assert read(**broken).identifiers == ("p1",)


def test_a_row_is_read_by_its_columns() -> None:
    columns = Columns(
        identifiers=("ipp", "ins"), family=("nom",), given=("prenom",), birth_date=("ddn",), deceased=("dcd",),
        protection=("mesure",), address=("a1", "a2"), postcode=("cp",), city=("ville",), country=("pays",),
    )  # fmt: skip
    row = {
        "ipp": "77", "ins": " 1840 ", "nom": "D’Aubigné", "prenom": "Zoë", "ddn": "17/05/1968", "dcd": "non",
        "mesure": "tutelle", "a1": "Bât. B", "a2": "3 rue X", "cp": "01000", "ville": "Bourg", "pays": "Belgique",
    }  # fmt: skip
    person = person_of_row(row, columns)
    assert person.identifiers == ("77", "1840")
    assert (person.name, person.birth_date, person.protection) == (
        "Zoë D’Aubigné",
        "1968-05-17",
        "representation",
    )
    assert person.address == ("Bât. B", "3 rue X", "01000 Bourg", "Belgique")
    assert not person.deceased


@pytest.mark.parametrize(
    ("text", "day"),
    [("1968-05-17", "1968-05-17"), ("17/05/1968", "1968-05-17"), ("19680517", "1968-05-17"),
     ("1968-05-17T00:00:00Z", "1968-05-17"), ("1968-05", "1968-05"), ("1968", "1968"), ("mai 68", ""), ("", "")],
)  # fmt: skip
def test_dates_are_read_as_directories_write_them(text: str, day: str) -> None:
    assert read_day(text) == day
