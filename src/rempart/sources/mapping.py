"""What the columns of an export mean, read from one TOML file.

Reads the file described in ``docs/reference/mapping.md`` (TOML 1.0); gives a frozen :class:`Mapping` in
which every name and value has been checked (:mod:`rempart.sources.mapping_check`), or a SettingsError
that names every bad entry and what to write instead.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from rempart.errors import SettingsError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.sources.mapping_check import check_mapping
from rempart.sources.mapping_shape import Mapping, RowRule

__all__ = ["Mapping", "RowRule", "load_mapping", "parse_mapping"]

MAPPING_LIMIT = 1 << 20
"""Bytes a mapping file may have."""


def parse_mapping(text: str, where: str) -> Mapping:
    """The mapping written in ``text``; ``where`` names it in errors. Raises SettingsError."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            _("mapping {where} is not TOML: {why}").format(where=where, why=why_of(error)),
            _("see docs/reference/mapping.md"),
        ) from error
    except RecursionError as error:
        raise SettingsError(
            _("mapping {where} is nested too deep").format(where=where), _("see docs/reference/mapping.md")
        ) from error
    return check_mapping(tree, where)


def load_mapping(path: Path) -> Mapping:
    """The mapping in the file ``path``. Raises SettingsError where it cannot be read or is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(MAPPING_LIMIT + 1)
    except OSError as error:
        raise SettingsError(
            _("mapping {path} cannot be read ({why})").format(path=path, why=why_of(error)),
            _("propose one with: rempart map FILE --out MAPPING.toml"),
        ) from error
    if len(data) > MAPPING_LIMIT:
        raise SettingsError(
            _("mapping {path} is larger than 1 MiB").format(path=path), _("name the mapping, not the export")
        )
    try:
        return parse_mapping(data.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise SettingsError(
            _("mapping {path} is not UTF-8").format(path=path), _("save it as UTF-8")
        ) from error
