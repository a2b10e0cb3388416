"""What a run says of sources it could not read: share, reason, advice; and which make it fail."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from rempart.language import set_language
from rempart.pipeline.afterword import Readings, afterword, reason_words
from rempart.records import REJECT_REASONS, Batch, Rejected

COMMAND = [sys.executable, "-c", "from rempart.cli import main; main()"]
COUNTS = dict.fromkeys(("read", "decided", "control", "context", "unattributed", "rejected", "duplicates"), 0)


def batch(good: int, reasons: tuple[str, ...] = ()) -> Batch:
    rejected = tuple(Rejected("a", n, 1, "", reason) for n, reason in enumerate(reasons))
    rows = pa.record_batch({"event": pa.array([str(n) for n in range(good)])})
    return Batch(rows, (), rejected)


def test_a_source_is_said_with_its_share_and_its_commonest_reason() -> None:
    readings = Readings()
    readings.note("good.csv", batch(90))
    readings.note("bad.csv", batch(30))
    readings.note("bad.csv", batch(10, ("bad_time",) * 59 + ("bad_row",)))
    (line,) = readings.unreadable()
    assert "bad.csv: 60 of 100 units (60.0 %)" in line
    assert "day and month" in line
    assert readings.mostly_unreadable() == ["bad.csv"]


def test_half_unreadable_is_said_and_is_no_failure() -> None:
    readings = Readings()
    readings.note("a", batch(2, ("not_json", "not_json")))
    assert len(readings.unreadable()) == 1
    assert readings.mostly_unreadable() == []


def test_a_source_cannot_flood_or_colour_the_terminal() -> None:
    readings = Readings()
    for number in range(40):
        readings.note(f"\x1b[2Jlog{number}", batch(0, ("not_json",)))
    assert len(readings.unreadable()) == 6
    assert not any("\x1b" in line for line in readings.unreadable())


def test_care_data_alone_judges_nobody_and_says_so() -> None:
    assert "No access" in afterword({**COUNTS, "read": 3, "context": 3}, Readings())[0]
    assert afterword({**COUNTS, "read": 3, "context": 2, "decided": 1}, Readings()) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_reason_has_words_in_both_languages(language: str) -> None:
    set_language(language)
    try:
        said = {reason: reason_words(reason) for reason in REJECT_REASONS}
    finally:
        set_language("en")
    assert len(set(said.values())) == len(said)
    if language == "fr":
        assert not {reason_words(reason) for reason in said} & set(said.values())


@pytest.mark.parametrize("command", ["replay", "watch"])
def test_day_and_month_the_wrong_way_round_fail_the_run_and_say_why(tmp_path: Path, command: str) -> None:
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.toml"
    with log.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["timestamp", "user", "action", "patient_id"])
        for n in range(600):
            at = datetime(2026, 3, 1) + timedelta(minutes=72 * n)
            rows.writerow([f"{at:%d/%m/%Y %H:%M}", f"u{n % 9}", "VIEW", f"P{n % 99}"])
    subprocess.run([*COMMAND, "map", log, "--out", mapping], check=True, capture_output=True)
    kept = "--out" if command == "replay" else "--data"
    asked = [*COMMAND, command, log, "--mapping", mapping, kept, tmp_path / "out"]
    assert subprocess.run(asked, check=True, capture_output=True).stderr.count(b"could not be read") == 0
    mapping.write_text(mapping.read_text().replace("%d/%m", "%m/%d"))
    done = subprocess.run([*asked[:-1], tmp_path / "other"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "log.csv: 360 of 600 units (60.0 %) could not be read" in done.stderr
    assert "day and month" in done.stderr
