"""Blocking keys: two people are compared only if they share one. Compiled.

Each family of keys below survives another error: the sound of a name survives spelling, the sum of two
sounds survives their exchange, a date survives a wrong name, a phone survives all of them. A key is a
64-bit hash of its parts (``side`` is its table of addresses); a person may have several keys of one family (maiden names, words of a compound).
"""
# mypy: disable-error-code="arg-type,return-value"

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from rempart.leak.memory import i32, i64, u8, u64
from rempart.leak.side import (
    BIRTH,
    CITY,
    CONTENT,
    CUTS,
    EMAIL,
    FAMILIES,
    FAMILY,
    GIVEN,
    GIVENS,
    IPP,
    NIR,
    PHONE,
    POSTCODE,
    SOUNDS,
    STREET,
    V_CONTENT,
    V_CUTS,
    V_KEY,
    V_NUMBER,
    V_STARTS,
    Side,
)

Array = np.ndarray[Any, Any]

KEY_FAMILIES = (
    "family name and birth date",
    "given name and birth date",
    "both names and birth year",
    "both names and birthday",
    "telephone",
    "mail",
    "social security number",
    "patient number",
    "family name and postcode",
    "birth date and postcode",
    "birth date and initials",
    "address",
    "both names",
    "half of the social security number",
    "end of the telephone number",
    "mail before the @",
    "one name, the other's initial and birth year",
    "one name, the other's initial and birthday",
)
"""What the keys of each family consist of."""
MOST_KEYS = 12
"""Keys one person has at most in one family."""


