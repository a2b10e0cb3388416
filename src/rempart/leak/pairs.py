"""Which people each row may be: the rows' keys in a table, the population run past it. Compiled, two threads.

Reads two sides; gives candidates: for row i the people ``people[starts[i]:starts[i+1]]``, ascending, each once.
A key that more than :data:`MOST_OF_KEY` people share gives a row no more than that many of them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numba
import numpy as np

from rempart.leak.keys import KEY_FAMILIES, keys_of, person_keys, useful
from rempart.leak.side import Side, addresses

Array = np.ndarray[Any, Any]

MOST_OF_KEY = 120
MOST_OF_ROW = 600
THREADS = 2
LAST_RESORT = len(KEY_FAMILIES) - 1


class Candidates(NamedTuple):
    """For row i: ``people[starts[i]:starts[i+1]]``."""

    starts: Array
    people: Array


class Table(NamedTuple):
    """An open-addressing table from key to the first entry of a chain of rows."""

    slots: Array
    keys: Array
    next: Array
    rows: Array
    bloom: Array


@numba.njit(cache=True, nogil=True)
def _build(keys: Array, rows: Array, bits: int) -> Any:
    size = 1 << bits
    mask = np.uint64(size - 1)
    slots = np.full(size, -1, np.int32)
    chain = np.full(len(keys), -1, np.int32)
    bloom = np.zeros(1 << max(bits - 1, 6), np.uint8)
    bloom_mask = np.uint64(len(bloom) - 1)
    for entry in range(len(keys)):
        key = keys[entry]
        mark = key >> np.uint64(20)
        bloom[(mark >> np.uint64(3)) & bloom_mask] |= np.uint8(1) << np.uint8(mark & np.uint64(7))
        slot = key & mask
        while slots[slot] >= 0 and keys[slots[slot]] != key:
            slot = (slot + np.uint64(1)) & mask
        chain[entry] = slots[slot]
        slots[slot] = entry
    return slots, chain, bloom


@numba.njit(cache=True, nogil=True)
def _run(side: Any, family: int, first: int, last: int, table: Any, wanted: Array, most: int) -> Any:
    """Pairs (row << 32 | person) of the people ``first`` to ``last`` whose keys are in the table."""
    mask = np.uint64(len(table.slots) - 1)
    bloom_mask = np.uint64(len(table.bloom) - 1)
    pairs = np.empty(1 << 16, np.uint64)
    hits = np.zeros(len(table.keys), np.int32)
    out, sounds = np.empty(16, np.uint64), np.empty(8, np.uint64)
    at = 0
    for person in range(first, last):
        made = person_keys(side, person, family, sounds, out)
        for each in range(made):
            key = out[each]
            mark = key >> np.uint64(20)
            if not (table.bloom[(mark >> np.uint64(3)) & bloom_mask] >> np.uint8(mark & np.uint64(7))) & 1:
                continue
            slot = key & mask
            while table.slots[slot] >= 0 and table.keys[table.slots[slot]] != key:
                slot = (slot + np.uint64(1)) & mask
            entry = table.slots[slot]
            if entry < 0:
                continue
            hits[entry] += 1
            if hits[entry] > most:
                continue
            while entry >= 0:
                row = table.rows[entry]
                entry = table.next[entry]
                if wanted[row] == 0:
                    continue
                if at == len(pairs):
                    more = np.empty(2 * at, np.uint64)
                    more[:at] = pairs
                    pairs = more
                pairs[at] = (np.uint64(row) << np.uint64(32)) | np.uint64(person)
                at += 1
    return pairs[:at].copy()


@numba.njit(cache=True, nogil=True)
def _gather(lists: Any, rows: int, most: int) -> Any:
    """Candidates of each row, sorted, each once, at most ``most`` of them."""
    counts = np.zeros(rows + 1, np.int64)
    for pairs in lists:
        for pair in pairs:
            counts[np.int64(pair >> np.uint64(32)) + 1] += 1
    ends = np.cumsum(counts)
    people = np.empty(ends[-1], np.int32)
    fill = ends[:-1].copy()
    for pairs in lists:
        for pair in pairs:
            row = np.int64(pair >> np.uint64(32))
            people[fill[row]] = np.int32(pair & np.uint64(0xFFFFFFFF))
            fill[row] += 1
    starts = np.zeros(rows + 1, np.int64)
    at = 0
    for row in range(rows):
        mine = people[ends[row] : ends[row + 1]]
        mine.sort()
        last = -1
        begun = at
        for place in range(len(mine)):
            person = mine[place]
            if person != last and at - begun < most:
                people[at] = person
                at += 1
                last = person
        starts[row + 1] = at
    return starts, people[:at].copy()


def candidates(population: Side, rows: Side) -> Candidates:
    """The people of ``population`` that each row of ``rows`` shares a key with."""
    found: list[Array] = []
    everybody = np.ones(rows.size, np.uint8)
    for family in useful(rows):
        wanted = everybody if family != LAST_RESORT else _without_more(rows)
        if wanted.any():
            found.extend(_of_family(population, rows, family, wanted))
    if not found:
        return Candidates(np.zeros(rows.size + 1, np.int64), np.empty(0, np.int32))
    lists = numba.typed.List(found)
    return Candidates(*_gather(lists, rows.size, MOST_OF_ROW))


def _without_more(rows: Side) -> Array:
    """Rows with neither a birth date nor a postcode."""
    placed = np.diff(rows.postcode.starts) > 0
    return ((rows.birth == 0) & ~placed).astype(np.uint8)


def _of_family(population: Side, rows: Side, family: int, wanted: Array) -> list[Array]:
    keys, owners = keys_of(addresses(rows), family, 0, rows.size)
    if not len(keys):
        return []
    bits = max(8, int(2 * len(keys)).bit_length())
    slots, chain, bloom = _build(keys, owners, bits)
    table = Table(slots, keys, chain, owners, bloom)
    people = addresses(population)
    edges = np.linspace(0, population.size, THREADS + 1).astype(np.int64)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [
            pool.submit(_run, people, family, int(edges[k]), int(edges[k + 1]), table, wanted, MOST_OF_KEY)
            for k in range(THREADS)
        ]
        return [pairs for job in jobs if len(pairs := job.result())]
