"""The mapped columns of a block of rows, by field name.

Reads a mapping and the export's header once, to find each field's place (titles compare without case
and accents), then blocks of rows; gives cleaned text and times, a column at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rempart.errors import SettingsError
from rempart.language import gettext as _
from rempart.sources.csv_rows import RowBlock
from rempart.sources.csv_text import clean_column, first_places, fold, fold_word
from rempart.sources.csv_times import TimeReader
from rempart.sources.mapping_shape import Column, Mapping, RowRule


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field of a mapping stands in this export (places from 0)."""

    places: dict[str, tuple[int, ...]]
    login: int
    """Place of the column that tells logins; -1 where there is none."""
    ignore: tuple[int, ...]


def highest_number(mapping: Mapping) -> int:
    """The highest column number a mapping names: a row without header needs at least as many."""
    rules = [rule.column for rule in (*mapping.ignore, *((mapping.login,) if mapping.login else ()))]
    named = [column for columns in mapping.columns.values() for column in columns] + rules
    return max((column for column in named if isinstance(column, int)), default=1)


def find_layout(mapping: Mapping, header: Sequence[str] | None, name: str) -> Layout:
    """The place of every mapped column. Raises SettingsError naming the columns that are not there."""
    exact = first_places(header or ())
    folded = first_places(map(fold, header or ()))
    missing: list[str] = []

    def place_of(column: Column, what: str) -> int:
        if isinstance(column, int):
            if header is not None and column > len(header):
                missing.append(f"{what} = {column} (there are {len(header)})")
            return column - 1
        found = exact.get(column.strip()) or folded.get(fold(column), [])
        if len(found) != 1:
            missing.append(
                f"{what} = {column!r}" + (" (several have this title: give its number)" if found else "")
            )
            return 0
        return found[0]

    def place_of_rule(rule: RowRule, what: str) -> int:
        return place_of(rule.column, what)

    places = {
        what: tuple(place_of(column, f"columns.{what}") for column in columns)
        for what, columns in mapping.columns.items()
    }
    login = place_of_rule(mapping.login, "login.column") if mapping.login else -1
    ignore = tuple(place_of_rule(rule, "ignore.column") for rule in mapping.ignore)
    if missing:
        raise SettingsError(
            _("{name}: the mapping names columns that its header line does not have: {names}").format(
                name=name, names=", ".join(missing)
            ),
            _("correct the mapping, or propose a new one with: rempart map FILE"),
        )
    return Layout(places, login, ignore)


class Cells:
    """One block seen through a layout. Columns that are not mapped read as empty."""

    def __init__(self, block: RowBlock, layout: Layout, empty: frozenset[str], times: TimeReader) -> None:
        self.block = block
        self._layout = layout
        self._empty = empty
        self._times = times

    def __len__(self) -> int:
        return len(self.block)

    def has(self, field: str) -> bool:
        """Whether the mapping names a column for ``field``."""
        return field in self._layout.places

    def text(self, field: str) -> list[str]:
        """The cleaned cells of ``field``, one a row."""
        places = self._layout.places.get(field)
        return self._column(places[0]) if places else [""] * len(self)

    def times(self, field: str, *, closing: bool = False) -> tuple[list[int], list[str]]:
        """The times of ``field`` (milliseconds UTC, MISSING_MS where unreadable) and their cleaned text."""
        places = self._layout.places.get(field, ())
        texts = self._column(places[0]) if places else [""] * len(self)
        for place in places[1:]:
            texts = [
                f"{left} {right}".strip() for left, right in zip(texts, self._column(place), strict=True)
            ]
        return self._times.read(texts, closing=closing).tolist(), texts

    def logins(self, rule: RowRule | None) -> list[bool]:
        """Which rows the login rule names."""
        return self._follow(rule, self._layout.login) if rule else [False] * len(self)

    def drop_ignored(self, rules: Sequence[RowRule]) -> None:
        """Takes the rows that an ignore rule names out of the block."""
        for rule, place in zip(rules, self._layout.ignore, strict=True):
            self.block.keep([not named for named in self._follow(rule, place)])

    def _follow(self, rule: RowRule, place: int) -> list[bool]:
        column = self._column(place)
        named = {cell: fold_word(cell) in rule.words for cell in set(column)}
        return [named[cell] for cell in column]

    def _column(self, place: int) -> list[str]:
        return clean_column(self.block.columns[place], self._empty)
