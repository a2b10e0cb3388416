"""What each column of a leaked table holds, and how sure that is: from its cells, its heading and the columns beside it.

Reads a sample of each column; gives one :class:`Column` each. What the cells prove goes before the heading, the heading before what
the cells look like (:mod:`rempart.leak.content`), and the table has the last word (:mod:`rempart.leak.neighbours`). Every check is
bounded by the sample, so that the speed is that of reading.

Misses: headings that say another thing than the cells in a way both can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from rempart.leak.content import are_houses, by_content, is_sex, proven, share
from rempart.leak.headers import kind_of_header
from rempart.leak.kinds import adeli, card, coding, dates, drug, finess, nir, rpps
from rempart.leak.neighbours import settle
from rempart.leak.words import STREET

SAMPLE = 600
LOOKED_AT = 1000
"""Characters of a long cell that its kind is told by."""

CATEGORIES: dict[str, tuple[str, ...]] = {
    "identity": ("family", "birth_name", "given", "full_name", "birth_date", "birth_place", "sex"),
    "national_number": ("nir",),
    "patient_number": ("ipp",),
    "contact": ("phone", "email", "street", "postcode", "city"),
    "bank": ("iban", "card"),
    "insurance": ("insurer",),
    "drugs": ("cip7", "cip13", "ucd"),
    "diagnoses_and_procedures": ("cim10", "ccam", "loinc", "medical_text"),
    "professionals": ("doctor", "rpps", "adeli", "finess"),
    "passwords": ("password", "password_hash", "login"),
}
"""The kinds of data a person understands, with the column kinds each consists of."""
KINDS = (
    *(kind for kinds in CATEGORIES.values() for kind in kinds),
    "insee", "date", "from", "to", "updated", "number", "text", "other", "blank",
)  # fmt: skip
"""Every kind a column can have."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its kind, how sure that is (0 to 1), and the share of cells filled."""

    name: str
    kind: str
    confidence: float
    filled: float


def category_of(kind: str) -> str:
    """The category a kind belongs to; empty where it speaks of nobody."""
    return next((name for name, kinds in CATEGORIES.items() if kind in kinds), "")


def name_columns(names: Sequence[str], columns: Sequence[Any]) -> list[Column]:
    """The kind of each Arrow string column; neighbours help where a column alone does not tell."""
    sampled = [_sample(column) for column in columns]
    samples = [values for values, _ in sampled]
    told = [kind_of(name, values) for name, values in zip(names, samples, strict=True)]
    return [
        Column(name, kind, round(sure, 3), round(filled, 4))
        for name, (kind, sure), (_, filled) in zip(names, settle(told, samples), sampled, strict=True)
    ]


