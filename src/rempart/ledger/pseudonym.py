"""Keyed 64-bit pseudonyms: the only form in which a patient or a network enters the ledger.

Reads UTF-8 strings (a pyarrow string column or one ``str``), gives SipHash-2-4 (Aumasson and
Bernstein, "SipHash: a fast short-input PRF", Indocrypt 2012) as uint64. Each use has its own key,
BLAKE2b-128 (RFC 7693) keyed with the master key over the name of the use, so that equal strings of
two uses cannot be matched.

Misses: 64 bits meet by chance; among 5 million patients the odds that any two share a pseudonym are
about one in 1.5 million. Without the key nothing can be tested; with it, guesses can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numba import uint64

from rempart.compiled import njit

PATIENT = b"patient"
SESSION = b"session"
REQUEST = b"request"
NETWORK = b"network"
VALUE_MASK = b"value-mask"

Numbers = np.ndarray[Any, np.dtype[np.uint64]]
_END = b"\xff"
"""Stands between strings: no byte of UTF-8."""


@lru_cache(maxsize=64)
def derive_key(key: bytes, domain: bytes) -> tuple[np.uint64, np.uint64]:
    """The two 64-bit words of the SipHash key of ``domain``, little-endian."""
    derived = hashlib.blake2b(domain, digest_size=16, key=key, person=b"rempart").digest()
    return _words(derived)


def _words(key: bytes) -> tuple[np.uint64, np.uint64]:
    first, second = np.frombuffer(key, "<u8")
    return np.uint64(first), np.uint64(second)


def hash_text(text: str, key: bytes, domain: bytes) -> int:
    """The pseudonym of one string under ``key`` for the use ``domain``, in [0, 2**64)."""
    content = np.frombuffer(text.encode("utf-8", "surrogatepass") + b"\0", dtype=np.uint8)
    k0, k1 = derive_key(key, domain)
    return int(_siphash(content, 0, len(content) - 1, k0, k1))


def hash_strings(array: pa.Array, key: bytes, domain: bytes) -> Numbers:
    """Pseudonyms (n,) uint64 of a string, large string, or dictionary-encoded column.

    A null hashes like the empty string. TypeError for any other type.
    """
    if isinstance(array, pa.DictionaryArray):
        words = hash_strings(array.dictionary, key, domain)
        empty = np.uint64(hash_text("", key, domain))
        places = array.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        chosen: Numbers = np.append(words, empty)[places]
        return chosen
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        raise TypeError(f"pseudonyms are of strings, not {array.type}")
    if array.null_count:
        array = array.fill_null("")
    if len(array) == 0:
        return np.empty(0, dtype=np.uint64)
    _, offset_buffer, data_buffer = array.buffers()
    width = np.int32 if pa.types.is_string(array.type) else np.int64
    offsets = np.frombuffer(offset_buffer, dtype=width)[array.offset : array.offset + len(array) + 1]
    content = np.frombuffer(data_buffer if data_buffer is not None else b"", dtype=np.uint8)
    pseudonyms = np.empty(len(array), dtype=np.uint64)
    k0, k1 = derive_key(key, domain)
    _hash_all(content, offsets, k0, k1, pseudonyms)
    return pseudonyms


def hash_each(texts: Sequence[str], keys: Numbers) -> Numbers:
    """Pseudonyms (n,) uint64 of a few strings in one go: the words of one event.

    ``keys`` (k, 2) from :func:`derive_key`: each string's own, the last one for all that follow.
    """
    pseudonyms = np.empty(len(texts), np.uint64)
    _hash_apart(_END.join([text.encode("utf-8", "surrogatepass") for text in texts]) + _END, keys, pseudonyms)
    return pseudonyms


def siphash24(message: bytes, key: bytes) -> int:
    """Plain SipHash-2-4 of ``message`` under a 16-byte ``key``, as published; for the test vectors."""
    content = np.frombuffer(message + b"\0", dtype=np.uint8)
    return int(_siphash(content, 0, len(message), *_words(key)))


@njit(inline="always")
def _left(word: Any, bits: Any) -> Any:
    return (word << uint64(bits)) | (word >> uint64(64 - bits))


@njit(inline="always")
def _round(v0: Any, v1: Any, v2: Any, v3: Any) -> Any:
    v0 += v1
    v2 += v3
    v1 = _left(v1, 13) ^ v0
    v3 = _left(v3, 16) ^ v2
    v0 = _left(v0, 32) + v3
    v2 += v1
    v1 = _left(v1, 17) ^ v2
    v3 = _left(v3, 21) ^ v0
    v2 = _left(v2, 32)
    return v0, v1, v2, v3


@njit(nogil=True, cache=True)
def _siphash(content: Any, start: int, stop: int, k0: Any, k1: Any) -> Any:
    v0 = k0 ^ uint64(0x736F6D6570736575)
    v1 = k1 ^ uint64(0x646F72616E646F6D)
    v2 = k0 ^ uint64(0x6C7967656E657261)
    v3 = k1 ^ uint64(0x7465646279746573)
    length = stop - start
    whole = start + (length & ~7)
    place = start
    while place < whole:
        word = uint64(0)
        for byte in range(8):
            word |= uint64(content[place + byte]) << uint64(8 * byte)
        v3 ^= word
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= word
        place += 8
    word = uint64(length & 0xFF) << uint64(56)
    for byte in range(stop - whole):
        word |= uint64(content[whole + byte]) << uint64(8 * byte)
    v3 ^= word
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0 ^= word
    v2 ^= uint64(0xFF)
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@njit(nogil=True, cache=True)
def _hash_all(content: Any, offsets: Any, k0: Any, k1: Any, pseudonyms: Any) -> None:
    for row in range(len(pseudonyms)):
        pseudonyms[row] = _siphash(content, offsets[row], offsets[row + 1], k0, k1)


@njit(nogil=True, cache=True)
def _hash_apart(content: Any, keys: Any, pseudonyms: Any) -> None:
    start = 0
    for row in range(len(pseudonyms)):
        stop = start
        while content[stop] != 0xFF:
            stop += 1
        key = min(row, len(keys) - 1)
        pseudonyms[row] = _siphash(content, start, stop, keys[key, 0], keys[key, 1])
        start = stop + 1
