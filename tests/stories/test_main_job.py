"""Events in, answers and ledger out: the command line as a site uses it, through real processes."""

import json
import random
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from access_log import BEGIN, REMPART, event

from rempart.ledger.query import connect


def log(count: int) -> list[bytes]:
    chance = random.Random(5)
    return [
        json.dumps(event(n, f"acc{chance.randrange(9)}", f"zqpatient{chance.randrange(50)}")).encode()
        for n in range(count)
    ]


HOSTILE = [
    b'{"resourceType":',
    b'{"resourceType":"AuditEvent","id":"\xff\xfe"}',
    b"[" * 100_000,
    b'{"a":NaN}',
    b'"\x1b[2Jtext"',
    b"{}",
    b'{"resourceType":"AuditEvent","note":"' + b"x" * (5 << 20) + b'"}',
]


def run(arguments: list[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*REMPART, *arguments], input=given, capture_output=True, timeout=200, check=False)


def test_the_line_protocol_answers_each_readable_event_in_order(tmp_path: Path) -> None:
    good = log(60)
    lines = list(good)
    for place, bad in enumerate(HOSTILE):
        lines.insert(place * 9, bad)
    done = run(["watch", "--stdio", "--data", str(tmp_path)], b"\n".join(lines) + b"\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["event"] for answer in answers] == [f"ev{n}" for n in range(60)]
    assert all(answer["action"] == "allow" and answer["account"].startswith("acc") for answer in answers)
    assert (tmp_path / "rejects.ndjson").read_bytes().count(b"\n") == len(HOSTILE)
    assert b"zqpatient" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert run(["ledger", "verify", "--data", str(tmp_path)]).returncode == 0


def test_a_killed_watch_goes_on_with_the_same_answers(tmp_path: Path) -> None:
    lines = log(80)
    whole = run(["watch", "--stdio", "--data", str(tmp_path / "whole")], b"\n".join(lines) + b"\n")
    child = subprocess.Popen(
        [*REMPART, "watch", "--stdio", "--data", str(tmp_path / "cut")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    got = []
    for line in lines[:37]:
        child.stdin.write(line + b"\n")
        child.stdin.flush()
        got.append(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    rest = run(["watch", "--stdio", "--data", str(tmp_path / "cut")], b"\n".join(lines[30:]) + b"\n")
    assert rest.returncode == 0, rest.stderr
    assert got[:30] + rest.stdout.splitlines(keepends=True) == whole.stdout.splitlines(keepends=True)
    question = "SELECT event, account, action, hijack FROM ledger ORDER BY number"
    both = [connect(tmp_path / name).execute(question).fetchall() for name in ("whole", "cut")]
    assert both[0] == both[1]
    assert len(both[0]) == 80
    assert run(["ledger", "verify", "--data", str(tmp_path / "cut")]).returncode == 0


@pytest.mark.parametrize(("shards", "size"), [("1", "32768"), ("7", "13")])
def test_replay_counts_add_up_and_duplicates_are_decided_once(tmp_path: Path, shards: str, size: str) -> None:
    lines = log(120)
    source = tmp_path / "log.ndjson"
    source.write_bytes(b"\n".join([*reversed(lines), *lines[:5], *HOSTILE]) + b"\n")
    out = tmp_path / "out"
    done = run(["replay", str(source), "--out", str(out), "--shards", shards, "--batch-size", size])
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_bytes())
    parts = ("decided", "control", "context", "unattributed", "rejected", "duplicates")
    assert summary["read"] == sum(summary[part] for part in parts) == 120 + 5 + len(HOSTILE)
    assert (summary["decided"], summary["duplicates"], summary["rejected"]) == (120, 5, len(HOSTILE))
    decisions = pq.read_table(out / "decisions.parquet").to_pylist()
    assert [row["event"] for row in decisions] == [f"ev{n}" for n in range(120)]
    assert (out / "report.html").stat().st_mode & 0o077 == 0


def test_a_night_scrape_stands_out_in_the_incidents_and_on_the_page(tmp_path: Path) -> None:
    lines = []
    for day in range(12):
        for n in range(30 if day < 11 else 260):
            one = event(day * 1000 + n, "acc1", f"zqpatient{n % 30 if day < 11 else 1000 + n}")
            at = (
                BEGIN + timedelta(days=day, minutes=10 * n)
                if day < 11
                else BEGIN + timedelta(days=11, hours=19, seconds=5 * n)
            )
            one["recorded"] = at.isoformat()
            if day == 11:
                one["agent"][0]["network"]["address"] = "198.51.100.9"
            lines.append(json.dumps(one).encode())
    source = tmp_path / "log.ndjson"
    source.write_bytes(b"\n".join(lines))
    done = run(["replay", str(source), "--out", str(tmp_path / "out"), "--lang", "fr"])
    assert done.returncode == 0, done.stderr
    (first, *_) = json.loads((tmp_path / "out" / "incidents.json").read_bytes())
    assert first["accounts"] == ["acc1"]
    assert first["state"] == "suspected"
    assert first["patients"] > 100
    assert any("patients" in reason["text"] for reason in first["reasons"])
    assert b"zqpatient" not in (tmp_path / "out" / "report.html").read_bytes()


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    done = run(["replay", str(tmp_path / "nothing.ndjson"), "--out", str(tmp_path / "out")])
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1
    assert b"nothing.ndjson" in done.stderr


def test_a_replay_never_removes_a_ledger_it_did_not_make(tmp_path: Path) -> None:
    source = tmp_path / "log.ndjson"
    source.write_bytes(b"\n".join(log(20)))
    out = tmp_path / "out"
    assert run(["watch", str(source), "--data", str(out / "data")]).returncode == 0
    for command in (["replay", str(source), "--out", str(out)], ["demo", "--out", str(out)]):
        done = run(command)
        assert done.returncode == 4
        assert done.stderr.count(b"\n") == 1
    assert run(["ledger", "verify", "--data", str(out / "data")]).returncode == 0


def test_a_replay_never_removes_what_people_noted(tmp_path: Path) -> None:
    source, out = tmp_path / "log.ndjson", tmp_path / "out"
    source.write_bytes(b"\n".join(log(20)))
    for _ in range(2):
        assert run(["replay", str(source), "--out", str(out)]).returncode == 0
    opened = ["incident", "open", "--account", "acc1", "--from", "2026-03-02", "--to", "2026-03-03"]
    assert run([*opened, "--reason", "a call from the ward", "--data", str(out / "data")]).returncode == 0
    done = run(["replay", str(source), "--out", str(out)])
    assert done.returncode == 4
    assert done.stderr.count(b"\n") == 1
    assert run(["ledger", "verify", "--data", str(out / "data")]).returncode == 0


def test_a_file_in_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    source, out = tmp_path / "log.ndjson", tmp_path / "out"
    source.write_bytes(b"\n".join(log(20)))
    out.write_bytes(b"")
    done = run(["replay", str(source), "--out", str(out)])
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1


def test_a_second_replay_into_one_ledger_counts_its_own_units(tmp_path: Path) -> None:
    lines, data = log(40), tmp_path / "data"
    for name, part, expected in (
        ("one", lines[:25], (25, 0)),
        ("two", lines[25:], (15, 0)),
        ("one", lines[:25], (0, 25)),
    ):
        source = tmp_path / f"{name}.ndjson"
        source.write_bytes(b"\n".join(part))
        out = tmp_path / f"out-{name}"
        assert run(["replay", str(source), "--out", str(out), "--data", str(data)]).returncode == 0
        summary = json.loads((out / "summary.json").read_bytes())
        assert (summary["decided"], summary["duplicates"]) == expected
        assert summary["read"] == len(part)


def test_the_same_replay_again_keeps_what_the_first_left(tmp_path: Path) -> None:
    source, out = tmp_path / "log.ndjson", tmp_path / "out"
    source.write_bytes(b"\n".join(log(25)))
    again = ["replay", str(source), "--out", str(out), "--data", str(tmp_path / "data")]
    names = ("decisions.parquet", "incidents.json", "report.html")
    assert run(again).returncode == 0
    before = {name: (out / name).read_bytes() for name in names}
    assert pq.read_table(out / "decisions.parquet").num_rows == 25
    done = run(again)
    assert done.returncode == 0
    assert {name: (out / name).read_bytes() for name in names} == before
    assert b"Nothing new" in done.stderr
    assert b"earlier replay are kept" in done.stderr
    fresh = run([*again[:3], str(tmp_path / "fresh"), *again[4:]])
    assert b"Nothing new" in fresh.stderr
    assert b"kept" not in fresh.stderr


def test_an_empty_log_is_said_to_be_empty(tmp_path: Path) -> None:
    source = tmp_path / "empty.csv"
    source.write_bytes(b"")
    done = run(["replay", str(source), "--out", str(tmp_path / "out")])
    assert (done.returncode, done.stderr) == (
        3,
        b"rempart: nothing was read: the sources hold no record; name a log with records in it\n",
    )


@pytest.mark.parametrize("pause_s", [0.0, 0.15, 0.4])
def test_a_killed_replay_goes_on_to_the_same_decisions(tmp_path: Path, pause_s: float) -> None:
    care = {
        "resourceType": "Appointment", "id": "a1", "status": "booked", "created": "2026-03-01T08:00:00Z",
        "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T18:00:00Z",
        "participant": [{"actor": {"reference": "Patient/zqpatient1"}}, {"actor": {"reference": "Practitioner/acc1"}}],
    }  # fmt: skip
    source = tmp_path / "log.ndjson"
    source.write_bytes(b"\n".join([json.dumps(care).encode(), *log(3000)]))
    arguments = ["replay", str(source), "--batch-size", "3", "--out"]
    assert run([*arguments, str(tmp_path / "whole")]).returncode == 0
    out = tmp_path / "cut"
    child = subprocess.Popen(
        [*REMPART, *arguments, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    mark = out / "replay.json"
    ends = time.monotonic() + 100
    while child.poll() is None and time.monotonic() < ends:
        if mark.exists() and b'"judging"' in mark.read_bytes():
            break
        time.sleep(0.002)
    time.sleep(pause_s)
    child.send_signal(signal.SIGKILL)
    child.wait()
    done = run([*arguments, str(out)])
    assert done.returncode == 0, done.stderr
    tables = [pq.read_table(tmp_path / name / "decisions.parquet") for name in ("whole", "cut")]
    assert tables[0].equals(tables[1])
    summaries = [json.loads((tmp_path / name / "summary.json").read_bytes()) for name in ("whole", "cut")]
    for key in ("read", "decided", "context", "duplicates", "rejected", "by_action"):
        assert summaries[0][key] == summaries[1][key]
    assert run(["ledger", "verify", "--data", str(out / "data")]).returncode == 0
