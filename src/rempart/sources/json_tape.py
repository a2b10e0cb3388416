"""One line of JSON as a tape of the places that matter, and where its objects and lists end: compiled.

Reads: a line of bytes with 64 line feeds behind it, by the address of its block. Gives: the tape, the positions of every
quote that begins or ends a string and of every mark outside strings; and for each opening bracket the
place on the tape of the closing one, after the whole line was held against the JSON grammar. On such
a tape a string is two places, a scalar what lies between two marks, and any value can be stepped
over. Lines of a kind nobody writes (an escape in a key, surrogates, an exponent, more than 40 levels)
are left to the tolerant reader.

Follows RFC 8259 (JSON); the first step is that of Langdale and Lemire, "Parsing Gigabytes of JSON per
Second", VLDB Journal 2019.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return,assignment"

from __future__ import annotations

import numba
import numpy as np

from rempart.sources.byte_words import (
    WIDTH,
    byte_at,
    first_bit,
    masks_at,
    number_at,
    place_at,
    put_number,
    put_place,
    word_at,
)
from rempart.sources.json_bytes import escape_length, scalar_end, skip_space, utf8_length

LONGEST_LINE = 65_536
"""Bytes of the longest line a tape is made for."""
SENTINELS = 8
"""Places behind the last one of a tape; they point behind the line."""
LINKS = LONGEST_LINE + SENTINELS
"""The second half of a tape: at ``LINKS + k`` stands the place of the end of the bracket at place k."""
DEEPEST = 40
_STACK = 2 * LINKS
TAPE = _STACK + DEEPEST
"""int32 numbers of a whole tape."""
_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_MOST, _SLOT = 2**64 - 1, np.uint64(58)
_QUOTE, _COLON, _COMMA, _LIST, _OBJECT = 34, 58, 44, 91, 123


@numba.njit(cache=True, nogil=True)
def _prefix_xor(bits):
    """Bit k of the result tells whether an odd number of bits is set up to k."""
    bits ^= bits << np.uint64(1)
    bits ^= bits << np.uint64(2)
    bits ^= bits << np.uint64(4)
    bits ^= bits << np.uint64(8)
    bits ^= bits << np.uint64(16)
    return bits ^ (bits << np.uint64(32))


@numba.njit(cache=True, nogil=True)
def _pass_escapes(data, at, slashes, behind):
    """Behind the last escape that begins in the 64 bytes from ``at`` (escapes up to ``behind`` are passed
    already), and the mask of what is escaped; (-1, 0) for a wrong one."""
    escaped = np.uint64(0)
    while slashes:
        place = at + first_bit(slashes)
        slashes &= slashes - _ONE
        if place < behind:
            continue
        length = escape_length(data, place)
        if length == 0:
            return -1, escaped
        behind = place + length
        if place + 1 < at + WIDTH:
            escaped |= _ONE << np.uint64(place + 1 - at)
    return behind, escaped


@numba.njit(cache=True, nogil=True)
def _pass_letters(data, at, odd, behind):
    """The same for letters beyond ASCII; second the mask of controls."""
    controls = np.uint64(0)
    while odd:
        bit = odd & (~odd + _ONE)
        place = at + first_bit(odd)
        odd &= odd - _ONE
        if byte_at(data, place) < 32:
            controls |= bit
        elif place >= behind:
            length = utf8_length(data, place)
            if length == 0:
                return -1, controls
            behind = place + length
    return behind, controls


@numba.njit(cache=True, nogil=True)
def index_line(data, begin, end, tape):
    """Fill ``tape`` with the places of the line from ``begin`` to ``end``; how many (-1: left to the
    tolerant reader), and whether there are escapes in it."""
    count, escapes = 0, False
    inside = np.uint64(0)
    behind_escape = behind_letter = at = begin
    while at < end:
        quotes, slashes, odd, marks = masks_at(data, at)
        if end - at < WIDTH:
            valid = (_ONE << np.uint64(end - at)) - _ONE
            quotes, slashes, odd, marks = quotes & valid, slashes & valid, odd & valid, marks & valid
        if behind_escape > at:
            quotes &= ~((_ONE << np.uint64(behind_escape - at)) - _ONE)
        if slashes:
            escapes = True
            behind_escape, escaped = _pass_escapes(data, at, slashes, behind_escape)
            if behind_escape < 0:
                return -1, True
            quotes &= ~escaped
        within = _prefix_xor(quotes) ^ inside
        inside = _ALL if within >> np.uint64(63) else np.uint64(0)
        if odd:
            behind_letter, controls = _pass_letters(data, at, odd, behind_letter)
            if behind_letter < 0 or controls & within:
                return -1, escapes
        bits = (marks & ~within) | quotes
        while bits:
            put_place(tape, count, at + first_bit(bits))
            bits &= bits - _ONE
            count += 1
        at += WIDTH
    for k in range(SENTINELS):
        put_place(tape, count + k, end)
    return (-1 if inside else count), escapes


@numba.njit(cache=True, nogil=True)
def _has_slash(data, begin, end):
    for k in range(begin, end):
        if byte_at(data, k) == 92:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def link_line(data, begin, end, tape, count, escapes):
    """Hold the line against the grammar and note the place of each bracket's end.

    True for one JSON object and nothing behind it. ``tape`` and ``count`` are :func:`index_line`'s.
    """
    depth = at = 0
    gap = begin
    in_object = False
    key = False
    while True:
        place = place_at(tape, at)
        byte = byte_at(data, place)
        if gap != place:
            gap = skip_space(data, gap)
        if key:
            if byte != _QUOTE or gap != place:
                return False
            stop = place_at(tape, at + 1)
            if escapes and _has_slash(data, place, stop):
                return False
            place = place_at(tape, at + 2)
            gap = stop + 1
            if gap != place:
                gap = skip_space(data, gap)
            if gap != place or byte_at(data, place) != _COLON:
                return False
            gap = place + 1
            at += 3
            place = place_at(tape, at)
            byte = byte_at(data, place)
            if gap != place:
                gap = skip_space(data, gap)
        if byte == _QUOTE and gap == place:
            gap = place_at(tape, at + 1) + 1
            at += 2
        elif (byte == _OBJECT or byte == _LIST) and gap == place:
            if depth == DEEPEST:
                return False
            put_place(tape, _STACK + depth, at * 2 + in_object)
            depth += 1
            in_object = byte == _OBJECT
            gap = place + 1
            at += 1
            place = place_at(tape, at)
            if gap != place:
                gap = skip_space(data, gap)
            if gap != place or byte_at(data, place) != byte + 2:
                key = in_object
                continue
        else:
            gap = scalar_end(data, gap)
            if gap < 0 or at >= count:
                return False
        while True:
            if depth == 0:
                return (
                    at == count
                    and byte_at(data, place_at(tape, 0)) == _OBJECT
                    and skip_space(data, gap) == end
                )
            place = place_at(tape, at)
            byte = byte_at(data, place)
            if gap != place:
                gap = skip_space(data, gap)
                if gap != place:
                    return False
            gap = place + 1
            at += 1
            if byte == _COMMA:
                key = in_object
                break
            if byte != (_OBJECT + 2 if in_object else _LIST + 2):
                return False
            depth -= 1
            opened = place_at(tape, _STACK + depth)
            put_place(tape, LINKS + (opened >> 1), at - 1)
            in_object = opened & 1 == 1


@numba.njit(cache=True, nogil=True)
def after_value(data, tape, at):
    """The place of the mark behind the value at place ``at``."""
    byte = byte_at(data, place_at(tape, at))
    if byte == _QUOTE:
        return at + 2
    if byte == _OBJECT or byte == _LIST:
        return place_at(tape, LINKS + at) + 1
    return at


@numba.njit(cache=True, nogil=True)
def find_members(data, tape, at, keys, room, first):
    """Find the values of ``keys`` (see :func:`keys_of`) in the object at place ``at``.

    Fills ``room`` from ``first`` on with their places, the last of several; -1 for those missing, for all
    where no object stands there. Whether one of them stands there several times.
    """
    repeated = False
    for k in range(first, first + np.int64(keys[0, 1])):
        put_number(room, k, -1)
    if at < 0 or byte_at(data, place_at(tape, at)) != _OBJECT:
        return repeated
    stop = place_at(tape, LINKS + at)
    at += 1
    while at < stop:
        text = place_at(tape, at) + 1
        length = place_at(tape, at + 1) - text
        head = word_at(data, text)
        if length < 8:
            head &= (_ONE << np.uint64(8 * length)) - _ONE
        number = np.int64(keys[(head * keys[0, 0]) >> _SLOT, 3])
        if number >= 0 and keys[number + 1, 0] == head and np.int64(keys[number + 1, 2]) == length:
            if length <= 8 or word_at(data, text + length - 8) == keys[number + 1, 1]:
                repeated |= number_at(room, first + number) >= 0
                put_number(room, first + number, at + 3)
        at = after_value(data, tape, at + 3) + 1
    return repeated


@numba.njit(cache=True, nogil=True)
def text_at(data, tape, at):
    """``at`` if a string that is not empty stands there, else -1."""
    if at < 0 or byte_at(data, place_at(tape, at)) != _QUOTE:
        return -1
    return at if place_at(tape, at + 1) - place_at(tape, at) > 1 else -1


@numba.njit(cache=True, nogil=True)
def says(data, tape, at, word):
    """Whether the string at place ``at`` is ``word`` (see :func:`word_of`)."""
    if at < 0 or byte_at(data, place_at(tape, at)) != _QUOTE:
        return False
    text = place_at(tape, at) + 1
    head, tail, length, mask = word
    if place_at(tape, at + 1) - text != length or word_at(data, text) & mask != head:
        return False
    return length <= 8 or word_at(data, text + length - 8) == tail


@numba.njit(cache=True, nogil=True)
def has_escape(data, tape, at):
    """Whether the string at place ``at`` (-1: none) holds an escape."""
    if at < 0 or byte_at(data, place_at(tape, at)) != _QUOTE:
        return False
    return _has_slash(data, place_at(tape, at), place_at(tape, at + 1))


def word_of(text: str) -> tuple[np.uint64, np.uint64, np.int64, np.uint64]:
    """``text`` (1 to 16 letters) for :func:`says`: its first and last eight, its length, a mask."""
    raw = text.encode()
    head = np.uint64(int.from_bytes(raw[:8].ljust(8, b"\0"), "little"))
    tail = np.uint64(int.from_bytes(raw[-8:].ljust(8, b"\0"), "little"))
    return head, tail, np.int64(len(raw)), np.uint64(2 ** (8 * min(len(raw), 8)) - 1)


def keys_of(*names: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    """``names`` (at most 20, of 1 to 16 letters) for :func:`find_members`: a hash table without collisions.

    No two may begin with the same eight letters. Row 0 holds the multiplier and the number of names,
    row k + 1 the words of name k; column 3 the number of the name whose first eight letters fall into a
    row's slot, or the largest number there is.
    """
    table = np.zeros((64, 4), np.uint64)
    for number, name in enumerate(names):
        table[number + 1, :3] = word_of(name)[:3]
    heads = [int(table[number + 1, 0]) for number in range(len(names))]
    if len(set(heads)) < len(names):
        raise ValueError("two names begin alike")
    multiplier = 0x9E3779B97F4A7C15
    while len({(head * multiplier & _MOST) >> int(_SLOT) for head in heads}) < len(names):
        multiplier = (multiplier * 0xD1342543DE82EF95 + 1) & _MOST
    table[0, :2] = multiplier, len(names)
    table[:, 3] = _MOST
    for number, head in enumerate(heads):
        table[(head * multiplier & _MOST) >> int(_SLOT), 3] = number
    return table
