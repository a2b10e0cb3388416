"""From the file on sale to the account it left through, and to an incident whose scope is set."""

import csv
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from theft_log import VICTIM, story, written

from rempart.cli import rempart
from rempart.ledger.query import pseudonym_of

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))
from french_people import Country, people


def run(*words: object) -> str:
    done = CliRunner().invoke(rempart, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A watched practice with a theft, its patients' names, and the stolen ones' on sale."""
    folder = tmp_path_factory.mktemp("through")
    (folder / "log.ndjson").write_bytes(written(story()))
    run("watch", folder / "log.ndjson", "--data", folder / "data")
    ids = sorted({line.patient for line in story()})
    drawn = people(Country.draw(5, 3000), len(ids), 6)
    cells = {name: drawn[name] for name in ("nom", "prenom", "date_naissance", "telephone", "nir")}
    rows = [{"patient_id": one} | {name: str(cells[name][k]) for name in cells} for k, one in enumerate(ids)]
    write(folder / "people.csv", rows)
    stolen = {line.patient for line in story() if line.thief}
    sold = [{name: row[name] for name in cells} for row in rows if row["patient_id"] in stolen]
    write(folder / "sold.csv", sold)
    run("population", "build", folder / "people.csv", "--data", folder / "data")
    return folder


def test_the_account_is_named_and_an_incident_is_opened_over_it(place: Path) -> None:
    said = run(
        "leak", place / "sold.csv", "--population", place / "data" / "population.index", "--data", place / "data",
        "--out", place / "out", "--today", "2026-04-01", "--open-incident", "officer",
    )  # fmt: skip
    verdict = json.loads((place / "out" / "verdict.json").read_text(encoding="utf-8"))
    named = verdict["accounts"]
    assert [each["account"] for each in named] == [VICTIM]
    assert named[0]["fields_covered"] == 1
    assert named[0]["fields_never_shown"] == []
    incident = said.split("An incident was opened: ")[1].split(".")[0]
    run("scope", incident, "--data", place / "data", "--out", place / "scope")
    scope = json.loads((place / "scope" / "scope.json").read_text(encoding="utf-8"))
    with (place / "scope" / "scope.csv").open() as file:
        told = {row["patient"] for row in csv.DictReader(file)}
    stolen = {line.patient for line in story() if line.thief}
    assert {f"{pseudonym_of(place / 'data', one):016x}" for one in stolen} <= told
    assert scope["accounts"] == [VICTIM]
    assert (place / "out" / "report.html").read_text(encoding="utf-8").count("<svg") >= 2


def test_a_copy_of_everybody_accuses_nobody(place: Path) -> None:
    with (place / "people.csv").open(encoding="utf-8") as file:
        rows = [
            {name: cell for name, cell in row.items() if name != "patient_id"} for row in csv.DictReader(file)
        ]
    write(place / "copy.csv", rows)
    run(
        "leak", place / "copy.csv", "--population", place / "data" / "population.index", "--data", place / "data",
        "--out", place / "all", "--today", "2026-04-01",
    )  # fmt: skip
    verdict = json.loads((place / "all" / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["ours"] == "ours"
    assert verdict["accounts"] == []
    assert "backups" in verdict["accounts_words"]
