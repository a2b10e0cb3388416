"""IBAN (ISO 13616) and RIB: bank accounts.

The IBAN's key is ISO 7064 modulo 97 (python-stdnum); the RIB's 23 characters hold bank, branch, account
and a key: 97 less (89 x bank + 15 x branch + 3 x account) modulo 97, letters as digits of the French table.
"""

from __future__ import annotations

import re

from stdnum import iban

_RIB = re.compile(r"\d{10}[0-9A-Z]{11}\d{2}", re.ASCII)
_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def compact(text: str) -> str:
    """``text`` without spaces and hyphens, in capitals."""
    return re.sub(r"[\s\-.]", "", text).upper()


def is_valid(text: str) -> bool:
    """Whether it is an IBAN or a RIB with the right key."""
    number = compact(text)
    if number[:2].isalpha():
        return 14 < len(number) < 35 and bool(iban.is_valid(number, check_country=False))
    return is_rib(number)


def is_rib(number: str) -> bool:
    """Whether 23 characters are a French RIB."""
    if _RIB.fullmatch(number) is None:
        return False
    digits = number.translate(_LETTERS)
    bank, branch, account, key = int(digits[:5]), int(digits[5:10]), int(digits[10:21]), int(digits[21:])
    return key == 97 - (89 * bank + 15 * branch + 3 * account) % 97


def format_(text: str) -> str:
    """In groups of four."""
    return str(iban.format(compact(text)))
