"""What a site may choose: one TOML file, read into frozen settings, every key checked and described.

Reads the file given with ``--settings``; without one the defaults hold.
An unknown key, a wrong type or a value out of range is named with what to do. :func:`describe`
lists every key with its default and what it means; the reference page is made from it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import platformdirs

from rempart.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """The site's choices; the defaults suit a French hospital that starts to observe."""

    zone: str = "Europe/Paris"
    challenges_per_year: float = 1.0
    working_days_per_year: float = 220.0
    source_kind: str = "trace"
    trusted_sources: tuple[str, ...] = ()
    seal_every: int = 1_000_000
    price_book: str = ""
    content_classes: str = ""
    controller: str = ""
    controllers: tuple[tuple[str, str], ...] = ()

    @property
    def challenges_per_day(self) -> float:
        """Step-ups per active account-day the site accepts."""
        return self.challenges_per_year / self.working_days_per_year


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its place in the file, its meaning, and how a value is checked."""

    name: str
    section: str
    meaning: str
    check: Callable[[Any], Any]


def _between(low: float, high: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"give a number from {low:g} to {high:g}")
        return float(value)

    return check


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return value

    return check


def _zone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError("give an IANA time zone such as Europe/Paris")
    return value


def _one_of(*words: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise ValueError(f"give one of {', '.join(words)}")
        return str(value)

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("give a text in quotes")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('give a list of texts, such as ["keycloak.ndjson"]')
    return tuple(value)


def _names(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(name, str) and name for name in value.values()):
        raise ValueError('give a table of units, such as "Cabinet A" = "Dr Martin"')
    return tuple(value.items())


KEYS: tuple[Key, ...] = (
    Key("zone", "site", "Time zone the staff lives in; decides what is an odd hour.", _zone),
    Key(
        "challenges_per_year",
        "friction",
        "How many times a year an honest professional may be asked to prove who they are. The one dial "
        "most sites will touch.",
        _between(0.01, 100),
    ),
    Key(
        "working_days_per_year",
        "friction",
        "Days a year a professional is active; divides the dial into days.",
        _between(50, 366),
    ),
    Key(
        "source_kind",
        "sources",
        "`trace`: logs written after the data were served. `attempt`: an enforcement point asks before "
        "serving.",
        _one_of("trace", "attempt"),
    ),
    Key(
        "trusted_sources",
        "sources",
        "Names of files whose login and reinstatement events are believed (the live protocol's caller "
        "always is).",
        _texts,
    ),
    Key(
        "seal_every",
        "ledger",
        "Decisions after which a segment of the ledger is sealed.",
        _whole(1_000, 20_000_000),
    ),
    Key("price_book", "market", "Path of a price book that replaces the packaged one.", _text),
    Key(
        "content_classes",
        "market",
        "Path of a table of what each resource or export word exposes, that extends the packaged one.",
        _text,
    ),
    Key(
        "controller",
        "site",
        "Who answers for the data where no unit below says otherwise: the name on scopes and notices.",
        _text,
    ),
    Key(
        "controllers",
        "site",
        "Table `[site.controllers]`: unit (practice, hospital, department) as the logs name it, and who "
        "answers for its data. After a theft each gets a scope of its own.",
        _names,
    ),
)


def load(path: Path | None) -> Settings:
    """Settings of a TOML file, or the defaults for None. Raises SettingsError naming the entry."""
    if path is None:
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error})", "give a readable UTF-8 TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML ({error})", "correct that line") from error
    known = {(key.section, key.name): key for key in KEYS}
    values: dict[str, Any] = {}
    for section, table in document.items():
        if not isinstance(table, dict):
            raise SettingsError(f"{path}: {section} stands outside a section", "put it under a [section]")
        for name, value in table.items():
            key = known.get((section, name))
            if key is None:
                raise SettingsError(
                    f"{path}: [{section}] {name} is no setting", "see docs/reference/settings.md"
                )
            try:
                values[name] = key.check(value)
            except ValueError as error:
                raise SettingsError(
                    f"{path}: [{section}] {name} = {value!r} cannot be used", str(error)
                ) from error
    return Settings(**values)


def describe() -> tuple[tuple[str, Any, str], ...]:
    """(``section.key``, default, meaning) of every setting, in the order of the reference page."""
    defaults = Settings()
    return tuple((f"{key.section}.{key.name}", getattr(defaults, key.name), key.meaning) for key in KEYS)


def data_folder(given: Path | None) -> Path:
    """The folder of everything Rempart keeps: as given, else $REMPART_DATA, else the user's data folder."""
    if given is not None:
        return given
    named = os.environ.get("REMPART_DATA")
    return Path(named) if named else Path(platformdirs.user_data_dir("rempart"))
