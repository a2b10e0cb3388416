"""Re-identification: the right people, each once, with all that was seen under all their identifiers."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from notice_case import a_person, make_ledger, patient, pseudonym, write_directory, write_scope
from rempart.errors import LedgerError, SettingsError, SourceError
from rempart.ledger.deeds import read_deeds
from rempart.notice.affected import Affected, is_affected_file, read_affected
from rempart.notice.people import Person
from rempart.pipeline.directory import Directory
from rempart.pipeline.escrowing import open_escrow, seal_directory
from rempart.pipeline.reidentifying import Reidentified, reidentify

REASON = "letters to the patients of I0001"
NOW_MS = 1_772_000_000_000


class Site:
    """A ledger, a directory and a scope in one folder."""

    def __init__(self, folder: Path, rows: list[tuple[str, str]], people: list[Person]) -> None:
        self.folder, self.data, self.out = folder, folder / "data", folder / "people.ndjson"
        key = make_ledger(self.data)
        self.scope = write_scope(folder / "scope", [(pseudonym(name, key), what) for name, what in rows])
        self.directory = folder / "patients.ndjson"
        write_directory(self.directory, people)

    def run(self, directory: Directory | None = None, reason: str = REASON) -> Reidentified:
        source = directory or Directory(self.directory)
        return reidentify(self.folder / "scope", source, reason, self.data, self.out, NOW_MS, lambda _: None)

    def found(self) -> list[Affected]:
        return list(read_affected(self.out, self.scope.hash))


def test_people_are_found_under_any_of_their_identifiers(tmp_path: Path) -> None:
    people = [a_person(number) for number in range(5)]
    site = Site(tmp_path, [("p1", "identity"), (f"1{3:012d}", "results"), ("nobody", "identity")], people)
    assert site.run() == Reidentified(people=2, unmatched=1, ambiguous=0, directory=5, unreadable=0)
    assert [(each.number, each.person.identifiers[0], each.categories) for each in site.found()] == [
        (1, "p1", ("identity",)),
        (2, "p3", ("results",)),
    ]
    assert stat.S_IMODE(site.out.stat().st_mode) == 0o600


def test_one_person_under_two_identifiers_is_one_person_with_everything(tmp_path: Path) -> None:
    rows = [("p1", "results;identity"), (f"1{1:012d}", "contact;identity")]
    site = Site(tmp_path, rows, [a_person(1)])
    assert site.run().people == 1
    [found] = site.found()
    assert found.categories == ("identity", "contact", "results")
    assert (found.accesses, len(found.patients)) == (4, 2)


def test_a_merged_record_joins_its_person(tmp_path: Path) -> None:
    gone = a_person(1, identifiers=("old-7",))
    site = Site(tmp_path, [("old-7", "results"), ("p1", "identity")], [a_person(1)])
    with site.directory.open("a") as file:
        link = {"type": "replaced-by", "other": {"reference": "Patient/p1"}}
        file.write(json.dumps(patient(gone) | {"link": [link], "deceasedBoolean": True}) + "\n")
    assert site.run().people == 1
    [found] = site.found()
    assert found.categories == ("identity", "results")
    assert not found.ambiguous
    assert found.person.deceased, "whatever forbids a letter in either entry holds"


def test_one_number_given_to_two_people_is_in_doubt(tmp_path: Path) -> None:
    twins = [a_person(1, identifiers=("a", "shared")), a_person(2, identifiers=("b", "shared"))]
    site = Site(tmp_path, [("shared", "results")], twins)
    assert site.run().ambiguous == 2
    assert [each.ambiguous for each in site.found()] == [True, True]


def test_the_reason_is_signed_before_the_first_name(tmp_path: Path) -> None:
    site = Site(tmp_path, [("p1", "identity")], [a_person(1)])
    with pytest.raises(LedgerError, match="no reason"):
        site.run(reason="-")
    assert not site.out.exists()
    with pytest.raises(SourceError):
        site.run(Directory(tmp_path / "missing.ndjson"))
    assert [act.why for act in read_deeds(site.data)] == [REASON]
    assert not site.out.exists()
    site.run()
    assert [act.change["about"] for act in read_deeds(site.data)] == [site.scope.hash] * 2


def test_another_key_names_nobody(tmp_path: Path) -> None:
    site = Site(tmp_path, [("p1", "identity")], [a_person(1)])
    make_ledger(tmp_path / "other")
    site.data = tmp_path / "other"
    assert (site.run().people, site.run().unmatched) == (0, 1)


def test_a_table_is_a_directory_too(tmp_path: Path) -> None:
    site = Site(tmp_path, [("77", "identity"), ("1840599", "results")], [])
    table = tmp_path / "annuaire.csv"
    text = (
        "IPP;INS;Nom;Prénom;Date de naissance;Adresse;Code postal;Ville\n"
        "77;x1;Martin;Éloïse;17/05/1968;3 rue X;59000;Lille\n"
        "78;1840599;=CMD();Zoë;01/02/1950;4 rue X;59000;Lille\n"
        "79;;Personne;;;;;\n"
    )
    table.write_bytes(text.encode("cp1252"))
    result = site.run(Directory(table))
    assert (result.people, result.directory) == (2, 3)
    assert [(each.person.name, each.person.birth_date) for each in site.found()] == [
        ("Éloïse Martin", "1968-05-17"),
        ("Zoë =CMD()", "1950-02-01"),
    ]


def test_a_mapping_names_the_columns(tmp_path: Path) -> None:
    site = Site(tmp_path, [("77", "identity")], [])
    table, mapping = tmp_path / "a.csv", tmp_path / "people.toml"
    table.write_text("code,qui,rue\n77,Martin,3 rue X\n")
    with pytest.raises(SourceError, match="no column of patient identifiers"):
        site.run(Directory(table))
    mapping.write_text('[people]\nidentifiers = "code"\nfamily = ["qui"]\naddress = ["rue"]\n')
    assert site.run(Directory(table, mapping)).people == 1
    mapping.write_text('[people]\nidentifiers = "cod"\n')
    with pytest.raises(SettingsError, match="'cod'"):
        site.run(Directory(table, mapping))
    mapping.write_text('[people]\nidentifier = "code"\n')
    with pytest.raises(SettingsError, match="no mapping of people"):
        Directory(table, mapping)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b'{"resourceType":"Observation"}\n', b"{\n"])
def test_a_file_without_patients_is_refused(tmp_path: Path, content: bytes) -> None:
    site = Site(tmp_path, [("p1", "identity")], [])
    site.directory.write_bytes(content)
    with pytest.raises(SourceError):
        site.run()


def test_unreadable_lines_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    site = Site(tmp_path, [("p1", "identity")], [a_person(1)])
    site.directory.write_bytes(b"{bad\n" + site.directory.read_bytes() + b'{"resourceType": "Patient"\n')
    assert (site.run().people, site.run().unreadable) == (1, 2)


def test_the_file_of_people_belongs_to_one_scope(tmp_path: Path) -> None:
    site = Site(tmp_path, [("p1", "identity")], [a_person(1)])
    site.run()
    assert is_affected_file(site.out)
    assert not is_affected_file(site.directory)
    with pytest.raises(SourceError, match="another scope"):
        list(read_affected(site.out, "0" * 64))
    site.out.write_bytes(site.out.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(SourceError, match="holds 0 people, not 1"):
        site.found()


def test_an_escrow_gives_the_same_people_back(tmp_path: Path) -> None:
    people = [
        a_person(1, confidential=True),
        a_person(2, deceased=True, language="en"),
        a_person(
            3, protection="representation", representative="Odile Morel", representative_address=("Lille",)
        ),
        a_person(4, birth_date="1950"),
    ]
    site = Site(tmp_path, [(f"p{number}", "identity;results") for number in range(1, 5)], [])
    table = tmp_path / "people.csv"
    titles = ["id", "ins", "family", "given", "birth_date", "address", "city", "confidential", "deceased"]
    titles += ["language", "protection", "representative", "representative_address"]
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(titles)
        for each in people:
            flags = ["yes" if flag else "" for flag in (each.confidential, each.deceased)]
            theirs = [each.representative, "".join(each.representative_address)]
            names = [*each.identifiers, each.family, each.given, each.birth_date, *each.address]
            writer.writerow([*names, *flags, each.language, each.protection, *theirs])
    site.run(Directory(table))
    before = site.found()
    sealed, shares, opened = tmp_path / "dir.escrow", tmp_path / "shares", tmp_path / "opened.ndjson"
    seal_directory(Directory(table), site.data, sealed, shares, NOW_MS, lambda _: None)
    pair = (shares / "share-1.txt", shares / "share-2.txt")
    open_escrow(sealed, pair, "the directory is gone, letters must go", site.data, opened, NOW_MS)
    site.run(Directory(opened))
    for one, other in zip(before, site.found(), strict=True):
        assert other.person.name == one.person.name
        for kept in ("birth_date", "address", "protection", "confidential", "deceased", "language"):
            assert getattr(other.person, kept) == getattr(one.person, kept)
        assert other.person.representative == one.person.representative
        assert other.categories == one.categories
    assert [act.did for act in read_deeds(site.data)] == [
        "reidentified",
        "escrow_made",
        "escrow_opened",
        "reidentified",
    ]
    for path in (sealed, opened, *pair):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
