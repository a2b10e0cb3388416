"""What a thief writes into a log is refused, accounted for, and costs no memory: whole commands."""

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from access_log import REMPART, event

MOST_EXTRA_KIB = 64 << 10
GOOD, MIB = 400, b"x" * (1 << 20)


def good(first: int = 0, count: int = GOOD) -> list[bytes]:
    return [
        json.dumps(event(number, f"acc{number % 9}", f"zqp{number % 50}")).encode() + b"\n"
        for number in range(first, first + count)
    ]


LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""A child's peak starts from that of the process it was forked from, so a small one starts it."""


def replay(source: Path, out: Path) -> tuple[dict[str, int], int]:
    """The summary and the peak memory of a replay, in KiB."""
    command = [sys.executable, "-c", LAUNCHER, *REMPART, "replay", str(source), "--out", str(out)]
    told = subprocess.run(command, capture_output=True, timeout=200, check=True)
    return json.loads((out / "summary.json").read_bytes()), int(told.stdout)


@pytest.fixture(scope="module")
def plain_kib(tmp_path_factory: pytest.TempPathFactory) -> int:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "log.ndjson").write_bytes(b"".join(good()))
    replay(folder / "log.ndjson", folder / "first")
    return replay(folder / "log.ndjson", folder / "out")[1]


def long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(good())
        file.write(b'{"resourceType":"AuditEvent","a":"')
        for _ in range(1024):
            file.write(MIB)
        file.write(b'"}\n')


def deep_line(path: Path) -> None:
    path.write_bytes(b"".join(good()) + b'{"a":' * 100_000 + b"\n")


def bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.writelines(good())
        for _ in range(300):
            file.write(bytes(1 << 20))


def fat_entry(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"resourceType":"Bundle","type":"collection","entry":[')
        for line in good():
            file.write(b'{"resource":' + line.strip() + b"},")
        file.write(b'{"resource":{"resourceType":"AuditEvent","a":"' + 100 * MIB + b'"}}]}')


@pytest.mark.parametrize("write", [long_line, deep_line, bomb, fat_entry])
def test_one_hostile_unit_is_refused_and_costs_no_memory(
    tmp_path: Path, plain_kib: int, write: Callable[[Path], None]
) -> None:
    source = tmp_path / "log"
    write(source)
    summary, peak_kib = replay(source, tmp_path / "out")
    source.unlink()
    assert (summary["read"], summary["decided"], summary["rejected"]) == (GOOD + 1, GOOD, 1)
    assert peak_kib - plain_kib <= MOST_EXTRA_KIB


def hostile(chance: random.Random) -> bytes:
    """One line that is no readable resource, of many kinds."""
    line = chance.choice(good(0, 50)).strip()
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: line[: chance.randrange(1, len(line) - 1)],
        lambda: line[:40] + b"\xff\xfe" + line[40:],
        lambda: line.replace(b'"', b"'", 1),
        lambda: line.replace(b"AuditEvent", b"", 1),
        lambda: b"[" * chance.randrange(65, 500),
        lambda: b'"\x1b[2J\x1b]0;owned\x07"',
        lambda: b"=cmd|' /C calc'!A0",
        lambda: b"<script>alert(1)</script>",
        lambda: b'{"resourceType": "AuditEvent", "id": 1e' + b"9" * 400 + b"}",
        lambda: line.decode().encode("utf-16"),
    )
    return chance.choice(kinds)().replace(b"\n", b" ") + b"\n"


def test_ten_thousand_hostile_lines_among_good_ones_are_each_accounted_for(tmp_path: Path) -> None:
    chance, place, bad, pieces = random.Random(3), 0, [], []
    for line in good(0, 10_000):
        mischief = hostile(chance)
        bad.append((place, len(mischief) - 1))
        pieces += [mischief, line]
        place += len(mischief) + len(line)
    (tmp_path / "log").write_bytes(b"".join(pieces))
    summary, _ = replay(tmp_path / "log", tmp_path / "out")
    assert (summary["read"], summary["decided"], summary["rejected"]) == (20_000, 10_000, 10_000)
    noted = [json.loads(line) for line in (tmp_path / "out" / "rejects.ndjson").read_bytes().splitlines()]
    assert [(each["offset"], each["length"]) for each in noted] == bad
    assert all(each["reason"] for each in noted)
