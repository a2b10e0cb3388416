"""The smallest steps of reading JSON bytes, compiled.

Reads: bytes by the address of the first; every position is followed by at least 64 readable bytes and, sooner or
later, by a line feed (which stops every loop). Gives: positions. Everything returned negative or 0
means "leave this line to the tolerant reader"; nothing is decided here about what is wrong with it.

Follows RFC 8259 (JSON) and RFC 3629 (UTF-8).
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.byte_words import byte_at, word_at

MAX_NUMBER_CHARS = 17


@numba.njit(cache=True, nogil=True)
def skip_space(data, at):
    """Position of the next byte that is no space, tab or carriage return."""
    while byte_at(data, at) == 32 or byte_at(data, at) == 9 or byte_at(data, at) == 13:
        at += 1
    return at


@numba.njit(cache=True, nogil=True)
def _is_hex(byte):
    return 48 <= byte <= 57 or 65 <= byte <= 70 or 97 <= byte <= 102


@numba.njit(cache=True, nogil=True)
def escape_length(data, at):
    """Length of the escape at ``at``; 0 for a wrong one and for surrogates."""
    byte = byte_at(data, at + 1)
    if byte == 117:
        for k in range(2, 6):
            if not _is_hex(byte_at(data, at + k)):
                return 0
        surrogate = (byte_at(data, at + 2) | 32) == 100 and byte_at(data, at + 3) >= 56
        return 0 if surrogate else 6
    known = byte in (34, 47, 92, 98, 102, 110, 114, 116)
    return 2 if known else 0


@numba.njit(cache=True, nogil=True)
def _follows(byte):
    return byte & 0xC0 == 0x80


@numba.njit(cache=True, nogil=True)
def utf8_length(data, at):
    """Length of the UTF-8 sequence at ``at`` (no ASCII); 0 for a wrong one."""
    a, b = byte_at(data, at), byte_at(data, at + 1)
    if 0xC2 <= a <= 0xDF:
        return 2 if _follows(b) else 0
    if 0xE0 <= a <= 0xEF:
        low = 0xA0 if a == 0xE0 else 0x80
        high = 0x9F if a == 0xED else 0xBF
        return 3 if low <= b <= high and _follows(byte_at(data, at + 2)) else 0
    if 0xF0 <= a <= 0xF4:
        low = 0x90 if a == 0xF0 else 0x80
        high = 0x8F if a == 0xF4 else 0xBF
        return (
            4
            if low <= b <= high and _follows(byte_at(data, at + 2)) and _follows(byte_at(data, at + 3))
            else 0
        )
    return 0


@numba.njit(cache=True, nogil=True)
def _digits_end(data, at):
    while 48 <= byte_at(data, at) <= 57:
        at += 1
    return at


@numba.njit(cache=True, nogil=True)
def scalar_end(data, at):
    """Position behind a number (without exponent, at most 17 characters), true, false or null."""
    word = word_at(data, at) & np.uint64(0xFFFFFFFF)
    if word == np.uint64(0x65757274) or word == np.uint64(0x6C6C756E):
        return at + 4
    if word == np.uint64(0x736C6166) and byte_at(data, at + 4) == 101:
        return at + 5
    begun = at
    if byte_at(data, at) == 45:
        at += 1
    digits = _digits_end(data, at)
    if digits == at or (byte_at(data, at) == 48 and digits > at + 1):
        return -1
    at = digits
    if byte_at(data, at) == 46:
        digits = _digits_end(data, at + 1)
        if digits == at + 1:
            return -1
        at = digits
    if byte_at(data, at) == 101 or byte_at(data, at) == 69 or at - begun > MAX_NUMBER_CHARS:
        return -1
    return at
