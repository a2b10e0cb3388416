"""One table of a data file, read key by key; a bad key is named with its file, table and remedy.

Reads TOML 1.0 tables that a user may have written. Gives checked numbers, intervals, dates and texts,
or a SettingsError that names file, table, key, what is wrong and what to write instead. A key that no
reader asked for is an error too: a misspelt key must not be ignored silently.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from rempart.errors import SettingsError

LARGEST_FILE_BYTES = 4 << 20
_LONGEST_TEXT = 400
_LARGEST_AMOUNT = 1e9


def read_document(path: Path | None, packaged: str) -> tuple[str, dict[str, Any]]:
    """(name to show, TOML document) of ``path``, or of the data file ``packaged`` with this package.

    Raises SettingsError where the file cannot be opened, is larger than 4 MiB, or is no TOML.
    """
    name = packaged if path is None else str(path)
    try:
        raw = (files("rempart.market") / packaged).read_bytes() if path is None else _read_bounded(path)
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise SettingsError(f"{name} cannot be read ({why})", "give the path of a readable file") from error
    if len(raw) > LARGEST_FILE_BYTES:
        raise SettingsError(f"{name} is larger than 4 MiB", "give a price or contents file, not a data set")
    try:
        return name, tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is no TOML: {_shown(str(error))}", "correct that place") from error
    except RecursionError as error:
        raise SettingsError(f"{name} is nested too deeply", "write at most three levels of tables") from error


def _read_bounded(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(LARGEST_FILE_BYTES + 1)


def _shown(value: object) -> str:
    """``value`` for a message: printable and short."""
    text = "".join(char if char.isprintable() else "?" for char in str(value))
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass
class Section:
    """A table ``content`` called ``name`` in ``file``; remembers which keys were asked for."""

    file: str
    name: str
    content: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, file: str, name: str, content: object) -> Section:
        """``content`` as a table. Raises SettingsError if it is something else."""
        if not isinstance(content, dict):
            raise SettingsError(f"{file}: {_shown(name)} is not a table", f"write it as [{_shown(name)}]")
        return cls(file, _shown(name), content)

    def wrong(self, key: str, why: str, advice: str) -> SettingsError:
        """The error that names this file, this table and ``key``."""
        return SettingsError(f"{self.file}: {self.name}: {_shown(key)} {why}", advice)

    def tables(self, key: str) -> list[tuple[str, Section]]:
        """The tables of ``[key.name]`` form under ``key``, with their names, in file order."""
        self.asked.add(key)
        inner = Section.of(self.file, key, self.content.get(key, {}))
        return [
            (name, Section.of(self.file, f"{key}.{name}", table)) for name, table in inner.content.items()
        ]

    def rows(self, key: str, by: str) -> list[Section]:
        """The tables of ``[[key]]`` form under ``key``, each named after its own key ``by``."""
        self.asked.add(key)
        found = self.content.get(key, [])
        if not isinstance(found, list):
            raise self.wrong(key, "is not a list of tables", f"write each as [[{key}]]")
        rows = []
        for number, table in enumerate(found, start=1):
            row = Section.of(self.file, f"{key} number {number}", table)
            own = row.content.get(by)
            rows.append(Section.of(self.file, f"{key} {own!r}", table) if isinstance(own, str) else row)
        return rows

    def text(self, key: str, default: str | None = None) -> str:
        """A text of 1 to 400 characters; ``default`` where the key is absent."""
        value = self._value(key, default)
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT or (not value and default is None):
            raise self.wrong(key, "is not a text of 1 to 400 characters", f'write {key} = "..."')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where the key is absent."""
        value = self._value(key, ())
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, "is not a list of texts", f'write {key} = ["...", "..."]')
        return tuple(value)

    def truth(self, key: str, default: bool) -> bool:
        """``true`` or ``false``."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "is neither true nor false", f"write {key} = true or {key} = false")
        return value

    def amount(self, key: str, least: float = 0.0) -> float:
        """A finite number from ``least`` to a thousand million."""
        return self._checked(key, self._value(key, None), least)

    def whole(self, key: str) -> int:
        """A whole number from 0 to a thousand million."""
        value = self.amount(key)
        if value != int(value):
            raise self.wrong(key, "is not a whole number", f"write {key} = 1")
        return int(value)

    def interval(self, key: str, least: float = 0.0) -> tuple[float, float]:
        """``[low, high]`` with ``least`` <= low <= high."""
        value = self._value(key, None)
        if not isinstance(value, list) or len(value) != 2:
            raise self.wrong(key, "is not an interval", f"write {key} = [low, high]")
        low, high = (self._checked(key, one, least) for one in value)
        if low > high:
            raise self.wrong(key, f"has its low {low:g} above its high {high:g}", "swap the two figures")
        return low, high

    def day(self, key: str) -> date:
        """A date."""
        value = self._value(key, None)
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.wrong(key, "is not a date", f"write {key} = 2026-03-01, without quotes")
        return value

    def finish(self) -> None:
        """Raise SettingsError for the first key nobody asked for."""
        for key in self.content:
            if key not in self.asked:
                known = ", ".join(sorted(self.asked))
                raise self.wrong(key, "is not a known key", f"remove it or write one of: {known}")

    def _value(self, key: str, default: Any) -> Any:
        self.asked.add(key)
        value = self.content.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing", f"add {key} = ...")
        return value

    def _checked(self, key: str, value: object, least: float) -> float:
        # the bounds also stop NaN, and an integer too large to be a float
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and least <= value <= _LARGEST_AMOUNT:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        raise self.wrong(key, f"is not a number from {least:g} to 1e9", f"write {key} = 1.5, without quotes")
