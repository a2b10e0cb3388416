"""The words, numbers, money and times a person reads, in English or in French.

Reads the compiled catalogue ``locale/fr/LC_MESSAGES/rempart.mo`` (GNU gettext). English is the
language of the source, so it needs no catalogue and a message without a translation shows in
English. Numbers follow the house style of each language: comma and point in English, narrow no-break
space (U+202F) and comma in French, as the BIPM and the Imprimerie nationale recommend.

Misses: plural rules and formats of any third language. One language holds for the whole process
(:func:`set_language`); code that must speak another one meanwhile takes a :class:`Language` from
:func:`language_of` and leaves the process alone.
"""

from __future__ import annotations

import gettext as gnu_gettext
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rempart.errors import SettingsError

LANGUAGES = ("en", "fr")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = -2_208_988_800_000
_LAST_MS = 7_289_654_400_000
"""Years 1900 to 2200: a time outside is shown as unknown."""
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin",
           "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
}  # fmt: skip
_NARROW_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"
_BEFORE = re.compile(r" ([:»])")
_BEFORE_THIN = re.compile(r" ([;?!%])")


@dataclass(frozen=True)
class Language:
    """One language: its code, its catalogue and its ways to write figures."""

    code: str
    catalogue: gnu_gettext.NullTranslations

    def gettext(self, text: str) -> str:
        """``text`` in this language, or unchanged where no translation is known."""
        return self.catalogue.gettext(text) if text else ""

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form of the sentence that ``count`` asks for."""
        return self.catalogue.ngettext(one, many, count)

    def spaced(self, text: str) -> str:
        """``text`` with its no-break spaces: in French narrow before ; ? ! %, full before : and inside « »."""
        return _space(text) if self.code == "fr" else text

    def number(self, amount: float, digits: int = 0) -> str:
        """``amount`` with ``digits`` decimals and its thousands separated."""
        if not math.isfinite(amount):
            return self.gettext("unknown")
        written = f"{amount:,.{digits}f}"
        if self.code == "fr":
            written = written.translate({ord(","): _NARROW_SPACE, ord("."): ","})
        return written

    def euros(self, low_eur: float, high_eur: float) -> str:
        """An interval of money, rounded to two significant figures: it is never known better."""
        if not (math.isfinite(low_eur) and math.isfinite(high_eur)):
            return self.gettext("unknown")
        low, high = self._amount(low_eur), self._amount(high_eur)
        span = low if low == high else f"{low}–{high}"
        return f"{span}{_NO_BREAK_SPACE}€" if self.code == "fr" else f"€{span}"

    def day(self, day: date) -> str:
        """``26 novembre 2026``, ``1er mars 2026``; ``26 November 2026``."""
        number = "1er" if self.code == "fr" and day.day == 1 else str(day.day)
        return f"{number} {_MONTHS[self.code][day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """The same for a table or a picture: ``26/11/2026``; ``26 Nov 2026``."""
        if self.code == "fr":
            return f"{day:%d/%m/%Y}"
        return f"{day.day} {_MONTHS[self.code][day.month - 1][:3]} {day.year}"

    def moment(self, at: datetime) -> str:
        """``26 novembre 2026 à 14 h 05``; ``26 November 2026, 14:05``; in the zone that ``at`` bears."""
        return f"{self.day(at)}{' à ' if self.code == 'fr' else ', '}{self.time(at)}"

    def time(self, at: datetime) -> str:
        """``14 h 05``; ``14:05``; in the zone that ``at`` bears."""
        if self.code == "fr":
            return f"{at.hour}{_NO_BREAK_SPACE}h{_NO_BREAK_SPACE}{at:%M}"
        return f"{at:%H:%M}"

    def when(self, at_ms: int, zone: str | tzinfo | None = None) -> str:
        """A time to the minute in ``zone`` (IANA name; UTC by default), for a sentence, with the zone said.

        ``at_ms`` is milliseconds since 1970 UTC. Raises SettingsError for a zone nobody knows.
        """
        local = _local(at_ms, zone)
        return self.gettext("unknown time") if local is None else f"{self.moment(local)} ({_name_of(local)})"

    def stamp(self, at_ms: int, zone: str | tzinfo | None = None) -> str:
        """The same for a table: ``26/11/2026 14:05 CET``; ``26 Nov 2026 14:05 CET``."""
        local = _local(at_ms, zone)
        if local is None:
            return self.gettext("unknown time")
        return f"{self.short_day(local)} {local:%H:%M} {_name_of(local)}"

    def _amount(self, amount_eur: float) -> str:
        if abs(amount_eur) < 10:
            return self.number(amount_eur, 0 if amount_eur == 0 else 1 if abs(amount_eur) >= 1 else 2)
        step = 10 ** (math.floor(math.log10(abs(amount_eur))) - 1)
        return self.number(round(amount_eur / step) * step)


@lru_cache(maxsize=4096)
def _space(text: str) -> str:
    text = text.replace("« ", "«\u00a0").replace("n° ", "n°\u00a0")
    return _BEFORE_THIN.sub(f"{_NARROW_SPACE}\\1", _BEFORE.sub(f"{_NO_BREAK_SPACE}\\1", text))


def _zone(zone: str | tzinfo | None) -> tzinfo:
    if zone is None:
        return UTC
    if isinstance(zone, tzinfo):
        return zone
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            gettext("time zone {zone} is not known").format(zone=f"{zone!r}"),
            gettext("give a name such as Europe/Paris"),
        ) from error


def _local(at_ms: int, zone: str | tzinfo | None) -> datetime | None:
    """The time in ``zone``; None where it cannot be one."""
    where = _zone(zone)
    if not _FIRST_MS <= at_ms <= _LAST_MS:
        return None
    return (_EPOCH + timedelta(milliseconds=int(at_ms))).astimezone(where)


def _name_of(local: datetime) -> str:
    """``CET``; ``UTC+04`` where the zone has no letters of its own."""
    name = str(local.tzname())
    return f"UTC{name}" if name[0] in "+-" else name


@cache
def language_of(code: str) -> Language:
    """The language called ``code`` (``en`` or ``fr``). Raises SettingsError for any other."""
    if code not in LANGUAGES:
        raise SettingsError(
            gettext("language {code} is not offered").format(code=f"{code!r}"),
            gettext("choose one of {names}").format(names=", ".join(LANGUAGES)),
        )
    if code == "en":
        return Language(code, gnu_gettext.NullTranslations())
    catalogue = files("rempart") / "locale" / code / "LC_MESSAGES" / "rempart.mo"
    with catalogue.open("rb") as compiled:
        return Language(code, gnu_gettext.GNUTranslations(compiled))


def language_of_the_environment() -> str:
    """``fr`` where the first set of LC_ALL, LC_MESSAGES and LANG asks for French, else ``en``."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        asked = os.environ.get(name, "")
        if asked:
            return "fr" if asked.lower().split("_")[0].split(".")[0] == "fr" else "en"
    return "en"


