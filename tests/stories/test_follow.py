"""Following files: appended lines, half lines, rotation, new files, a stop and a kill."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from rempart.errors import SourceError
from rempart.pipeline.course import Course, totals
from rempart.pipeline.following import Follower
from rempart.pipeline.rejects import RejectFile
from rempart.settings import Settings

REMPART = [sys.executable, "-c", "from rempart.cli import main; main()"]


def log(count: int) -> list[bytes]:
    """So many reads by nine accounts, one a minute, each line with its end."""
    lines = []
    for number in range(count):
        event = {
            "resourceType": "AuditEvent",
            "id": f"f{number}",
            "action": "R",
            "recorded": f"2026-03-02T{8 + number // 60:02d}:{number % 60:02d}:00Z",
            "outcome": "0",
            "agent": [{"who": {"identifier": {"value": f"acc{number % 9}"}}, "requestor": True}],
            "entity": [{"what": {"reference": f"Patient/zqp{number % 23}"}, "role": {"code": "1"}}],
        }
        lines.append(json.dumps(event).encode() + b"\n")
    return lines


class Following:
    """A follower over a folder, looked at by hand."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.course = Course.open(data, Settings(), enforce=False, live=False)
        self.rejects = RejectFile(data / "rejects.ndjson")
        self.warned: list[str] = []
        self.follower = Follower([str(folder)], [], lambda name: None, self.warned.append)

    def look(self) -> Counter[str]:
        self.follower.look(self.course, self.rejects, lambda: True)
        return totals(self.course.progress)

    def close(self) -> None:
        self.course.close()
        self.rejects.close()


def append(path: Path, *pieces: bytes) -> None:
    with path.open("ab") as file:
        file.writelines(pieces)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "logs"
    made.mkdir()
    return made


def test_appended_lines_are_judged_once_and_a_half_line_waits(folder: Path, tmp_path: Path) -> None:
    lines = log(40)
    path = folder / "audit.ndjson"
    append(path, *lines[:10], lines[10][:200])
    following = Following(folder, tmp_path / "data")
    assert following.look()["decided"] == 10
    assert following.look()["decided"] == 10
    append(path, lines[10][200:], *lines[11:20])
    assert following.look() == Counter(read=20, decided=20)
    append(folder / "more.ndjson", *lines[20:])
    assert following.look() == Counter(read=40, decided=40)
    following.close()


@pytest.mark.parametrize("way", ["renamed", "truncated"])
def test_a_rotated_file_is_read_from_its_beginning(folder: Path, tmp_path: Path, way: str) -> None:
    lines = log(40)
    path = folder / "audit.ndjson"
    append(path, *lines[:20])
    following = Following(folder, tmp_path / "data")
    following.look()
    if way == "renamed":
        path.rename(tmp_path / "audit.1")
    else:
        path.write_bytes(b"")
    append(path, *lines[20:])
    assert following.look() == Counter(read=40, decided=40)
    append(path, b"no json\n")
    assert following.look()["rejected"] == 1
    offset = json.loads((tmp_path / "data" / "rejects.ndjson").read_bytes())["offset"]
    assert offset == sum(map(len, lines[:19])) + 1 + sum(map(len, lines[20:]))
    following.close()


def test_a_second_run_knows_how_far_the_first_came(folder: Path, tmp_path: Path) -> None:
    lines = log(40)
    path = folder / "audit.ndjson"
    append(path, *lines[:20])
    first = Following(folder, tmp_path / "data")
    first.look()
    first.close()
    path.write_bytes(b"".join(lines[20:]))
    second = Following(folder, tmp_path / "data")
    assert second.look() == Counter(read=40, decided=40)
    second.close()


def test_a_growing_table_is_read_row_by_row(folder: Path, tmp_path: Path) -> None:
    rows = [f"2026-03-02 08:{n:02d}:00,u{n % 3},VIEW,P{n:04d},OK\n".encode() for n in range(40)]
    path = folder / "export.csv"
    append(path, b"timestamp,user,action,patient_id,status\n", *rows[:20], rows[20][:9])
    following = Following(folder, tmp_path / "data")
    assert following.look()["read"] == 20
    append(path, rows[20][9:], *rows[21:])
    assert following.look()["read"] == 40
    following.close()


def test_a_file_that_is_no_log_is_named_and_the_others_are_read(folder: Path, tmp_path: Path) -> None:
    append(folder / "a.bin", b"\0\1\2\n")
    append(folder / "audit.ndjson", *log(5))
    following = Following(folder, tmp_path / "data")
    assert following.look()["decided"] == 5
    following.look()
    assert len(following.warned) == 1
    assert "a.bin" in following.warned[0]
    following.close()


def test_standard_input_cannot_be_followed() -> None:
    with pytest.raises(SourceError):
        Follower(["-"], [], lambda name: None, lambda why: None)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_follower_goes_on_where_it_was(folder: Path, tmp_path: Path, end: signal.Signals) -> None:
    lines = log(60)
    path, data = folder / "audit.ndjson", tmp_path / "data"
    append(path, *lines[:30])
    command = [*REMPART, "watch", "--follow", str(folder), "--data", str(data), "--lang", "en"]
    first = subprocess.Popen(command, stderr=subprocess.PIPE)
    _wait_until_read(first, 30)
    append(path, *lines[30:45])
    first.send_signal(end)
    assert first.wait(60) == (0 if end == signal.SIGTERM else -signal.SIGKILL)
    append(path, *lines[45:])
    second = subprocess.Popen(command, stderr=subprocess.PIPE)
    _wait_until_read(second, 60)
    second.send_signal(signal.SIGTERM)
    told = second.communicate(timeout=60)[1].decode()
    assert "'decided': 60" in told
    assert "'read': 60" in told
    checked = subprocess.run(
        [*REMPART, "ledger", "verify", "--data", str(data)], capture_output=True, timeout=60, check=False
    )
    assert checked.returncode == 0


def _wait_until_read(process: subprocess.Popen[bytes], units: int) -> None:
    """Until the follower says that it has read so many units."""
    assert process.stderr is not None
    for line in process.stderr:
        if f"'read': {units}" in line.decode():
            return
    raise AssertionError("it ended without reading them")
