"""What a search asked for, without what it searched: form, page, bound and one ordered number.

Reads: the text of ``AuditEvent.entity.query`` (base64): a path or URL with its query string,
optionally followed by request headers, or a POST of ``_search`` with a form as body. Gives:
``Patient?birthdate`` (type and sorted parameter names), ``_count``, the page or row offset, and an
order-preserving number of the searched value, so that a walk through birth dates, names or
identifiers shows as a walk. The text itself is forgotten. Misses: GraphQL, SQL, JSON bodies;
of several ordered values only the most telling is kept (birth date, else letters, else digits, else
another date).

Follows HL7 FHIR search (https://hl7.org/fhir/R5/search.html) and IHE BALP, which puts the request
line, or the whole request, into ``query``.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote_plus

import msgspec

from rempart.records import ValueKind
from rempart.sources.fhir_words import parse_time, type_name
from rempart.sources.query_scan import COUNT, DATE, LETTERS, NOTHING, NUMBER, PAGE

QUERY_LIMIT = 16_384
"""Longest query text looked at, in characters; what follows is not read."""

REMEMBERED = 512
"""Longest encoded query, in characters, whose form is remembered for the next page of it."""

MAX_NAMES = 12
MAX_NUMBER = 2**31 - 1
"""``_count`` and page numbers are bounded here (they live in 32 bits)."""

_NAME = re.compile(r"[A-Za-z_.:-]{1,40}", re.ASCII)
_CONTROL = re.compile(
    r"_(count|getpages|getpagesoffset|offset|page|format|pretty|summary|elements|total|sort|bundletype|"
    r"contained|containedtype|maxresults|searchId|searchid|skip|score)|page|offset",
    re.ASCII,
)
_METHOD = re.compile(r"(?:GET|POST|HEAD|PUT|PATCH|DELETE)[ \t]+", re.ASCII | re.IGNORECASE)
_DATE_NAMES = ("date", "_lastupdated", "recorded", "period", "death-date", "authored", "authoredon")
_LETTER_NAMES = ("family", "name", "given", "phonetic")
_NUMBER_NAMES = ("identifier", "_id", "patient.identifier", "subject.identifier", "patient", "subject")
_COUNTS = ("_count", "_maxresults")
_PAGES = ("page", "_page", "_offset", "offset", "_getpagesoffset", "_skip")
_TELLING = {
    name: (meaning, rank)
    for rank, (name, meaning) in enumerate(
        [
            ("birthdate", DATE),
            *((name, LETTERS) for name in _LETTER_NAMES),
            *((name, NUMBER) for name in _NUMBER_NAMES),
            *((name, DATE) for name in _DATE_NAMES),
        ]
    )
}
_RANKS = {name: rank for name, (_, rank) in _TELLING.items()}
_PREFIX = re.compile(r"(?:eq|ne|gt|lt|ge|le|sa|eb|ap)(?=\d)", re.ASCII)
_EPOCH_ORDINAL = 719_163
_DAY_MS = 86_400_000


class QueryForm(msgspec.Struct, frozen=True, gc=False):
    """A search without its values; fields as in :class:`rempart.records.Access`."""

    resource: str
    form: str
    count: int
    page: int
    value_kind: int
    value: int


NO_QUERY = QueryForm("", "", -1, -1, int(ValueKind.NONE), 0)


def read_query(encoded: str) -> QueryForm:
    """The form of a base64 query as FHIR carries it (or, by mistake, of plain query text).

    :data:`NO_QUERY` where it cannot be decoded.
    """
    return _read_short(encoded) if len(encoded) <= REMEMBERED else _read_encoded(encoded)


@lru_cache(4_096)
def _read_short(encoded: str) -> QueryForm:
    return _read_encoded(encoded)


def _read_encoded(encoded: str) -> QueryForm:
    if "?" in encoded or "&" in encoded:
        return describe_query(encoded)
    try:
        raw = binascii.a2b_base64(encoded[: QUERY_LIMIT * 2] + "==", strict_mode=False)
    except (binascii.Error, ValueError):
        return NO_QUERY
    return describe_query(raw.decode("utf-8", "replace"))


def describe_query(text: str) -> QueryForm:
    """The form of a query's text: ``Patient?birthdate=1980-02-03&_count=50``, a URL, or a request."""
    text = text[:QUERY_LIMIT]
    resource, query = _locate(text)
    if not query:
        query = _body_of(text.lstrip().partition("\n")[2])
    return _describe_pairs(resource, query)


