"""The shape of a mapping: what the columns of an export mean.

Plain frozen data, given by :mod:`rempart.sources.mapping` (from a file) or by
:mod:`rempart.sources.mapping_guess` (from the content), followed by the CSV reader. There is no field
for a person's name: what is not mapped is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.sources.csv_dialect import Dialect

DEFAULT_ZONE = "Europe/Paris"
Column = str | int
"""A column by its title in the header, or by its number from 1."""


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows whose ``column`` holds one of ``words`` (folded)."""

    column: Column
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mapping:
    """One kind of export: its written form, its times, its columns and its words."""

    what: str
    """``access``, ``care``, ``staff`` or ``patients``."""
    columns: dict[str, tuple[Column, ...]]
    """Field → its columns; only a time may have several (date and hour apart)."""
    dialect: Dialect = field(default_factory=Dialect)
    zone: str = DEFAULT_ZONE
    forms: tuple[str, ...] = ("iso",)
    actions: dict[str, str] = field(default_factory=dict)
    """Folded word → one of :data:`mapping_words.ACTION_MEANINGS`; ``*`` for any other word."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Folded word → 0, 4, 8, 12 or -1; ``*`` for any other word."""
    resources: dict[str, str] = field(default_factory=dict)
    """Folded word → the FHIR type it stands for; other words stay as they are."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Folded word → a kind of :class:`~rempart.records.CareLink`; ``*`` for any other word."""
    cancelled: frozenset[str] = frozenset()
    """Folded words that say a care link was cancelled."""
    login: RowRule | None = None
    """Rows that are logins whatever their action word."""
    ignore: tuple[RowRule, ...] = ()
    """Rows that are no units at all; they are not counted."""
    of: str = "patient"
    """For ``patients``: whether the two identifiers are a patient's or an account's."""
