"""A file is on sale: index, update, sample, verdict, decoys, through real processes and only files a site has."""

import csv
import json
import re
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from rempart.cli import rempart
from rempart.errors import LedgerError, SourceError
from rempart.incident.frauds import fraud_names
from rempart.language import set_language
from rempart.leak.columns import KINDS
from rempart.ledger.keys import read_pseudonym_key
from rempart.ledger.pseudonym import PATIENT, hash_text
from rempart.pipeline.leak_words import kind_names

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))
from french_people import Country, people, spoil, take


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(rempart, [str(word) for word in words])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def write(path: Path, columns: dict[str, list[str]], separator: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, delimiter=separator)
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leak")
    ours = people(Country.draw(5, 3000), 1500, 6)
    write(folder / "january.csv", ours)
    ours["telephone"][:300] = ours["telephone"][300:600][::-1]
    write(folder / "february.csv", ours)
    for table, day in (("january", "2026-01-01"), ("february", "2026-02-01")):
        command = "build" if table == "january" else "update"
        run("population", command, folder / f"{table}.csv", "--as-of", day, "--data", folder / "data")
    return folder


def test_a_sample_of_ours_is_told_dated_and_priced(place: Path) -> None:
    ours = people(Country.draw(5, 3000), 1500, 6)
    sample = spoil(take(ours, list(range(250))), 3)
    sample["=cmd|' /C calc'!A0"] = ["x"] * 250
    write(place / "sample.csv", sample, ";")
    said = run(
        "leak", place / "sample.csv", "--population", place / "data" / "population.index", "--data", place / "data",
        "--out", place / "out", "--today", "2026-02-10", "--lang", "fr",
    )  # fmt: skip
    verdict = json.loads((place / "out" / "verdict.json").read_text(encoding="utf-8"))
    assert "Le fichier est à nous" in said
    assert verdict["ours"] == "ours"
    assert verdict["rows"] == 250
    assert "bank" in verdict["absent"]
    assert "identity" in verdict["present"]
    first, last = verdict["snapshot_between"]
    assert first < last <= "2026-02-01"
    assert verdict["worth_eur"][0] < verdict["worth_eur"][1]
    assert not any(column["name"].startswith("=") for column in verdict["columns"])
    matches = pq.read_table(place / "out" / "matches.parquet")
    exposed = pq.read_table(place / "out" / "exposed.parquet")
    assert set(exposed["patient"].to_pylist()) == set(matches["patient"].to_pylist())
    assert exposed["score"].to_pylist() == sorted(exposed["score"].to_pylist(), reverse=True)
    assert {"identity", "contact", "social_security_number"} <= set(exposed["categories"][0].as_py())
    assert verdict["frauds"]["credit_fraud"]["high"] > 200
    assert verdict["frauds"]["forged_prescriptions"]["high"] == 0
    assert verdict["most_exposed"][0]["patient"] == exposed["patient"][0].as_py()
    assert len(verdict["next_steps"]) >= 3
    key = read_pseudonym_key(place / "data")
    wanted = {k: f"{hash_text(f'P{k:08d}', key, PATIENT):016x}" for k in range(250)}
    right = [
        wanted[row] == name
        for row, name in zip(*(matches[c].to_pylist() for c in ("row", "patient")), strict=True)
    ]
    assert sum(right) >= 247
    assert sum(right) == len(right)
    page = (place / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 2
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert (place / "out" / "statement.md").read_text(encoding="utf-8").startswith("Un fichier")
    for name in ("verdict.json", "matches.parquet", "exposed.parquet", "statement.md", "report.html"):
        assert (place / "out" / name).stat().st_mode & 0o077 == 0


def test_a_decoy_is_recognised_though_retyped_and_blanked(place: Path) -> None:
    run(
        "canary", "plant", place / "january.csv", "--count", 3, "--mail-domain", "decoys.example.org",
        "--bundle", place / "decoys.json", "--seed", 4, "--data", place / "data",
    )  # fmt: skip
    bundle = json.loads((place / "decoys.json").read_text(encoding="utf-8"))
    patient = bundle["entry"][1]["resource"]
    assert patient["meta"]["tag"][0]["code"] == "DECOY"
    strangers = take(people(Country.draw(5, 3000), 400, 99), list(range(100)))
    rows = {name: list(strangers[name]) for name in ("nom", "prenom", "date_naissance", "telephone")}
    name, phone = patient["name"][0], patient["telecom"][0]["value"]
    rows["nom"][7], rows["prenom"][7] = name["family"].upper(), name["given"][0] + "e"
    rows["date_naissance"][7], rows["telephone"][7] = patient["birthDate"], ""
    rows["nom"][9], rows["telephone"][9] = "", "+33" + phone[1:]
    write(place / "strange.csv", rows)
    run(
        "leak", place / "strange.csv", "--population", place / "data" / "population.index", "--data", place / "data",
        "--out", place / "out2",
    )  # fmt: skip
    verdict = json.loads((place / "out2" / "verdict.json").read_text(encoding="utf-8"))
    assert {(found["row"], found["id"]) for found in verdict["canaries"]} == {(7, "D0002"), (9, "D0002")}
    assert "D0002" in run("canary", "list", "--data", place / "data")
    assert "D0002" in run("canary", "retire", "D0002", "--data", place / "data")
    done = CliRunner().invoke(rempart, ["canary", "check", "--data", str(place / "data")])
    assert isinstance(done.exception, LedgerError)  # nobody is cleared where no access was ever recorded
    assert b"D0002" not in (place / "data" / "canaries.register").read_bytes()


def test_a_missing_file_is_one_clear_line(place: Path) -> None:
    done = CliRunner().invoke(
        rempart,
        [
            "leak",
            "no-such-file.csv",
            "--population",
            str(place / "january.csv"),
            "--out",
            str(place / "out3"),
        ],
    )
    assert "cannot read no-such-file.csv" in str(done.exception)


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "aucune ligne"), ("nom,prenom\n", "aucune ligne"), ("a,b\n1,2\n3,4\n", "aucune colonne")],
)
def test_a_file_that_says_nothing_is_refused_in_one_line(
    place: Path, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "sale.csv").write_text(content, encoding="utf-8")
    words = ["leak", tmp_path / "sale.csv", "--population", place / "january.csv", "--out", tmp_path / "out"]
    done = CliRunner().invoke(rempart, [str(word) for word in [*words, "--lang", "fr"]])
    assert isinstance(done.exception, SourceError)
    assert said in str(done.exception)
    assert not (tmp_path / "out" / "report.html").exists()


