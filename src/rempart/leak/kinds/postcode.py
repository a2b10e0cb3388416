"""French postcodes: five digits, the first two a department (01 to 95, 97, 98; La Poste)."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-578])\d{3}", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces and ``F-``, with the leading zero that spreadsheets drop."""
    bare = re.sub(r"\s", "", text).upper().removeprefix("F-")
    bare = bare.removesuffix(".0")
    return "0" + bare if len(bare) == 4 and bare.isdigit() else bare


def is_valid(text: str) -> bool:
    """Whether it can be a French postcode."""
    return _SHAPE.fullmatch(compact(text)) is not None


def format_(text: str) -> str:
    """Five digits."""
    return compact(text)
