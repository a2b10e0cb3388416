"""``python -m bench``: replay from files, the watch alone, and one decision in process, beside their limits."""

import tempfile
import time
from pathlib import Path

import numpy as np

from bench.single import measure as measure_single
from rempart.lab.compile import compile_all
from rempart.lab.emit import write_region
from rempart.lab.region import build_region
from rempart.lab.spec import RegionSpec
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.records import EVENT, Frame
from rempart.settings import Settings
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
    print(f"watch alone, 1 shard: {watch_alone(1):>12,.0f} events/s   (target of the kernel: 1,340,000)")
    print(f"watch alone, 2 shards: {watch_alone(2):>11,.0f} events/s   (target of the kernel: 2,860,000)")
    with tempfile.TemporaryDirectory() as folder:
        write_region(build_region(RegionSpec(seed=9, days=60)), Path(folder) / "region")
        files = [str(Path(folder) / "region")]
        reader = plan(files, [], lambda _: None)
        begun = time.perf_counter()
        count = sum(batch.read for name in reader.names for batch in reader.batches(name))
        read = count / (time.perf_counter() - begun)
        begun = time.perf_counter()
        replay(
            reader,
            Path(folder) / "out",
            None,
            Settings(),
            shards=2,
            batch=32_768,
            language="en",
            hear=lambda *_: None,
        )
        whole = count / (time.perf_counter() - begun)
        print(f"reading alone: {read:>18,.0f} units/s")
        print(
            f"replay, files to ledger and page: {whole:,.0f} units/s = {whole / read:.2f} of reading alone "
            "(target 200,000, aim 400,000)"
        )
        measure_single(Path(folder) / "region", Path(folder))


if __name__ == "__main__":
    main()