def test_why_no_account_is_named_and_no_incident_opened_is_said(place: Path, tmp_path: Path) -> None:
    ours, foreign = (people(Country.draw(5, 3000), size, seed) for size, seed in ((1500, 6), (100, 98)))
    del foreign["patient_id"]
    for name, rows, why in (
        ("ours", take(ours, list(range(100))), "Aucun registre"),
        ("foreign", foreign, "Le fichier n'est pas à nous : le chemin"),
    ):
        said = run(
            "leak", write(tmp_path / f"{name}.csv", rows), "--population", place / "january.csv",
            "--out", tmp_path / name, "--data", place / "data", "--open-incident", "X", "--lang", "fr",
        )  # fmt: skip
        assert why in said
        assert "Aucun incident n'a été ouvert : aucun compte" in said


def test_decoys_never_overwrite_a_bundle_and_their_mail_can_be_delivered(place: Path, tmp_path: Path) -> None:
    rows = take(people(Country.draw(5, 3000), 1500, 6), list(range(40)))
    rows["prenom"], rows["nom"] = ["Inès-Zoë"] * 40, ["LE CŒUR"] * 40
    table, bundle = write(tmp_path / "people.csv", rows), tmp_path / "decoys.json"

    def plant(domain: str) -> list[str]:
        words = (
            "canary",
            "plant",
            table,
            "--mail-domain",
            domain,
            "--bundle",
            bundle,
            "--data",
            tmp_path / "d",
        )
        return [str(word) for word in (*words, "--lang", "fr")]

    for wrong in ("leurres", "a@b.example", "leurres."):
        done = CliRunner().invoke(rempart, plant(wrong))
        assert "n'est pas un domaine" in str(done.exception)
        assert not bundle.exists()
    run(*plant("leurres.example"))
    before = bundle.read_bytes()
    mails = [entry["resource"]["telecom"][1]["value"] for entry in json.loads(before)["entry"]]
    assert all(re.fullmatch(r"ines-zoe\.lecoeur\d+@leurres\.example", mail) for mail in mails)
    assert "existe déjà" in str(CliRunner().invoke(rempart, plant("leurres.example")).exception)
    assert bundle.read_bytes() == before
    assert run("canary", "list", "--data", tmp_path / "d").count("\n") == 10


@pytest.mark.parametrize("command", [["list"], ["check"], ["retire", "D0001"]])
def test_decoys_are_not_looked_for_in_a_folder_that_is_not_there(tmp_path: Path, command: list[str]) -> None:
    nowhere = tmp_path / "nowhere"
    done = CliRunner().invoke(rempart, ["canary", *command, "--data", str(nowhere)])
    assert isinstance(done.exception, LedgerError | SourceError)
    assert "--data" in str(done.exception)
    assert not nowhere.exists()


def test_the_page_shows_no_fraud_and_no_patient_without_one(place: Path, tmp_path: Path) -> None:
    ours = take(people(Country.draw(5, 3000), 1500, 6), list(range(100)))
    kept = {
        "bare": ("prenom", "telephone", "ville", "code_postal"),
        "names": ("nom", "prenom", "date_naissance", "telephone"),
    }
    for name, columns in kept.items():
        sold = write(tmp_path / f"{name}.csv", {column: ours[column] for column in columns if column in ours})
        run("leak", sold, "--population", place / "january.csv", "--out", tmp_path / name, "--lang", "fr")
        page = (tmp_path / name / "report.html").read_text(encoding="utf-8")
        verdict = json.loads((tmp_path / name / "verdict.json").read_text(encoding="utf-8"))
        assert verdict["ours"] in ("ours", "partly_ours")
        assert "<td></td>" not in page
        assert not re.search(" [;:?!»]", page.split("</head>")[1].replace("<svg", "\0").split("\0")[0])
        for fraud, counts in verdict["frauds"].items():
            assert (f'<th scope="row">{fraud_names()[fraud]}</th>' in page) == (sum(counts.values()) > 0)


def test_every_kind_of_column_has_a_french_name() -> None:
    english = kind_names()
    set_language("fr")
    assert set(english) == set(KINDS)
    same = {kind for kind, name in kind_names().items() if name == english[kind]}
    assert same <= {"date"}
