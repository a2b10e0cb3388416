"""FINESS: the number of a French health establishment, nine characters, the last one Luhn's key.

Department (2A and 2B, their letters counting as 0; never 20, with which companies' numbers of the same shape begin), then digits,
from the national FINESS file.
"""

from __future__ import annotations

import re

from stdnum import luhn

_SHAPE = re.compile(r"(?:\d{2}|2[AB])\d{7}", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces, in capitals."""
    return re.sub(r"[\s.]", "", text).upper()


def is_valid(text: str) -> bool:
    """Whether nine characters begin with a department and end in their key."""
    number = compact(text)
    digits = number.replace("A", "0").replace("B", "0")
    return (
        _SHAPE.fullmatch(number) is not None
        and number[:2] not in ("00", "20")
        and bool(luhn.is_valid(digits))
    )


def format_(text: str) -> str:
    """As printed: department and the rest."""
    number = compact(text)
    return f"{number[:2]} {number[2:8]} {number[8:]}"
