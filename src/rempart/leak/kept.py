"""Rows that may be ours, kept beside memory: a nameless private file holds what does not fit.

Takes the blocks of a scan in order; gives them back as often as asked. A row is 30 bytes: its number, its person's place, how much
speaks for that person and for everybody, what it holds; no cell of the file. How the sums lie is counted meanwhile, so that the
share of ours is fitted without reading the rows again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from rempart.leak.side import Array

ROW = np.dtype(
    [("row", np.int64), ("person", np.int32), ("own", np.float64), ("total", np.float64), ("held", np.int16)]
)
IN_MEMORY = 1 << 20
"""Rows beyond which those before go to the file."""
AT_ONCE = 1 << 18
FINE = 64
"""Counted steps a nat."""
HIGHEST = 700.0


class Kept:
    """Rows in the order they were added."""

    def __init__(self, lowest: float) -> None:
        """Sums are counted from ``lowest`` on."""
        self._lowest = lowest
        self._counts = np.zeros(int((HIGHEST - lowest) * FINE) + 2, np.int64)
        self._sums = np.zeros(len(self._counts))
        self._blocks: list[Any] = []
        self._waiting = self.size = 0
        self._file: BinaryIO | None = None

    def add(self, row: Array, person: Array, own: Array, total: Array, held: Array) -> None:
        """Keep rows; all arrays (k,)."""
        block = np.empty(len(row), ROW)
        for name, values in zip(ROW.names or (), (row, person, own, total, held), strict=True):
            block[name] = values
        step = ((np.clip(total, self._lowest, HIGHEST) - self._lowest) * FINE).astype(np.int64)
        self._counts += np.bincount(step, minlength=len(self._counts))
        self._sums += np.bincount(step, weights=total, minlength=len(self._sums))
        self._blocks.append(block)
        self.size += len(block)
        self._waiting += len(block)
        if self._waiting > IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # type: ignore[assignment]
        assert self._file is not None
        for block in self._blocks:
            self._file.write(block.data)
        self._blocks, self._waiting = [], 0

    def sums(self) -> tuple[Array, Array]:
        """(sums, how many rows each stands for), of the logarithms that speak for anybody, ascending."""
        filled = self._counts > 0
        return self._sums[filled] / self._counts[filled], self._counts[filled]

    def blocks(self) -> Iterator[Any]:
        """The rows, in arrays of :data:`ROW`."""
        if self._file is not None:
            self._file.seek(0)
            while content := self._file.read(ROW.itemsize * AT_ONCE):
                yield np.frombuffer(content, ROW)
        yield from self._blocks
