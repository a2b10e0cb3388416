"""The smallest steps of reading JSON bytes, compiled.

Reads: a uint8 array whose every position is followed by at least 64 readable bytes and, sooner or
later, by a line feed (which no JSON string may hold raw, so it stops every loop). Gives: positions.
Strings are walked 32 bytes at a time. Everything returned negative means "leave this line to the
tolerant reader"; nothing is decided here about what is wrong with it.

Follows RFC 8259 (JSON) and RFC 3629 (UTF-8).
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.byte_words import WIDTH, first_bit, stop_mask, word_at

ESCAPED = 1
NOT_ASCII = 2
MAX_NUMBER_CHARS = 17
PADDING = 64
"""Line feeds to put behind the last line before scanning."""


@numba.njit(cache=True, nogil=True)
def skip_space(data, at):
    """Position of the next byte that is no space, tab or carriage return."""
    while data[at] == 32 or data[at] == 9 or data[at] == 13:
        at += 1
    return at


@numba.njit(cache=True, nogil=True)
def _is_hex(byte):
    return 48 <= byte <= 57 or 65 <= byte <= 70 or 97 <= byte <= 102


@numba.njit(cache=True, nogil=True)
def _escape_length(data, at):
    """Length of the escape at ``at``; 0 for a wrong one and for surrogates."""
    byte = data[at + 1]
    if byte == 117:
        for k in range(2, 6):
            if not _is_hex(data[at + k]):
                return 0
        surrogate = (data[at + 2] | 32) == 100 and data[at + 3] >= 56
        return 0 if surrogate else 6
    known = byte in (34, 47, 92, 98, 102, 110, 114, 116)
    return 2 if known else 0


@numba.njit(cache=True, nogil=True)
def _follows(byte):
    return byte & 0xC0 == 0x80


@numba.njit(cache=True, nogil=True)
def _utf8_length(data, at):
    """Length of the UTF-8 sequence at ``at`` (no ASCII); 0 for a wrong one."""
    a, b = data[at], data[at + 1]
    if 0xC2 <= a <= 0xDF:
        return 2 if _follows(b) else 0
    if 0xE0 <= a <= 0xEF:
        low = 0xA0 if a == 0xE0 else 0x80
        high = 0x9F if a == 0xED else 0xBF
        return 3 if low <= b <= high and _follows(data[at + 2]) else 0
    if 0xF0 <= a <= 0xF4:
        low = 0x90 if a == 0xF0 else 0x80
        high = 0x8F if a == 0xF4 else 0xBF
        return 4 if low <= b <= high and _follows(data[at + 2]) and _follows(data[at + 3]) else 0
    return 0


@numba.njit(cache=True, nogil=True)
def string_end(data, at):
    """Four times the position of the quote that ends the string whose text begins at ``at``, plus
    :data:`ESCAPED` and :data:`NOT_ASCII` where they apply; -1 if the string is wrong."""
    bits = 0
    while True:
        mask = stop_mask(data, at)
        if not mask:
            at += WIDTH
            continue
        at += first_bit(mask)
        byte = data[at]
        if byte == 34:
            return at * 4 + bits
        if byte == 92:
            bits |= ESCAPED
            length = _escape_length(data, at)
        elif byte < 32:
            return -1
        else:
            bits |= NOT_ASCII
            length = _utf8_length(data, at)
        if length == 0:
            return -1
        at += length


@numba.njit(cache=True, nogil=True)
def _digits_end(data, at):
    while 48 <= data[at] <= 57:
        at += 1
    return at


@numba.njit(cache=True, nogil=True)
def scalar_end(data, at):
    """Position behind a number (without exponent, at most 17 characters), true, false or null."""
    word = word_at(data, at) & np.uint64(0xFFFFFFFF)
    if word == np.uint64(0x65757274) or word == np.uint64(0x6C6C756E):
        return at + 4
    if word == np.uint64(0x736C6166) and data[at + 4] == 101:
        return at + 5
    begun = at
    if data[at] == 45:
        at += 1
    digits = _digits_end(data, at)
    if digits == at or (data[at] == 48 and digits > at + 1):
        return -1
    at = digits
    if data[at] == 46:
        digits = _digits_end(data, at + 1)
        if digits == at + 1:
            return -1
        at = digits
    if data[at] == 101 or data[at] == 69 or at - begun > MAX_NUMBER_CHARS:
        return -1
    return at


@numba.njit(cache=True, nogil=True)
def value_of_key(data, at):
    """Position of the value whose key's text ended with the quote at ``at``; -1 without a colon."""
    at = skip_space(data, at + 1)
    if data[at] != 58:
        return -1
    return skip_space(data, at + 1)


@numba.njit(cache=True, nogil=True)
def _next_key_value(data, at):
    if data[at] != 34:
        return -1
    end = string_end(data, at + 1)
    return value_of_key(data, end >> 2) if end >= 0 else -1


@numba.njit(cache=True, nogil=True)
def value_end(data, at):
    """Position behind the value at ``at``, whatever it is; -1 if it is wrong or nested over 40 deep."""
    depth = 0
    objects = np.uint64(0)
    one = np.uint64(1)
    while True:
        byte = data[at]
        opened = False
        if byte == 34:
            end = string_end(data, at + 1)
            at = (end >> 2) + 1 if end >= 0 else -1
        elif byte == 123 or byte == 91:
            at = skip_space(data, at + 1)
            if data[at] == byte + 2:
                at += 1
            else:
                depth += 1
                opened = True
                objects = objects << one | (one if byte == 123 else np.uint64(0))
                if depth > 40:
                    return -1
                if byte == 123:
                    at = _next_key_value(data, at)
        else:
            at = scalar_end(data, at)
        if at < 0:
            return -1
        while not opened:
            if depth == 0:
                return at
            at = skip_space(data, at)
            byte = data[at]
            if byte == 44:
                at = skip_space(data, at + 1)
                if objects & one:
                    at = _next_key_value(data, at)
                    if at < 0:
                        return -1
                break
            if byte != (125 if objects & one else 93):
                return -1
            depth -= 1
            objects = objects >> one
            at += 1
