"""``python -m bench.single``: one decision in process, the compiled kernel inside it, and the line protocol.

Plays the first days of a region, care data first, one event after the other, several times from the
beginning. Prints for each percentile the least of the runs, and the percentiles of each event's least
time over the runs, which leave out what the machine did beside. Misses: waiting for a power-safe disk;
an answer follows the journal's write, not its sync.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rempart.lab.emit import write_region
from rempart.lab.region import build_region
from rempart.lab.spec import RegionSpec
from rempart.pipeline.course import Course
from rempart.records import DECISION, Access, Context, Frame
from rempart.settings import Settings
from rempart.sources.fhir import read_message
from rempart.watch.judge import Policy, Watch
from rempart.watch.single import is_ready, judge_single, tell_single

RUNS, EVENTS, WARM_UP, LINES = 5, 12_000, 2_000, 4_000
LIMIT_US, KERNEL_US = 50.0, 8.5
SHARES = [50, 99, 99.9, 100]
Array = np.ndarray[Any, Any]


def read_units(path: Path, most: int = -1) -> list[Any]:
    """The first units of a file of lines."""
    with path.open("rb") as file:
        return [read_message(line, "bench", number) for number, line in zip(range(most), file, strict=False)]


def time_course(care: list[Context], events: list[Access], data: Path) -> Array:
    """Microseconds (n,) of each event's decision: door, duplicates, care, watch, and its write to the journal."""
    course = Course.open(data, Settings(), enforce=True, live=True)
    for first in range(0, len(care), 1_000):
        course.learn(care[first : first + 1_000])
    took = []
    for access in events:
        begun = time.perf_counter_ns()
        course.decide_one(access)
        course.flush()
        took.append(time.perf_counter_ns() - begun)
    course.abandon()
    return np.array(took) / 1e3


def time_kernel(events: list[Access], data: Path) -> Array:
    """Microseconds (n,) of the compiled watch alone on the same events, called once an event."""
    course = Course.open(data, Settings(), enforce=True, live=True)
    watch = Watch(Policy(enforce=True), np.array([0]), np.array([0]))
    prices, took = np.ones((10_000, 2)), []
    for access in events:
        one = course.stages.door.one(access)
        patients = one.hashes[3:]
        words = course.stages.names.words
        names = len(words["account"]), len(words["network"]), len(words["role"])
        marks, now, grades = (
            np.zeros(1, np.int64),
            np.zeros(1, np.int64),
            np.zeros((patients.size, 2), "f4"),
        )
        house, shard, habits, stance, *rest = watch.arrays(one.account)
        tell_single(one.rows, house[3], marks, now)
        if not is_ready(marks[0], patients.size, names, house, shard, habits, stance):
            watch.judge(Frame(one.rows, patients, None), grades, prices, names)
            continue
        out = np.zeros(1, DECISION)
        begun = time.perf_counter_ns()
        judge_single(one.rows, marks, now, patients, grades, prices, house, shard, habits, stance, *rest, out)
        took.append(time.perf_counter_ns() - begun)
    watch.close()
    course.abandon()
    return np.array(took) / 1e3


def time_lines(lines: list[bytes], data: Path) -> Array:
    """Microseconds (n,) from a line written to ``rempart watch --stdio`` to its answer read."""
    command = [
        sys.executable,
        "-c",
        "from rempart.cli import main; main()",
        "watch",
        "--stdio",
        "--data",
        data,
    ]
    took = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for line in lines:
            begun = time.perf_counter_ns()
            child.stdin.write(line)
            child.stdout.readline()
            took.append(time.perf_counter_ns() - begun)
        child.stdin.close()
    return np.array(took) / 1e3


def show(what: str, figures: Array) -> None:
    """One line of percentiles, microseconds."""
    middle, high, higher, most = figures
    print(f"{what}: p50 {middle:.1f} µs, p99 {high:.1f}, p99.9 {higher:.0f}, longest {most:,.0f}")


def measure(region: Path, home: Path) -> None:
    """Print every figure; ``region`` holds ``audit.ndjson`` and ``care.ndjson``."""
    care = read_units(region / "care.ndjson", 1 << 30)
    events = read_units(region / "audit.ndjson", EVENTS)

    def runs(measure_once: Callable[[Path], Array], name: str) -> Iterator[Array]:
        for number in range(RUNS):
            yield measure_once(home / f"{name}{number}")[WARM_UP:]

    whole = np.stack(list(runs(lambda data: time_course(care, events, data), "course")))
    kernel = np.stack(list(runs(lambda data: time_kernel(events, data), "kernel")))
    least = np.percentile(whole, SHARES, axis=1).min(axis=1)
    quiet = np.percentile(whole.min(axis=0), SHARES)
    bare = np.percentile(kernel.min(axis=0), SHARES)
    show(f"one decision with door, care, watch and journal, least of {RUNS} runs", least)
    show("  each event's least over the runs", quiet)
    show("  the compiled watch alone, each event's least", bare)
    print(
        f"  p99 is {least[1] / LIMIT_US:.2f} of the limit of {LIMIT_US:.0f} µs, each event's least "
        f"{quiet[1] / LIMIT_US:.2f} of it and {quiet[1] / bare[1]:.1f} times the compiled watch "
        f"(prototype of the kernel: p99 {KERNEL_US} µs)"
    )
    with (region / "audit.ndjson").open("rb") as file:
        lines = [line for _, line in zip(range(LINES), file, strict=False)]
    trips = np.stack([time_lines(lines, home / f"lines{number}")[LINES // 4 :] for number in range(3)])
    show("a line to rempart watch --stdio and its answer", np.percentile(trips, SHARES, axis=1).min(axis=1))
    show("  each line's least over the runs", np.percentile(trips.min(axis=0), SHARES))


def main() -> None:
    """Build the region, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_region(build_region(RegionSpec(seed=9, days=20)), home / "region")
        measure(home / "region", home)


if __name__ == "__main__":
    main()
