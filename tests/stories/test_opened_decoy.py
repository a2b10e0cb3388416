"""An account opens a decoy: whichever way the log is read, it is asked who it is, and nobody else is."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from theft_log import MONDAY, VICTIM, Line, story, written

from rempart import language
from rempart.cli import rempart
from rempart.ledger.query import connect
from rempart.pipeline.course import Course
from rempart.pipeline.following import Follower
from rempart.pipeline.live import answer_access
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.wording import outside_reasons, outside_texts, reason_list
from rempart.records import Access, Action, Context
from rempart.settings import Settings
from rempart.sources.fhir import read_message
from rempart.sources.request_fhir import Site, read_wanted
from rempart.sources.request_target import read_target
from rempart.watch.reasons import DECOY, REASONS

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))
from french_people import Country, people

NOON = MONDAY + timedelta(days=3, hours=12)


def run(*words: object) -> str:
    done = CliRunner().invoke(rempart, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def plant(data: Path, place: Path) -> list[str]:
    """Two decoys drawn from made-up people; their identifiers in the records."""
    columns = people(Country.draw(5, 3000), 300, 6)
    with (place / "people.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
    run(
        "canary", "plant", place / "people.csv", "--count", 2, "--mail-domain", "d.example.org", "--bundle",
        place / "bundle.json", "--seed", 3, "--data", data,
    )  # fmt: skip
    bundle = json.loads((place / "bundle.json").read_text())
    return [each["resource"]["id"] for each in bundle["entry"]]


def opened(decoy: str, minutes: int = 0, account: str = VICTIM) -> Line:
    return Line(NOON + timedelta(minutes=minutes), account, decoy, "Patient", "192.0.2.10", thief=False)


@pytest.fixture(scope="module")
def days() -> list[Line]:
    """Four days of ordinary work."""
    return story(days=4, thieves=())


def answers(data: Path) -> list[tuple[str, str, str, str, str]]:
    """(event, account, recorded, action, first reason) of every decision, in order of the ledger."""
    rows = (
        connect(data)
        .execute("SELECT event, account, recorded, action, reasons FROM ledger ORDER BY event")
        .fetchall()
    )
    return [(e, a, t.isoformat(), str(w), REASONS[r[0]["code"]].code if r else "") for e, a, t, w, r in rows]


def test_watch_and_replay_ask_the_account_and_leave_its_neighbours_alone(
    tmp_path: Path, days: list[Line]
) -> None:
    data, bare, again = tmp_path / "data", tmp_path / "bare", tmp_path / "again"
    decoy = plant(data, tmp_path)[0]
    lines = sorted([*days, opened(decoy)], key=lambda line: line.at)
    log = tmp_path / "audit.ndjson"
    log.write_bytes(written(lines))
    shutil.copytree(data, again)
    run("watch", log, "--data", data)
    run("watch", log, "--data", bare)
    run("replay", log, "--data", again, "--out", tmp_path / "out")
    watched, without, replayed = answers(data), answers(bare), answers(again)
    asked = [each for each in watched if each[3] != "allow"]
    assert asked
    assert {each[1] for each in asked} == {VICTIM}
    assert asked[0][4] == "decoy"
    assert [each for each in watched if each[1] != VICTIM] == [each for each in without if each[1] != VICTIM]
    assert [each for each in without if each[3] != "allow"] == []
    assert replayed == watched
    assert VICTIM in CliRunner().invoke(rempart, ["canary", "check", "--data", str(data)]).output


def test_a_decoy_planted_while_a_folder_is_followed_counts_from_then_on(
    tmp_path: Path, days: list[Line]
) -> None:
    data, folder = tmp_path / "data", tmp_path / "logs"
    folder.mkdir()
    morning = [line for line in days if line.at < NOON]
    (folder / "1.ndjson").write_bytes(written(morning))
    course = Course.open(data, Settings(), enforce=False, live=False)
    rejects = RejectFile(data / "rejects.ndjson")
    follower = Follower([str(folder)], [], lambda name: None, lambda why: None)
    follower.look(course, rejects, lambda: True)
    decoy = plant(data, tmp_path)[0]
    (folder / "2.ndjson").write_bytes(written([opened(morning[0].patient, 1)], ["before"]))
    follower.look(course, rejects, lambda: True)
    (folder / "3.ndjson").write_bytes(written([opened(decoy, 2)], ["after"]))
    follower.look(course, rejects, lambda: True)
    last = course.ledger.next_number - 1
    assert [course.decision(number)["action"] for number in (last - 1, last)] == [
        Action.ALLOW,
        Action.STEP_UP,
    ]
    course.abandon()
    rejects.close()
    back = Course.open(data, Settings(), enforce=False, live=False)
    assert back.stages.watch.decoys.size == 2
    back.close()


def test_live_the_reason_is_told_in_both_languages_and_a_retired_decoy_is_nobody_special(
    tmp_path: Path, days: list[Line]
) -> None:
    data = tmp_path / "data"
    one, other = plant(data, tmp_path)
    course = Course.open(data, Settings(), enforce=True, live=True)

    def read(line: Line, name: str) -> str:
        access = read_message(json.dumps(line.event(name)).encode(), "stdio", 0)
        assert isinstance(access, Access)
        action: str = json.loads(answer_access(course, access))["action"]
        course.flush()
        return action

    for number, line in enumerate(days[:400]):
        assert read(line, f"e{number}") == "allow"
    # The records' own number of the decoy leads to it too.
    course.learn(
        [Context("stdio", 0, {"resourceType": "Patient", "id": "77", "identifier": [{"value": one}]})]
    )
    assert read(opened("77", 1), "opened") == "step_up"
    assert read(opened("p0-1", 2, "staff1"), "beside") == "allow"
    texts = {}
    for tongue in ("en", "fr"):
        language.set_language(tongue)
        row = course.decision(400)
        told = reason_list(row["code"], row["weight"], row["seen"], row["usual"], int(row["reasons"]))
        texts[tongue] = told[0]["text"]
        outside = " ".join(outside_texts(row))
        assert outside
        assert "decoy" not in outside
        assert "leurre" not in outside
        assert DECOY not in [code for code, _seen, _usual in outside_reasons(row)]
    language.set_language("en")
    assert "decoy" in texts["en"]
    assert "leurre" in texts["fr"]
    run("canary", "retire", "D0002", "--data", data)
    assert read(opened("p0-1", 5, "staff2"), "a minute closes") == "allow"
    assert read(opened(other, 6, "staff3"), "retired") == "allow"
    assert read(opened(one, 7, "staff4"), "not retired") == "step_up"
    course.abandon()
    Course.open(data, Settings(), enforce=True, live=True).close()


def asked_live(course: Course, path: str, number: int) -> bool:
    """Whether the decoy is a reason of the answer to one request through the proxy."""
    wanted = read_wanted("GET", read_target(path), Site(("fhir",), (), 50, 100))
    query = wanted.query
    access = Access(
        "serve", 0, 0, f"r{number}", 0, int(NOON.timestamp() * 1000) + number * 20_000, f"asker{number}", "", "doctor", "",
        "192.0.2.10", "ward", f"s{number}", "", wanted.action, -1, wanted.resource, wanted.patients, wanted.is_query,
        wanted.count, query.page, query.form, query.value_kind, query.value, bool(wanted.patients),
    )  # fmt: skip
    decision = course.decide_one(access).decision
    return DECOY in decision["code"][: int(decision["reasons"])].tolist()


@pytest.mark.parametrize(
    "query",
    [
        "Patient?_id={}",
        "Patient?identifier={}",
        "Patient?_id=p1,{}",
        "Observation?patient={},p1",
        "Observation?patient={}",
    ],
)
def test_a_request_that_names_a_decoy_opens_it(tmp_path: Path, query: str) -> None:
    decoy = plant(tmp_path / "data", tmp_path)[0]
    course = Course.open(tmp_path / "data", Settings(), enforce=True, live=True)
    course.look_for_decoys()
    assert not asked_live(course, "/fhir/" + query.format("p2"), 1)
    assert asked_live(course, "/fhir/" + query.format(decoy), 2)
    course.close()


def test_a_page_of_a_log_that_lists_a_decoy_says_nothing(tmp_path: Path) -> None:
    decoy = plant(tmp_path / "data", tmp_path)[0]
    course = Course.open(tmp_path / "data", Settings(), enforce=True, live=True)
    course.look_for_decoys()
    event = opened(decoy).event("listed")
    event["entity"].append({"query": "UGF0aWVudD9uYW1lPWE=", "role": {"code": "24"}})
    access = read_message(json.dumps(event).encode(), "stdio", 0)
    assert isinstance(access, Access)
    assert access.is_query
    assert json.loads(answer_access(course, access))["action"] == "allow"
    course.close()


def test_care_data_make_no_trap_of_a_patient_whom_people_open(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one, other = plant(data, tmp_path)
    course = Course.open(data, Settings(), enforce=True, live=True)
    course.look_for_decoys()

    def read(line: Line, name: str) -> str:
        access = read_message(json.dumps(line.event(name)).encode(), "stdio", 0)
        assert isinstance(access, Access)
        action: str = json.loads(answer_access(course, access))["action"]
        course.flush()
        return action

    for number in range(4):
        assert read(opened("busy", number, f"staff{number}"), f"before{number}") == "allow"
    joined = {"resourceType": "Patient", "id": "busy", "identifier": [{"value": one}]}
    course.learn([Context("stdio", 0, joined)])
    for number in range(4, 8):
        assert read(opened("busy", number, f"staff{number}"), f"after{number}") == "allow"
    assert read(opened(other, 9, "staff9"), "the other") == "step_up"
    decoys = course.stages.watch.decoys.tolist()
    course.abandon()
    back = Course.open(data, Settings(), enforce=True, live=True)
    back.look_for_decoys()
    assert back.stages.watch.decoys.tolist() == decoys
    assert len(decoys) == 1
    back.close()
