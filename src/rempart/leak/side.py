"""People as numbers: one shape for the rows of a leaked file and for a population.

All arrays of a side have n people (or rows). Words are held once each with their sounds and counts; what a
person may have several of (phones, addresses) stands in :class:`Values`, cut by ``starts``. Named tuples,
whose addresses compiled code takes (:func:`addresses`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from rempart.leak.fold import column_bytes
from rempart.leak.numbers import hash_each
from rempart.leak.phonetic import sound_keys

Array = np.ndarray[Any, Any]

ATTRIBUTES = ("phone", "email", "postcode", "city", "street", "nir", "ipp", "doctor", "insurer")
"""What a person has several of, in the order of the fields of :class:`Side`."""
CHANGING = ("phone", "email", "postcode", "city", "street", "doctor", "insurer")
"""The attributes whose changes tell how old a file is."""


class Words(NamedTuple):
    """Distinct names: ``content`` cut at ``cuts`` (w+1,), ``key`` (w,) hash of the letters, ``sounds`` (w, 3)."""

    content: Array
    cuts: Array
    key: Array
    sounds: Array


class Values(NamedTuple):
    """Values of an attribute: those of person i are ``starts[i]:starts[i+1]``.

    ``key`` (m,) uint64 tells equal ones; ``number`` (m,) int64 holds digits (phone, postcode, house number,
    NIR), ``content`` cut at ``cuts`` the text (mail, street); both may be empty where not needed.
    """

    starts: Array
    key: Array
    number: Array
    content: Array
    cuts: Array


class Side(NamedTuple):
    """n people. ``family`` (n, 2): use name and birth name, places in ``families``; -1 where missing.

    ``birth`` (n,) int32 YYYYMMDD with zeros for what is missing, ``sex`` (n,) int8 1, 2 or 0.
    """

    given: Array
    family: Array
    birth: Array
    sex: Array
    givens: Words
    families: Words
    phone: Values
    email: Values
    postcode: Values
    city: Values
    street: Values
    nir: Values
    ipp: Values
    doctor: Values
    insurer: Values

    @property
    def size(self) -> int:
        return len(self.given)


def words_of(column: pa.Array) -> Words:
    """The vocabulary of folded distinct names."""
    content, cuts = column_bytes(column)
    content, cuts = np.ascontiguousarray(content[cuts[0] : cuts[-1]]), cuts - cuts[0]
    return Words(content, cuts, letter_keys(content, cuts), sound_keys(content, cuts))


def letter_keys(content: Array, cuts: Array) -> Array:
    """(n,) uint64: a hash of each text without its spaces, 0 for an empty one."""
    return np.asarray(hash_each(content, cuts))


def no_values(people: int) -> Values:
    """An attribute nobody has."""
    return Values(
        np.zeros(people + 1, np.int32), np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.uint8),
        np.zeros(1, np.int64),
    )  # fmt: skip


GIVEN, FAMILY, BIRTH, SEX, GIVENS, FAMILIES = 0, 1, 2, 3, 4, 8
"""Places in :func:`addresses`; a vocabulary takes four, an attribute five from ``FIRST_VALUES``."""
CONTENT, CUTS, KEY, SOUNDS = range(4)
FIRST_VALUES = 12
V_STARTS, V_KEY, V_NUMBER, V_CONTENT, V_CUTS = range(5)
PHONE, EMAIL, POSTCODE, CITY, STREET, NIR, IPP, DOCTOR, INSURER = (
    FIRST_VALUES + 5 * place for place in range(len(ATTRIBUTES))
)
_WORD_TYPES = (np.uint8, np.int64, np.uint64, np.uint64)
_VALUE_TYPES = (np.int32, np.uint64, np.int64, np.uint8, np.int64)


def addresses(side: Side) -> Array:
    """(57,) int64: where every array of ``side`` begins. ``side`` must outlive its use."""
    arrays = [(side.given, np.int32), (side.family, np.int32), (side.birth, np.int32), (side.sex, np.int8)]
    for words in (side.givens, side.families):
        arrays.extend(zip(words, _WORD_TYPES, strict=True))
    for name in ATTRIBUTES:
        arrays.extend(zip(getattr(side, name), _VALUE_TYPES, strict=True))
    return address_table(arrays)


def address_table(arrays: list[tuple[Array, Any]]) -> Array:
    """Where each array begins. TypeError where one is not of its type or not in one piece."""
    for array, kind in arrays:
        if array.dtype != kind or not array.flags.c_contiguous:
            raise TypeError(f"an array of {array.dtype} where {kind} in one piece is needed")
    return np.array([array.ctypes.data for array, _ in arrays], np.int64)
