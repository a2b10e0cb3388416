"""Memory while a long file is read: ``python -m bench.leak_memory [GIGABYTES] [--ours PERCENT]`` (3 and 2 by default).

The file is one block of rows again and again, packed with gzip a block at a time, so that fifty gigabytes need eight of the
temporary folder. Prints, at every twentieth of the file, the bytes read (unpacked), the process's present and highest memory
and processor seconds a gigabyte. The population has 100,000 people.
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from rempart.leak.chunk import Chunk
from rempart.leak.population import build
from rempart.leak.readers.formats import read_files
from rempart.leak.scan import Scanner
from rempart.leak.tables import typed

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lab"))
from french_people import Country, people, spoil, table, take

PEOPLE, BLOCK = 100_000, 200_000


def memory() -> tuple[float, float]:
    """(present, highest) resident megabytes of this process."""
    status = Path("/proc/self/status").read_text()
    return tuple(int(status.split(f"{name}:")[1].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def block(percent: float) -> bytes:
    """BLOCK rows of CSV with their headings, so many in a hundred of them ours."""
    land = Country.draw(7)
    mine = round(BLOCK * percent / 100)
    parts = [take(people(land, PEOPLE, 1), np.arange(mine) % PEOPLE), people(land, max(BLOCK - mine, 1), 2)]
    rows = spoil({name: np.concatenate([part[name] for part in parts])[:BLOCK] for name in parts[0]}, 3)
    text = io.BytesIO()
    arrow_csv.write_csv(table(rows), text)
    return text.getvalue()


def write(path: Path, size: int, percent: float) -> tuple[int, int]:
    """A gzip file of about ``size`` bytes when unpacked; returns its rows and its bytes unpacked."""
    head, _, body = block(percent).partition(b"\n")
    times = max(1, round(size / len(body)))
    packed = gzip.compress(body, 1)
    with path.open("wb") as file:
        file.write(gzip.compress(head + b"\n"))
        for _ in range(times):
            file.write(packed)
    return times * body.count(b"\n"), times * len(body)


def main(gigabytes: float, percent: float) -> None:
    """Write, read, tell, delete."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.csv.gz"
        rows, size = write(path, int(gigabytes * 1e9), percent)
        ours = people(Country.draw(7), PEOPLE, 1)
        chunk = Chunk("p", tuple(ours), tuple(pa.array(cells, pa.large_string()) for cells in ours.values()))
        columns, _, count = typed([chunk])
        population = build(columns, count, 20_000, lambda column: np.arange(len(column), dtype=np.uint64))
        del columns, chunk, ours
        begun, told = time.process_time(), [0]

        def hear(done: int) -> None:
            if done * 20 >= rows * (told[0] + 1) or done == rows:
                told[0] = done * 20 // rows
                present, highest = memory()
                read = size * done / rows / 1e9
                spent = time.process_time() - begun
                print(
                    f"{read:5.2f} GB read: {present:6,.0f} MB now, {highest:6,.0f} MB at most, {spent / read:5.1f} s processor a GB",
                    flush=True,
                )

        found = Scanner(population, 1, hear).scan(read_files((path,)))
        print(f"{found.rows:,} rows, {found.matched:,} matched; {memory()[1]:,.0f} MB at most", flush=True)
        matched = sum(len(part.row) for part in found.matches())
        print(
            f"{matched:,} matches told; {memory()[1]:,.0f} MB at most, {time.process_time() - begun:,.0f} s processor"
        )


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m bench.leak_memory")
    words.add_argument("gigabytes", type=float, nargs="?", default=3)
    words.add_argument("--ours", type=float, default=2, metavar="PERCENT")
    asked = words.parse_args()
    main(asked.gigabytes, asked.ours)
