"""A replay that seals many segments writes the same answers, whole or stopped half-way and gone on with."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from access_log import event
from theft_log import story, written

from rempart.errors import LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.manifest import Sealed
from rempart.pipeline.answers import Answers
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.pipeline.suspicions import Theft, find_thefts
from rempart.settings import Settings

EVENTS, BATCH = 6_000, 250


class Stopped(Exception):
    """The process is gone."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One day, out of order in the middle, by few accounts: reasons stand in many answers."""
    chance = random.Random(7)
    lines = [
        json.dumps(event(n, f"acc{chance.randrange(5)}", f"zqpatient{chance.randrange(900)}")).encode()
        for n in range(EVENTS)
    ]
    middle = lines[2000:4000]
    chance.shuffle(middle)
    lines[2000:4000] = middle
    path = tmp_path_factory.mktemp("log") / "log.ndjson"
    path.write_bytes(b"\n".join(lines))
    return path


def run(
    log: Path,
    out: Path,
    seal_every: int,
    stop_at: int = EVENTS + 1,
    suspect: Callable[[list[Theft]], object] = lambda _: None,
) -> dict[str, Any]:
    def hear(stage: str, done: int, _: int) -> None:
        if stage == "judge" and done >= stop_at:
            raise Stopped

    reader = plan([str(log)], [], lambda _: None)
    settings = Settings(seal_every=seal_every)
    return replay(
        reader, out, None, settings, shards=2, batch=BATCH, language="en", hear=hear, suspect=suspect
    )


@pytest.fixture(scope="module")
def whole(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    run(log, out, 1_000_000)
    return out


def answers(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / "decisions.parquet").to_pylist()
    return rows


def incidents(out: Path) -> list[dict[str, Any]]:
    return [
        {**one, "networks": len(one["networks"])} for one in json.loads((out / "incidents.json").read_text())
    ]


def told(theft: Theft) -> list[tuple[Any, ...]]:
    return [
        (one.suspicion, one.from_ms, one.to_ms, one.trace.sessions, one.trace.patients.tolist())
        for one in theft.parts
    ]


def test_the_thefts_it_tells_are_those_the_ledger_tells(tmp_path: Path) -> None:
    heard: list[list[Theft]] = []
    path = tmp_path / "theft.ndjson"
    path.write_bytes(written(story()))
    run(path, tmp_path / "out", 1_000, suspect=heard.append)
    found = find_thefts(tmp_path / "out" / "data")
    assert found
    assert [[told(each) for each in thefts] for thefts in heard] == [[told(each) for each in found]]


def test_the_cut_of_the_segments_does_not_show(log: Path, whole: Path, tmp_path: Path) -> None:
    summary = run(log, tmp_path, 1_000)
    assert len(list((tmp_path / "data" / "ledger" / "segments").glob("*.parquet"))) >= 5
    assert answers(tmp_path) == answers(whole)
    assert [row["event"] for row in answers(tmp_path)] == [f"ev{n}" for n in range(EVENTS)]
    assert incidents(tmp_path) == incidents(whole)
    assert summary["by_action"] == json.loads((whole / "summary.json").read_text())["by_action"]


def test_a_kill_between_the_last_checkpoint_and_the_last_seal_leaves_nothing_unsealed(
    log: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Ledger, __: int | None = None) -> list[Sealed]:
        raise Stopped

    with monkeypatch.context() as killed:
        killed.setattr(Ledger, "seal", stop)
        with pytest.raises(Stopped):
            run(log, tmp_path, 1_000_000)
    run(log, tmp_path, 1_000_000)
    assert answers(tmp_path) == answers(whole)


def test_answers_that_are_not_all_there_are_refused(
    log: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seal that nobody is told of: the file would silently lack its decisions."""
    with monkeypatch.context() as deaf:
        deaf.setattr(Answers, "sealed", lambda *_: None)
        with pytest.raises(LedgerError, match=f"0 of {EVENTS} decisions are sealed"):
            run(log, tmp_path, 1_000)
    assert not list(tmp_path.glob("decisions*"))
    run(log, tmp_path, 1_000)
    assert answers(tmp_path) == answers(whole)


@pytest.mark.parametrize("stop_at", [BATCH, 3_100, EVENTS])
def test_what_was_stopped_goes_on_to_the_same(log: Path, whole: Path, tmp_path: Path, stop_at: int) -> None:
    with pytest.raises(Stopped):
        run(log, tmp_path, 1_000, stop_at)
    assert [path.name for path in tmp_path.glob("decisions*")] == []
    (tmp_path / "decisions.parquet.partial").write_bytes(b"what a kill leaves")
    run(log, tmp_path, 1_000)
    assert answers(tmp_path) == answers(whole)
    assert incidents(tmp_path) == incidents(whole)
    assert sorted(path.name for path in tmp_path.glob("decisions*")) == ["decisions.parquet"]


@pytest.mark.parametrize("dated_back", [False, True])
def test_a_log_changed_in_place_is_begun_anew(log: Path, tmp_path: Path, dated_back: bool) -> None:
    """Its name and size stay, and with ``dated_back`` its time too; going on would skip what was never judged."""
    source = tmp_path / "log.ndjson"
    content = log.read_bytes()
    source.write_bytes(content)
    times = source.stat()
    out = tmp_path / "out"
    with pytest.raises(Stopped):
        run(source, out, 1_000, 3_100)
    place = content.index(b"acc") if dated_back else content.index(b"acc", len(content) // 2)
    source.write_bytes(content[:place] + b"zzz" + content[place + 3 :])
    if dated_back:
        os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    run(source, out, 1_000)
    run(source, tmp_path / "fresh", 1_000)
    assert answers(out) == answers(tmp_path / "fresh")
    assert any(row["account"].startswith("zzz") for row in answers(out))
