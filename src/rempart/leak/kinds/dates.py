"""Dates as files write them, whole or cut: a number ``YYYYMMDD``, zeros for what is missing.

Reads ISO 8601, day first with any separator, compact digits, month names in French and English, a year
alone, a year and month, spreadsheet serials, and ISO and HL7 times (cut to the day). Day first is the rule in
France; a middle part above 12 shows month first.

Misses: centuries of two-digit years are guessed: up to the year ``pivot`` this century, else the last.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

PIVOT = 26
_NUMBERS = re.compile(r"(\d{1,4})[\-/. ](\d{1,2})(?:[\-/. ](\d{1,4}))?(?:[T ].*)?", re.ASCII)
_WORDS = re.compile(r"(\d{1,2})(?:er)?[\s\-/.]+([^\W\d_]{3,9})\.?,?[\s\-/.]+(\d{2,4})")
_MONTHS = ("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec")
_OTHERS = {"feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "fév": 2, "aoû": 8, "déc": 12}


def compact(text: str) -> str:
    """``YYYYMMDD`` with zeros for missing parts; empty where it is no date."""
    number = parse(text)
    return f"{number:08d}" if number else ""


def is_valid(text: str) -> bool:
    """Whether it is a whole day or a year and month."""
    return parse(text) % 10000 != 0


def format_(text: str) -> str:
    """ISO 8601."""
    number = compact(text)
    return f"{number[:4]}-{number[4:6]}-{number[6:]}" if number else ""


def parse(text: str, day_first: bool = True) -> int:
    """The date as ``YYYYMMDD``; 0 where it cannot be read."""
    bare = text.strip()[:40]
    if bare.isdigit() and bare.isascii():
        return _digits(bare, day_first)
    found = _NUMBERS.fullmatch(bare)
    if found:
        one, two, three = found[1], found[2], found[3]
        if three is None:
            return _build(int(one), int(two), 0) if len(one) == 4 else 0
        if len(one) == 4:
            return _build(int(one), int(two), int(three))
        if len(three) == 3:
            return 0
        year = _century(int(three), len(three))
        first, second = (int(one), int(two)) if day_first else (int(two), int(one))
        return _build(year, second, first) or _build(year, first, second)
    named = _WORDS.match(bare)
    if named:
        return _build(_century(int(named[3]), len(named[3])), _month(named[2].casefold()), int(named[1]))
    return 0


_FIGURES = re.compile(r"(\d{4})[\-/.]?(\d\d)[\-/.]?(\d\d)|(\d\d)[\-/.](\d\d)[\-/.](\d{4})", re.ASCII)


def mistyped(text: str, day_first: bool = True) -> int:
    """A date with a month or day that does not exist, as ``YYYYMMDD`` all the same; 0 where its figures are no date's."""
    found = _FIGURES.fullmatch(text.strip())
    if not found:
        return 0
    if found[1]:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        year, month, day = int(found[6]), int(found[5]), int(found[4])
        month, day = (month, day) if day_first else (day, month)
    return year * 10000 + month * 100 + day if 1850 <= year <= 2150 and month and day else 0


def _digits(bare: str, day_first: bool) -> int:
    if len(bare) == 8:
        whole = _build(int(bare[:4]), int(bare[4:6]), int(bare[6:]))
        if whole:
            return whole
        day, month = (bare[:2], bare[2:4]) if day_first else (bare[2:4], bare[:2])
        return _build(int(bare[4:]), int(month), int(day))
    if len(bare) in (12, 14) and int(bare[8:10]) < 24 and int(bare[10:12]) < 60:
        return _build(int(bare[:4]), int(bare[4:6]), int(bare[6:8]))
    if len(bare) == 4:
        return int(bare) * 10000 if 1880 <= int(bare) <= 2100 else 0
    if len(bare) == 6:
        return _build(int(bare[:4]), int(bare[4:]), 0)
    if len(bare) == 5 and 3000 < int(bare) < 60000:
        serial = date(1899, 12, 30) + timedelta(days=int(bare))
        return serial.year * 10000 + serial.month * 100 + serial.day
    return 0


def _century(year: int, digits: int) -> int:
    if digits > 2:
        return year
    return 2000 + year if year <= PIVOT else 1900 + year


def _month(word: str) -> int:
    for number, start in enumerate(_MONTHS, 1):
        if word.startswith(start):
            return number
    return next((number for start, number in _OTHERS.items() if word.startswith(start)), 0)


def _build(year: int, month: int, day: int) -> int:
    if not (1850 <= year <= 2150 and 0 <= month <= 12):
        return 0
    if month == 0:
        return year * 10000
    if not 0 <= day <= monthrange(year, month)[1]:
        return 0
    return year * 10000 + month * 100 + day
