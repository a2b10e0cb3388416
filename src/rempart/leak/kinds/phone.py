"""French telephone numbers, national and international (ARCEP numbering plan; ITU-T E.164).

Nine digits after the 0 or +33 (overseas: +262, +590, +594, +596, +508, +687, +689), the first 1 to 9.
"""

from __future__ import annotations

import re

_PREFIX = re.compile(r"(?:\+|00)(33|262|590|594|596|508|687|689)(?:\(0\)|0)?", re.ASCII)
_SHAPE = re.compile(r"0[1-9]\d{8}", re.ASCII)


def compact(text: str) -> str:
    """``text`` as ten national digits where it can be; else its digits."""
    bare = re.sub(r"[\s.\-/_]", "", text)
    found = _PREFIX.match(bare)
    if found:
        bare = "0" + bare[found.end() :]
    elif re.fullmatch(r"33[1-9]\d{8}", bare, re.ASCII):
        bare = "0" + bare[2:]
    elif re.fullmatch(r"[1-9]\d{8}", bare, re.ASCII):
        bare = "0" + bare
    return re.sub(r"[^\d+]", "", bare)


def is_valid(text: str) -> bool:
    """Whether it is a number that a French line can have."""
    return _SHAPE.fullmatch(compact(text)) is not None


def format_(text: str) -> str:
    """``06 12 34 56 78``."""
    number = compact(text)
    return " ".join(number[start : start + 2] for start in range(0, len(number), 2))
