"""A theft from the log to the scope: exact where the log is whole, bounded and named where it is not."""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from access_log import REMPART
from click.testing import CliRunner
from theft_log import MONDAY, STAFF, THEFT_DAY, VICTIM, Line, story, written

from notice_case import write_site
from rempart.canonical import hash_document
from rempart.cli import rempart
from rempart.errors import LedgerError
from rempart.incident.frauds import category_words
from rempart.incident.words import people_words
from rempart.language import set_language
from rempart.ledger.query import connect, pseudonym_of
from rempart.pipeline.aftermath import Asked, take_scope
from rempart.pipeline.course import Course
from rempart.settings import Settings
from rempart.watch.challenge import RELEASED_BY_WORD

FROM, TO = MONDAY + timedelta(days=THEFT_DAY), MONDAY + timedelta(days=THEFT_DAY + 1)


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(rempart, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def watched(folder: Path, log: bytes, *options: str) -> Path:
    """The data folder of a watch over ``log``."""
    folder.mkdir(exist_ok=True)
    (folder / "log.ndjson").write_bytes(log)
    run("watch", folder / "log.ndjson", "--data", folder / "data", *options)
    return folder / "data"


def scope_of(data: Path, *accounts: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
    out = data.parent / "scope"
    named = [word for account in accounts for word in ("--account", account)]
    period = ("--from", FROM.isoformat(), "--to", TO.isoformat())
    run("scope", *named, *period, "--data", data, "--out", out, *options)
    return dict(json.loads((out / "scope.json").read_bytes()))


def truly(lines: list[Line], *accounts: str) -> set[str]:
    """Whose data those accounts were given that day."""
    return {line.patient for line in lines if line.account in accounts and FROM <= line.at < TO}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A watched log with one theft, nothing missing."""
    return watched(tmp_path_factory.mktemp("whole"), written(story()))


def test_with_a_whole_log_the_scope_is_exact(whole: Path) -> None:
    document = scope_of(whole, VICTIM)
    truth = truly(story(), VICTIM)
    assert document["gaps"] == []
    assert document["patients"] == {"low": len(truth), "high": len(truth), "bounded": True}
    with (whole.parent / "scope" / "scope.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["patient"] for row in rows} == {f"{pseudonym_of(whole, one):016x}" for one in truth}
    answers = {name: one["answer"] for name, one in document["categories"].items()}
    assert answers["prescriptions"] == "exposed"
    assert answers["bank_details"] == "not_exposed"
    assert answers["social_security_number"] == "cannot_tell"
    assert document["hash"] == hash_document(document)
    assert (whole.parent / "scope" / "timeline.svg").read_bytes().startswith(b"<?xml")


def test_the_lines_that_prove_a_category_show_it(whole: Path) -> None:
    log = (whole.parent / "log.ndjson").read_bytes()
    proof = scope_of(whole, VICTIM)["categories"]["prescriptions"]["proof"]
    assert proof
    for line in proof:
        event = json.loads(log[line["offset"] :].split(b"\n", 1)[0])
        assert event["entity"][1]["what"]["reference"].startswith("MedicationRequest/")


def test_the_owner_and_the_thief_are_told_apart_by_their_networks(whole: Path) -> None:
    asked = Asked(None, (VICTIM,), round(FROM.timestamp() * 1000), round(TO.timestamp() * 1000))
    (one,) = take_scope(whole, asked, Settings(), asked.to_ms).scopes
    log = (whole.parent / "log.ndjson").read_bytes()
    thief = np.array([b"198.51.100.77" in log[at:].split(b"\n", 1)[0] for at in one.accesses.offset.tolist()])
    called = one.scope.split.thief >= 0.5
    assert (called == thief).mean() >= 0.95
    truth = {line.patient for line in story() if line.thief}
    assert one.scope.split.low <= len(truth) <= one.scope.split.high


def cut(lines: list[Line], keep: Callable[[Line], bool], numbered: bool) -> bytes:
    """The log without some lines, ids as they were before the cut, or ids that say nothing."""
    chance = random.Random(8)
    names = [
        f"ev{n}" if numbered else f"{chance.getrandbits(60):015x}x" for n in range(1000, 1000 + len(lines))
    ]
    kept = [(line, name) for line, name in zip(lines, names, strict=True) if keep(line)]
    return written([line for line, _ in kept], [name for _, name in kept])


def test_with_a_tenth_of_the_lines_gone_the_truth_lies_within_and_the_gap_is_named(
    whole: Path, tmp_path: Path
) -> None:
    chance = random.Random(4)
    data = watched(tmp_path, cut(story(), lambda _: chance.random() >= 0.1, numbered=True))
    document = scope_of(data, VICTIM)
    truth = len(truly(story(), VICTIM))
    assert document["patients"]["low"] < truth <= document["patients"]["high"]
    assert [gap["kind"] for gap in document["gaps"]] == ["sequence_hole"]
    assert document["categories"]["bank_details"]["answer"] == "cannot_tell"
    known = scope_of(whole, VICTIM)["categories"]
    for name, one in document["categories"].items():
        assert one["seen"] <= known[name]["seen"] <= one["seen"] + one["possible"], name
        assert one["possible"] >= document["gaps"][0]["upper_bound"]
        assert one["answer"] != "not_exposed"
    assert document["categories"]["prescriptions"]["seen"] < known["prescriptions"]["seen"]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("cut_short", [False, True])
def test_the_table_counts_every_category_as_the_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, cut_short: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    log = written([line for line in story() if line.at < FROM + timedelta(hours=12) or not cut_short])
    data, out = watched(tmp_path, log), tmp_path / "scope"
    period = ("--from", FROM.isoformat(), "--to", TO.isoformat(), "--out", out, "--lang", language)
    shown = run("scope", "--account", VICTIM, *period, "--data", data)
    document = json.loads((out / "scope.json").read_bytes())
    set_language(language)
    words = {
        category_words()[name]: people_words(one["seen"], one["possible"], one["bounded"])
        for name, one in document["categories"].items()
    }
    set_language("en")
    assert all(one["bounded"] is not cut_short for one in document["categories"].values())
    told = {cells[0]: cells[2] for line in shown.splitlines() if len(cells := _cells(line)) == 4}
    assert words.items() <= told.items()
    page = (out / "scope.html").read_text()
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td>[^<]*</td><td>([^<]*)</td>', page)
    assert words.items() <= {unescape(name): unescape(people) for name, people in rows}.items()
    assert document["hash"] in page
    assert "Europe/Paris" in page
    assert not re.search(r"\d{4}-\d\d-\d\d", re.sub("<[^>]*>", "", page))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│").split("│")]


@pytest.mark.parametrize("hour", [11, 12, 13])
def test_with_an_hour_gone_and_no_numbers_the_truth_lies_within(tmp_path: Path, hour: int) -> None:
    begin = FROM + timedelta(hours=hour)
    data = watched(
        tmp_path, cut(story(), lambda line: not begin <= line.at < begin + timedelta(hours=1), numbered=False)
    )
    document = scope_of(data, VICTIM)
    (gap,) = document["gaps"]
    assert gap["kind"] == "missing_hours"
    assert gap["from"].startswith(begin.isoformat()[:16])
    assert document["patients"]["low"] <= len(truly(story(), VICTIM)) <= document["patients"]["high"]


def test_unreadable_lines_of_the_period_are_counted_and_others_are_not(tmp_path: Path) -> None:
    lines = written(story()).splitlines(keepends=True)
    first = next(n for n, line in enumerate(story()) if line.at >= FROM + timedelta(hours=9))
    lines.insert(first, b'{"broken\n')
    lines.insert(3, b'{"broken\n')
    data = watched(tmp_path, b"".join(lines))
    (gap,) = scope_of(data, VICTIM)["gaps"]
    assert (gap["kind"], gap["upper_bound"]) == ("rejected_lines", 1)


def test_three_accounts_of_one_crew_are_one_incident(tmp_path: Path) -> None:
    data = watched(tmp_path, written(story(thieves=STAFF[:3])))
    listed = [line for line in run("incident", "list", "--data", data).splitlines() if "I00" in line]
    assert len(listed) == 1
    shown = run("incident", "show", "I0001", "--data", data)
    assert all(account in shown for account in STAFF[:3])
    assert STAFF[3] not in shown
    run("scope", "I0001", "--data", data, "--out", tmp_path / "scope")
    document = json.loads((tmp_path / "scope" / "scope.json").read_bytes())
    stolen = {line.patient for line in story(thieves=STAFF[:3]) if line.thief}
    with (tmp_path / "scope" / "scope.csv").open() as file:
        found = {row["patient"] for row in csv.DictReader(file)}
    assert {f"{pseudonym_of(data, one):016x}" for one in stolen} <= found
    assert document["incident"] == "I0001"


def test_detecting_twice_opens_nothing_twice(whole: Path) -> None:
    before = run("incident", "list", "--data", whole)
    assert "I0001" in before
    assert run("incident", "detect", "--data", whole) == ""
    assert run("incident", "list", "--data", whole) == before


def test_an_incident_goes_from_hand_to_hand_and_the_ledger_verifies(tmp_path: Path) -> None:
    data = watched(tmp_path, written(story()[:800]))
    opened = ("incident", "open", "--from", "2026-03-02", "--to", "2026-03-03", "--reason", "a call")
    assert (
        run(*opened, "--account", VICTIM, "--account", STAFF[1], "--who", "A. Officer", "--data", data)
        == "I0001\n"
    )
    run("incident", "note", "I0001", "the owner was on leave", "--data", data)
    told = run("incident", "state", "I0001", "confirmed", "--reason", "he says so", "--data", data)
    assert "the 72 hours run from" in told
    assert (
        run("incident", "split", "I0001", "--account", STAFF[1], "--reason", "two", "--data", data)
        == "I0002\n"
    )
    run("incident", "merge", "I0001", "I0002", "--reason", "one after all", "--data", data)
    shown = run("incident", "show", "I0001", "--data", data)
    for word in ("confirmed", "A. Officer", "on leave", "he says so", "one after all", STAFF[1]):
        assert word in shown
    run("ledger", "verify", "--data", data)
    manifest = data / "ledger" / "manifest.ndjson"
    manifest.write_bytes(manifest.read_bytes().replace(b"on leave", b"at work!"))
    done = CliRunner().invoke(rempart, ["ledger", "verify", "--data", str(data)])
    assert done.exit_code == 1
    assert "changed" in done.output


def test_an_officer_writes_while_a_watch_is_running(tmp_path: Path) -> None:
    first, second = (written(story()[:400]), written(story()))
    data = watched(tmp_path, first)
    child = subprocess.Popen(
        [*REMPART, "watch", "--stdio", "--data", str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    lines = second.splitlines(keepends=True)
    child.stdin.write(lines[500])
    child.stdin.flush()
    child.stdout.readline()
    run("incident", "open", "--account", VICTIM, "--from", "2026-03-02", "--to", "2026-03-03", "--reason", "x", "--data", data)  # fmt: skip
    child.stdin.write(lines[501])
    child.stdin.flush()
    child.stdout.readline()
    child.stdin.close()
    assert child.wait(60) == 0
    child.stdout.close()
    assert "I0001" in run("incident", "list", "--data", data)
    run("ledger", "verify", "--data", data)


def test_each_controller_gets_the_scope_of_its_own_units(tmp_path: Path) -> None:
    staff = [
        {
            "resourceType": "PractitionerRole",
            "id": f"r{n}",
            "practitioner": {"reference": f"Practitioner/{account}"},
            "organization": {"reference": f"Organization/unit{n % 2}"},
            "meta": {"lastUpdated": "2026-01-01T00:00:00Z"},
        }
        for n, account in enumerate(STAFF)
    ]
    log = b"".join(json.dumps(one).encode() + b"\n" for one in staff) + written(story(thieves=STAFF[:2]))
    chosen = tmp_path / "settings.toml"
    (tmp_path / "log.ndjson").write_bytes(log)
    data = tmp_path / "data"
    run("watch", tmp_path / "log.ndjson", "--data", data)
    units = [
        unit for (unit,) in connect(data).execute("SELECT DISTINCT unit FROM ledger ORDER BY 1").fetchall()
    ]
    assert len(units) == 2, units
    chosen.write_text(
        f'[site.controllers]\n"{units[0]}" = "Cabinet de l\'Étoile"\n"{units[1]}" = "Clinique du Parc"\n'
    )
    out = tmp_path / "scopes"
    run("scope", "--account", STAFF[0], "--account", STAFF[1], "--from", FROM.isoformat(), "--to", TO.isoformat(),
        "--data", data, "--out", out, "--settings", chosen)  # fmt: skip
    assert sorted(one.name for one in out.iterdir()) == [
        "cabinet-de-l-etoile",
        "clinique-du-parc",
        "summary.json",
    ]
    documents = [json.loads(path.read_bytes()) for path in sorted(out.glob("*/scope.json"))]
    assert [one["controller"] for one in documents] == ["Cabinet de l'Étoile", "Clinique du Parc"]
    lines = story(thieves=STAFF[:2])
    assert sorted(one["patients"]["low"] for one in documents) == sorted(
        len(truly(lines, account)) for account in STAFF[:2]
    )


def test_later_thefts_are_joined_to_earlier_ones_person_by_person(whole: Path, tmp_path: Path) -> None:
    period = ("--from", FROM.isoformat(), "--to", TO.isoformat(), "--reason", "x", "--data", whole)
    first = run("incident", "open", "--account", VICTIM, *period).strip()
    run("scope", first, "--data", whole, "--out", whole.parent / "one")
    second = run("incident", "open", "--account", VICTIM, *period).strip()
    run("value", second, "--data", whole, "--out", whole.parent / "value")
    value = json.loads((whole.parent / "value" / "value.json").read_bytes())
    assert value["earlier_incidents"][first] == value["people"] == value["exposed_before"]
    assert value["worth_eur"]["retail"][0] <= value["worth_eur"]["retail"][1]
    assert set(value["entries"]) >= {"retail", "wholesale"}
    run("incident", "state", first, "false_alarm", "--reason", "x", "--data", whole)
    write_site(tmp_path / "site.toml")
    words = ("notice", first, "--site", tmp_path / "site.toml", "--out", tmp_path / "out", "--data", whole)
    refused = CliRunner().invoke(rempart, list(map(str, words)))
    assert f"{first} is a false alarm" in str(refused.exception)
    assert not (tmp_path / "out").exists()
    run("value", second, "--data", whole, "--out", whole.parent / "value")
    assert first not in json.loads((whole.parent / "value" / "value.json").read_bytes())["earlier_incidents"]


def test_a_scope_file_is_valued_as_it_stands_and_a_changed_one_is_refused(whole: Path) -> None:
    document = scope_of(whole, VICTIM)
    path = whole.parent / "scope" / "scope.json"
    run("value", path, "--data", whole, "--out", whole.parent / "value")
    value = json.loads((whole.parent / "value" / "value.json").read_bytes())
    assert value["scope"] == document["hash"]
    assert value["people"] == document["patients"]["high"]
    path.write_text(path.read_text().replace('"accesses": ', '"accesses": 1'))
    done = CliRunner().invoke(rempart, ["value", str(path), "--data", str(whole)])
    assert "changed" in str(done.exception)


def test_what_is_written_is_its_owners_alone_and_names_no_patient(whole: Path) -> None:
    scope_of(whole, VICTIM)
    for path in [*(whole.parent / "scope").iterdir(), *(whole / "exposures").glob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
        assert b"s0-1" not in path.read_bytes()


def test_a_false_alarm_reaches_the_watch_once_and_survives_a_crash(tmp_path: Path) -> None:
    data = watched(tmp_path, written(story(thieves=())))
    run("incident", "open", "--account", VICTIM, "--from", "2026-03-02", "--to", "2026-03-03", "--reason", "x", "--data", data)  # fmt: skip
    course = Course.open(data, Settings(), enforce=False, live=False)
    number = course.stages.names.known("account", VICTIM)
    course.stages.watch.accounts["carried"][number] = 4.0
    run(
        "incident", "state", "I0001", "false_alarm", "--reason", "he stood in for a colleague", "--data", data
    )
    course.heed()
    assert course.stages.watch.accounts["carried"][number] == 0
    assert course.stages.watch.accounts["released"][number] == RELEASED_BY_WORD
    before = {name: array.copy() for name, array in course.stages.watch.state().items()}
    heeded = course.progress.heeded
    course.heed()
    course.flush(sync=True)
    course.abandon()
    again = Course.open(data, Settings(), enforce=False, live=False)
    assert again.progress.heeded == heeded > 0
    after = again.stages.watch.state()
    assert [name for name in before if not np.array_equal(before[name], after[name])] == []
    again.close()


STAND_IN_DAYS = (9, 10, 16)


def stand_in(lines: list[Line]) -> list[Line]:
    """The lines with the victim seeing a colleague's patients beside the own, at the own desk, on three days."""
    chance = random.Random(5)
    for day in STAND_IN_DAYS:
        for number in range(300):
            at = MONDAY + timedelta(days=day, seconds=chance.randrange(8 * 3600, 18 * 3600))
            lines.append(Line(at, VICTIM, f"q{day}-{number}", "Patient", "192.0.2.10", thief=False))
    return sorted(lines, key=lambda line: (line.at, line.account, line.patient))


def test_after_a_false_alarm_the_same_work_is_doubted_less_and_opens_nothing(tmp_path: Path) -> None:
    lines = stand_in(story(thieves=()))
    early = sum(line.at < MONDAY + timedelta(days=14) for line in lines)
    names = [f"ev{n}" for n in range(1000, 1000 + len(lines))]
    doubts = {}
    for state in ("suspected", "false_alarm"):
        data = watched(tmp_path / state, written(lines[:early], names[:early]))
        run("incident", "open", "--account", VICTIM, "--from", "2026-03-11", "--to", "2026-03-13", "--reason", "x", "--data", data)  # fmt: skip
        if state == "false_alarm":
            run(
                "incident", "state", "I0001", state, "--reason", "he stood in for a colleague", "--data", data
            )
        assert run("incident", "detect", "--data", data) == ""
        (tmp_path / state / "late.ndjson").write_bytes(written(lines[early:], names[early:]))
        run("watch", tmp_path / state / "late.ndjson", "--data", data)
        question = "SELECT max(doubt) FROM ledger WHERE number >= ? AND account = ?"
        ((doubts[state],),) = connect(data).execute(question, [early, VICTIM]).fetchall()
    assert doubts["false_alarm"] < doubts["suspected"] - 1


def test_an_account_the_ledger_never_saw_proves_nothing(whole: Path, tmp_path: Path) -> None:
    period = ("--from", FROM.isoformat(), "--to", TO.isoformat(), "--data", str(whole))
    slip = VICTIM + "7"
    for words in (
        ("scope", "--account", slip, *period, "--out", str(tmp_path / "scope")),
        ("incident", "open", "--account", slip, *period, "--reason", "a call"),
    ):
        refused = CliRunner().invoke(rempart, words)
        assert isinstance(refused.exception, LedgerError), refused.output
        assert f"never saw account {slip}" in str(refused.exception)
        assert f"names like it: {VICTIM}" in str(refused.exception)
    assert not (tmp_path / "scope").exists()


def test_a_known_account_without_access_is_told_in_its_own_words(whole: Path, tmp_path: Path) -> None:
    period = ("--from", "2020-01-01", "--to", "2020-01-02")
    said = run("scope", "--account", VICTIM, *period, "--data", whole, "--out", tmp_path / "scope")
    assert f"no access of account {VICTIM} between 1 January 2020, 00:00 (CET)" in said
