"""Our side of :mod:`bench.linkage`: ``python -m bench.linkage_rempart FOLDER``."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.linkage import Meter, columns_of, write
from rempart.leak.chunk import Chunk
from rempart.leak.compare import Compared
from rempart.leak.match import NARROW, WIDE, Matcher
from rempart.leak.pairs import Candidates, gather, hits_of
from rempart.leak.population import build
from rempart.leak.rows import side_of
from rempart.leak.scan import Matches, Scanner
from rempart.leak.side import Side
from rempart.leak.tables import typed
from rempart.leak.weigh import fit, score


def main(folder: Path) -> None:
    """Two tables as the command does it; one table against itself by the same parts. A slice goes first, to compile."""
    left, other = _chunk(folder / "left.parquet"), folder / "right.parquet"
    right = _chunk(other) if other.exists() else None
    _link(folder, _slice(left), _slice(right) if right else None)
    meter = Meter()
    _link(folder, left, right)
    meter.tell()


def _link(folder: Path, left: Chunk, right: Chunk | None) -> None:
    columns, _, size = typed([left])
    if right is None:
        write(folder, "rempart", *_within(side_of(columns, size)))
    else:
        columns["ipp"] = [("id", pa.array(np.arange(size).astype(str), pa.large_string()))]
        population = build(columns, size, 20_000, lambda column: np.arange(len(column), dtype=np.uint64))
        found = Matches.joined(Scanner(population, 1, lambda _: None).scan([right]).matches(0.0))
        write(folder, "rempart", found.person, found.row, found.chance)


def _slice(chunk: Chunk) -> Chunk:
    return Chunk(chunk.table, chunk.names, tuple(column.slice(0, 300) for column in chunk.columns))


def _chunk(path: Path) -> Chunk:
    columns = columns_of(path)
    return Chunk("t", tuple(columns), tuple(columns.values()))


def _within(side: Side) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every pair of rows that may be one person, with its probability; weights are learnt as for a file."""
    everybody = np.ones(side.size, np.uint8)
    starts, people = gather(hits_of(side, side, (*NARROW, *WIDE), everybody), everybody)
    row = np.repeat(np.arange(side.size), np.diff(starts))
    apart = people > row
    row, people = row[apart], people[apart]
    cuts = np.searchsorted(row, np.arange(side.size + 1))
    matcher = Matcher(side)
    pairs = matcher._compare(side, Candidates(cuts, people.copy()))
    weights = fit(side, pairs)
    alone = Compared(np.arange(len(people) + 1), *pairs[1:])
    _, own, _ = score(side, alone, weights.log_m)
    return row, people, _probable(np.clip(own, -700, 700), side.size)


def _probable(own: np.ndarray, size: int) -> np.ndarray:
    """The probability of each pair, with as many true ones to a row as make themselves probable."""
    each, chance = 0.1, own
    for _ in range(100):
        chance = 1 / (1 + np.exp(np.minimum(math.log(size / each) - own, 700)))
        each = max(float(chance.sum()) / size, 1e-6)
    return chance


if __name__ == "__main__":
    main(Path(sys.argv[1]))
