"""RPPS: the number of a French health professional, eleven digits, the last one Luhn's key.

Follows the e-health agency's directory (ANS): numbers begin with 1 or 8 and never change.
"""

from __future__ import annotations

import re

from stdnum import luhn

_SHAPE = re.compile(r"[18]\d{10}", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces; the leading 8 of an IDNPS is left to the reader."""
    return re.sub(r"[\s.]", "", text)


def is_valid(text: str) -> bool:
    """Whether eleven digits begin rightly and end in their key."""
    number = compact(text)
    return _SHAPE.fullmatch(number) is not None and bool(luhn.is_valid(number))


def format_(text: str) -> str:
    """Plain digits."""
    return compact(text)
