"""The words of every document in one language: texts to fill in, dates, durations, lists, cited figures.

Reads ``words/<language>.toml`` (or a copy the site changed). A text's ``{name}`` is replaced by what is given
and by nothing else, so that no name of a patient can pull in another text. French punctuation gets its no-break
spaces here, as the Imprimerie nationale asks.

They are files and no catalogue, because a hospital's lawyer reads and changes them whole.
Misses: a third language needs a file of its own and the fonts for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rempart.errors import SettingsError
from rempart.language import Language, language_of, why_of
from rempart.language import gettext as _

CITE_OPEN, CITE_CLOSE = "\ue000", "\ue001"
"""Stand around the number of a figure's source; private-use characters, which no text from outside keeps."""

_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Words:
    """One language's texts, by dotted key."""

    language: Language
    tree: dict[str, Any]
    zone: str = "Europe/Paris"

    def text(self, key: str, **given: str) -> str:
        """The text of ``key`` with its holes filled; KeyError for an unknown key or an unfilled hole."""
        return self.fill(self._at(key), **given)

    def fill(self, text: str, **given: str) -> str:
        """``text`` with its holes filled, spaced as its language asks; what fills it is left as it is."""
        spaced = self.language.spaced(text)
        return _HOLE.sub(lambda hole: given[hole[1]], spaced) if "{" in spaced else spaced

    def table(self, key: str) -> dict[str, Any]:
        """The table of ``key``; KeyError where there is none."""
        found = self._at(key)
        if not isinstance(found, dict):
            raise KeyError(key)
        return found

    def category(self, category: str, form: str, them: str = "") -> str:
        """The ``name``, ``short`` name or ``thief`` sentence (about ``them``) of a category, or of a site's own."""
        known = self.tree["category"]
        text = known.get(category, known["other"])[form]
        return self.fill(text, category=category.replace("_", " "), them=them)

    def day(self, at: datetime) -> str:
        """The day of ``at`` in the site's zone."""
        return self.language.day(at.astimezone(ZoneInfo(self.zone)))

    def moment(self, at: datetime) -> str:
        """The day and the minute in the site's zone."""
        return self.language.moment(at.astimezone(ZoneInfo(self.zone)))

    def period(self, form: str, first: datetime, last: datetime) -> str:
        """``first`` to ``last`` in the words of ``form`` (within or between); one day is said once."""
        begin, end = (at.astimezone(ZoneInfo(self.zone)) for at in (first, last))
        if begin.date() != end.date():
            say = self.language.moment
            return self.text(f"period.{form}_days", **{"from": say(begin), "to": say(end)})
        ends = {"from": self.language.time(begin), "to": self.language.time(end)}
        return self.text(f"period.{form}_hours", day=self.language.day(begin), **ends)

    def duration(self, seconds: float) -> str:
        """Days and hours, hours and minutes, or minutes; whole units, rounded down."""
        minutes = int(abs(seconds)) // 60
        days, hours = minutes // 1440, minutes // 60 % 24
        if minutes >= 2880:
            parts = [("day", days), ("hour", hours)]
        elif minutes >= 60:
            parts = [("hour", minutes // 60), ("minute", minutes % 60)]
        else:
            parts = [("minute", minutes)]
        shown = [part for part in parts if part[1]] or parts[-1:]
        return " ".join(self.count(unit, amount) for unit, amount in shown)

    def count(self, unit: str, amount: int) -> str:
        """``3 jours``: the form that the number asks for."""
        return self.plural(f"time.{unit}", amount, n=self.language.number(amount))

    def plural(self, key: str, amount: int, **given: str) -> str:
        """The text of ``key``, one of two by ``amount`` (French keeps the singular for 0), with its holes filled."""
        one, many = self._at(key)
        single = amount < 2 if self.language.code == "fr" else amount == 1
        return self.fill(one if single else many, **given)

    def listing(self, items: Sequence[str]) -> str:
        """``a, b et c``."""
        if len(items) < 2:
            return "".join(items)
        return ", ".join(items[:-1]) + str(self.tree["list_and"]) + items[-1]

    def _at(self, key: str) -> Any:
        found: Any = self.tree
        for part in key.split("."):
            found = found[part]
        return found


def words_of(code: str, zone: str = "Europe/Paris", folder: Path | None = None) -> Words:
    """The words of language ``code``, from ``folder`` where a site keeps its own. SettingsError."""
    tree = _packaged(code)
    if folder is not None:
        own = _read(folder / f"{code}.toml")
        missing = keys_of(tree) ^ keys_of(own)
        if missing:
            raise SettingsError(
                _("{folder}: {missing} is missing or unknown").format(
                    folder=folder / f"{code}.toml", missing=min(missing)
                ),
                _("copy the packaged file"),
            )
        tree = own
    return Words(language_of(code), tree, zone)


def keys_of(tree: Any, prefix: str = "") -> set[str]:
    """Dotted keys of a tree of texts, each with the holes of its text, so that two trees can be compared."""
    if isinstance(tree, dict):
        return {key for name, each in tree.items() for key in keys_of(each, f"{prefix}.{name}")}
    if isinstance(tree, list):
        return {key for number, each in enumerate(tree) for key in keys_of(each, f"{prefix}.{number}")}
    return {f"{prefix} {sorted(set(_HOLE.findall(str(tree))))}"}


@lru_cache
def _packaged(code: str) -> dict[str, Any]:
    return tomllib.loads((files("rempart.notice") / "words" / f"{code}.toml").read_text(encoding="utf-8"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            _("{path} cannot be read ({why})").format(path=path, why=why_of(error)),
            _("copy the packaged file and change its texts"),
        ) from error