@numba.njit(cache=True, nogil=True, inline="always")
def _mix(one: Any, other: Any) -> Any:
    value = (np.uint64(one) ^ (np.uint64(other) * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    return value ^ (value >> np.uint64(29))


@numba.njit(cache=True, nogil=True)
def _sounds(side: Any, person: int, out: Any) -> int:
    """The distinct sounds of all family names of a person: whole names and their first and last words."""
    made = 0
    for which in range(2):
        word = i32(side[FAMILY], 2 * person + which)
        if word < 0:
            continue
        for part in range(3):
            sound = u64(side[FAMILIES + SOUNDS], 3 * word + part)
            if sound == 0:
                continue
            new = True
            for before in range(made):
                new = new and out[before] != sound
            if new and made < 6:
                out[made] = sound
                made += 1
    return made


@numba.njit(cache=True, nogil=True)
def _values(side: Any, values: int, person: int, family: int, out: Any) -> int:
    first, last = i32(side[values + V_STARTS], person), i32(side[values + V_STARTS], person + 1)
    made = 0
    for place in range(first, min(last, first + 12)):
        out[made] = _mix(u64(side[values + V_KEY], place), family)
        made += 1
    return made


@numba.njit(cache=True, nogil=True)
def _parts_of_numbers(side: Any, values: int, person: int, family: int, out: Any) -> int:
    """The end of each number, of a social security number also what stands before: a wrong figure spoils one of them."""
    first, last = i32(side[values + V_STARTS], person), i32(side[values + V_STARTS], person + 1)
    made = 0
    for place in range(first, min(last, first + 6)):
        number = i64(side[values + V_NUMBER], place)
        if family == 13:
            number >>= 2
        cut = 1_000_000 if number >= 100_000_000 else 1000
        out[made] = _mix(_mix(number % cut, 1), family)
        made += 1
        if family == 13:
            out[made] = _mix(_mix(number // cut, 2), family)
            made += 1
    return made


@numba.njit(cache=True, nogil=True)
def _mail_names(side: Any, person: int, out: Any) -> int:
    """What stands before the @ of each mail (FNV-1a): it survives another provider and errors behind the @."""
    first, last = i32(side[EMAIL + V_STARTS], person), i32(side[EMAIL + V_STARTS], person + 1)
    made = 0
    for place in range(first, min(last, first + 12)):
        value = np.uint64(0xCBF29CE484222325)
        for at in range(i64(side[EMAIL + V_CUTS], place), i64(side[EMAIL + V_CUTS], place + 1)):
            byte = u8(side[EMAIL + V_CONTENT], at)
            if byte == 64:
                break
            value = (value ^ np.uint64(byte)) * np.uint64(0x100000001B3)
        out[made] = _mix(value, 15)
        made += 1
    return made


@numba.njit(cache=True, nogil=True)
def _initials(side: Any, person: int) -> int:
    given, family = i32(side[GIVEN], person), i32(side[FAMILY], 2 * person)
    if family < 0:
        family = i32(side[FAMILY], 2 * person + 1)
    if given < 0 or family < 0:
        return 0
    one = np.int64(u8(side[GIVENS + CONTENT], i64(side[GIVENS + CUTS], given)))
    other = np.int64(u8(side[FAMILIES + CONTENT], i64(side[FAMILIES + CUTS], family)))
    return min(one, other) * 256 + max(one, other)


@numba.njit(cache=True, nogil=True)
def person_keys(side: Any, person: int, family: int, sounds: Any, out: Any) -> int:
    """Write the keys of one person in one family into ``out``; returns how many."""
    birth = np.int64(i32(side[BIRTH], person))
    whole = birth % 100 > 0 and (birth // 100) % 100 > 0
    if family == 4:
        return _values(side, PHONE, person, 4, out)
    if family == 5:
        return _values(side, EMAIL, person, 5, out)
    if family == 6:
        return _values(side, NIR, person, 6, out)
    if family == 7:
        return _values(side, IPP, person, 7, out)
    if family == 9:
        return _places(side, person, np.uint64(birth), 9, out) if whole else 0
    if family == 10:
        initials = _initials(side, person)
        if not whole or initials == 0:
            return 0
        out[0] = _mix(_mix(birth, initials), 10)
        return 1
    if family == 11:
        return _addresses(side, person, out)
    if family == 13 or family == 14:
        return _parts_of_numbers(side, NIR if family == 13 else PHONE, person, family, out)
    if family == 15:
        return _mail_names(side, person, out)
    if family == 1:
        given = i32(side[GIVEN], person)
        if not whole or given < 0:
            return 0
        out[0] = _mix(_mix(birth, u64(side[GIVENS + SOUNDS], 3 * given)), 1)
        if u64(side[GIVENS + SOUNDS], 3 * given + 1) != 0:
            out[1] = _mix(_mix(birth, u64(side[GIVENS + SOUNDS], 3 * given + 1)), 1)
            return 2
        return 1
    return _name_keys(side, person, family, birth, whole, sounds, out)


@numba.njit(cache=True, nogil=True)
def _name_keys(side: Any, person: int, family: int, birth: int, whole: bool, sounds: Any, out: Any) -> int:
    if (family == 0 or family == 3 or family == 17) and not whole:
        return 0
    if (family == 2 or family == 16) and birth == 0:
        return 0
    count = _sounds(side, person, sounds)
    made = 0
    if family == 8:
        for each in range(count):
            made += _places(side, person, sounds[each], 8, out[made:])
            if made > 8:
                break
        return made
    given = i32(side[GIVEN], person)
    if family == 0:
        for each in range(count):
            out[made] = _mix(_mix(birth, sounds[each]), 0)
            made += 1
        if given >= 0 and made < 12:
            out[made] = _mix(_mix(birth, u64(side[GIVENS + SOUNDS], 3 * given)), 0)
            made += 1
        return made
    if given < 0:
        return 0
    part: Any = 0
    if family == 2 or family == 16:
        part = birth // 10000
    elif family == 3 or family == 17:
        part = birth % 10000
    if family == 16 or family == 17:
        initials = _initials(side, person)
        if initials == 0:
            return 0
        out[0] = _mix(_mix(part, _mix(u64(side[GIVENS + SOUNDS], 3 * given), initials)), family)
        for each in range(min(count, 6)):
            out[each + 1] = _mix(_mix(part, _mix(sounds[each], initials)), family)
        return 1 + min(count, 6)
    for which in range(2):
        spoken = u64(side[GIVENS + SOUNDS], 3 * given + which)
        if spoken == 0:
            continue
        for each in range(count):
            if made < 12:
                out[made] = _mix(_mix(part, _mix(spoken, 77) + _mix(sounds[each], 77)), family)
                made += 1
    return made


@numba.njit(cache=True, nogil=True)
def _places(side: Any, person: int, other: Any, family: int, out: Any) -> int:
    made = 0
    for place in range(i32(side[POSTCODE + V_STARTS], person), i32(side[POSTCODE + V_STARTS], person + 1)):
        if made >= 4 or made >= len(out):
            break
        out[made] = _mix(_mix(u64(side[POSTCODE + V_KEY], place), other), family)
        made += 1
    return made


@numba.njit(cache=True, nogil=True)
def _addresses(side: Any, person: int, out: Any) -> int:
    """Street and house number with each postcode, with each town where no postcode is known."""
    made = 0
    for place in range(i32(side[STREET + V_STARTS], person), i32(side[STREET + V_STARTS], person + 1)):
        key = _mix(u64(side[STREET + V_KEY], place), i64(side[STREET + V_NUMBER], place))
        for area in range(i32(side[POSTCODE + V_STARTS], person), i32(side[POSTCODE + V_STARTS], person + 1)):
            if made < 6:
                out[made] = _mix(_mix(key, u64(side[POSTCODE + V_KEY], area)), 11)
                made += 1
        for area in range(i32(side[CITY + V_STARTS], person), i32(side[CITY + V_STARTS], person + 1)):
            if made < 12:
                out[made] = _mix(_mix(key, u64(side[CITY + V_KEY], area)), 12)
                made += 1
    return made


@numba.njit(cache=True, nogil=True)
def keys_of(side: Any, family: int, first: int, last: int) -> Any:
    """(keys, people) of the people ``first`` to ``last``, each key with the person who has it."""
    keys = np.empty(last - first + 64, np.uint64)
    people = np.empty(last - first + 64, np.int32)
    out, sounds = np.empty(16, np.uint64), np.empty(8, np.uint64)
    at = 0
    for person in range(first, last):
        made = person_keys(side, person, family, sounds, out)
        if at + made > len(keys):
            more = np.empty(2 * len(keys), np.uint64)
            more[:at] = keys[:at]
            keys = more
            more_people = np.empty(2 * len(people), np.int32)
            more_people[:at] = people[:at]
            people = more_people
        for each in range(made):
            keys[at] = out[each]
            people[at] = person
            at += 1
    return keys[:at], people[:at]


def useful(side: Side) -> list[int]:
    """The families of keys that the rows of ``side`` can have at all."""
    dated = bool((side.birth > 0).any())
    named = bool((side.family >= 0).any())
    given = bool((side.given >= 0).any())
    placed = len(side.postcode.key) > 0
    bare = named and given and dated
    bare = bare and not any(
        len(getattr(side, name).key) for name in ("phone", "email", "nir", "ipp", "street")
    )
    have = [
        named and dated, given and dated, named and given and dated, named and given and dated,
        len(side.phone.key) > 0, len(side.email.key) > 0, len(side.nir.key) > 0, len(side.ipp.key) > 0,
        named and placed, dated and placed, named and given and dated, len(side.street.key) > 0, named and given,
        len(side.nir.key) > 0, len(side.phone.key) > 0, len(side.email.key) > 0, bare, bare,
    ]  # fmt: skip
    return [family for family, has in enumerate(have) if has]
