"""Guards before a line of JSON may become objects: depth, number of values, encoding.

Reads: the bytes of one unit. Gives: the decoded object, or the reason it is refused. A unit is
refused as ``too_deep`` beyond 64 levels of nesting, and as ``too_long`` beyond 4 MiB or 300,000
values: the decoded form of a hostile line is up to thirty times its length. Misses: numbers a
double cannot hold count as ``not_json`` where they are decoded.

Follows RFC 8259 (JSON); of duplicate keys the last wins, unless they decide what a resource says
(:mod:`rempart.sources.fhir_parts`); NaN and Infinity are no JSON; half a surrogate pair
stands for U+FFFD, so that one odd character cannot make an access unread.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from rempart.records import Rejected

MAX_UNIT_BYTES = 4 << 20
"""Longest unit read, in bytes."""

MAX_DEPTH = 64
MAX_VALUES = 300_000

_DECODE = msgspec.json.Decoder().decode
_BRACKETS = re.compile(rb'[\[\]{}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)


_ESCAPES = re.compile(
    rb"\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.",
    re.DOTALL,
)
"""A surrogate pair, half of one, or another escape."""


class Unreadable(Exception):
    """A unit that is refused; ``reason`` is one of the words of :class:`rempart.records.Rejected`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def guard_unit(unit: bytes) -> None:
    """Raise :class:`Unreadable` where ``unit`` is too long or too deep to be decoded."""
    if len(unit) > MAX_UNIT_BYTES:
        raise Unreadable("too_long")
    openings = unit.count(b"{") + unit.count(b"[")
    if openings > MAX_DEPTH and depth_of(unit) > MAX_DEPTH:
        raise Unreadable("too_deep")
    if len(unit) > MAX_VALUES and openings + unit.count(b",") > MAX_VALUES:
        raise Unreadable("too_long")


def decode_unit(unit: bytes) -> dict[str, Any]:
    """The JSON object in ``unit``; raises :class:`Unreadable` with the reason."""
    guard_unit(unit)
    try:
        value = _decode(unit)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(_decoding_fault(unit)) from error
    if type(value) is not dict:
        raise Unreadable("not_a_resource")
    return value


def _decode(unit: bytes) -> Any:
    """The value of ``unit``, halves of surrogate pairs replaced where there are any."""
    try:
        return _DECODE(unit)
    except msgspec.DecodeError:
        whole = _ESCAPES.sub(_mend, unit)
        if whole == unit:
            raise
        return _DECODE(whole)


def _mend(escape: re.Match[bytes]) -> bytes:
    found = escape.group()
    return rb"\ufffd" if len(found) == 6 else found


def _decoding_fault(unit: bytes) -> str:
    try:
        unit.decode()
    except UnicodeDecodeError:
        return "not_utf8"
    return "not_json"


def depth_of(unit: bytes) -> int:
    """The deepest nesting of brackets outside strings, stopping once past :data:`MAX_DEPTH`."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(unit):
        first = unit[found.start()]
        if first in b"{[":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                return deepest
        elif first in b"}]":
            depth -= 1
    return deepest


def reject(source: str, offset: int, unit: bytes, reason: str) -> Rejected:
    """What is kept of a refused unit: where it stood, how long it was, its hash and the reason."""
    return Rejected(source, offset, len(unit), hashlib.sha256(unit).hexdigest()[:16], reason)
