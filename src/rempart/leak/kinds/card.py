"""Payment card numbers: 13 to 19 digits with Luhn's key (ISO/IEC 7812) and a known first digit."""

from __future__ import annotations

import re

from stdnum import luhn

_SHAPE = re.compile(r"(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6\d{15,18})", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", text)


def is_valid(text: str) -> bool:
    """Whether the digits are a card's."""
    number = compact(text)
    return _SHAPE.fullmatch(number) is not None and bool(luhn.is_valid(number))


def format_(text: str) -> str:
    """In groups of four."""
    number = compact(text)
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