def _sample(column: Any) -> tuple[list[str], float]:
    """At most :data:`SAMPLE` cells that say something, spread over the column; and the share of those."""
    count = len(column)
    if count == 0:
        return [], 0.0
    if column.nbytes > LOOKED_AT * count:
        column = pc.utf8_slice_codeunits(column, 0, LOOKED_AT)
    step = max(1, count // (4 * SAMPLE))
    cells = column.take(list(range(0, count, step))).to_pylist()
    said = [cell.strip() for cell in cells if cell and cell.strip() not in _NOTHING]
    return said[:: max(1, len(said) // SAMPLE)][:SAMPLE], len(said) / len(cells)


_NOTHING = frozenset(
    {"", "NULL", "null", "(null)", "None", "N/A", "n/a", "#N/A", "NA", "nan", "NaN", "-", "--", "?", "\\N", "[ND]", "ND", "NC", "NR",
     "00000000", "0000-00-00", "99991231", "9999-12-31", "31/12/9999", "29991231", "2999-12-31", "31/12/2999"}
)  # fmt: skip
"""What stands for nothing in a cell; days that mean "without end" too."""


def kind_of(heading: str, values: Sequence[str]) -> tuple[str, float]:
    """(kind, confidence) of a column alone."""
    if heading.endswith((".from", ".to")):
        return heading.rpartition(".")[2], 0.9
    said, sure = kind_of_header(heading)
    if not values:
        return (said, 0.5 * sure) if said and said not in ("text", "number") else ("blank", 1.0)
    sure_of = proven(values, said)
    if sure_of:
        return sure_of
    if said:
        said = _nearer(said, values)
        fit = _fits(said, values)
        if said in _NAMES and share(values, lambda v: STREET.search(v) is not None) > 0.6:
            return "street", 0.7
        if said in _NAMES and are_houses(values):
            return "other", 0.6
        if fit >= 0.5 and said != "other":
            return said, min(0.99, sure * (0.6 + 0.4 * fit) + 0.05)
    kind, certain = by_content(values)
    if kind == "sex" and values[0].isdigit() and said != "sex" and _SAYS_OTHERWISE.search(heading):
        return "number", 0.6
    if said == "other" and kind == "birth_date":
        return "date", certain
    days = said in ("date", "from", "to", "updated")
    if (said == "other" and kind not in _PLAIN_CODES) or (days and kind in ("text", "ipp")):
        return said, 0.6
    return kind, certain


def _nearer(said: str, values: Sequence[str]) -> str:
    """Which of the kinds one heading can mean: a doctor's name or number, an old drug code or a long one."""
    if said == "doctor" and share(values, adeli.is_valid) > 0.8:
        return "adeli"
    if said == "cip13" and share(values, lambda v: len(drug.compact(v)) == 7) > 0.5:
        return "cip7"
    return said


def _fits(kind: str, values: Sequence[str]) -> float:
    """How well the cells can be what the heading says, 0 to 1."""
    check = _FITS.get(kind)
    if check is None:
        return 1.0
    part = share(values, check)
    return part if part < 0.8 else 1.0


def _letters(value: str) -> bool:
    return sum(c.isdigit() for c in value) * 4 <= len(value) and any(c.isalpha() for c in value)


_SAYS_OTHERWISE = re.compile(r"^(?!column \d).*[^\W\d]{3}")
_PLAIN_CODES = frozenset({"phone", "street", "ccam", "loinc", "cip7", "ucd", "nir", "date"})
"""What cells say louder than a heading that speaks of a thing."""
_NAMES = frozenset({"family", "given", "birth_name", "full_name"})
_SEX_NUMBERS = frozenset({"-1", "0", "3", "9", "01", "02"})


_FITS: dict[str, Callable[[str], Any]] = {
    "birth_date": lambda v: dates.parse(v) > 0,
    "date": lambda v: dates.parse(v) > 0,
    "from": lambda v: dates.parse(v) > 0,
    "to": lambda v: dates.parse(v) > 0,
    "updated": lambda v: dates.parse(v) > 0,
    "sex": lambda v: is_sex(v) or v in _SEX_NUMBERS,
    "family": lambda v: _letters(v) and len(v) < 80,
    "given": lambda v: _letters(v) and len(v) < 80,
    "birth_name": lambda v: _letters(v) and len(v) < 80,
    "full_name": lambda v: _letters(v) and len(v) < 120,
    "city": lambda v: any(c.isalpha() for c in v) and len(v) < 60,
    "birth_place": lambda v: len(v) < 60,
    "phone": lambda v: sum(c.isdigit() for c in v) >= 6 and not any(c.isalpha() for c in v),
    "email": lambda v: "@" in v,
    "postcode": lambda v: len(v) <= 10 and any(c.isdigit() for c in v),
    "nir": lambda v: (
        nir.looks_like(v) or (len(v) > 5 and v.isalnum() and 2 * sum(map(str.isdigit, v)) >= len(v))
    ),
    "rpps": lambda v: rpps.compact(v).isdigit() and len(rpps.compact(v)) in (11, 12),
    "adeli": adeli.is_valid,
    "finess": lambda v: re.fullmatch(r"[0-9AB]{8,9}", finess.compact(v)),
    "iban": lambda v: len(v) > 14 and any(c.isdigit() for c in v),
    "card": lambda v: len(card.compact(v)) >= 12 and bool(re.fullmatch(r"[\d*xX]+", card.compact(v))),
    "cip7": lambda v: re.fullmatch(r"\d{7}", drug.compact(v)),
    "cip13": lambda v: re.fullmatch(r"\d{7}|\d{13}", drug.compact(v)),
    "ucd": lambda v: re.fullmatch(r"\d{7}|\d{13}", drug.compact(v)),
    "cim10": coding.is_cim10,
    "ccam": coding.is_ccam,
    "loinc": coding.is_loinc,
    "insurer": _letters,
    "doctor": lambda v: len(v) > 2 and _letters(v) and not coding.is_cim10(v),
    "medical_text": lambda v: _letters(v) and len(v) > 2,
    "street": lambda v: len(v) < 200 and not coding.is_cim10(v),
    "password_hash": lambda v: len(v) >= 16 and " " not in v,
    "ipp": lambda v: len(v) <= 64 and (any(c.isdigit() for c in v) or "-" in v),
    "insee": re.compile(r"\d[\dAB]\d{2,3}").fullmatch,
}
