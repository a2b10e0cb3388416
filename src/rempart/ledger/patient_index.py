"""Which row groups of a segment may hold a patient: one Bloom filter a row group.

Reads the patients (uint64 pseudonyms) of each row group; gives the ``.index`` file beside a segment.
The filter is the split-block kind (Putze, Sanders and Singler, "Cache-, hash- and space-efficient
Bloom filters", 2007; the layout that the Parquet format chose): 32-byte blocks of eight words, one
bit in each word. The pseudonyms are hashes already and are used as they are.

File: ``RMPPIDX1``, number of row groups (uint32), zeros (uint32), blocks of each row group (uint32
each, padded to 8 bytes), then the blocks. Misses: about one row group in a hundred is read in vain.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numba import njit, uint32, uint64

from rempart.errors import LedgerError
from rempart.language import gettext as _

MAGIC = b"RMPPIDX1"
BITS_PER_PATIENT = 11
WORDS_PER_BLOCK = 8
_SALTS = np.array(
    [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31],
    dtype=np.uint32,
)
Array = np.ndarray[Any, Any]


def build_index(patients: Array, offsets: Array, row_group_rows: int) -> bytes:
    """The ``.index`` content for ``patients`` (m,) uint64 of n rows delimited by ``offsets`` (n + 1,)."""
    rows = len(offsets) - 1
    edges = offsets[np.append(np.arange(0, rows, row_group_rows), rows)]
    counts = np.diff(edges) if rows else np.empty(0, dtype=np.int64)
    blocks = np.maximum(1, -(-counts.astype(np.int64) * BITS_PER_PATIENT // 256)).astype(np.uint32)
    words = np.zeros(int(blocks.sum()) * WORDS_PER_BLOCK, dtype=np.uint32)
    start = 0
    for group, size in enumerate(blocks):
        stop = start + int(size) * WORDS_PER_BLOCK
        _insert(words[start:stop], patients[edges[group] : edges[group + 1]], _SALTS)
        start = stop
    head = MAGIC + np.array([len(blocks), 0], dtype=np.uint32).tobytes() + blocks.tobytes()
    return head + b"\0" * (-len(head) % 8) + words.tobytes()


def row_groups_of(path: Path, patient: int) -> list[int]:
    """Row groups of the segment that may hold ``patient``; none other does. LedgerError on damage."""
    try:
        content = np.memmap(path, dtype=np.uint8, mode="r")
    except (OSError, ValueError) as error:
        raise LedgerError(
            _("cannot read {path}").format(path=path), _("run rempart ledger verify")
        ) from error
    if bytes(content[:8]) != MAGIC or len(content) < 16:
        raise LedgerError(_("{path} is no patient index").format(path=path), _("run rempart ledger verify"))
    groups = int(content[8:12].view(np.uint32)[0])
    first = 16 + 4 * groups + (-4 * groups % 8)
    blocks = content[16 : 16 + 4 * groups].view(np.uint32).astype(np.int64)
    if len(content) != first + 32 * int(blocks.sum()):
        raise LedgerError(_("{path} is damaged").format(path=path), _("run rempart ledger verify"))
    starts = first + 32 * (np.cumsum(blocks) - blocks)
    places = starts + 32 * ((np.uint64(patient >> 32) * blocks.astype(np.uint64)) >> np.uint64(32)).astype(
        np.int64
    )
    words = content[places[:, None] + np.arange(32)].view(np.uint32)
    bits = np.uint32(1) << ((np.uint32(patient & 0xFFFFFFFF) * _SALTS) >> np.uint32(27))
    found: list[int] = np.flatnonzero(((words & bits) == bits).all(axis=1)).tolist()
    return found


@njit(nogil=True, cache=True)
def _insert(words: Any, patients: Any, salts: Any) -> None:
    size = uint64(len(words) // 8)
    for row in range(len(patients)):
        patient = uint64(patients[row])
        place = ((patient >> uint64(32)) * size) >> uint64(32)
        low = uint32(patient & uint64(0xFFFFFFFF))
        for word in range(8):
            bit = uint32(low * salts[word]) >> uint32(27)
            words[place * uint64(8) + uint64(word)] |= uint32(uint32(1) << bit)
