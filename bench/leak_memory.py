"""Memory while a long file is read: ``python -m bench.leak_memory [GIGABYTES]`` (3 by default, written to the temporary folder once).

Prints, at every tenth of the file, the bytes read, the process's present and highest memory and processor seconds a gigabyte. The
population has 100,000 people; one row in fifty is one of them.
"""

from __future__ import annotations

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


def write(path: Path, size: int) -> int:
    """A file of about ``size`` bytes; returns its rows. The same block of rows again and again."""
    land = Country.draw(7)
    ours, strangers = people(land, PEOPLE, 1), people(land, BLOCK, 2)
    mine = take(ours, np.arange(BLOCK // 50))
    rows = spoil({name: np.concatenate([mine[name], strangers[name]]) for name in mine}, 3)
    arrow_csv.write_csv(table(rows), path)
    block = path.read_bytes()
    head, _, body = block.partition(b"\n")
    written = 0
    with path.open("wb") as file:
        file.write(head + b"\n")
        while file.tell() < size:
            file.write(body)
            written += body.count(b"\n")
    return written


def main(gigabytes: float) -> None:
    """Write, read, tell, delete."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.csv"
        rows = write(path, int(gigabytes * 1e9))
        size = path.stat().st_size
        ours = people(Country.draw(7), PEOPLE, 1)
        chunk = Chunk("p", tuple(ours), tuple(pa.array(cells, pa.large_string()) for cells in ours.values()))
        columns, _, count = typed([chunk])
        population = build(columns, count, 20_000, lambda column: np.arange(len(column), dtype=np.uint64))
        del columns, chunk, ours
        begun, told = time.process_time(), [0]

        def hear(done: int) -> None:
            if done * 10 >= rows * (told[0] + 1) or done == rows:
                told[0] = done * 10 // rows
                present, highest = memory()
                read = size * done / rows / 1e9
                spent = time.process_time() - begun
                print(
                    f"{read:5.2f} GB read: {present:6,.0f} MB now, {highest:6,.0f} MB at most, {spent / read:5.1f} s processor a GB",
                    flush=True,
                )

        found = Scanner(population, 1, hear).scan(read_files((path,)))
        print(f"{found.rows:,} rows, {found.matched:,} matched")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3)
