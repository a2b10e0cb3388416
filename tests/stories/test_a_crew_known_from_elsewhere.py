"""What another region names weighs here: the same crew is asked earlier, and staff who share its network are not."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from theft_log import MONDAY, STAFF, THEFT_DAY, VICTIM, Line, story, written

from rempart.cli import rempart
from rempart.errors import SourceError
from rempart.ledger.query import connect
from rempart.pipeline.course import Course
from rempart.pipeline.tip_offs import give_tip_offs
from rempart.settings import Settings
from rempart.watch.reasons import TIP_OFF

EXIT, CARRIER, UNUSED = "198.51.100.77", "198.51.100.200", "203.0.113.99"
THEFT = MONDAY + timedelta(days=THEFT_DAY)
SEEN = "2026-03-15T00:00:00Z"


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(rempart, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def bundle(
    path: Path, *addresses: str, seen: str = SEEN, revoked: bool = False, maker: str = "identity--north"
) -> Path:
    made = {"created_by_ref": maker}
    indicators: list[dict[str, Any]] = [
        {"type": "indicator", "pattern": f"[ipv4-addr:value = '{address}']", "revoked": revoked, **made}
        for address in addresses
    ]
    campaign = {"type": "campaign", "last_seen": seen, **made}
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": [*indicators, campaign]}))
    return path


def crew(lines: list[Line]) -> list[Line]:
    """The lines with a careful thief: a patient a minute from the exit, half of them the owner's own."""
    chance = random.Random(9)
    at = THEFT + timedelta(hours=9)
    for number in range(200):
        at += timedelta(seconds=chance.randrange(36, 84))
        own = chance.random() >= 0.5
        patient = f"p0-{chance.randrange(60)}" if own else f"s{number}"
        lines.append(Line(at, VICTIM, patient, "Patient", EXIT, thief=True))
    return sorted(lines, key=lambda line: (line.at, line.account, line.patient))


def on_the_road(lines: list[Line], who: int, since: int) -> list[Line]:
    """The lines with ``who`` of the staff on the carrier's network on every other working day from ``since`` on."""
    return [
        Line(line.at, line.account, line.patient, line.kind, CARRIER, line.thief)
        if line.account in STAFF[:who] and (line.at - MONDAY).days >= since and line.at.day % 2
        else line
        for line in lines
    ]


def told(folder: Path, lines: list[Line], *addresses: str, seen: str = SEEN) -> list[tuple[str, float]]:
    """Action and doubt of every decision of the day of the theft and after; a bundle is read the evening before."""
    folder.mkdir()
    names = [f"ev{n}" for n in range(1000, 1000 + len(lines))]
    early = sum(line.at < THEFT for line in lines)
    (folder / "a.ndjson").write_bytes(written(lines[:early], names[:early]))
    (folder / "b.ndjson").write_bytes(written(lines[early:], names[early:]))
    run("watch", folder / "a.ndjson", "--data", folder / "data")
    if addresses:
        crew_file = bundle(folder / "crew.json", *addresses, seen=seen)
        run("share", "--read", crew_file, "--weigh", "--data", folder / "data")
    run("watch", folder / "b.ndjson", "--data", folder / "data")
    question = "SELECT action, doubt FROM ledger WHERE number >= ? ORDER BY number"
    return connect(folder / "data").execute(question, [early]).fetchall()


def taken(lines: list[Line], answers: list[tuple[str, float]]) -> int:
    """Patients the thief was served before the first answer other than allow."""
    late = [line for line in lines if line.at >= THEFT]
    seen: set[str] = set()
    for line, (action, _) in zip(late, answers, strict=True):
        if line.thief:
            if action != "allow":
                break
            seen.add(line.patient)
    return len(seen)


def test_the_same_crew_is_asked_after_fewer_patients(tmp_path: Path) -> None:
    lines = crew(story(thieves=()))
    without = taken(lines, told(tmp_path / "without", lines))
    named = taken(lines, told(tmp_path / "with", lines, EXIT, UNUSED))
    old = taken(lines, told(tmp_path / "old", lines, EXIT, seen="2025-09-01T00:00:00Z"))
    assert named <= 2 * without / 3
    assert old == without


def test_a_network_much_of_the_staff_uses_weighs_nothing(tmp_path: Path) -> None:
    lines = on_the_road(story(thieves=()), who=4, since=0)
    assert told(tmp_path / "with", lines, CARRIER) == told(tmp_path / "without", lines)


