"""CIP13, CIP7 and UCD: the codes of French medicines.

CIP13 is an EAN-13 that begins with 34009; CIP7 is its older form (3 or 2, 5, 4, and a key: digits times 2
to 7, modulo 11); UCD7 begins with 9 and has the same key, UCD13 begins with 34008. From the agencies'
public drug database and Club Inter Pharmaceutique. Digits are keyed as python-stdnum does for EAN.
"""

from __future__ import annotations

import re

from stdnum import ean

_CIP7 = re.compile(r"[2-5]\d{6}", re.ASCII)
_UCD7 = re.compile(r"9\d{6}", re.ASCII)


def compact(text: str) -> str:
    """``text`` without spaces and points."""
    return re.sub(r"[\s.]", "", text)


def is_valid(text: str) -> bool:
    """Whether it is any of the four codes with the right key."""
    return is_cip13(text) or is_cip7(text) or is_ucd(text)


def is_cip13(text: str) -> bool:
    """Thirteen digits from 34009."""
    number = compact(text)
    return len(number) == 13 and number.startswith("34009") and bool(ean.is_valid(number))


def is_cip7(text: str) -> bool:
    """Seven digits with their key."""
    number = compact(text)
    return _CIP7.fullmatch(number) is not None and _key7(number)


def is_ucd(text: str) -> bool:
    """A dispensing unit: seven digits from 9, or thirteen from 34008."""
    number = compact(text)
    if len(number) == 13:
        return number.startswith("34008") and bool(ean.is_valid(number))
    return _UCD7.fullmatch(number) is not None and _key7(number)


def _key7(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(range(2, 8), number, strict=False))
    return total % 11 % 10 == int(number[6])


def format_(text: str) -> str:
    """CIP13 as printed on the box: ``34009 301 234 5 6``; others as they are."""
    number = compact(text)
    if len(number) != 13:
        return number
    return f"{number[:5]} {number[5:8]} {number[8:11]} {number[11]} {number[12]}"
