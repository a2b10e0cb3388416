"""The words of a FHIR resource: names, references, codes and times, read tolerantly.

Reads: decoded JSON values of any type. Gives: cleaned text, the account's and the patient's own
names, codes, milliseconds. A value of the wrong type counts as absent; nothing here raises.
Misses: contained resources (``#p1``) and logical references resolved elsewhere.

Follows HL7 FHIR R4, R4B and R5: Reference, Coding, CodeableConcept, date, dateTime, instant
(https://hl7.org/fhir/R4/datatypes.html, https://hl7.org/fhir/R5/datatypes.html).
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

import xxhash

from rempart.records import MISSING_MS

TEXT_LIMIT = 256
"""Longest text kept of any field, in characters."""

EARLIEST_MS = -2_208_988_800_000
"""1900-01-01T00:00Z; earlier times are moved here."""

LATEST_MS = 7_258_118_400_000 - 1
"""The last millisecond of 2199; later times are moved here."""

OUTCOMES = {
    "0": 0, "4": 4, "8": 8, "12": 12,
    "success": 0, "information": 0, "warning": 4, "error": 8, "fatal": 12,
}  # fmt: skip
"""audit-event-outcome (R4) and the issue-severity words R5 uses, as 0, 4, 8, 12."""

_UNSAFE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)],
    "\ufffd",
)
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,39}", re.ASCII)
_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?"
    r"(Z|z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def text_of(value: Any) -> str:
    """``value`` if it is a string, else the empty string."""
    return value if type(value) is str else ""


def dict_of(value: Any) -> dict[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if type(value) is dict else {}


def list_of(value: Any) -> list[Any]:
    """``value`` if it is an array, else an empty one."""
    return value if type(value) is list else []


def clean_text(text: str) -> str:
    """``text`` without terminal, bidirectional and line controls, at most 256 characters."""
    if not text.isprintable():
        text = text.translate(_UNSAFE)
    return text[:TEXT_LIMIT]


def clean_name(text: str) -> str:
    """Like :func:`clean_text`, but two different long names stay different: a hash ends them."""
    if len(text) > TEXT_LIMIT:
        digest = xxhash.xxh3_128_hexdigest(text.encode())
        text = f"{text[: TEXT_LIMIT - 33]}~{digest}"
    return clean_text(text)


def split_reference(reference: str) -> tuple[str, str]:
    """The type and id a reference ends with, ``("", "")`` where it is no ``Type/id``.

    ``https://x/fhir/Patient/7/_history/2`` gives ``("Patient", "7")``.
    """
    parts = without_history(reference).rsplit("/", 2)
    if len(parts) < 2 or not parts[-1] or _TYPE.fullmatch(parts[-2]) is None:
        return "", ""
    return parts[-2], parts[-1]


def without_history(reference: str) -> str:
    """The reference without its version."""
    at = reference.find("/_history/")
    return reference if at < 0 else reference[:at]


def type_name(text: str) -> str:
    """``text`` if it is spelled like a FHIR type, else the empty string."""
    return text if _TYPE.fullmatch(text) else ""


def name_account(text: str) -> str:
    """The account a name or reference spells; an absolute or versioned reference becomes ``Type/id``."""
    kind, name = split_reference(text)
    return clean_name(f"{kind}/{name}" if kind else text)


def name_who(who: dict[str, Any]) -> str:
    """What names an agent or an account entity: identifier, else reference, else display; as written."""
    return (
        text_of(dict_of(who.get("identifier")).get("value"))
        or text_of(who.get("reference"))
        or text_of(who.get("display"))
    )


def looks_like_ip(text: str) -> bool:
    """Whether ``text`` has the shape of an IPv4 or IPv6 address (the shape only)."""
    if not 3 <= len(text) <= 45 or text.strip("0123456789abcdefABCDEF:."):
        return False
    if text.count(":") >= 2:
        return True
    return text.count(".") == 3 and not text.strip("0123456789.")


def codes_of(value: Any) -> list[str]:
    """Every code of a Coding, a CodeableConcept, or a list of either, in order."""
    codes: list[str] = []
    for item in value if type(value) is list else (value,):
        if type(item) is dict:
            codes.append(text_of(item.get("code")))
            codes.extend(text_of(dict_of(coding).get("code")) for coding in list_of(item.get("coding")))
    return [code for code in codes if code]


def code_of(value: Any) -> str:
    """The first code of a Coding or CodeableConcept, else the empty string."""
    codes = codes_of(value) if type(value) is dict else []
    return codes[0] if codes else ""


@lru_cache(maxsize=4096)
def _day_ms(year: int, month: int, day: int) -> int:
    try:
        return (date(year, month, day).toordinal() - _EPOCH_DAY) * 86_400_000
    except ValueError:
        return MISSING_MS


def parse_time(text: str) -> int:
    """A FHIR date, dateTime or instant in ms UTC, :data:`MISSING_MS` where it cannot be read.

    No zone means UTC; a date, month or year means its first midnight UTC. Fractions are cut to ms.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return MISSING_MS
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    at = _day_ms(int(year), int(month or 1), int(day or 1))
    if at == MISSING_MS:
        return MISSING_MS
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return MISSING_MS
    at += hours * 3_600_000 + minutes * 60_000 + seconds * 1000
    if fraction:
        at += int(fraction[:3].ljust(3, "0"))
    if zone and len(zone) == 6:
        ahead, past = int(zone[1:3]), int(zone[4:6])
        if ahead > 23 or past > 59:
            return MISSING_MS
        shift = ahead * 3_600_000 + past * 60_000
        at += shift if zone[0] == "-" else -shift
    return min(max(at, EARLIEST_MS), LATEST_MS)
