"""Numbers of organisations, which are of nobody: SIREN and SIRET (INSEE), RNA of associations, UAI of schools.

SIREN has nine figures and SIRET fourteen, both with Luhn's key (La Poste's own SIRETs excepted); RNA is ``W`` and nine
figures; UAI seven figures and a letter.
"""

from __future__ import annotations

import re

from stdnum import luhn

_SHAPE = re.compile(r"W\d[0-9AB]\d{7}|\d{7}[A-Z]", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces, in capitals."""
    return re.sub(r"[\s.]", "", text).upper()


def is_valid(text: str) -> bool:
    """Whether it is a SIRET with its key, an RNA or a UAI; a SIREN alone has the shape of other numbers."""
    number = compact(text)
    if len(number) == 14:
        return number.isdigit() and bool(luhn.is_valid(number))
    return _SHAPE.fullmatch(number) is not None


def is_siren(text: str) -> bool:
    """Nine figures with their key."""
    number = compact(text)
    return len(number) == 9 and number.isdigit() and bool(luhn.is_valid(number))


def format_(text: str) -> str:
    """SIREN and SIRET in groups of three, the rest of a SIRET together."""
    number = compact(text)
    if len(number) not in (9, 14) or not number.isdigit():
        return number
    return " ".join(part for part in (number[:3], number[3:6], number[6:9], number[9:]) if part)
