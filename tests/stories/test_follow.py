"""Following files: appended lines, half lines, rotation, new files, a stop and a kill."""

import gzip
import json
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from access_log import REMPART, event

from rempart.errors import SourceError
from rempart.pipeline.course import Course
from rempart.pipeline.following import Follower
from rempart.pipeline.progress import totals
from rempart.pipeline.rejects import RejectFile
from rempart.settings import Settings


def log(count: int) -> list[bytes]:
    """So many reads by nine accounts, each line with its end."""
    return [
        json.dumps(event(number, f"acc{number % 9}", f"zqp{number % 23}")).encode() + b"\n"
        for number in range(count)
    ]


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


@pytest.mark.parametrize("kept_as", ["audit.ndjson.1", "audit.1.gz"])
def test_a_rotated_file_kept_in_the_folder_is_not_judged_again(
    folder: Path, tmp_path: Path, kept_as: str
) -> None:
    lines = log(60)
    path = folder / "audit.ndjson"
    append(path, *lines[:30])
    following = Following(folder, tmp_path / "data")
    following.look()
    append(path, *lines[30:35])
    if kept_as.endswith(".gz"):
        (folder / kept_as).write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    else:
        path.rename(folder / kept_as)
    append(path, *lines[35:])
    assert following.look() == Counter(read=60, decided=60)
    following.close()


def test_two_tables_with_one_header_are_two_files(folder: Path, tmp_path: Path) -> None:
    header = b"timestamp,user,action,patient_id,status" + b",remark" * 60 + b"\n"
    for day in (2, 3):
        rows = [
            f"2026-03-{day:02d} 08:{n:02d}:00,u{n % 3},VIEW,P{n:04d},OK{',x' * 60}\n".encode()
            for n in range(40)
        ]
        append(folder / f"day{day}.csv", header, *rows)
    following = Following(folder, tmp_path / "data")
    assert following.look()["decided"] == 80
    following.close()


def test_a_folder_emptied_for_a_moment_is_named_once_and_followed_on(folder: Path, tmp_path: Path) -> None:
    path = folder / "audit.ndjson"
    append(path, *log(5))
    following = Following(folder, tmp_path / "data")
    following.look()
    path.unlink()
    following.look()
    following.look()
    assert len(following.warned) == 1
    append(path, *log(9)[5:])
    assert following.look()["decided"] == 9
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
    assert "decided 60," in told
    assert "read 60," in told
    checked = subprocess.run(
        [*REMPART, "ledger", "verify", "--data", str(data)], capture_output=True, timeout=60, check=False
    )
    assert checked.returncode == 0


def _wait_until_read(process: subprocess.Popen[bytes], units: int) -> None:
    """Until the follower says that it has read so many units."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.decode().startswith(f"read {units},"):
            return
    raise AssertionError("it ended without reading them")
