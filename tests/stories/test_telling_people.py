"""From a scope to letters on the command line: what is made, what is refused, and what a kill leaves."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2
import pytest
from access_log import event
from click.testing import CliRunner, Result

from notice_case import (
    a_person,
    make_ledger,
    pseudonym,
    scope_content,
    write_directory,
    write_scope,
    write_site,
)
from rempart.cli import rempart
from rempart.errors import RempartError, SourceError
from rempart.ledger.deeds import read_deeds
from rempart.ledger.query import connect

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
REASON = "letters to the patients of I0001"
RUN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rempart.notice.scope import read_scope
from rempart.notice.site import read_site
from rempart.notice.words import words_of
from rempart.pipeline.mailing import Mailing, write_letters

if __name__ == "__main__":
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    now = datetime(2026, 3, int(sys.argv[3]), 9, tzinfo=UTC)
    words = [words_of("fr"), words_of("en")]
    mailing = Mailing(read_scope(root / "scope"), read_site(root / "site.toml"), root / "people.ndjson", out, words,
                      now, lambda done, found: print(done, found, flush=True), batch=4, jobs=1)
    print(write_letters(mailing))
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger, a directory of forty people, a scope over most of them, a site, and the people named again."""
    folder = tmp_path_factory.mktemp("case")
    key = make_ledger(folder / "data")
    people = [
        a_person(
            number,
            language="en" if number % 5 == 4 else "",
            family=("=HYPERLINK(1)", "<b>Œuf</b>", "\x1b[2JLefèvre")[number % 3],
        )
        for number in range(40)
    ]
    write_directory(folder / "patients.ndjson", people)
    seen = ["identity;contact", "identity;results;prescriptions", "identity;social_security_number"]
    rows = [(pseudonym(f"p{number}", key), seen[number % 3]) for number in range(36)]
    write_scope(folder / "scope", rows)
    write_site(folder / "site.toml")
    (folder / "run.py").write_text(RUN)
    ask(
        folder,
        "reidentify",
        "--people",
        folder / "patients.ndjson",
        "--reason",
        REASON,
        "--out",
        folder / "people.ndjson",
    )
    return folder


