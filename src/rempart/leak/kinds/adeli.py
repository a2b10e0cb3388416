"""ADELI: the older number of a French health professional, nine characters.

Two for the department (2A, 2B, 9A to 9F overseas), one for the profession, five of order, one key.
The key's rule was never published, so only the shape is judged.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]|2[AB]|9[A-F])[0-9A-F]\d{6}", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces, in capitals."""
    return re.sub(r"[\s.]", "", text).upper()


def is_valid(text: str) -> bool:
    """Whether it has the shape of an ADELI number."""
    return _SHAPE.fullmatch(compact(text)) is not None


def format_(text: str) -> str:
    """Plain characters."""
    return compact(text)
