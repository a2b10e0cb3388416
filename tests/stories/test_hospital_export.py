"""A hospital's own table, no mapping given: what must stand out does, and nobody's identity is shown."""

import csv
import json
import random
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from access_log import REMPART

COLUMNS = ("timestamp", "user", "role", "department", "action", "patient_id", "workstation", "status")
FIRST, LAST_DAY = datetime(2026, 3, 2), 18
ROLES, WARDS = ("doctor", "nurse", "clerk"), ("cardio", "surgery", "er")
SCRAPER, FORCED, NIGHT, LEAVER = "u004", "u007", "u010", "u020"
Row = tuple[datetime, str, str, str, str, str, str, str]


def row(
    at: datetime, who: int, action: str, patient: int | None, status: str = "SUCCESS", place: str = ""
) -> Row:
    named = "" if patient is None else f"ZQP{patient:05d}"
    return at, f"u{who:03d}", ROLES[who % 3], WARDS[who % 3], action, named, place or f"WS{who:02d}", status


def honest(chance: random.Random) -> list[Row]:
    rows = []
    for day in range(21):
        morning = FIRST + timedelta(days=day, hours=8)
        for who in range(24):
            if morning.weekday() > 4 or (who == 20 and day > 4):
                continue
            rows.append(row(morning + timedelta(minutes=chance.randrange(30)), who, "LOGIN", None))
            for _ in range(chance.randrange(8, 25)):
                at = morning + timedelta(minutes=30 + chance.randrange(560))
                rows.append(
                    row(
                        at,
                        who,
                        chance.choice(["VIEW"] * 6 + ["EDIT", "PRINT"]),
                        who * 40 + chance.randrange(60),
                    )
                )
    return rows


def odd() -> list[Row]:
    day = FIRST + timedelta(days=LAST_DAY)
    scrape = [row(day + timedelta(hours=14, seconds=20 * n), 4, "VIEW", 20_000 + n) for n in range(85)]
    force = [
        row(day + timedelta(hours=10, seconds=4 * n), 7, "LOGIN", None, "FAILURE", "WS55") for n in range(40)
    ]
    night = [row(day + timedelta(hours=3, minutes=n), 10, "VIEW", 400 + n) for n in range(3)]
    left = [
        row(day + timedelta(hours=11, minutes=3 * n), 20, "VIEW", 900 + n, place="WS77") for n in range(6)
    ]
    return [*scrape, *force, *night, *left]


@pytest.mark.parametrize("seed", [11, 12])
def test_force_leaver_scrape_and_night_visit_stand_out(tmp_path: Path, seed: int) -> None:
    source, out = tmp_path / "export.csv", tmp_path / "out"
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(sorted([*honest(random.Random(seed)), *odd()]))
    shown = subprocess.run([*REMPART, "map", str(source)], capture_output=True, timeout=100, check=True)
    assert b"ZQP0" not in shown.stderr + shown.stdout
    subprocess.run(
        [*REMPART, "replay", str(source), "--out", str(out)], capture_output=True, timeout=200, check=True
    )
    incidents = json.loads((out / "incidents.json").read_bytes())
    suspected = {
        account for each in incidents if each["state"] == "suspected" for account in each["accounts"]
    }
    assert {SCRAPER, FORCED, LEAVER, NIGHT} <= suspected
    assert len(suspected) <= 5
    assert json.loads((out / "summary.json").read_bytes())["rejected"] == 0
