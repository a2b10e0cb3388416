"""NIR and INS: the French social security number, 13 characters and a key of two digits.

Follows INSEE's description of the NIR and, for the key, python-stdnum: 97 less the number modulo 97,
Corsica's 2A and 2B counting as 19 and 18. Provisional numbers begin with 3, 4, 7 or 8; the INS of the
French e-health agency is the same number. Test numbers of the agency (99999 as commune) pass.

Misses: a number without its key can only be judged by its shape.
"""

from __future__ import annotations

import re

from stdnum.fr import nir

_SHAPE = re.compile(r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6}(?:\d{2})?", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces, points, hyphens; letters in capitals."""
    return re.sub(r"[\s.\-/]", "", text).upper()


def is_valid(text: str) -> bool:
    """Whether all 15 characters are there and the key is right."""
    number = compact(text)
    return len(number) == 15 and bool(_SHAPE.fullmatch(number)) and number[13:] == key_of(number)


def looks_like(text: str) -> bool:
    """Whether the 13 or 15 characters have the shape of a NIR, whatever the key says."""
    return _SHAPE.fullmatch(compact(text)) is not None


def key_of(number: str) -> str:
    """The key of the first 13 characters."""
    return str(nir.calc_check_digits(number[:13]))


def format_(text: str) -> str:
    """As printed on the card: ``2 95 10 99 126 111 93``."""
    return str(nir.format(compact(text)))
