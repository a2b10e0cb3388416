"""What a form of care data says, told once by the readers of single resources.

Reads: a form, which is a resource with marks in place of its names and times, as the bytes between its braces. Gives: the
links and aliases that :func:`rempart.care.fhir.links_from` finds in it, each text a beginning and the number of a name,
each time a constant or the number of a time. The readers compare names only with each other, and times too, so
stand-ins that are equal where the names are, and in the order of the times, are read as those would be. Whatever
else comes of a stand-in (a time made of a time, a text for show taken for a name) is told by no form: None.

Misses: care data seen live, whose time of arrival is compared with their own times.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from rempart.care.fhir import Learnt, links_from
from rempart.care.rows import KINDS
from rempart.care.words import text_of
from rempart.records import (
    ACCOUNT_ALIAS,
    CARE_LINK,
    MISSING_MS,
    NEVER_MS,
    PATIENT_ALIAS,
    STAFF_LINK,
    Alias,
    CareLink,
)

MARK = re.compile(rb"([\x01-\x03])(.)", re.DOTALL)
"""A name, a time or a text for show, and FIRST and its number."""
NAME, TIME = b"\x01", b"\x02"
FIRST = 48
MOST_FORMS = 16_384
NO_NAME, _SHOWN = -1, 99
_SECRET = secrets.token_hex(8)
"""In every stand-in: nobody who writes a resource can write one."""
_STANDS_IN = re.compile(rf"(.*)~{_SECRET}(\d+)~", re.DOTALL)
_EPOCH_MS, _STEP_MS = 1_000_000_000_123, 1_000_000_007


Fact = tuple[int, str, str, str, bool, int, int, int, int, int]
"""A row of :data:`rempart.records.LEARNT_SCHEMA` behind its offset."""


@dataclass(frozen=True, slots=True)
class Said:
    """One fact of a form: ``what`` it is and the fields of :data:`rempart.records.LEARNT_SCHEMA`.

    ``texts``: beginning and number of a name (NO_NAME: nothing behind the beginning); ``times``: number
    of a time and a constant that stands where the number is negative.
    """

    what: int
    by_unit: bool
    kind: int
    texts: tuple[tuple[str, int], ...]
    times: tuple[tuple[int, int], ...]


@lru_cache(MOST_FORMS)
def meaning_of(form: bytes) -> tuple[Said, ...] | None:
    """What the form says, None where it must be read with its own names and times."""
    try:
        resource = msgspec.json.decode(b"{" + MARK.sub(_stand_in, form).rstrip(b",") + b"}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    kind = text_of(resource.get("resourceType"))
    if not kind or kind == "AuditEvent" or "rempart" in resource:
        return None
    try:
        return tuple(_said(fact) for fact in facts_of(resource, None))
    except ValueError:
        return None


def facts_of(resource: dict[str, Any], first_seen_ms: int | None) -> list[Fact]:
    """Each fact of a resource, as :func:`rempart.care.fhir.links_from` finds it."""
    return [_fact(record) for record in links_from(resource, first_seen_ms)]


def _fact(record: Learnt) -> Fact:
    if isinstance(record, CareLink):
        return (
            CARE_LINK, record.patient, record.who, record.link, record.by_unit, KINDS.index(record.kind),
            record.known_ms, record.start_ms, record.end_ms, record.cancelled_ms,
        )  # fmt: skip
    if isinstance(record, Alias):
        what = PATIENT_ALIAS if record.of == "patient" else ACCOUNT_ALIAS
        return (what, record.name, record.alias, "", False, 0, record.known_ms, *(MISSING_MS,) * 3)
    return (
        STAFF_LINK, record.account, record.unit, record.role, False, 0,
        record.known_ms, record.start_ms, record.end_ms, MISSING_MS,
    )  # fmt: skip


def _stand_in(mark: re.Match[bytes]) -> bytes:
    sort, number = mark[1], mark[2][0] - FIRST
    if sort == TIME:
        at = datetime.fromtimestamp(_time_of(number) / 1000, UTC)
        return at.isoformat(timespec="milliseconds").encode()
    return f"~{_SECRET}{number if sort == NAME else _SHOWN}~".encode()


def _time_of(number: int) -> int:
    return _EPOCH_MS + number * _STEP_MS


def _said(fact: Fact) -> Said:
    what, first, second, third, by_unit, kind, *times = fact
    return Said(what, by_unit, kind, (_text(first), _text(second), _text(third)), tuple(map(_time, times)))


def _text(text: str) -> tuple[str, int]:
    """Beginning and number of a name. ValueError where more than a name stands in it."""
    found = _STANDS_IN.fullmatch(text)
    beginning, number = (found[1], int(found[2])) if found else (text, NO_NAME)
    if (
        _SECRET in beginning
        or number == _SHOWN
        or any(str(_time_of(each)) in beginning for each in range(FIRST))
    ):
        raise ValueError("a stand-in was changed")
    return beginning, number


def _time(at_ms: int) -> tuple[int, int]:
    """Number and constant of a time. ValueError for one made of another."""
    number, rest = divmod(at_ms - _EPOCH_MS, _STEP_MS)
    if 0 <= number < FIRST and not rest:
        return number, 0
    if at_ms not in (MISSING_MS, NEVER_MS):
        raise ValueError("a stand-in was changed")
    return -1, at_ms