def ask(root: Path, *words: object) -> Result:
    command, *rest = map(str, words)
    result = CliRunner().invoke(
        rempart,
        [command, "--scope", str(root / "scope"), "--data", str(root / "data"), *rest],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    return result


def notice(root: Path, out: Path, *words: object) -> Result:
    site = (
        "--site",
        root / "site.toml",
        "--aware",
        "2026-03-04T09:00+01:00",
        "--now",
        "2026-03-05T10:00+01:00",
    )
    return ask(root, "notice", *site, "--out", out, *words)


def write(root: Path, out: Path, day: int = 5) -> str:
    made = subprocess.run(
        [sys.executable, root / "run.py", root, out, str(day)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_command_makes_every_document_and_letter(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shown = notice(root, out, "--people", root / "people.ndjson").output
    assert "CNIL" in shown
    summary = json.loads((out / "notice.json").read_text())
    names = {each["name"] for each in summary["documents"]}
    for name in ("obligations", "cnil", "register", "patients", "professionals", "laboratories", "practices",
                 "pharmacies", "press"):  # fmt: skip
        assert {f"{name}-fr", f"{name}-en"} <= names
        for language in ("fr", "en"):
            assert (out / f"{name}-{language}.pdf").read_bytes().startswith(b"%PDF-1.7")
            assert b"pdfaid" in (out / f"{name}-{language}.pdf").read_bytes()
            assert (out / f"{name}-{language}.html").stat().st_size > 1000
    assert summary["letters"] == 36
    for path in out.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_letters_in_print_are_those_of_the_merge_data(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "letters"
    assert "LetterCount(letters=36, withheld=0)" in write(root, out)
    for language, expected in (("fr", 29), ("en", 7)):
        rows = pq.read_table(out / f"merge-{language}.parquet").to_pylist()
        assert len(rows) == expected
        for row in rows:
            pages = pypdfium2.PdfDocument(out / f"letters-{language}-{row['batch']:05d}.pdf")
            text = " ".join(page.get_textpage().get_text_range() for page in pages)
            flat = " ".join(text.split())
            assert " ".join(row["reference"].split()) in flat
            assert "http" not in flat
            assert "www" not in flat
        with (out / f"merge-{language}.csv").open(encoding="utf-8-sig", newline="") as file:
            cells = list(csv.DictReader(file))
        assert [each["reference"] for each in cells] == [row["reference"] for row in rows]
        for each in cells:
            assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in each.values())
            assert not [cell for cell in each.values() if CONTROLS.search(cell)]


def test_a_killed_run_goes_on_and_ends_the_same(root: Path, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    write(root, whole)
    run = subprocess.Popen(
        [sys.executable, root / "run.py", root, broken, "5"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert run.stdout
    run.stdout.readline()
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    first = {path.name for path in broken.glob("letters-*.pdf")}
    assert 0 < len(first) < len(list(whole.glob("letters-*.pdf")))
    (broken / "letters-fr-00099.pdf.partial").write_bytes(b"%PDF")
    time.sleep(0.05)
    said = write(root, broken, day=9)
    assert content(broken) == content(whole), "the same bytes, and the date of the first run"
    assert int(said.splitlines()[-2].split()[1]) >= 4, "what stood there was not set again"


def test_a_folder_of_other_letters_is_refused(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    notice(root, out, "--people", root / "people.ndjson", "--lang", "fr")
    site = root / "site.toml"
    before = site.read_text()
    site.write_text(before.replace("03 00 00 00 00", "03 11 11 11 11"))
    try:
        with pytest.raises(SourceError, match="lettres d’une autre exécution"):
            notice(root, out, "--people", root / "people.ndjson", "--lang", "fr")
    finally:
        site.write_text(before)
    (tmp_path / "strange" / "letters").mkdir(parents=True)
    (tmp_path / "strange" / "letters" / "a.txt").touch()
    with pytest.raises(SourceError, match="other files"):
        notice(root, tmp_path / "strange", "--people", root / "people.ndjson")


def test_a_directory_needs_a_reason_and_is_named_once(root: Path, tmp_path: Path) -> None:
    with pytest.raises(RempartError, match="needs a reason"):
        notice(root, tmp_path / "out", "--people", root / "patients.ndjson")
    before = len(read_deeds(root / "data"))
    for _ in range(2):
        notice(
            root, tmp_path / "out", "--people", root / "patients.ndjson", "--reason", REASON, "--lang", "en"
        )
    assert len(read_deeds(root / "data")) == before + 1


def test_what_was_sent_makes_the_next_version_complementary(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    sites = {}
    for name, sent in (("before", "# cnil"), ("after", "cnil")):
        sites[name] = tmp_path / f"{name}.toml"
        sites[name].write_text((root / "site.toml").read_text().replace("# cnil", sent))
    told = (
        "--scope",
        str(root / "scope"),
        "--data",
        str(data),
        "--aware",
        "2026-03-04T09:00+01:00",
        "--lang",
        "fr",
    )
    for name, now in (("before", "2026-03-05T09:00+01:00"), ("after", "2026-03-09T09:00+01:00")):
        arguments = ["notice", *told, "--site", str(sites[name]), "--now", now, "--out", str(tmp_path / name)]
        assert CliRunner().invoke(rempart, arguments, catch_exceptions=False).exit_code == 0
    assert "Version initiale" in (tmp_path / "before" / "cnil-fr.html").read_text()
    page = (tmp_path / "after" / "cnil-fr.html").read_text()
    assert "Version complémentaire n°\u00a01" in page
    assert "Rien n’a changé" in page
    kept = sorted(path.name for path in (data / "notices" / "I0001").iterdir())
    assert kept == ["0001.json"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--aware", "yesterday"), "--aware is no time"),
        (("--aware", "2027-01-01"), "after the present"),
        (("--rules", "missing.toml"), "missing.toml"),
        (("--words", "nowhere"), "nowhere"),
        (("--site", "nothing.toml"), "nothing.toml"),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    root: Path, tmp_path: Path, words: tuple[str, str], said: str
) -> None:
    with pytest.raises(RempartError, match=said) as caught:
        notice(root, tmp_path / "out", *words)
    assert "\n" not in str(caught.value)
    assert caught.value.advice


def test_the_example_of_the_site_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    assert CliRunner().invoke(rempart, ["notice", "--init", str(path)]).exit_code == 0
    assert "[organisation]" in path.read_text()
    with pytest.raises(RempartError, match="cannot write"):
        CliRunner().invoke(rempart, ["notice", "--init", str(path)], catch_exceptions=False)


def test_an_incident_is_told_about_from_its_own_scope_and_awareness(tmp_path: Path) -> None:
    log, data, out = tmp_path / "log.ndjson", tmp_path / "data", tmp_path / "out"
    rows = [event(number, "dr-lunet", f"p{number % 9}") for number in range(30)]
    log.write_text("".join(json.dumps(each) + "\n" for each in rows))
    write_site(tmp_path / "site.toml")

    def run(*words: object) -> Result:
        result = CliRunner().invoke(rempart, list(map(str, words)), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    run("watch", log, "--data", data)
    run("incident", "open", "--account", "dr-lunet", "--from", "2026-03-02", "--to", "2026-03-03", "--data", data,
        "--aware", "2026-03-04T08:00Z", "--reason", "seen on sale")  # fmt: skip
    told = (
        "notice",
        "I0001",
        "--site",
        tmp_path / "site.toml",
        "--now",
        "2026-03-05T09:00Z",
        "--out",
        out,
        "--data",
        data,
    )
    run(*told)
    summary = json.loads((out / "notice.json").read_text())
    assert (summary["case"], summary["aware_at"]) == ("I0001", "2026-03-04T08:00:00Z")
    scope = json.loads((out / "scope" / "scope.json").read_text())
    assert scope["patients"]["low"] == 9
    assert "9 <sup>" in (out / "cnil-fr.html").read_text()
    assert "<sup>" not in (out / "press-fr.html").read_text()
    write_directory(tmp_path / "people.ndjson", [a_person(number) for number in range(12)])
    run(*told, "--people", tmp_path / "people.ndjson", "--reason", REASON)
    assert json.loads((out / "scope" / "scope.json").read_text())["hash"] == scope["hash"]
    assert json.loads((out / "notice.json").read_text())["letters"] == 9
    assert "people named" in run("incident", "show", "I0001", "--data", data).output


def post(account: str, unit: str) -> dict[str, object]:
    return {
        "resourceType": "PractitionerRole",
        "id": f"post-{account}",
        "practitioner": {"reference": f"Practitioner/{account}"},
        "organization": {"reference": f"Organization/{unit}"},
        "meta": {"lastUpdated": "2026-01-01T00:00:00Z"},
    }


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One theft at two practices of one vendor: a ledger, a directory, settings, and the facts of each."""
    root = tmp_path_factory.mktemp("two")
    rows: list[object] = [post("dr-lunet", "a"), post("dr-mirel", "b")]
    rows += [event(number, "dr-lunet", f"p{number % 9}") for number in range(30)]
    rows += [event(30 + number, "dr-mirel", f"p{20 + number % 5}") for number in range(30)]
    (root / "log.ndjson").write_text("".join(json.dumps(each) + "\n" for each in rows))
    write_directory(root / "people.ndjson", [a_person(number) for number in range(30)])
    run(root, "watch", root / "log.ndjson")
    named = connect(root / "data").execute("SELECT DISTINCT account, unit FROM ledger ORDER BY 1").fetchall()
    (root / "settings.toml").write_text(
        f'[site.controllers]\n"{named[0][1]}" = "Cabinet de l\'Étoile"\n"{named[1][1]}" = "Clinique du Parc"\n'
    )
    write_site(root / "etoile.toml", name="Cabinet de l’Étoile")
    write_site(root / "parc.toml", name="CLINIQUE DU PARC")
    write_site(root / "vendor.toml", name="Logiciels Réunis", role="processor")
    accounts = ("--account", "dr-lunet", "--account", "dr-mirel")
    period = ("--from", "2026-03-02", "--to", "2026-03-03", "--reason", "one exit")
    run(root, "incident", "open", *accounts, *period, "--aware", "2026-03-04T08:00Z", "--settings",
        root / "settings.toml")  # fmt: skip
    return root


def run(root: Path, *words: object) -> str:
    result = CliRunner().invoke(
        rempart, [*map(str, words), "--data", str(root / "data")], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.output


def tell(root: Path, out: Path, *sites: str, words: tuple[object, ...] = ()) -> str:
    given = [word for site in sites for word in ("--site", root / site)]
    return run(root, "notice", "I0001", *given, "--now", "2026-03-05T09:00Z", "--out", out, "--settings",
               root / "settings.toml", *words)  # fmt: skip


def test_one_command_tells_for_every_controller(two: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    letters = ("--people", two / "people.ndjson", "--reason", REASON, "--no-pdf")
    shown = tell(two, out, "parc.toml", "etoile.toml", words=letters)
    assert shown.index("Cabinet de l'Étoile") < shown.index("Clinique du Parc")
    for folder, patients, own, other in (
        ("cabinet-de-l-etoile", 9, "Cabinet de l", "CLINIQUE"),
        ("clinique-du-parc", 5, "CLINIQUE DU PARC", "Cabinet de l"),
    ):
        summary = json.loads((out / folder / "notice.json").read_text())
        scope = json.loads((out / "scope" / folder / "scope.json").read_text())
        assert (summary["scope"], summary["letters"]) == (scope["hash"], patients)
        page = (out / folder / "cnil-fr.html").read_text()
        assert own in page
        assert other not in page
    assert len(list((two / "data" / "notices").iterdir())) == 2


def test_a_processors_facts_serve_every_controller(two: Path, tmp_path: Path) -> None:
    tell(two, tmp_path / "out", "vendor.toml")
    for folder in ("cabinet-de-l-etoile", "clinique-du-parc"):
        assert (tmp_path / "out" / folder / "obligations-fr.html").exists()


@pytest.mark.parametrize(
    ("sites", "said"),
    [(("etoile.toml",), "no --site for Clinique du Parc"), (("etoile.toml", "etoile.toml"), "no --site for Clinique"),
     (("etoile.toml", "parc.toml", "vendor.toml"), "named in vendor.toml")],
)  # fmt: skip
def test_a_controller_without_facts_is_named(
    two: Path, tmp_path: Path, sites: tuple[str, ...], said: str
) -> None:
    given = [word for site in sites for word in ("--site", str(two / site))]
    asked = ["notice", "I0001", *given, "--out", str(tmp_path / "out"), "--data", str(two / "data")]
    with pytest.raises(SourceError, match=said):
        CliRunner().invoke(
            rempart, [*asked, "--settings", str(two / "settings.toml")], catch_exceptions=False
        )


def test_a_scope_of_nothing_tells_nobody(root: Path, tmp_path: Path) -> None:
    content = scope_content(accesses=0, patients={"low": 0, "high": 0, "bounded": True})
    (tmp_path / "scope.json").write_text(json.dumps(content))
    words = ["notice", "--scope", str(tmp_path), "--site", str(root / "site.toml"), "--aware", "2026-03-04"]
    told = CliRunner().invoke(rempart, [*words, "--data", str(root / "data"), "--out", str(tmp_path / "out")])
    assert isinstance(told.exception, SourceError)
    assert "nobody to tell" in str(told.exception)
    assert not (tmp_path / "out").exists()


def test_a_time_without_a_zone_is_the_sites(root: Path, tmp_path: Path) -> None:
    told = ask(root, "notice", "--site", root / "site.toml", "--aware", "2026-03-04T09:00", "--now", "2026-03-05T09:00",
               "--lang", "en", "--out", tmp_path)  # fmt: skip
    made = json.loads((tmp_path / "notice.json").read_bytes())
    assert made["aware_at"] == "2026-03-04T08:00:00Z"
    assert made["made_at"] == "2026-03-05T08:00:00Z"
    assert "09:00" in told.output


def test_the_awareness_once_said_counts_until_a_new_one_is(root: Path, tmp_path: Path) -> None:
    words = (
        "notice",
        "--site",
        root / "site.toml",
        "--now",
        "2026-03-05T09:00",
        "--lang",
        "en",
        "--out",
        tmp_path,
    )
    ask(root, *words, "--aware", "2026-03-04T09:00")
    again = ask(root, *words).output
    assert "the 72 hours run from 4 March 2026, 09:00 (CET) to 7 March 2026, 09:00 (CET)" in again
    later = ask(root, *words, "--aware", "2026-03-04T11:00").output
    assert "from 4 March 2026, 11:00 (CET)" in later
    assert "from 4 March 2026, 11:00 (CET)" in ask(root, *words).output


def test_no_letter_goes_out_without_a_number_to_call(root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text((root / "site.toml").read_text().replace('phone = "03 00 00 00 00"', 'phone = ""'))
    words = (
        "notice",
        "--site",
        site,
        "--aware",
        "2026-03-04",
        "--people",
        root / "people.ndjson",
        "--out",
        tmp_path,
    )
    with pytest.raises(SourceError, match="telephone number"):
        ask(root, *words)
    assert not (tmp_path / "letters").exists()