def test_staff_who_come_by_a_named_network_of_late_gain_a_bounded_doubt_and_one_challenge_at_most_each(
    tmp_path: Path,
) -> None:
    lines = on_the_road(story(thieves=()), who=2, since=THEFT_DAY)
    named, plain = told(tmp_path / "with", lines, CARRIER), told(tmp_path / "without", lines)
    assert 0 < max(one[1] - other[1] for one, other in zip(named, plain, strict=True)) <= 4.01
    late = [line for line in lines if line.at >= THEFT]
    challenged = [
        {
            (line.account, line.at.date())
            for line, (action, _) in zip(late, each, strict=True)
            if action != "allow"
        }
        for each in (named, plain)
    ]
    assert len(challenged[0]) <= len(challenged[1]) + 2


def test_the_reason_says_where_the_word_came_from(tmp_path: Path) -> None:
    lines = crew(story(thieves=()))
    told(tmp_path / "with", lines, EXIT)
    codes = connect(tmp_path / "with" / "data").execute(
        "SELECT DISTINCT unnest(reasons).code FROM ledger WHERE account = ?", [VICTIM]
    )
    assert (TIP_OFF,) in codes.fetchall()


def test_a_crash_does_not_forget_what_was_named_and_a_revoked_bundle_takes_it_back(tmp_path: Path) -> None:
    lines = story(thieves=())
    (tmp_path / "log.ndjson").write_bytes(written(lines))
    data = tmp_path / "data"
    run("watch", tmp_path / "log.ndjson", "--data", data)
    course = Course.open(data, Settings(), enforce=False, live=False)
    run("share", "--read", bundle(tmp_path / "crew.json", EXIT), "--weigh", "--data", data)
    course.heed()
    assert len(course.stages.watch.state()["house.tips"]) == 1
    course.flush(sync=True)
    before = {name: array.copy() for name, array in course.stages.watch.state().items()}
    course.abandon()
    again = Course.open(data, Settings(), enforce=False, live=False)
    after = again.stages.watch.state()
    assert [name for name in before if not np.array_equal(before[name], after[name])] == []
    run("share", "--read", bundle(tmp_path / "crew.json", EXIT, revoked=True), "--weigh", "--data", data)
    again.heed()
    assert len(again.stages.watch.state()["house.tips"]) == 0
    again.close()
    run("ledger", "verify", "--data", data)


def test_a_bundle_is_replaced_only_by_its_makers_and_what_changed_is_said(tmp_path: Path) -> None:
    (tmp_path / "log.ndjson").write_bytes(written(story(thieves=())))
    data, file = tmp_path / "data", tmp_path / "crew.json"
    run("watch", tmp_path / "log.ndjson", "--data", data)

    def weighed() -> str:
        return run("share", "--read", file, "--weigh", "--data", data)

    def tips() -> int:
        course = Course.open(data, Settings(), enforce=False, live=False)
        found = len(course.stages.watch.state()["house.tips"])
        course.close()
        return found

    bundle(file, EXIT, UNUSED)
    assert "replaced" not in weighed()
    assert tips() == 2
    bundle(file, maker="identity--thief")
    assert "replaced" not in weighed()
    file.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": []}))
    assert "replaced" not in weighed()
    assert tips() == 2
    bundle(file, UNUSED, CARRIER)
    assert "1 indicators are new, 1 are named no longer" in weighed()
    assert tips() == 2


@pytest.mark.parametrize("name", [{}, {"id": ""}, {"id": 7}, {"id": "indicator--1"}])
def test_a_bundle_without_an_id_weighs_nothing(tmp_path: Path, name: dict[str, Any]) -> None:
    (tmp_path / "log.ndjson").write_bytes(written(story(thieves=())[:20]))
    run("watch", tmp_path / "log.ndjson", "--data", tmp_path / "data")
    (tmp_path / "x.json").write_text(json.dumps({"type": "bundle", **name, "objects": []}))
    with pytest.raises(SourceError, match="has no id of a bundle"):
        give_tip_offs(tmp_path / "data", tmp_path / "x.json", 0)


def test_reading_alone_changes_no_answer(tmp_path: Path) -> None:
    (tmp_path / "log.ndjson").write_bytes(written(story(thieves=())[:400]))
    data = tmp_path / "data"
    run("watch", tmp_path / "log.ndjson", "--data", data)
    manifest = (data / "ledger" / "manifest.ndjson").read_bytes()
    run("share", "--read", bundle(tmp_path / "crew.json", EXIT), "--data", data)
    assert (data / "ledger" / "manifest.ndjson").read_bytes() == manifest


@pytest.mark.parametrize("content", ["[]", '{"type": "bundle"}x', ""])
def test_what_is_no_bundle_weighs_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "log.ndjson").write_bytes(written(story(thieves=())[:20]))
    run("watch", tmp_path / "log.ndjson", "--data", tmp_path / "data")
    (tmp_path / "x.json").write_text(content)
    done = CliRunner().invoke(
        rempart, ["share", "--read", str(tmp_path / "x.json"), "--weigh", "--data", str(tmp_path / "data")]
    )
    assert "no STIX bundle" in str(done.exception)
