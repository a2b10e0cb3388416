"""What a site may choose: one TOML file, read into frozen settings, every key checked and described.

Reads the file given with ``--settings``; without one the defaults hold.
An unknown key, a wrong type or a value out of range is named with what to do. :func:`describe`
lists every key with its default and what it means; the reference page is made from it.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from rempart import setting_checks as checks
from rempart.errors import SettingsError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.serve_settings import SECTIONS, SERVE_KEYS, Contain, Provider, Serve
from rempart.setting_checks import Key


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
    serve: Serve = field(default_factory=Serve)
    provider: Provider = field(default_factory=Provider)
    contain: Contain = field(default_factory=Contain)

    @property
    def challenges_per_day(self) -> float:
        """Step-ups per active account-day the site accepts."""
        return self.challenges_per_year / self.working_days_per_year


KEYS: tuple[Key, ...] = (
    Key("zone", "site", "Time zone the staff lives in; decides what is an odd hour.", checks.zone),
    Key(
        "challenges_per_year",
        "friction",
        "How many times a year an honest professional may be asked to prove who they are. The one dial "
        "most sites will touch.",
        checks.between(0.01, 100),
    ),
    Key(
        "working_days_per_year",
        "friction",
        "Days a year a professional is active; divides the dial into days.",
        checks.between(50, 366),
    ),
    Key(
        "source_kind",
        "sources",
        "`trace`: logs written after the data were served. `attempt`: an enforcement point asks before "
        "serving.",
        checks.one_of("trace", "attempt"),
    ),
    Key(
        "trusted_sources",
        "sources",
        "Names of files whose login and reinstatement events are believed (the live protocol's caller "
        "always is).",
        checks.texts,
    ),
    Key(
        "seal_every",
        "ledger",
        "Decisions after which a segment of the ledger is sealed.",
        checks.whole(1_000, 20_000_000),
    ),
    Key("price_book", "market", "Path of a price book that replaces the packaged one.", checks.text),
    Key(
        "content_classes",
        "market",
        "Path of a table of what each resource or export word exposes, that extends the packaged one.",
        checks.text,
    ),
    Key(
        "controller",
        "site",
        "Who answers for the data where no unit below says otherwise: the name on scopes and notices.",
        checks.text,
    ),
    Key(
        "controllers",
        "site",
        "Table `[site.controllers]`: unit (practice, hospital, department) as the logs name it, and who "
        "answers for its data. After a theft each gets a scope of its own.",
        checks.names,
    ),
    *SERVE_KEYS,
)


def load(path: Path | None) -> Settings:
    """Settings of a TOML file, or the defaults for None. Raises SettingsError naming the entry."""
    if path is None:
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            _("{path}: cannot be read ({why})").format(path=path, why=why_of(error)),
            _("give a readable UTF-8 TOML file"),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            _("{path}: not valid TOML ({why})").format(path=path, why=why_of(error)), _("correct that line")
        ) from error
    known = {(key.section, key.name): key for key in KEYS}
    values: dict[str, Any] = {}
    grouped: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    for section, table in document.items():
        if not isinstance(table, dict):
            raise SettingsError(
                _("{path}: {section} stands outside a section").format(path=path, section=section),
                _("put it under a [section]"),
            )
        for name, value in table.items():
            key = known.get((section, name))
            if key is None:
                raise SettingsError(
                    _("{path}: [{section}] {name} is no setting").format(
                        path=path, section=section, name=name
                    ),
                    _("see docs/reference/settings.md"),
                )
            try:
                grouped.get(section, values)[name] = key.check(value)
            except ValueError as error:
                raise SettingsError(
                    _("{path}: [{section}] {name} = {value} cannot be used").format(
                        path=path, section=section, name=name, value=f"{value!r}"
                    ),
                    str(error),
                ) from error
    return Settings(**values, **{name: SECTIONS[name](**each) for name, each in grouped.items()})


def describe() -> tuple[tuple[str, Any, str], ...]:
    """(``section.key``, default, meaning) of every setting, in the order of the reference page."""
    defaults = Settings()
    return tuple(
        (
            f"{key.section}.{key.name}",
            getattr(getattr(defaults, key.section, defaults), key.name),
            key.meaning,
        )
        for key in KEYS
    )


def data_folder(given: Path | None) -> Path:
    """The folder of everything Rempart keeps: as given, else $REMPART_DATA, else the user's data folder."""
    if given is not None:
        return given
    named = os.environ.get("REMPART_DATA")
    return Path(named) if named else Path(platformdirs.user_data_dir("rempart"))
