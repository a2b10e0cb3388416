"""Times of an export, as written, into milliseconds UTC.

Reads whole columns of text by declared forms: ``%d/%m/%Y %H:%M:%S`` and the like (the letters of
POSIX strptime: ``%Y %y %m %d %H %I %M %S %f %p %z %b %B %a %A``), ``iso`` (ISO 8601 calendar dates),
``epoch_s`` and ``epoch_ms``. Month and day names are known in English and French, whatever the
machine's locale. A fraction after the seconds is read in every form.

A local time that occurs twice (clocks go back) is taken as the first of the two; one that never
occurs (clocks go forward) is moved forward by the gap, as PEP 495 does with ``fold=0``. A time with an
offset of its own needs no zone. Times are clamped to the years 1900 to 2200.

Misses: week dates and ordinal dates of ISO 8601, leap seconds (second 60 becomes the next minute).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from rempart.language import gettext as _
from rempart.records import MISSING_MS

FIRST_MS = -2_208_988_800_000
LAST_MS = 7_289_654_400_000
"""Years 1900 to 2200, the bounds of a real time."""

DAY_MS = 86_400_000
NAMED_FORMS = ("iso", "epoch_s", "epoch_ms")

Numbers = np.ndarray[Any, Any]

_EPOCH = datetime(1970, 1, 1)
_NO_OFFSET = 10_000
_BAD = (0, _NO_OFFSET, -1)
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2}
_MONTHS = (
    "jan january janv janvier|feb february fev fevr fevrier février févr fév|mar march mars|apr april avr avril|"
    "may mai|jun june juin|jul july juil juillet|aug august aout août|sep sept september septembre|"
    "oct october octobre|nov november novembre|dec december decembre décembre déc"
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
_PATTERNS = {
    "Y": r"(?P<Y>\d{4})", "y": r"(?P<y>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})", "I": r"(?P<I>\d{1,2})", "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})(?:[.,](?P<g>\d{1,9}))?", "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?", "z": r"(?P<z>[Zz]|[+-]\d{2}(?::?\d{2})?)",
    "b": r"(?P<b>[^\W\d_]{3,9})\.?", "B": r"(?P<b>[^\W\d_]{3,9})\.?",
    "a": r"[^\W\d_]{2,9}\.?", "A": r"[^\W\d_]{2,9}\.?", "%": "%",
}  # fmt: skip
_ISO = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"(?:[Tt ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s?(?P<z>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_ISO_HEAD = (*["%Y"] * 4, "-", "%m", "%m", "-", "%d", "%d", "T", "%H", "%H", ":", "%M", "%M", ":", "%S", "%S")
_EPOCH_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_LENGTHS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class TimeForm:
    """One written form, compiled: the pattern of the whole, and of what follows the fixed head."""

    form: str
    whole: re.Pattern[str]
    head: tuple[str, ...]
    """One entry a character: ``%H`` where a digit of the hour stands, else the very character."""
    tail: re.Pattern[str]
    dated_only: bool
    """No hour in it: an end on that day means the end of the day."""


def compile_form(form: str) -> TimeForm:
    """The form compiled. Raises ValueError naming a letter that is not known or a missing date."""
    if form == "iso":
        tail = re.compile(r"(?:[.,](?P<f>\d{1,9}))?\s?(?P<z>[Zz]|[+-]\d{2}(?::?\d{2})?)?")
        return TimeForm(form, _ISO, _ISO_HEAD, tail, False)
    tokens = re.findall(r"%.|[^%]|%$", form)
    letters = [token[1:] for token in tokens if token[0] == "%"]
    for letter in letters:
        if letter not in _PATTERNS:
            raise ValueError(_("%{letter} is not known").format(letter=letter))
    if len(set(letters) - {"%"}) != len([letter for letter in letters if letter != "%"]):
        raise ValueError(_("a letter stands twice"))
    if not {"Y", "y"} & set(letters) or not {"m", "b", "B"} & set(letters) or "d" not in letters:
        raise ValueError(_("it names no full date (%d, %m and %Y)"))
    head: list[str] = []
    taken = 0
    for token in tokens:
        if token[0] == "%" and token[1:] not in _WIDTHS:
            break
        head.extend([token] * _WIDTHS[token[1:]] if token[0] == "%" else [token])
        taken += 1
    ends_in_seconds = taken > 0 and tokens[taken - 1] == "%S"
    rest = (r"(?:[.,](?P<g>\d{1,9}))?" if ends_in_seconds else "") + _pattern(tokens[taken:])
    dated_only = not {"H", "I"} & set(letters)
    return TimeForm(form, re.compile(_pattern(tokens)), tuple(head), re.compile(rest), dated_only)


def _pattern(tokens: Sequence[str]) -> str:
    return "".join(_written(before, token) for before, token in zip(("", *tokens), tokens, strict=False))


def _written(before: str, token: str) -> str:
    """What a token looks like behind ``before``. A number right behind another has all its digits: else
    ``%Y%m%d`` would read six digits as a date."""
    if token[0] != "%":
        return r"\s+" if token == " " else re.escape(token)
    pattern = _PATTERNS[token[1:]]
    if before[1:] in _WIDTHS and token[1:] in _WIDTHS:
        return pattern.replace("{1,2}", "{2}", 1)
    return pattern


def pattern_of(form: str) -> str:
    """The regular expression of a form or of a part of one, such as its hour."""
    return _pattern(re.findall(r"%.|[^%]", form))


def _offset_minutes(text: str | None) -> int:
    if text is None:
        return _NO_OFFSET
    if text in "Zz":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if text[0] == "-" else minutes


def _fraction_ms(groups: dict[str, str | None]) -> int:
    digits = groups.get("f") or groups.get("g") or ""
    return int(digits[:3].ljust(3, "0")) if digits else 0


class TimeReader:
    """Columns of text into times, by the forms of one mapping; remembers what it has already read."""

    def __init__(self, forms: Sequence[str], zone: str, decimal: str = ".") -> None:
        """``zone`` is an IANA name already known to be valid; forms are tried in their order."""
        self._forms = tuple(compile_form(form) for form in forms if not form.startswith("epoch"))
        self._epochs = tuple(1000 if form == "epoch_s" else 1 for form in forms if form.startswith("epoch"))
        self._zone = ZoneInfo(zone)
        self._decimal = decimal
        self._shift_ms: dict[int, int] = {}

    def read(self, texts: Sequence[str], *, closing: bool = False) -> Numbers:
        """(n,) int64 milliseconds UTC, :data:`MISSING_MS` where unreadable.

        ``closing``: a date without an hour means the end of that day.
        """
        local = np.full(len(texts), MISSING_MS, np.int64)
        offset = np.full(len(texts), _NO_OFFSET, np.int64)
        if self._forms and len(texts):
            self._read_heads(texts, local, offset, closing)
        left = np.flatnonzero(local == MISSING_MS)
        if left.size:
            self._read_one_by_one(texts, left, local, offset, closing)
        return self._to_utc(local, offset)

    def _read_heads(self, texts: Sequence[str], local: Numbers, offset: Numbers, closing: bool) -> None:
        form = self._forms[0]
        if (form.dated_only and closing) or len(form.head) < 8:
            return
        values, good = _digits(texts, form.head)
        tails = [text[len(form.head) :] for text in texts]
        read = {tail: self._read_tail(tail, form) for tail in set(tails)}
        if len(read) > 1 or "" not in read:
            rest = np.array([read[tail] for tail in tails], np.int64)
        else:
            rest = np.broadcast_to(np.array(read[""], np.int64), (len(texts), 3))
        good &= rest[:, 2] >= 0
        hours = values.get("H")
        if hours is None and "I" in values:
            good &= (values["I"] >= 1) & (values["I"] <= 12)
            hours = values["I"] % 12 + 12 * (rest[:, 2] == 2)
        times = _civil_ms(values, hours, good) + rest[:, 0]
        local[good] = times[good]
        offset[good] = rest[good, 1]

    @staticmethod
    def _read_tail(tail: str, form: TimeForm) -> tuple[int, int, int]:
        """(milliseconds to add, minutes of offset, 0 nothing / 1 am / 2 pm / -1 unreadable)."""
        found = form.tail.fullmatch(tail)
        if found is None or set(found.groupdict()) - set("fgpz"):
            return _BAD
        groups = found.groupdict()
        half = groups.get("p")
        return (
            _fraction_ms(groups),
            _offset_minutes(groups.get("z")),
            0 if half is None else 1 + (half in "pP"),
        )

    def _read_one_by_one(
        self, texts: Sequence[str], left: Numbers, local: Numbers, offset: Numbers, closing: bool
    ) -> None:
        seen: dict[str, tuple[int, int]] = {}
        for place in left.tolist():
            text = texts[place]
            if text not in seen:
                seen[text] = self._read_text(text, closing)
            local[place], offset[place] = seen[text]

    def _read_text(self, text: str, closing: bool) -> tuple[int, int]:
        for form in self._forms:
            found = form.whole.fullmatch(text)
            if found is None:
                continue
            groups = found.groupdict()
            day = _moment(groups)
            if day is None:
                continue
            whole_day = groups.get("H") is None and groups.get("I") is None
            return day + (DAY_MS if closing and whole_day else 0), _offset_minutes(groups.get("z"))
        for unit in self._epochs:
            plain = text.replace(self._decimal, ".", 1)
            if _EPOCH_NUMBER.fullmatch(plain):
                return min(max(round(float(plain) * unit), FIRST_MS), LAST_MS), 0
        return MISSING_MS, _NO_OFFSET

    def _to_utc(self, local: Numbers, offset: Numbers) -> Numbers:
        known = local != MISSING_MS
        utc = np.where(known, np.clip(local, FIRST_MS, LAST_MS), MISSING_MS)
        zoned = known & (offset == _NO_OFFSET)
        if zoned.any():
            minutes, place = np.unique(utc[zoned] // 60_000, return_inverse=True)
            shifts = np.array([self._zone_shift(minute) for minute in minutes.tolist()], np.int64)
            utc[zoned] -= shifts[place]
        own = known & ~zoned
        utc[own] -= offset[own] * 60_000
        return np.where(known, np.clip(utc, FIRST_MS, LAST_MS), MISSING_MS)

    def _zone_shift(self, minute: int) -> int:
        shift = self._shift_ms.get(minute)
        if shift is None:
            local = (_EPOCH + timedelta(minutes=minute)).replace(tzinfo=self._zone, fold=0)
            shift = int((local.utcoffset() or timedelta()).total_seconds() * 1000)
            if len(self._shift_ms) > 200_000:
                self._shift_ms.clear()
            self._shift_ms[minute] = shift
        return shift


def _digits(texts: Sequence[str], head: tuple[str, ...]) -> tuple[dict[str, Numbers], Numbers]:
    """The numbers that stand in the head of every text, and where the head is as it should be."""
    codes = np.array(texts, dtype=f"U{len(head)}").view(np.uint32).reshape(len(texts), len(head))
    good = np.ones(len(texts), bool)
    values: dict[str, Numbers] = {}
    for place, expected in enumerate(head):
        column = codes[:, place].astype(np.int64)
        if len(expected) == 2:
            digit = column - 48
            good &= (digit >= 0) & (digit <= 9)
            letter = expected[1]
            values[letter] = values[letter] * 10 + digit if letter in values else digit
        elif head is _ISO_HEAD and expected == "T":
            good &= (column == 84) | (column == 32) | (column == 116)
        else:
            good &= column == ord(expected)
    return values, good


def _civil_ms(values: dict[str, Numbers], hours: Numbers | None, good: Numbers) -> Numbers:
    """Local milliseconds of the fields; clears ``good`` where a field is out of its range."""
    year = values["Y"] if "Y" in values else _full_year(values["y"])
    month, day = values["m"], values["d"]
    good &= (month >= 1) & (month <= 12) & (year >= 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _LENGTHS[np.where(good, month, 1)] - ((month == 2) & ~leap)
    good &= (day >= 1) & (day <= length)
    march_year = year - (month <= 2)
    era_days = march_year * 365 + march_year // 4 - march_year // 100 + march_year // 400
    days = era_days + (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1 - 719_468
    seconds = days * 86_400
    for letter, amount, limit in (("H", 3600, 23), ("M", 60, 59), ("S", 1, 60)):
        field = hours if letter == "H" else values.get(letter)
        if field is not None:
            good &= field <= limit
            seconds = seconds + field * amount
    return seconds * 1000


def _full_year(two_digits: Any) -> Any:
    return two_digits + np.where(np.asarray(two_digits) <= 68, 2000, 1900)


def _moment(groups: dict[str, str | None]) -> int | None:
    """Local milliseconds of one match, or None where no such date exists."""
    name = groups.get("b")
    month = _MONTH_OF.get(name.casefold(), 0) if name else int(groups["m"] or 0)
    year = int(groups["Y"] or 0) if groups.get("Y") else int(_full_year(int(groups["y"] or 0)))
    hour = int(groups.get("H") or 0)
    if groups.get("I"):
        hour = int(groups["I"] or 0)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if (groups.get("p") or "a") in "pP" else 0)
    second = int(groups.get("S") or 0)
    try:
        whole = datetime(year, month, int(groups["d"] or 0), hour, int(groups.get("M") or 0))
    except ValueError:
        return None
    if second > 60:
        return None
    return round((whole - _EPOCH) / timedelta(milliseconds=1)) + second * 1000 + _fraction_ms(groups)