_spoken: list[Language] = [language_of("en")]


def set_language(code: str | None) -> None:
    """Speak ``code`` (``en`` or ``fr``) from now on; None follows the environment."""
    _spoken[0] = language_of(language_of_the_environment() if code is None else code)


def spoken() -> Language:
    """The language the process speaks now."""
    return _spoken[0]


def gettext(text: str) -> str:
    """``text`` in the spoken language. Import it as ``_`` so that the extractor sees the sentence."""
    return spoken().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the sentence that ``count`` asks for, in the spoken language."""
    return spoken().ngettext(one, many, count)


def number(amount: float, digits: int = 0) -> str:
    """``amount`` with ``digits`` decimals and separated thousands, in the spoken language."""
    return spoken().number(amount, digits)


def euros(low_eur: float, high_eur: float) -> str:
    """An interval of money in the spoken language, two significant figures."""
    return spoken().euros(low_eur, high_eur)


def day(at: date) -> str:
    """A day, in the spoken language."""
    return spoken().day(at)


def when(at_ms: int, zone: str | tzinfo | None = None) -> str:
    """A time to the minute in ``zone`` (UTC by default), for a sentence in the spoken language."""
    return spoken().when(at_ms, zone)


def stamp(at_ms: int, zone: str | tzinfo | None = None) -> str:
    """The same for a table."""
    return spoken().stamp(at_ms, zone)


def why_of(error: Exception) -> str:
    """Why the system refused or a file could not be understood, in the spoken language where it is a usual reason."""
    if isinstance(error, UnicodeDecodeError):
        return gettext("not in UTF-8")
    if not isinstance(error, OSError):
        return str(error)
    said = error.strerror or type(error).__name__
    usual = (
        gettext("No such file or directory"),
        gettext("Permission denied"),
        gettext("Is a directory"),
        gettext("Not a directory"),
        gettext("File exists"),
        gettext("No space left on device"),
        gettext("Read-only file system"),
        gettext("Input/output error"),
        gettext("File name too long"),
        gettext("Address already in use"),
    )
    translated = gettext(said)
    return translated if translated in usual else said


def printable(text: str, most: int = 200) -> str:
    """``text`` from outside on one line of at most ``most`` characters, safe on a terminal.

    Control, formatting and direction-changing characters, line ends and unpaired surrogates show
    as ``�``, so that a name can neither move the cursor nor pass for another. Escaping for HTML or
    a spreadsheet remains the work of who writes those.
    """
    return _shown(text, most, "")


def printable_sentence(text: str, most: int = 500) -> str:
    """The same for a sentence of ours that may quote something from outside: the no-break spaces that French
    puts into numbers and before signs stay."""
    return _shown(text, most, _NARROW_SPACE + _NO_BREAK_SPACE)


def clauses(parts: Sequence[str]) -> str:
    """``a; b; c`` as the spoken language sets it."""
    return gettext("; ").join(parts)


def labelled(name: str, content: object) -> str:
    """``name: content`` as the spoken language sets it."""
    return f"{name}{_NO_BREAK_SPACE if spoken().code == 'fr' else ''}: {content}"


def _shown(text: str, most: int, kept: str) -> str:
    shown = "".join(
        letter if letter.isprintable() or letter in kept else "\N{REPLACEMENT CHARACTER}"
        for letter in text[: most + 1]
    )
    return shown if len(shown) <= most else shown[: most - 1] + "…"
