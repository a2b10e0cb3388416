"""How a French name sounds, as a short code: names that are spelled otherwise but said alike meet.

Reads folded names (:mod:`rempart.leak.fold`). Gives for each a code of at most eight sounds and its
hash; the rules are those the French phonetic codes share (Soundex français, Phonex by F. Brouard 1999,
Sonnex): silent final consonants and H fall, ``ph`` is F, ``eau`` and ``au`` are O, ``ai`` and ``ei`` are
E, ``qu``, ``c``, ``k`` are K before hard vowels, doubled letters count once, nasal vowels are one sound.
Particles (de, du, la, le, les, des, d, l) are not said. Misses: Breton, Basque and foreign readings.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

Array = np.ndarray[Any, Any]

MOST_SOUNDS = 8
_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)


@numba.njit(cache=True, nogil=True)
def hash_bytes(content: Array, start: int, stop: int, skip_spaces: bool) -> Any:
    """A 64-bit hash of ``content[start:stop]``, optionally as if it had no spaces. 0 for nothing."""
    value = np.uint64(0xCBF29CE484222325)
    seen = False
    for place in range(start, stop):
        if skip_spaces and content[place] == 32:
            continue
        seen = True
        value = (value ^ np.uint64(content[place])) * np.uint64(0x100000001B3)
    value ^= value >> np.uint64(29)
    value *= np.uint64(0x9E3779B97F4A7C15)
    value ^= value >> np.uint64(32)
    return value if seen else np.uint64(0)


@numba.njit(cache=True, nogil=True)
def _vowel(letter: int) -> bool:
    return letter == 97 or letter == 101 or letter == 105 or letter == 111 or letter == 117 or letter == 121


@numba.njit(cache=True, nogil=True)
def _soft(letter: int) -> bool:
    return letter == 101 or letter == 105 or letter == 121


@numba.njit(cache=True, nogil=True)
def _spoken(word: Array, size: int) -> int:
    """How many letters are left without the silent ones at the end."""
    while size > 2 and word[size - 1] in (115, 116, 100, 120, 122, 112, 104, 101):
        size -= 1
    if size > 3 and word[size - 1] == 108 and word[size - 2] == 117 and word[size - 3] == 97:
        size -= 1
    return size


@numba.njit(cache=True, nogil=True)
def _vowel_sound(letter: int, after: int, third: int, fourth: int) -> Any:
    """(sound, letters it takes) of what begins with a vowel or y."""
    if letter == 101 and after == 97 and third == 117:
        return 79, 3
    if letter == 97 and after == 117:
        return 79, 2
    if letter == 111 and after == 117:
        return 85, 2
    if letter == 111 and (after == 105 or after == 121):
        return 87, 2
    if (letter == 97 or letter == 101) and (after == 105 or after == 121):
        nasal = (third == 110 or third == 109) and not _vowel(fourth)
        return (50, 3) if nasal else (69, 2)
    if (letter == 101 and after == 117) or (letter == 111 and after == 101):
        return 69, 2
    if _vowel(letter) and (after == 110 or after == 109) and third != after and not _vowel(third):
        return (49 if letter in (97, 101) else 51 if letter == 111 else 50), 2
    return (73 if letter == 105 or letter == 121 else letter - 32), 1


@numba.njit(cache=True, nogil=True)
def _hissing(letter: int, after: int, third: int) -> Any:
    """(sound, letters it takes) of c, s, x and z and of the groups they begin; 90 only for a voiced s of its own."""
    if (letter == 99 or letter == 115) and after == 104:
        return 67, 2
    if letter == 115 and after == 99 and third == 104:
        return 67, 3
    if letter == 115 and after == 99 and _soft(third):
        return 83, 2
    if letter == 99:
        return (83 if _soft(after) else 75), (2 if after == 107 or after == 113 else 1)
    return (90 if letter == 122 else 83), 1


@numba.njit(cache=True, nogil=True)
def _consonant_sound(letter: int, after: int, third: int) -> Any:
    """(sound or 0, letters it takes) of what begins with any other letter."""
    if letter == 112 and after == 104:
        return 70, 2
    if letter == 103 and after == 110:
        return 78, 2
    if letter == 103 and after == 117 and _soft(third):
        return 71, 2
    if letter == 103:
        return (74 if _soft(after) else 71), 1
    if letter == 113:
        return 75, (2 if after == 117 else 1)
    if letter == 107:
        return 75, 1
    if letter == 104 or (letter == 98 and after == 118):
        return 0, 1
    if letter == 119:
        return 86, 1
    return (letter - 32 if 97 <= letter <= 122 else 0), 1


@numba.njit(cache=True, nogil=True)
def sound(word: Array, size: int, code: Array) -> int:
    """Write the sounds of ``word[:size]`` (a-z) into ``code``; returns how many.

    Upper-case sounds: A E I O U and nasals 1 (an, en), 2 (in, ain), 3 (on); S for hissing, K, G, J, F...
    """
    size = _spoken(word, size)
    made = 0
    place = 0
    while place < size and made < len(code):
        letter = word[place]
        after = word[place + 1] if place + 1 < size else 0
        third = word[place + 2] if place + 2 < size else 0
        if _vowel(letter) or letter == 121:
            said, step = _vowel_sound(letter, after, third, word[place + 3] if place + 3 < size else 0)
        elif letter == 99 or letter == 115 or letter == 120 or letter == 122:
            said, step = _hissing(letter, after, third)
            if letter == 115 and step == 1 and place > 0 and _vowel(word[place - 1]) and _vowel(after):
                said = 90
        else:
            said, step = _consonant_sound(letter, after, third)
            if letter == 103 and after == 110 and made < len(code) - 1 and place + 2 < size:
                code[made] = said
                made += 1
                said = 0 if _soft(third) else 73
        if said and not (made and code[made - 1] == said):
            code[made] = said
            made += 1
        place += step
    return made


@numba.njit(cache=True, nogil=True)
def particle(content: Array, start: int, stop: int) -> bool:
    """Whether the word is a particle: de, du, des, d, la, le, les, l, el, al, ben keeps its sound."""
    size = stop - start
    first = content[start]
    if size == 1:
        return first == 100 or first == 108
    second = content[start + 1]
    if size == 2:
        return (first == 100 and (second == 101 or second == 117)) or (
            first == 108 and (second == 97 or second == 101)
        )
    if size == 3:
        return (first == 100 or first == 108) and second == 101 and content[start + 2] == 115
    return False


@numba.njit(cache=True, nogil=True)
def _sound_hash(word: Array, size: int, code: Array) -> Any:
    made = sound(word, size, code)
    return hash_bytes(code, 0, made, False)


@numba.njit(cache=True, nogil=True)
def sound_keys(content: Array, offsets: Array) -> Array:
    """(n, 3) uint64: hashes of the sound of each whole name, of its first and of its last word.

    Particles are left out unless nothing else is there; 0 where the name is empty; a name of one word
    has its second and third key 0.
    """
    keys = np.zeros((len(offsets) - 1, 3), np.uint64)
    word = np.empty(256, np.uint8)
    whole = np.empty(256, np.uint8)
    code = np.empty(8, np.uint8)
    for row in range(len(offsets) - 1):
        stop = min(offsets[row + 1], offsets[row] + 250)
        size = 0
        words = 0
        first_key = np.uint64(0)
        last_key = np.uint64(0)
        begin = offsets[row]
        while begin < stop:
            end = begin
            while end < stop and content[end] != 32:
                end += 1
            if end > begin and not particle(content, begin, end):
                for place in range(begin, end):
                    word[place - begin] = content[place]
                    whole[size] = content[place]
                    size += 1
                last_key = _sound_hash(word, end - begin, code)
                if words == 0:
                    first_key = last_key
                words += 1
            begin = end + 1
        if words == 0:
            for place in range(offsets[row], stop):
                if content[place] != 32:
                    whole[size] = content[place]
                    size += 1
        if size:
            keys[row, 0] = _sound_hash(whole, size, code)
        if words > 1:
            keys[row, 1] = first_key
            keys[row, 2] = last_key
    return keys
