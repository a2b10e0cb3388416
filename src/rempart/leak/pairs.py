"""Which people each row may be: the rows' keys in a table, the population run past it. Compiled, two threads.

Reads two sides; gives candidates: for row i the people ``people[starts[i]:starts[i+1]]``, ascending, each once.
A key that more than :data:`MOST_OF_KEY` people share gives a row no more than that many of them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numba
import numpy as np

from rempart.leak.keys import keys_of, person_keys, useful
from rempart.leak.side import Side, addresses

Array = np.ndarray[Any, Any]

MOST_OF_KEY = 60
MOST_OF_ROW = 400
THREADS = 2
Hits = list[Array]
"""Pairs (row << 32 | person), uint64, with repetitions."""


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
def _build(keys: Array, bits: int) -> Any:
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
def _run(side: Any, family: int, first: int, last: int, table: Any, most: int) -> Any:
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
                if at == len(pairs):
                    more = np.empty(2 * at, np.uint64)
                    more[:at] = pairs
                    pairs = more
                pairs[at] = (np.uint64(row) << np.uint64(32)) | np.uint64(person)
                at += 1
    return pairs[:at].copy()


@numba.njit(cache=True, nogil=True)
def _count(pairs: Array, wanted: Array, counts: Array) -> None:
    for pair in pairs:
        row = np.int64(pair >> np.uint64(32))
        counts[row + 1] += wanted[row]


@numba.njit(cache=True, nogil=True)
def _place(pairs: Array, wanted: Array, fill: Array, people: Array) -> None:
    for pair in pairs:
        row = np.int64(pair >> np.uint64(32))
        if wanted[row]:
            people[fill[row]] = np.int32(pair & np.uint64(0xFFFFFFFF))
            fill[row] += 1


@numba.njit(cache=True, nogil=True)
def _once(people: Array, ends: Array, most: int) -> Any:
    """Each row's people sorted, each once, at most ``most`` of them."""
    rows = len(ends) - 1
    starts = np.zeros(rows + 1, np.int64)
    at = 0
    for row in range(rows):
        begin, end = ends[row], ends[row + 1]
        for place in range(begin + 1, end):
            person, back = people[place], place
            while back > begin and people[back - 1] > person:
                people[back] = people[back - 1]
                back -= 1
            people[back] = person
        last, begun = -1, at
        for place in range(begin, end):
            person = people[place]
            if person != last and at - begun < most:
                people[at] = person
                at += 1
                last = person
        starts[row + 1] = at
    return starts, people[:at].copy()


def gather(hits: Hits, wanted: Array) -> Candidates:
    """The candidates of the ``wanted`` (n,) rows from the hits of several families; other rows have none."""
    counts = np.zeros(len(wanted) + 1, np.int64)
    for pairs in hits:
        _count(pairs, wanted, counts)
    ends = np.cumsum(counts)
    people = np.empty(ends[-1], np.int32)
    fill = ends[:-1].copy()
    for pairs in hits:
        _place(pairs, wanted, fill, people)
    return Candidates(*_once(people, ends, MOST_OF_ROW))


def hits_of(population: Side, rows: Side, families: tuple[int, ...], wanted: Array) -> Hits:
    """Pairs (row << 32 | person) that share a key of one of the ``families``, for the ``wanted`` rows."""
    found: Hits = []
    possible = useful(rows)
    for family in families:
        if family not in possible:
            continue
        found.extend(_of_family(population, rows, family, wanted))
    return found


def _of_family(population: Side, rows: Side, family: int, wanted: Array) -> Hits:
    keys, owners = keys_of(addresses(rows), family, 0, rows.size)
    kept = wanted[owners] > 0
    keys, owners = keys[kept], owners[kept]
    if not len(keys):
        return []
    bits = max(8, int(2 * len(keys)).bit_length())
    slots, chain, bloom = _build(keys, bits)
    table = Table(slots, keys, chain, owners, bloom)
    edges = np.linspace(0, population.size, THREADS + 1).astype(np.int64)
    people = addresses(population)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [
            pool.submit(_run, people, family, int(edges[k]), int(edges[k + 1]), table, MOST_OF_KEY)
            for k in range(THREADS)
        ]
        return [pairs for job in jobs if len(pairs := job.result())]
