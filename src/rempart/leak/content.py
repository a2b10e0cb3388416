"""What a column holds by its cells alone: numbers with a key first, then shapes, then words.

Reads at most some hundred cells; gives a kind of :data:`rempart.leak.columns.KINDS` and how sure that is. Names are told by the
share of common first names, family names and shapes of communes among them, as counted on the register of the elected.

Misses: what only a heading or a neighbour tells (a maiden name, a place of birth, whose number it is).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from rempart.leak.kinds import (
    card,
    coding,
    dates,
    drug,
    email,
    finess,
    iban,
    nir,
    organisation,
    phone,
    postcode,
    rpps,
    secret,
)
from rempart.leak.words import (
    ARTICLE,
    CLINICAL,
    DOCTOR,
    FAMILY_NAMES,
    GIVEN_NAMES,
    HOUSE,
    INSURER,
    MEDICAL,
    SEX_WORDS,
    STREET,
    TITLE,
    TOWN,
)

Cells = Sequence[str]
Told = tuple[str, float]


def share(values: Sequence[Any], check: Callable[[Any], Any]) -> float:
    """The share of ``values`` that pass; 0 where none of :data:`GLANCE` spread over them does."""
    if not values:
        return 0.0
    if len(values) > 2 * GLANCE and not any(map(check, values[:: len(values) // GLANCE])):
        return 0.0
    return sum(1 for value in values if check(value)) / len(values)


GLANCE = 50
"""Cells that rule a check out: of a share of a quarter they miss all once in a million columns."""
_MACHINE = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|https?://\S+|www\.\S+|[0-9A-F]{200,}", re.ASCII)
"""Addresses of machines and pages, and drawn shapes: of nobody."""
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDENTIFIER = re.compile(r"\w{3,}\^\^\^[^^]*\^\w+")
"""An identifier with its authority and type, as HL7 v2 writes it."""
_TOWN_LINE = re.compile(r"(?:\d{5}|2[AB]\d{3})\s+[^\W\d_][^\d]*(?:\d{1,2})?")
"""Postcode and town, as the last line of an address."""
_COMMUNE = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-8]|2[AB])(?:[0-8]\d\d|90\d)", re.ASCII)
_DIGITS = re.compile(r"[\d\s.]+")
_DECIMAL = re.compile(r"-?\d+[.,]\d+")
_NAME = re.compile(r"[^\W\d_]+(?:[ '’.,*/()^-]+[^\W\d_]+)*[.*/)^]*")
_STARRED = re.compile(r"[^\d*/]+\*[^\d*/]+/?")
"""Family and given names as the register of deaths writes them."""


PROVEN: tuple[tuple[str, Callable[[str], Any], float], ...] = (
    ("email", email.is_valid, 0.6),
    ("nir", nir.is_valid, 0.5),
    ("iban", iban.is_valid, 0.5),
    ("cip13", drug.is_cip13, 0.7),
    ("password_hash", secret.is_valid, 0.8),
    ("card", lambda v: len(card.compact(v)) > 14 and card.is_valid(v), 0.8),
    ("rpps", lambda v: rpps.is_valid(v) or (len(v) == 12 and v[0] == "8" and rpps.is_valid(v[1:])), 0.6),
    ("other", organisation.is_valid, 0.8),
    ("other", lambda v: _MACHINE.fullmatch(v) is not None, 0.8),
    ("city", lambda v: _TOWN_LINE.fullmatch(v) is not None, 0.8),
)
"""Kinds whose cells prove themselves from this share on, whatever the heading: they hold keys or unmistakable shapes."""


def proven(values: Cells, said: str = "") -> Told | None:
    """The kind that the cells prove; ``said`` by the heading makes it surer."""
    for kind, check, least in PROVEN:
        part = share(values, check)
        if part >= least:
            return kind, 0.99 if part > 0.9 or said == kind else 0.5 + part / 2
    return None


def is_phone(value: str) -> bool:
    """A telephone number, and not a decimal or a numbering with one sign in it."""
    return value.count(".") != 1 and "_" not in value and phone.is_valid(value)


def by_content(values: Cells) -> Told:
    """The kind where the heading is of no help."""
    if _are_companies(values):
        return "other", 0.7
    for kind, check, least in (
        ("finess", finess.is_valid, 0.85),
        ("phone", is_phone, 0.6 if not _bare_nine(values) and are_many(values) else 2.0),
        ("loinc", coding.is_loinc, 0.8),
        ("ccam", coding.is_ccam, 0.7),
        ("cip7", drug.is_cip7, 0.85),
        ("ucd", drug.is_ucd, 0.85),
        ("nir", lambda v: nir.looks_like(v) and len(nir.compact(v)) in (13, 15), 0.8),
        ("cim10", coding.is_cim10, 0.8 if len(set(values)) > 3 else 2.0),
        ("ipp", lambda v: _UUID.fullmatch(v) is not None, 0.8),
        ("ipp", lambda v: _IDENTIFIER.match(v) is not None, 0.8),
    ):
        part = share(values, check)
        if part >= least:
            return kind, 0.6 + 0.35 * part if kind != "ipp" else 0.5
    if share(values, lambda v: _DECIMAL.fullmatch(v) is not None) > 0.5:
        return "number", 0.7
    if share(values, lambda v: _DIGITS.fullmatch(v) is not None) > 0.9:
        return _of_digits(values)
    if share(values, lambda v: dates.parse(v) % 10000 > 0) > 0.8:
        return ("birth_date", 0.8) if _born(values) else ("date", 0.85)
    if len(set(values)) <= 8 and share(values, is_sex) > 0.95 and len({v.lower() for v in values}) > 1:
        return "sex", 0.8
    return _of_words(values)


def _are_companies(values: Cells) -> bool:
    """Whether numbers of nine figures are companies' (SIREN) rather than establishments': few begin as the first departments do,
    or many as none does, and the third figure, which is 0, 7 or 8 in most FINESS numbers, is any."""
    if share(values, organisation.is_siren) < 0.85:
        return False
    if share(values, lambda v: v[:2] == "20") > 0.2:
        return True
    return share(values, lambda v: v[0] in "01") < 0.05 and share(values, lambda v: v[2] in "078") < 0.6


def _bare_nine(values: Cells) -> bool:
    """Whether these are numbers of nine figures that are not telephone numbers without their 0: too few mobile ones."""
    nine = [value for value in values if len(value) == 9 and value.isdigit()]
    return len(nine) > len(values) / 2 and share(nine, lambda v: v[0] in "67") < 0.3


def _of_digits(values: Cells) -> Told:
    """Columns of figures: dates without separators, postcodes, communes, sexes, numbers."""
    bare = [re.sub(r"[\s.]", "", value) for value in values]
    if share(bare, lambda v: len(v) in (8, 12, 14) and dates.parse(v) > 0) > 0.9:
        return ("birth_date", 0.8) if _born(bare) else ("date", 0.75)
    if share(values, lambda v: len(v) == 5 and postcode.is_valid(v)) > 0.9 and len(set(values)) > 1:
        if share(values, lambda v: v.endswith("0")) > 0.35:
            return "postcode", 0.8
        if share(values, is_commune) > 0.8 and all(len(v) == 5 for v in values):
            return "insee", 0.5
    if {value.lstrip("0") for value in bare} == {"1", "2"}:
        return "sex", 0.7
    if len(set(bare)) > 0.95 * len(bare) and len({len(v) for v in bare}) <= 2 and len(bare[0]) > 5:
        return "ipp", 0.5
    return "number", 0.7


def is_commune(value: str) -> bool:
    """Whether five characters can be the code of a commune: none passes 909 in its department."""
    return _COMMUNE.fullmatch(value) is not None


def _born(values: Cells) -> bool:
    """Whether the days are spread like a population's births: years far apart, few firsts of the month."""
    days = [day for day in (dates.parse(value) for value in values) if day]
    years = sorted(day // 10000 for day in days)
    if len(years) < 3:
        return False
    low, high = years[len(years) // 20], years[-1 - len(years) // 20]
    firsts = sum(day % 100 == 1 for day in days) / len(days)
    return high - low >= 30 and low < 1970 and high <= 2100 and firsts < 0.2


def is_sex(value: str) -> bool:
    """Whether a word or number says a sex."""
    return value.strip(" .").lower().replace("é", "e").replace("ç", "c") in SEX_WORDS


def is_name(value: str) -> bool:
    """Whether it has the shape of somebody's or some place's name."""
    return len(value) < 80 and _NAME.fullmatch(value) is not None


def _of_words(values: Cells) -> Told:
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
    if long < 60 and are_houses(values):
        return "other", 0.7
    if share(values, lambda v: MEDICAL.search(v) is not None) > (0.3 if long > 25 else 0.6):
        return "medical_text", 0.75 if share(values, lambda v: CLINICAL.search(v) is not None) > 0.3 else 0.6
    if share(values, is_name) > 0.8:
        told = name_kind(values)
        if told[0]:
            return told
        if share(values, is_name) > 0.85 and len(set(values)) > max(12, 0.2 * len(values)) and long < 25:
            return "family", 0.35
    return ("text", 0.6) if long > 12 else ("other", 0.5)


def are_houses(values: Cells) -> bool:
    """Whether most are names of establishments, companies or authorities."""
    return share(values, lambda v: HOUSE.search(v) is not None) > 0.4


def name_kind(values: Cells) -> Told:
    """Which names these are by the share of known ones: given, full, a town's, a street's, family; ``("", 0)`` where none shows."""
    if not are_many(values):
        return "", 0.0
    folded = [fold(value) for value in values]
    words = [[word for word in re.split(r"[\W_]+", TITLE.sub("", value)) if word] for value in folded]
    given = share(words, lambda each: any(word in GIVEN_NAMES for word in each))
    only_given = share(words, lambda each: all(word in GIVEN_NAMES for word in each))
    families = sum(value in FAMILY_NAMES for value in folded) / len(folded)
    if share(values, lambda v: ARTICLE.match(v) is not None) > 0.25:
        return "street", 0.6
    if given > 0.35 and only_given > 0.5 * given:
        return "given", 0.75
    if share(values, is_town) > max(0.25, 2 * families):
        return "city", 0.6
    if given > 0.25 and share(words, lambda each: len(each) >= 2) > 0.75:
        return "full_name", 0.75
    if given > 0.25:
        return ("given", 0.6) if given > 0.35 else ("family", 0.4)
    return ("family", 0.8) if families > 0.04 else ("", 0.0)


def are_many(values: Cells) -> bool:
    """Whether they are as many as people's or places' are, and no handful of categories."""
    return len(set(values)) > min(12, len(values) // 2)


def is_town(value: str) -> bool:
    """Whether it has what names of communes have; they join their words by hyphens unless in capitals."""
    return (
        len(value) < 40
        and TOWN.search(fold(value if value.isupper() else value.replace(" ", "_"))) is not None
    )


def _is_secret(value: str) -> bool:
    """One word of six to forty characters with letters, figures and perhaps signs among them."""
    return (
        6 <= len(value) <= 40
        and " " not in value
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
    )


def _are_codes(values: Cells) -> bool:
    """Whether all are as long as each other and without small letters: somebody's numbering, not people's choice."""
    return len({len(v) for v in values}) == 1 and not any(c.islower() for v in values for c in v)


def _shape(value: str) -> str:
    """Which kind of character stands where: identifiers have few shapes, passwords as many as people."""
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in value)


def fold(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
