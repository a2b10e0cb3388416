"""The hash of each of many lines in one go: XXH3 with 64 bits, compiled.

Reads bytes and where lines stand in them. Gives what :func:`xxhash.xxh3_64_intdigest` gives of each line, without a
call from Python for each, and without the interpreter's lock. Misses: lines of 240 bytes and fewer, which that library
hashes.

Follows Y. Collet, "XXH3", specification 0.8 (https://github.com/Cyan4973/xxHash).
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

from typing import Any

import numpy as np
import xxhash

from rempart.compiled import njit
from rempart.sources.byte_words import word_at

SHORT = 240
"""Bytes of the longest line that is hashed otherwise."""
_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
_KEYS = np.array(
    [int.from_bytes(_SECRET[at : at + 8], "little") for at in range(len(_SECRET) - 7)], np.uint64
)
"""The word of the secret that begins at each of its bytes."""
_START = np.array(
    [
        *(0xC2B2AE3D, 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9),
        *(0x85EBCA77C2B2AE63, 0x85EBCA77, 0x27D4EB2F165667C5, 0x9E3779B1),
    ],
    np.uint64,
)
_PRIME_32, _PRIME_64 = np.uint64(0x9E3779B1), np.uint64(0x9E3779B185EBCA87)
_AVALANCHE = np.uint64(0x165667919E3779F9)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_STRIPE, _BLOCK = 64, 1024
_LAST_STRIPE, _SCRAMBLE, _MERGE = 121, 128, 11
"""Where in the secret the keys of the last stripe, of the end of a block, and of the end begin."""


@njit(cache=True, nogil=True)
def _take_stripe(sums, data, at, key):
    """Add 64 bytes to the eight sums, under the eight keys from place ``key`` of the secret on."""
    for k in range(0, 8, 2):
        one, other = word_at(data, at + 8 * k), word_at(data, at + 8 * k + 8)
        mixed, mixed_other = one ^ _KEYS[key + 8 * k], other ^ _KEYS[key + 8 * k + 8]
        sums[k] += other + (mixed & _LOW) * (mixed >> _HALF)
        sums[k + 1] += one + (mixed_other & _LOW) * (mixed_other >> _HALF)


@njit(cache=True, nogil=True)
def _fold(one, other):
    """The halves of the 128-bit product of two words, one laid over the other."""
    low = (one & _LOW) * (other & _LOW)
    cross = (one >> _HALF) * (other & _LOW) + (low >> _HALF)
    middle = (one & _LOW) * (other >> _HALF) + (cross & _LOW)
    high = (one >> _HALF) * (other >> _HALF) + (cross >> _HALF) + (middle >> _HALF)
    return high ^ ((middle << _HALF) | (low & _LOW))


@njit(cache=True, nogil=True)
def _hash_line(sums, data, begin, length):
    for k in range(8):
        sums[k] = _START[k]
    blocks = (length - 1) // _BLOCK
    at = begin
    for _ in range(blocks):
        for stripe in range(_BLOCK // _STRIPE):
            _take_stripe(sums, data, at, 8 * stripe)
            at += _STRIPE
        for k in range(8):
            mixed = sums[k] ^ (sums[k] >> np.uint64(47)) ^ _KEYS[_SCRAMBLE + 8 * k]
            sums[k] = mixed * _PRIME_32
    for stripe in range((length - 1 - _BLOCK * blocks) // _STRIPE):
        _take_stripe(sums, data, at, 8 * stripe)
        at += _STRIPE
    _take_stripe(sums, data, begin + length - _STRIPE, _LAST_STRIPE)
    value = np.uint64(length) * _PRIME_64
    for k in range(0, 8, 2):
        value += _fold(sums[k] ^ _KEYS[_MERGE + 8 * k], sums[k + 1] ^ _KEYS[_MERGE + 8 * k + 8])
    value = (value ^ (value >> np.uint64(37))) * _AVALANCHE
    return value ^ (value >> _HALF)


@njit(cache=True, nogil=True)
def _hash_lines(block, begins, ends, sums, hashes):
    data = block.ctypes.data
    for i in range(begins.size):
        if ends[i] - begins[i] > SHORT:
            hashes[i] = _hash_line(sums, data, begins[i], ends[i] - begins[i])


def hash_lines(
    data: np.ndarray[Any, Any], begins: np.ndarray[Any, Any], ends: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Hashes (n,) uint64 of the bytes of ``data`` (uint8) from each of ``begins`` (n,) to each of ``ends``."""
    hashes = np.empty(begins.size, np.uint64)
    _hash_lines(data, begins, ends, np.empty(8, np.uint64), hashes)
    for i in np.flatnonzero(ends - begins <= SHORT).tolist():
        hashes[i] = xxhash.xxh3_64_intdigest(data[begins[i] : ends[i]].data)
    return hashes
