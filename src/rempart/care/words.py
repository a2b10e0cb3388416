"""The words of a FHIR resource as care needs them: values of any type read tolerantly, names, times.

Reads decoded JSON values that a stranger may have written; a value of the wrong type counts as absent
and nothing here raises. Names are spelled as the readers of access logs spell them, so that both meet:
``Practitioner/7`` is ``7``, controls become U+FFFD, a name longer than 256 characters ends in a hash.
Follows HL7 FHIR R4, R4B, R5 datatypes (https://hl7.org/fhir/R5/datatypes.html).
Misses: what a URL means beyond its last two parts.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import xxhash

from rempart.records import MISSING_MS

MOST_PARTS = 64
"""Items read of any list of a resource (participants, identifiers, locations); the rest is not read."""

_LONGEST_NAME = 256
_EARLIEST_MS = -2_208_988_800_000
_LATEST_MS = 7_258_118_400_000 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,39}", re.ASCII)
_LONGEST_TIME = 44
_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?"
    r"(?:[Zz]|([+-])(\d\d):(\d\d))?)?)?)?",
    re.ASCII,
)
_CONTROLS = (
    (0x00, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069),
    (0xD800, 0xDFFF),
)  # fmt: skip
_UNSAFE = {code: "\ufffd" for low, high in _CONTROLS for code in range(low, high + 1)}


def text_of(value: Any) -> str:
    """``value`` if it is a string, else the empty string."""
    return value if isinstance(value, str) else ""


def dict_of(value: Any) -> dict[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_of(value: Any) -> list[dict[str, Any]]:
    """The objects among the first 64 items of a list; an object alone counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        return []
    return [item for item in value[:MOST_PARTS] if isinstance(item, dict)]


def clean_name(text: str) -> str:
    """``text`` safe to keep and to show; two different long names stay different."""
    if len(text) > _LONGEST_NAME:
        digest = xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))
        text = f"{text[: _LONGEST_NAME - 33]}~{digest}"
    return text if text.isprintable() else text.translate(_UNSAFE)


def split_reference(reference: str) -> tuple[str, str]:
    """Type and id that a reference ends with, ``("", "")`` where it is no ``Type/id``."""
    parts = without_history(reference).rsplit("/", 2)
    if len(parts) < 2 or not parts[-1] or _TYPE.fullmatch(parts[-2]) is None:
        return "", ""
    return parts[-2], parts[-1]


def without_history(reference: str) -> str:
    """The reference without its version."""
    return reference.partition("/_history/")[0]


def type_name(text: str) -> str:
    """``text`` if it is spelled like a FHIR type, else the empty string."""
    return text if _TYPE.fullmatch(text) else ""


def code_of(value: Any) -> str:
    """The first code of a CodeableConcept, or of the first of a list of them; else its text."""
    for concept in dicts_of(value):
        for coding in dicts_of(concept.get("coding")):
            if text_of(coding.get("code")):
                return clean_name(text_of(coding.get("code")))
        if text_of(concept.get("text")):
            return clean_name(text_of(concept.get("text")))
    return ""


def parse_time(value: Any, closing: bool = False) -> int:
    """A FHIR date, dateTime or instant in ms UTC, :data:`MISSING_MS` where it cannot be read.

    No zone means UTC. A date, month or year means its first millisecond, or its last if ``closing``
    (the end of a FHIR Period includes the whole day, month or year it names).
    """
    text = text_of(value)
    return _read_time(text, closing) if 0 < len(text) <= _LONGEST_TIME else MISSING_MS


@lru_cache(1 << 16)
def _read_time(text: str, closing: bool) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        return MISSING_MS
    year, month, day, hour, minute, second, fraction, sign, ahead, past = found.groups()
    closing = closing and hour is None
    if closing:
        month = month or "12"
        day = day or (str(monthrange(int(year), int(month))[1]) if 1 <= int(month) <= 12 else "0")
    try:
        at = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return MISSING_MS
    at_ms = (at - _EPOCH) // _MS + int((fraction or "0")[:3].ljust(3, "0"))
    if sign:
        if int(ahead) > 23 or int(past) > 59:
            return MISSING_MS
        shift = int(ahead) * 3_600_000 + int(past) * 60_000
        at_ms += shift if sign == "-" else -shift
    if closing:
        at_ms += 86_400_000 - 1
    return min(max(at_ms, _EARLIEST_MS), _LATEST_MS)
