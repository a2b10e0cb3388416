"""Lines hashed by compiled code have the hash that the library gives."""

from __future__ import annotations

import numpy as np
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from rempart.sources.content_hash import SHORT, hash_lines

LENGTHS = [
    0,
    1,
    7,
    SHORT - 1,
    SHORT,
    SHORT + 1,
    256,
    257,
    319,
    320,
    321,
    1023,
    1024,
    1025,
    1026,
    1088,
    2048,
    2049,
    9000,
]


def hashes_of(lines: list[bytes]) -> list[int]:
    data = np.frombuffer(b"x" + b"".join(lines) + bytes(64), np.uint8)
    ends = 1 + np.cumsum([len(line) for line in lines])
    found = hash_lines(data, ends - [len(line) for line in lines], ends)
    return [int(each) for each in found]


def test_lines_of_every_length_have_the_librarys_hash() -> None:
    lines = [np.random.default_rng(length).bytes(length) for length in LENGTHS]
    assert hashes_of(lines) == [xxhash.xxh3_64_intdigest(line) for line in lines]


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 2**32 - 1)), min_size=1, max_size=5))
def test_any_lines_have_the_librarys_hash(shapes: list[tuple[int, int]]) -> None:
    lines = [np.random.default_rng(seed).bytes(length) for length, seed in shapes]
    assert hashes_of(lines) == [xxhash.xxh3_64_intdigest(line) for line in lines]
