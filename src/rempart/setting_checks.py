"""One setting and how a value of it is checked: the words of every section of the settings file.

Reads what TOML gave. Gives the value to keep; ValueError says what to give instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from rempart.language import gettext as _


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its place in the file, its meaning, and how a value is checked."""

    name: str
    section: str
    meaning: str
    check: Callable[[Any], Any]


def between(low: float, high: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(_("give a number from {low} to {high}").format(low=f"{low:g}", high=f"{high:g}"))
        return float(value)

    return check


def whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(_("give a whole number from {low} to {high}").format(low=low, high=high))
        return value

    return check


def zone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError(_("give an IANA time zone such as Europe/Paris"))
    return value


def one_of(*words: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise ValueError(_("give one of {names}").format(names=", ".join(words)))
        return str(value)

    return check


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("give a text in quotes"))
    return value


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(_('give a list of texts, such as ["keycloak.ndjson"]'))
    return tuple(value)


def names(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(name, str) and name for name in value.values()):
        raise ValueError(_('give a table of units, such as "Cabinet A" = "Dr Martin"'))
    return tuple(value.items())
