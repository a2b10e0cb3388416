"""The target of a request, read so that no two servers can read it differently.

Reads the path and query exactly as the client sent them. Gives decoded path segments and the query
text; raises :class:`~rempart.errors.RequestRefused` for everything on which a proxy, this service and
the server behind might disagree: empty segments (``//``), dot segments, encoded slashes, backslashes,
path parameters (``;``), double or broken escapes, control characters, bytes outside ASCII. FHIR needs
none of them. Misses: what a server does with a letter case of its own.

Follows RFC 3986 (sections 3.3, 3.4, 6.2) and RFC 9110 (section 9, methods).
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

import msgspec

from rempart.errors import RequestRefused

LONGEST = 8_192
"""Longest target, in characters."""
MOST_PARAMETERS = 200
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

_PLAIN = re.compile(r"/[!-~]*", re.ASCII)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_SIMPLE_SEGMENT = re.compile(r"[A-Za-z0-9_.$~-]+", re.ASCII)


class Target(msgspec.Struct, frozen=True, gc=False):
    """``segments`` of the path, decoded, none empty; ``query`` as sent, without the question mark."""

    segments: tuple[str, ...]
    query: str


def read_target(raw: str) -> Target:
    """The target of a request line, origin form. RequestRefused says which rule it breaks."""
    if len(raw) > LONGEST:
        raise RequestRefused("target_too_long")
    if not _PLAIN.fullmatch(raw):
        raise RequestRefused("target_not_plain")
    if "#" in raw or "\\" in raw:
        raise RequestRefused("target_ambiguous")
    path, _, query = raw.partition("?")
    return Target(_segments(path), _checked_query(query))


def read_method(raw: str) -> str:
    """The method, in capitals as RFC 9110 spells it; RequestRefused for any other."""
    if raw not in METHODS:
        raise RequestRefused("method")
    return raw


def _segments(path: str) -> tuple[str, ...]:
    if path == "/":
        return ()
    parts = path[1:].removesuffix("/").split("/")
    return tuple(part if _plain_segment(part) else _decoded(part) for part in parts)


def _plain_segment(part: str) -> bool:
    return _SIMPLE_SEGMENT.fullmatch(part) is not None and part not in (".", "..")


def _decoded(part: str) -> str:
    if not part or ";" in part or _BROKEN_ESCAPE.search(part):
        raise RequestRefused("target_ambiguous")
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRefused("target_ambiguous") from error
    if text in (".", "..") or any(c in "/\\;%?#" for c in text) or not text.isprintable():
        raise RequestRefused("target_ambiguous")
    return text


def _checked_query(query: str) -> str:
    if not query:
        return query
    if ";" in query or _BROKEN_ESCAPE.search(query) or query.count("&") >= MOST_PARAMETERS:
        raise RequestRefused("query_ambiguous")
    if "%" in query:
        try:
            text = unquote_to_bytes(query).decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestRefused("query_ambiguous") from error
        if any(ord(c) < 0x20 or ord(c) == 0x7F for c in text):
            raise RequestRefused("query_ambiguous")
    return query
