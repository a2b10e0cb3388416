"""Which written form the times of a column have, judged on their content.

Reads the cells of one column (or of a date and an hour column); gives the forms that read them, the most
frequent first. Whether day or month comes first is settled by a number above 12, then by which order
leaves the rows in sequence, then by the shorter span; where all are silent, day first, and the answer says
so.

Misses: two-digit years that could be days (``01/02/03`` is read day, month, year).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rempart.records import MISSING_MS
from rempart.sources.csv_times import TimeReader, pattern_of

_SAMPLE = 4000
_DATES = (
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%m.%d.%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y",
    "%a %d %b %Y", "%d/%b/%Y",
)  # fmt: skip
_HOURS = (
    "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p", "%Hh%M", "%Hh%M:%S", "%H%M%S",
    "%Hh%Mm%Ss", "%H.%M.%S", "%H:%M:%S %z", "%H:%M:%S%z",
)  # fmt: skip
_DATE_PATTERNS = tuple((date, re.compile(pattern_of(date))) for date in _DATES)
_HOUR_PATTERNS = tuple((hour, re.compile(r"(?P<joint>\D{0,4}?)" + pattern_of(hour))) for hour in _HOURS)
_SHAPE_DIGITS = re.compile(r"\d+")
_HOUR = re.compile(
    r"([01]?\d|2[0-3])[:hH.][0-5]\d([:.mM][0-5]\d(\.\d+)?)?s?\s?([AaPp]\.?[Mm]\.?)?|([01]\d|2[0-3])[0-5]\d[0-5]\d"
)
_EARLY, _LATE = 946_684_800, 2_208_988_800
"""2000 and 2040 in seconds: where an epoch number is taken for a time of access."""


@dataclass(frozen=True, slots=True)
class TimeGuess:
    """The forms that read a column."""

    forms: tuple[str, ...]
    share: float
    """Part of the filled cells that the forms read."""
    has_hour: bool
    sure: bool
    """Whether the order of day and month is shown by the content."""
    ordered: float
    """Part of the neighbouring rows that are in order (either direction)."""


def guess_times(cells: Sequence[str], day_first: bool = True) -> TimeGuess | None:
    """The forms of one column, or None where it holds no dates. ``day_first`` settles a tie."""
    filled = [cell for cell in cells[:_SAMPLE] if cell]
    if not filled:
        return None
    numbers = _epoch(filled)
    if numbers is not None:
        return numbers
    shapes = Counter(_shape(cell) for cell in filled)
    forms: list[str] = []
    sure = True
    for shape, _ in shapes.most_common(4):
        alike = [cell for cell in filled if _shape(cell) == shape]
        form, settled = _form_of(alike, forms, day_first)
        if form and form not in forms:
            forms.append(form)
            sure = sure and settled
    if not forms:
        return None
    times = TimeReader(forms, "UTC").read(filled)
    read = times[times != MISSING_MS]
    hours = any(letter in form for form in forms for letter in ("%H", "%I")) or (
        "iso" in forms and any(":" in cell for cell in filled)
    )
    return TimeGuess(tuple(forms), len(read) / len(filled), hours, sure, _order(read))


def is_hour_column(cells: Sequence[str]) -> bool:
    """Whether a column holds hours without dates."""
    filled = [cell for cell in cells[:_SAMPLE] if cell]
    return bool(filled) and sum(1 for cell in filled if _HOUR.fullmatch(cell)) >= 0.9 * len(filled)


def looks_dated(cell: str) -> bool:
    """Whether one cell is a date: a header never holds one."""
    return bool(re.match(r"\s*(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})\b", cell))


def _epoch(filled: Sequence[str]) -> TimeGuess | None:
    if not all(re.fullmatch(r"\d{9,13}([.,]\d{1,9})?", cell) for cell in filled):
        return None
    values = np.array([float(cell.replace(",", ".")) for cell in filled])
    for form, unit in (("epoch_s", 1.0), ("epoch_ms", 1000.0)):
        if ((values >= _EARLY * unit) & (values < _LATE * unit)).all() and len(set(filled)) > 1:
            order = _order(values)
            close = float(np.ptp(values)) < 20 * 365 * 86_400 * unit
            return TimeGuess((form,), 1.0, True, True, order) if close else None
    return None


def _shape(cell: str) -> str:
    """The cell with the length of its numbers: ``03/02/2026 8:05`` is ``2/2/4 1:2``."""
    plain = re.sub(r"[^\W\d_]+", "a", cell)
    return _SHAPE_DIGITS.sub(lambda found: str(min(len(found.group()), 9)), plain)


def _form_of(cells: Sequence[str], known: Sequence[str], day_first: bool) -> tuple[str, bool]:
    """(form, whether the content settles it) of cells of one shape."""
    few = list(dict.fromkeys(cells))[:40]
    for form in (*known, "iso"):
        if _reads(form, few) == len(few):
            return form, True
    fitting = [form for form in _candidates(few[0]) if _reads(form, cells) >= 0.98 * len(cells)]
    day = next((form for form in fitting if form.startswith(("%d", "%a"))), "")
    month = next((form for form in fitting if form.startswith("%m")), "")
    if not (day and month):
        return (fitting[0], True) if fitting else _mostly(cells, few)
    days, months = (TimeReader((form,), "UTC").read(cells) for form in (day, month))
    lead = _order(days) - _order(months)
    if abs(lead) > 0.02:
        return (day if lead > 0 else month), True
    spans = np.ptp(days), np.ptp(months)
    if spans[0] != spans[1] and max(spans) > 2 * min(spans):
        return (day if spans[0] < spans[1] else month), True
    return (day if day_first and "%p" not in day else month), False


def _candidates(cell: str) -> list[str]:
    """The forms that may read one cell: a date, and what follows it taken for an hour."""
    forms: list[str] = []
    for date, pattern in _DATE_PATTERNS:
        found = pattern.match(cell)
        rest = cell[found.end() :] if found else ""
        if found and not rest:
            forms.append(date)
        for hour, hour_pattern in _HOUR_PATTERNS if rest else ():
            behind = hour_pattern.fullmatch(rest)
            if behind and "%" not in behind["joint"]:
                forms.append(f"{date}{behind['joint']}{hour}")
    return forms


def _mostly(cells: Sequence[str], few: Sequence[str]) -> tuple[str, bool]:
    """The form that reads most cells of a column with some bad ones, if it reads half of them."""
    best, form = 0, ""
    for candidate in dict.fromkeys(["iso", *(form for cell in few[:6] for form in _candidates(cell))]):
        read = _reads(candidate, cells)
        best, form = (read, candidate) if read > best else (best, form)
    return (form, False) if best * 2 >= len(cells) else ("", False)


def _reads(form: str, cells: Sequence[str]) -> int:
    return int((TimeReader((form,), "UTC").read(cells) != MISSING_MS).sum())


def _order(times: np.ndarray[tuple[int], np.dtype[np.generic]]) -> float:
    """Part of the neighbours in order, in the better of the two directions."""
    if len(times) < 3:
        return 0.0
    steps = np.diff(times.astype(np.float64))
    return float(max((steps >= 0).mean(), (steps <= 0).mean()))
