"""What the site says of itself and of the theft: one TOML file, checked, every key explained in its example.

Reads the file given with ``--site``. Gives frozen :class:`Site`. A wrong key or type is named. Texts that
reach a patient's letter may hold no link (``http``, ``www``): links in letters teach people to be phished.

Misses: whether what the site says is true.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from rempart.errors import SettingsError
from rempart.language import gettext as _
from rempart.language import printable, why_of

Sector = Literal[
    "hospital", "army_hospital", "laboratory", "radiotherapy", "medico_social", "practice", "vendor", "region"
]
Severity = Literal["negligible", "limited", "significant", "maximal"]
Answer = Literal["yes", "no", "unknown"]

LINK = re.compile(r"https?:|www\.|://|\b[\w-]+\.(?:fr|com|org|net|eu|info)\b(?!\w)", re.I)
"""What a person could follow: no letter may hold it (an e-mail address counts)."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class Organisation(_Part, frozen=True, kw_only=True):
    name: str
    sector: Sector
    role: Literal["controller", "processor"]
    finess: str = ""
    siren: str = ""
    address: list[str] = []
    city: str = ""
    staff: int | None = None
    people_served: int | None = None


class Contact(_Part, frozen=True, kw_only=True):
    name: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""
    address: list[str] = []


class Letters(_Part, frozen=True, kw_only=True):
    phone: str = ""
    signed_by: str = ""
    title: str = ""
    measures: dict[str, list[str]] = {}
    """Language to sentences, as patients read them."""


class Theft(_Part, frozen=True, kw_only=True):
    discovery: str = ""
    cause: str = ""
    description: str = ""
    delay: str = ""
    severity: Severity | None = None
    measures_before: list[str] = []
    measures_taken: list[str] = []
    measures_planned: list[str] = []


class Law(_Part, frozen=True, kw_only=True):
    nis2: Literal["essential", "important", "none", "unknown"] = "unknown"
    insured: Answer = "unknown"
    abroad: Answer = "unknown"
    states: list[str] = []
    foreign_authorities: list[str] = []


class Other(_Part, frozen=True, kw_only=True):
    name: str
    role: str = ""


class Site(_Part, frozen=True, kw_only=True):
    """Everything the documents need that no log knows. Empty means: not known yet."""

    organisation: Organisation
    contact: Contact = Contact()
    dpo: Contact = Contact()
    letters: Letters = Letters()
    theft: Theft = Theft()
    law: Law = Law()
    processors: list[Other] = []
    sent: dict[str, list[datetime]] = {}
    """Rule id to the times at which it was complied with."""
    zone: str = "Europe/Paris"


def read_site(path: Path) -> Site:
    """The site's facts in ``path``. SettingsError naming the entry that cannot be used."""
    advice = _("write an example with rempart notice --init FILE and compare")
    try:
        content = _printable(tomllib.loads(path.read_text(encoding="utf-8")))
        site = msgspec.convert(content, Site)
        ZoneInfo(site.zone)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            _("{path} cannot be read ({why})").format(path=path, why=why_of(error)), advice
        ) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(_("{path}: {why}").format(path=path, why=why_of(error)), advice) from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            _("{path}: zone is no time zone").format(path=path), _("give a name such as Europe/Paris")
        ) from error
    if not site.organisation.name:
        raise SettingsError(
            _("{path}: [organisation] name is empty").format(path=path), _("name who writes the letters")
        )
    for key, text in _read_by_patients(site):
        if LINK.search(text):
            raise SettingsError(
                _("{path}: {key} holds a link or an e-mail address, and letters carry none").format(
                    path=path, key=key
                ),
                _("give a telephone number and a postal address"),
            )
    sent = {rule: [_in_utc(at) for at in times] for rule, times in site.sent.items()}
    return msgspec.structs.replace(site, sent=sent)


def example() -> str:
    """The commented example that ``--init`` writes."""
    return (files("rempart.notice") / "templates" / "site.toml").read_text(encoding="utf-8")


def made_up() -> str:
    """The example with its commented facts in place: a hospital that is none, for rehearsals."""
    text = example().replace("# Obligatoire / required: ", "# ").replace('city = ""', 'city = "Dunkerque"')
    return re.sub(r"^# ((\w+) = .+\n)\2 = (?:\"\"|\[\])\n", r"\1", text, flags=re.M)


def _read_by_patients(site: Site) -> list[tuple[str, str]]:
    """Key and text of everything that a letter quotes."""
    quoted = [
        ("[organisation] name", site.organisation.name),
        ("[organisation] city", site.organisation.city),
        ("[letters] phone", site.letters.phone),
        ("[letters] signed_by", site.letters.signed_by),
        ("[letters] title", site.letters.title),
    ]
    quoted += [("[organisation] address", line) for line in site.organisation.address]
    quoted += [("[dpo] address", line) for line in site.dpo.address]
    return quoted + [
        (f"[letters] measures.{language}", text)
        for language, texts in site.letters.measures.items()
        for text in texts
    ]


def _printable(value: Any) -> Any:
    """Every text on one line that neither a terminal nor a page obeys."""
    if isinstance(value, dict):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_printable(each) for each in value]
    return printable(" ".join(value.split()), 2000) if isinstance(value, str) else value


def _in_utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
