"""What each column of a leaked table holds, and how sure that is: from its cells and its heading.

Reads a sample of each column; gives one :class:`Column` each. Numbers with a key (NIR, IBAN, RPPS, CIP13...)
speak for themselves; names, towns and doctors are told by heading, word lists and shape. Every check is bounded
by the sample, so that the speed is that of reading.

Misses: a family name column and a town column without headings are told by neighbours only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from rempart.leak.headers import kind_of_header
from rempart.leak.kinds import (
    adeli,
    card,
    coding,
    dates,
    drug,
    email,
    finess,
    iban,
    nir,
    phone,
    postcode,
    rpps,
    secret,
)
from rempart.leak.words import DOCTOR, FIRST_NAMES, HOUSE, INSURER, MEDICAL, SEX_WORDS, STREET, TITLE

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
    found, samples = [], []
    for name, column in zip(names, columns, strict=True):
        values, filled = _sample(column)
        kind, sure = kind_of(name, values)
        found.append(Column(name, kind, round(sure, 3), round(filled, 4)))
        samples.append(values)
    return _settle_names(found, samples)


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


_NOTHING = frozenset({"", "NULL", "null", "None", "N/A", "n/a", "NA", "nan", "NaN", "-", "\\N"})


def share(values: Sequence[str], check: Callable[[str], Any]) -> float:
    """The share of ``values`` that pass."""
    return sum(1 for value in values if check(value)) / len(values) if values else 0.0


_STRONG: tuple[tuple[str, Callable[[str], Any], float], ...] = (
    ("email", email.is_valid, 0.6),
    ("nir", nir.is_valid, 0.5),
    ("iban", iban.is_valid, 0.5),
    ("cip13", drug.is_cip13, 0.7),
    ("password_hash", secret.is_valid, 0.8),
    ("card", lambda v: len(card.compact(v)) > 14 and card.is_valid(v), 0.8),
    ("rpps", lambda v: rpps.is_valid(v) or (len(v) == 12 and v[0] == "8" and rpps.is_valid(v[1:])), 0.6),
)
"""Kinds whose cells prove themselves from this share on: they hold keys or unmistakable shapes."""


def kind_of(heading: str, values: Sequence[str]) -> tuple[str, float]:
    """(kind, confidence) of a column alone."""
    if heading.endswith((".from", ".to")):
        return heading.rpartition(".")[2], 0.9
    said, sure = kind_of_header(heading)
    if not values:
        return (said, 0.5 * sure) if said and said not in ("text", "number") else ("blank", 1.0)
    for kind, check, least in _STRONG:
        part = share(values, check)
        if part >= least:
            return kind, 0.99 if part > 0.9 or said == kind else 0.5 + part / 2
    if said:
        fit = _fits(said, values)
        if said in _NAMES and share(values, lambda v: STREET.search(v) is not None) > 0.6:
            return "street", 0.7
        if fit >= 0.5:
            return said, min(0.99, sure * (0.6 + 0.4 * fit) + 0.05)
    kind, certain = _by_content(values)
    if (
        kind == "sex"
        and values[0].isdigit()
        and re.search(r"[^\W\d]{3}", heading)
        and not _NO_HEADING.match(heading)
    ):
        return "number", 0.6
    if said in ("other", "insee", "date", "from", "to", "updated") and kind not in ("phone", "street"):
        return said, 0.6
    return kind, certain


def _fits(kind: str, values: Sequence[str]) -> float:
    """How well the cells can be what the heading says, 0 to 1."""
    check = _FITS.get(kind)
    if check is None:
        return 1.0
    part = share(values, check)
    return part if part < 0.8 else 1.0


def _letters(value: str) -> bool:
    return sum(c.isdigit() for c in value) * 4 <= len(value) and any(c.isalpha() for c in value)


_NAME = re.compile(r"[^\W\d_][^\W\d_ '’.,*/()-]*(?:[ '’.,*/()-]+[^\W\d_]+)*[.*/)]*")
_PERSONAL = frozenset(
    {"given", "birth_name", "full_name", "birth_date", "sex", "nir", "phone", "email", "street", "ipp", "password", "login",
     "rpps", "adeli", "iban", "card"}
)  # fmt: skip
_DIGITS = re.compile(r"[\d\s.]+")
_NO_HEADING = re.compile(r"column \d")
_STARRED = re.compile(r"[^\d*/]+\*[^\d*/]+/?")
"""Family and given names as the register of deaths writes them."""
_NAMES = frozenset({"family", "given", "birth_name", "full_name"})


def _is_name(value: str) -> bool:
    return len(value) < 80 and _NAME.fullmatch(value) is not None


def _is_sex(value: str) -> bool:
    return value.strip(" .").lower().replace("é", "e").replace("ç", "c") in SEX_WORDS


_FITS: dict[str, Callable[[str], Any]] = {
    "birth_date": lambda v: dates.parse(v) > 0,
    "date": lambda v: dates.parse(v) > 0,
    "from": lambda v: dates.parse(v) > 0,
    "to": lambda v: dates.parse(v) > 0,
    "updated": lambda v: dates.parse(v) > 0,
    "sex": _is_sex,
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
    "doctor": lambda v: len(v) > 2,
    "medical_text": lambda v: _letters(v) and len(v) > 2,
    "street": lambda v: len(v) < 200 and not coding.is_cim10(v),
    "password_hash": lambda v: len(v) >= 16 and " " not in v,
    "ipp": lambda v: len(v) <= 64 and (any(c.isdigit() for c in v) or "-" in v),
    "insee": lambda v: len(v) <= 6 and any(c.isdigit() for c in v),
}


def _by_content(values: Sequence[str]) -> tuple[str, float]:
    """The kind where the heading is of no help."""
    for kind, check, least in (
        ("finess", finess.is_valid, 0.85),
        ("phone", phone.is_valid, 0.6 if not _bare_nine(values) else 2.0),
        ("loinc", coding.is_loinc, 0.8),
        ("ccam", coding.is_ccam, 0.7),
        ("cip7", drug.is_cip7, 0.85),
        ("ucd", drug.is_ucd, 0.85),
        ("nir", lambda v: nir.looks_like(v) and len(nir.compact(v)) in (13, 15), 0.8),
        ("cim10", coding.is_cim10, 0.8),
    ):
        part = share(values, check)
        if part >= least:
            return kind, 0.6 + 0.35 * part
    if share(values, lambda v: _DIGITS.fullmatch(v) is not None) > 0.9:
        return _of_digits(values)
    if share(values, lambda v: dates.parse(v) % 10000 > 0) > 0.8:
        return ("birth_date", 0.8) if _born(values) else ("date", 0.85)
    if len(set(values)) <= 8 and share(values, _is_sex) > 0.95 and len({v.lower() for v in values}) > 1:
        return "sex", 0.8
    return _of_words(values)


def _bare_nine(values: Sequence[str]) -> bool:
    """Whether these are numbers of nine figures that are not telephone numbers without their 0: too few mobile ones."""
    nine = [value for value in values if len(value) == 9 and value.isdigit()]
    return len(nine) > len(values) / 2 and share(nine, lambda v: v[0] in "67") < 0.3


def _of_digits(values: Sequence[str]) -> tuple[str, float]:
    """Columns of figures: dates without separators, postcodes, FINESS, sexes, numbers."""
    bare = [re.sub(r"[\s.]", "", value) for value in values]
    eight = share(bare, lambda v: len(v) == 8 and dates.parse(v) > 0)
    if eight > 0.9:
        return ("birth_date", 0.8) if _born(bare) else ("date", 0.75)
    if share(values, lambda v: len(v) == 5 and postcode.is_valid(v)) > 0.9 and len(set(values)) > 1:
        tidy = share(values, lambda v: v.endswith("0"))
        return ("postcode", 0.8) if tidy > 0.35 else ("insee", 0.5)
    if set(bare) == {"1", "2"}:
        return "sex", 0.7
    if len(set(bare)) > 0.95 * len(bare) and len({len(v) for v in bare}) <= 2 and len(bare[0]) > 5:
        return "ipp", 0.5
    return "number", 0.7


def _born(values: Sequence[str]) -> bool:
    """Whether the years spread like a population's births."""
    years = sorted(year for year in (dates.parse(value) // 10000 for value in values) if year)
    if len(years) < 3:
        return False
    low, high = years[len(years) // 20], years[-1 - len(years) // 20]
    return high - low >= 30 and low < 1970 and high <= 2100


def _of_words(values: Sequence[str]) -> tuple[str, float]:
    """Columns of words, from the most particular to the least."""
    if share(values, lambda v: _STARRED.fullmatch(v) is not None) > 0.8:
        return "full_name", 0.9
    if share(values, _is_secret) > 0.7 and len({_shape(v) for v in values}) > 0.15 * len(values):
        return ("other", 0.5) if _are_codes(values) else ("password", 0.6)
    if share(values, lambda v: DOCTOR.match(v) is not None) > 0.5:
        return "doctor", 0.8
    if share(values, lambda v: STREET.search(v) is not None) > 0.5:
        return "street", 0.85
    if (
        share(values, lambda v: INSURER.search(v) is not None) > 0.5
        and share(values, lambda v: len(v) < 60) > 0.8
    ):
        return "insurer", 0.75
    long = sum(map(len, values)) / len(values)
    if share(values, lambda v: HOUSE.search(v) is not None) > 0.5 and long < 60:
        return "other", 0.7
    if share(values, lambda v: MEDICAL.search(v) is not None) > (0.3 if long > 25 else 0.6):
        return "medical_text", 0.75
    named = share(values, lambda v: bool(FIRST_NAMES & {w for w in re.split(r"[\W_]+", _plain(v)) if w}))
    if named > 0.25 and share(values, _is_name) > 0.8:
        words = share(values, lambda v: len(TITLE.sub("", v).split()) >= 2)
        return ("full_name", 0.75) if words > 0.75 else ("given", 0.75) if named > 0.35 else ("family", 0.4)
    if share(values, _is_name) > 0.85 and len(set(values)) > max(12, 0.2 * len(values)) and long < 25:
        return "family", 0.35
    return ("text", 0.6) if long > 12 else ("other", 0.5)


def _is_secret(value: str) -> bool:
    """One word of six to forty characters with letters, figures and perhaps signs among them."""
    return (
        6 <= len(value) <= 40
        and " " not in value
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
    )


def _are_codes(values: Sequence[str]) -> bool:
    """Whether all are as long as each other and without small letters: somebody's numbering, not people's choice."""
    return len({len(v) for v in values}) == 1 and not any(c.islower() for v in values for c in v)


def _shape(value: str) -> str:
    """Which kind of character stands where: identifiers have few shapes, passwords as many as people."""
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in value)


_PLAIN = str.maketrans("éèêëàâäîïôöûüùçÉÈÊËÀÂÎÏÔÛÇ", "eeeeaaaiioouuuceeeeaaiiouc")


def _plain(text: str) -> str:
    return text.translate(_PLAIN).lower()


def _settle_names(found: list[Column], samples: list[list[str]]) -> list[Column]:
    """Of the columns that are names by shape alone: the one beside the first name is the family name,
    the one beside the postcode the town, the others mere words. Where nothing else is a person's, names are of things."""
    settled = list(found)
    kinds = [column.kind for column in found]
    if not _PERSONAL & set(kinds):
        return [
            Column(column.name, "other", 0.5, column.filled) if column.kind == "family" else column
            for column in found
        ]
    shaped = [
        place for place, column in enumerate(found) if column.kind == "family" and column.confidence < 0.5
    ]
    if any(column.kind == "family" and column.confidence >= 0.5 for column in found):
        names_left = 0
    else:
        names_left = 1 if {"given", "birth_date", "email", "phone", "nir"} & set(kinds) else 0
    for place in sorted(shaped, key=lambda at: _distance(kinds, at, ("given",))):
        column = found[place]
        if (
            _distance(kinds, place, ("postcode", "insee")) == 1
            and "city" not in kinds
            and (_distance(kinds, place, ("given",)) > 1)
        ):
            kind, sure = "city", 0.65
        elif names_left and len(set(samples[place])) > 0.4 * len(samples[place]):
            kind, sure, names_left = "family", 0.65, names_left - 1
        elif (
            len(set(samples[place])) < 0.6 * len(samples[place])
            and "postcode" in kinds
            and "city" not in kinds
        ):
            kind, sure = "city", 0.5
        else:
            kind, sure = "other", 0.4
        kinds[place] = kind
        settled[place] = Column(column.name, kind, sure, column.filled)
    return settled


def _distance(kinds: list[str], place: int, wanted: tuple[str, ...]) -> int:
    return min((abs(place - at) for at, kind in enumerate(kinds) if kind in wanted), default=99)