def _locate(text: str) -> tuple[str, str]:
    """The searched type and what stands behind the question mark of a text's first line."""
    head = text.lstrip().partition("\n")[0]
    head = _METHOD.sub("", head, count=1).strip()
    target = head.split(" ", 1)[0].split("#", 1)[0]
    path, _, query = target.partition("?")
    if not query and "=" in path and "/" not in path:
        path, query = "", path
    return _searched_type(path), query


def mean_pairs(pattern: str) -> tuple[QueryForm, list[tuple[int, int]]] | None:
    """The form of a query's text whose values were taken out, and of each of its pairs what its value means.

    A meaning is a number of :mod:`rempart.sources.query_scan` and a rank, the most telling first. None where
    the query is not what stands behind the first question mark, or pairs stand before it.
    """
    resource, query = _locate(pattern)
    before, _, behind = pattern.partition("?")
    if not query or query != behind or "=" in before:
        return None
    meanings: list[tuple[int, int]] = []
    seen: set[str] = set()
    for pair in query.split("&"):
        key = unquote_plus(pair.partition("=")[0])
        name = key.partition(":")[0]
        if name in _COUNTS or name in _PAGES:
            meanings.append((COUNT if name in _COUNTS else PAGE, 0))
        elif _NAME.fullmatch(key) and not _CONTROL.fullmatch(name) and name.lower() not in seen:
            seen.add(name.lower())
            meanings.append(_TELLING.get(name.lower(), (NOTHING, 0)))
        else:
            meanings.append((NOTHING, 0))
    return _describe_pairs(resource, query), meanings


def _searched_type(path: str) -> str:
    segments = [part for part in path.split("/") if part and not part.startswith(("_", "$"))]
    for segment in reversed(segments):
        if type_name(segment) and "." not in segment:
            return segment
    return ""


def _body_of(rest: str) -> str:
    lines = [line.strip() for line in rest.replace("\r", "").split("\n")]
    body = [line for line in lines if "=" in line and ": " not in line and " " not in line]
    return body[-1] if body else ""


def _describe_pairs(resource: str, query: str) -> QueryForm:
    count = page = -1
    names: set[str] = set()
    values: dict[str, str] = {}
    for pair in query.split("&")[:200]:
        key, _, value = pair.partition("=")
        key = unquote_plus(key)
        name = key.partition(":")[0]
        if name in _COUNTS:
            count = max(count, _bounded(value))
        elif name in _PAGES:
            page = max(page, _bounded(value))
        elif _NAME.fullmatch(key) and not _CONTROL.fullmatch(name):
            names.add(name)
            values.setdefault(name.lower(), unquote_plus(value[:400]))
    kept = sorted(names)[:MAX_NAMES]
    form = f"{resource}?{'&'.join(kept)}" if kept else resource
    kind, value_number = _ordered_value(values)
    return QueryForm(resource, form[:256], count, page, int(kind), value_number)


def _bounded(text: str) -> int:
    digits = unquote_plus(text[:60]).strip()
    if not digits.isascii() or not digits.isdigit():
        return -1
    return min(int(digits), MAX_NUMBER)


def _ordered_value(values: dict[str, str]) -> tuple[ValueKind, int]:
    """The most telling ordered value: birth date, else letters, else digits, else another date."""
    for name in sorted(values.keys() & _RANKS.keys(), key=_RANKS.__getitem__):
        meaning, value = _TELLING[name][0], values[name]
        if meaning == LETTERS:
            kind, number = ValueKind.LETTERS, fold_letters(value) or -1
        elif meaning == NUMBER:
            digits = "".join(c for c in value.rpartition("|")[2] if "0" <= c <= "9")
            kind, number = ValueKind.NUMBER, int(digits[-15:] or -1)
        else:
            kind, number = ValueKind.DATE, _day_number(value) or -1
        if number >= 0:
            return kind, number
    return ValueKind.NONE, 0


def _day_number(text: str) -> int:
    """The proleptic Gregorian ordinal of a searched date, 0 where there is none."""
    at = parse_time(_PREFIX.sub("", text.strip(), count=1)[:40])
    return at // _DAY_MS + _EPOCH_ORDINAL if at > -(2**62) else 0


def fold_letters(text: str) -> int:
    """The first eight letters in base 27, accents and case dropped: ``b`` lies between ``az`` and ``ba``."""
    folded = unicodedata.normalize("NFKD", text[:64]).casefold()
    letters = [ord(c) - 96 for c in folded if "a" <= c <= "z"][:8]
    number = 0
    for place in range(8):
        number = number * 27 + (letters[place] if place < len(letters) else 0)
    return number
