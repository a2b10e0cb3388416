"""``python -m bench``: the watch alone, replay from files, and one decision in process, beside their limits."""

import tempfile
import time
from pathlib import Path

import numpy as np

from bench.files import measure as measure_files
from bench.single import measure as measure_single
from rempart.lab.compile import compile_all
from rempart.lab.emit import write_region
from rempart.lab.region import build_region
from rempart.lab.spec import RegionSpec
from rempart.records import EVENT, Frame
from rempart.watch.judge import Policy, Watch

EVENTS, ACCOUNTS = 400_000, 2_000
ZONE = np.array([0]), np.array([3_600_000])


def watch_alone(shards: int) -> float:
    """Events a second through the watch, four days of made-up events in batches of 32,768."""
    chance = np.random.default_rng(1)
    watch = Watch(Policy(), *ZONE, shards=shards)
    spent = 0.0
    for day in range(4):
        rows = np.zeros(EVENTS // 4, EVENT)
        rows["recorded_ms"] = (
            1_767_225_600_000 + day * 86_400_000 + np.sort(chance.integers(0, 86_400_000, rows.size))
        )
        rows["account"] = chance.integers(0, ACCOUNTS, rows.size)
        rows["patients"] = 1
        patients = chance.integers(1, 200_000, rows.size).astype(np.uint64)
        for first in range(0, rows.size, 32_768):
            piece = rows[first : first + 32_768].copy()
            piece["first_patient"] = np.arange(piece.size)
            frame = Frame(piece, patients[first : first + 32_768], None)
            begun = time.perf_counter()
            watch.judge(frame, np.zeros((piece.size, 2), np.float32), np.ones((2, 2)), (ACCOUNTS, 1, 1))
            spent += time.perf_counter() - begun
    watch.close()
    return EVENTS / spent


def main() -> None:
    """Print one line a figure."""
    compile_all()
    for shards, limit in ((1, 1_340_000), (2, 2_860_000)):
        rate = watch_alone(shards)
        print(
            f"watch alone, {shards} shards: {rate:,.0f} events/s = {rate / limit:.2f} of the prototype's {limit:,}"
        )
    with tempfile.TemporaryDirectory() as folder:
        write_region(build_region(RegionSpec(seed=9, days=40)), Path(folder) / "region")
        measure_files(Path(folder) / "region", Path(folder))
        measure_single(Path(folder) / "region", Path(folder))


if __name__ == "__main__":
    main()
