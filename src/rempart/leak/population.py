"""The organisation's own people, with what changed and when.

Reads tables of people (FHIR Patients, CSV and every other format a leak may have); gives a :class:`Population`:
people as numbers, a keyed pseudonym for each, and for every value the days between which it was current. A
later table brings it up to date (:func:`update`): a new value was taken up between the two dates, one
that is gone was given up between them. Where a row or a FHIR period says its own date, that counts.

Misses: a value that changed and changed back between two updates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.leak.fold import column_bytes, column_of
from rempart.leak.rows import Columns, Part, parse_dates, parts_of, side_from
from rempart.leak.side import ATTRIBUTES, Array, Side, Values, Words

ALWAYS, NEVER = -(1 << 30), 1 << 30
"""Days before and after everything: no beginning known, no end known."""
Hash = Callable[[Any], Array]
"""Keyed pseudonyms (n,) uint64 of a string column."""


@dataclass(frozen=True, slots=True)
class Days:
    """When each of m values was current, in days since 1970: surely from ``since`` to before ``last``,
    perhaps from ``earliest`` to before ``gone``."""

    earliest: Array
    since: Array
    last: Array
    gone: Array

    @classmethod
    def unknown(cls, size: int) -> Days:
        """Values of which no beginning and no end is known."""
        begin, end = np.full(size, ALWAYS, np.int32), np.full(size, NEVER, np.int32)
        return cls(begin, begin.copy(), end, end.copy())

    def take(self, places: Array) -> Days:
        """Those at ``places``."""
        return Days(self.earliest[places], self.since[places], self.last[places], self.gone[places])


def joined_days(parts: list[Days]) -> Days:
    """One after the other."""
    return Days(*(np.concatenate([getattr(part, name) for part in parts]) for name in _DAYS))


_DAYS = ("earliest", "since", "last", "gone")


@dataclass(frozen=True, slots=True)
class Population:
    """n people. ``pseudonym`` (n,) uint64; ``other_names`` (k,) uint64 further pseudonyms of ``named`` (k,) people;
    ``as_of`` the days of the tables it was made of, ascending."""

    side: Side
    pseudonym: Array
    other_names: Array
    named: Array
    days: dict[str, Days]
    as_of: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.side.size


def build(columns: Columns, size: int, as_of: int, pseudonyms: Hash) -> Population:
    """A population from one table; several rows of one patient are his history. SourceError without identifiers."""
    names, others, owners = _identifiers(columns, pseudonyms)
    parts = parts_of(columns)
    side = side_from(columns, parts, size)
    days = {name: _periods(parts[name], columns) for name in ATTRIBUTES}
    rows = Population(side, names, others, owners, days, (as_of,))
    if len(np.unique(names)) == size:
        return rows
    return _one_each(rows, _row_days(columns, size))


def _identifiers(columns: Columns, pseudonyms: Hash) -> tuple[Array, Array, Array]:
    """(pseudonym of each row, other pseudonyms, whose they are) from the columns of patient numbers."""
    found = columns.get("ipp", [])
    if not found:
        raise SourceError(
            _("the population has no column of patient identifiers"),
            _("name one id, ipp or patient_id, or map it"),
        )
    main = found[0][1]
    names = pseudonyms(main)
    others, owners = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for _heading, column in found[1:]:
        filled = np.flatnonzero(np.asarray(column.is_valid()))
        others.append(pseudonyms(column)[filled])
        owners.append(filled)
    return names, np.concatenate(others), np.concatenate(owners)


def to_days(births: Array) -> Array:
    """(n,) days since 1970 of YYYYMMDD numbers; ALWAYS where the day is not whole."""
    numbers = births.astype(np.int64)
    whole = (numbers % 100 > 0) & (numbers // 100 % 100 > 0)
    months = (numbers // 10000 - 1970) * 12 + numbers // 100 % 100 - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + numbers % 100 - 1
    return np.where(whole, days, ALWAYS).astype(np.int32)


def _periods(parts: list[Part], columns: Columns) -> Days:
    """The days that columns such as ``phone.from`` and ``phone.to`` give to the values of ``phone``."""
    if not parts:
        return Days.unknown(0)
    begins = {
        name.removesuffix(".from"): column
        for name, column in columns.get("from", [])
        if name.endswith(".from")
    }
    ends = {
        name.removesuffix(".to"): column for name, column in columns.get("to", []) if name.endswith(".to")
    }
    found, rows = [], []
    for part in parts:
        days = Days.unknown(len(part.rows))
        if part.heading in begins:
            start = to_days(parse_dates(begins[part.heading]))[part.rows]
            days = replace(days, earliest=start, since=start)
        if part.heading in ends:
            end = to_days(parse_dates(ends[part.heading]))[part.rows]
            end = np.where(end == ALWAYS, NEVER, end).astype(np.int32)
            days = replace(days, last=end, gone=end)
        found.append(days)
        rows.append(part.rows)
    whole = joined_days(found)
    return whole.take(np.argsort(np.concatenate(rows), kind="stable")) if len(parts) > 1 else whole


def _row_days(columns: Columns, size: int) -> Array:
    """The day each row speaks for, ALWAYS where it says none."""
    for kind in ("from", "updated"):
        for name, column in columns.get(kind, []):
            if not name.endswith(".from"):
                return to_days(parse_dates(column))
    return np.full(size, ALWAYS, np.int32)


def _one_each(rows: Population, when: Array) -> Population:
    """People of whom several rows speak made one each: the latest row says who, all rows say what and when."""
    order = np.lexsort((when, rows.pseudonym))
    names = rows.pseudonym[order]
    first = np.concatenate([[True], names[1:] != names[:-1]])
    person = np.empty(len(names), np.int64)
    person[order] = np.cumsum(first) - 1
    last = order[np.concatenate([first[1:], [True]])]
    count = len(last)
    spoken = _Rows(person, when, order, first)
    values, days = {}, {}
    for name in ATTRIBUTES:
        values[name], days[name] = spoken.merge(getattr(rows.side, name), rows.days[name], count)
    side = rows.side
    fresh = Side(
        side.given[last], side.family[last], side.birth[last], side.sex[last], side.givens, side.families,
        *(values[name] for name in ATTRIBUTES),
    )  # fmt: skip
    return Population(fresh, rows.pseudonym[last], rows.other_names, person[rows.named], days, rows.as_of)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of people over time: whose each is, its day, all in order of (person, day)."""

    person: Array
    when: Array
    order: Array
    first: Array

    def merge(self, values: Values, days: Days, count: int) -> tuple[Values, Days]:
        """Each value of a person once, with the days between which his rows name it."""
        row = np.repeat(np.arange(len(self.person)), np.diff(values.starts))
        if not len(row):
            return _cut_values(values, np.empty(0, np.int64), np.empty(0, np.int64), count), days
        next_day, known = self._next_day()
        whose, day, until = self.person[row], self.when[row], next_day[row]
        order = np.lexsort((day, values.key, whose))
        same = (whose[order][1:] == whose[order][:-1]) & (values.key[order][1:] == values.key[order][:-1])
        # a run ends where the person has a later row without the value
        joins = same & (until[order][:-1] == day[order][1:]) | (same & ~known[whose[order][1:]])
        begin = np.flatnonzero(np.concatenate([[True], ~joins]))
        end = np.concatenate([begin[1:], [len(order)]]) - 1
        kept = order[begin]
        since = np.maximum(np.where(self._is_first_row()[row[kept]], ALWAYS, day[kept]), days.since[kept])
        gone = np.minimum(until[order[end]], days.gone[kept])
        by_person = np.argsort(whose[kept], kind="stable")
        kept, since, gone = (
            kept[by_person],
            since[by_person].astype(np.int32),
            gone[by_person].astype(np.int32),
        )
        return _cut_values(values, kept, whose[kept], count), Days(since, since.copy(), gone, gone.copy())

    def _next_day(self) -> tuple[Array, Array]:
        """(day of the person's next row of another day or NEVER (n,), whether a person's rows are dated (p,))."""
        day, who = self.when[self.order], self.person[self.order]
        following = np.full(len(day), NEVER, np.int64)
        for place in range(len(day) - 2, -1, -1):
            if who[place] == who[place + 1]:
                following[place] = following[place + 1] if day[place] == day[place + 1] else day[place + 1]
        out = np.empty(len(day), np.int64)
        out[self.order] = following
        known = np.zeros(int(self.person.max()) + 1, bool)
        known[self.person[self.when != ALWAYS]] = True
        return out, known

    def _is_first_row(self) -> Array:
        """(n,) whether a row is of its person's first day."""
        day, who = self.when[self.order], self.person[self.order]
        start = np.flatnonzero(self.first)
        earliest = np.repeat(day[start], np.diff(np.concatenate([start, [len(day)]])))
        out = np.empty(len(day), bool)
        out[self.order] = (day == earliest) & (who >= 0)
        return out


def _cut_values(values: Values, kept: Array, whose: Array, count: int) -> Values:
    """The values at ``kept``, which belong to the people ``whose``, ascending."""
    starts = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(whose, minlength=count), out=starts[1:])
    number = values.number[kept] if len(values.number) else values.number
    if len(values.cuts) == 1:
        return Values(starts, values.key[kept], number, values.content, values.cuts)
    content, cuts = column_bytes(column_of(values.content, values.cuts).take(pa.array(kept)))
    return Values(
        starts, values.key[kept], number, np.ascontiguousarray(content[cuts[0] : cuts[-1]]), cuts - cuts[0]
    )


def update(old: Population, new: Population) -> Population:
    """``old`` brought up to date by a later table; people the table does not name stay as they are."""
    before, now = old.as_of[-1], new.as_of[-1]
    if now < before:
        raise SourceError(
            _("the table is older than the population"),
            _("give the date of the table with --as-of"),
        )
    place = _places(old.pseudonym, new.pseudonym)
    joiners = np.flatnonzero(place < 0)
    place[joiners] = old.size + np.arange(len(joiners))
    count = old.size + len(joiners)
    givens, given_map = _merged_words(old.side.givens, new.side.givens)
    families, family_map = _merged_words(old.side.families, new.side.families)
    fields = _merged_people(old.side, new.side, place, count, given_map, family_map)
    values, days = {}, {}
    for name in ATTRIBUTES:
        values[name], days[name] = _merged_values(old, new, name, place, count, before, now)
    side = Side(*fields, givens, families, *(values[name] for name in ATTRIBUTES))
    pseudonym = np.concatenate([old.pseudonym, new.pseudonym[joiners]])
    others = np.concatenate([old.other_names, new.other_names])
    named = np.concatenate([old.named, place[new.named]])
    _unique, once = np.unique(others, return_index=True)
    return Population(side, pseudonym, others[once], named[once], days, tuple(sorted({*old.as_of, now})))


def _places(known: Array, asked: Array) -> Array:
    """(n,) the place of each asked number among the known ones, -1 where it is none."""
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known, asked, sorter=order).clip(0, max(len(known) - 1, 0))
    found = order[at] if len(known) else np.zeros(len(asked), np.int64)
    return np.where(known[found] == asked, found, -1) if len(known) else np.full(len(asked), -1)


def _merged_words(old: Words, new: Words) -> tuple[Words, Array]:
    """One vocabulary of both, and the place in it of each new word (one more for -1)."""
    place = _places(old.key, new.key)
    fresh = np.flatnonzero(place < 0)
    place[fresh] = len(old.key) + np.arange(len(fresh))
    added = column_of(new.content, new.cuts).take(pa.array(fresh))
    content, cuts = column_bytes(added)
    words = Words(
        np.concatenate([old.content, content[cuts[0] : cuts[-1]]]),
        np.concatenate([old.cuts, old.cuts[-1] + cuts[1:] - cuts[0]]),
        np.concatenate([old.key, new.key[fresh]]),
        np.concatenate([old.sounds, new.sounds[fresh]]),
    )
    return words, np.append(place, -1).astype(np.int32)


def _merged_people(
    old: Side, new: Side, place: Array, count: int, given_map: Array, family_map: Array
) -> tuple[Array, Array, Array, Array]:
    """Names, birth and sex: the new table's word where it has one; a family name given up is kept as the other."""
    given = np.full(count, -1, np.int32)
    family = np.full((count, 2), -1, np.int32)
    birth, sex = np.zeros(count, np.int32), np.zeros(count, np.int8)
    given[: old.size], family[: old.size], birth[: old.size], sex[: old.size] = (
        old.given,
        old.family,
        old.birth,
        old.sex,
    )
    fresh_given, fresh_family = given_map[new.given], family_map[new.family]
    given[place] = np.where(fresh_given >= 0, fresh_given, given[place])
    was = family[place]
    moved = (fresh_family[:, 0] >= 0) & (was[:, 0] >= 0) & (fresh_family[:, 0] != was[:, 0])
    second = np.where(fresh_family[:, 1] >= 0, fresh_family[:, 1], was[:, 1])
    second = np.where(moved & (second < 0), was[:, 0], second)
    family[place] = np.stack(
        [np.where(fresh_family[:, 0] >= 0, fresh_family[:, 0], was[:, 0]), second], axis=1
    )
    birth[place] = np.where(new.birth > 0, new.birth, birth[place])
    sex[place] = np.where(new.sex > 0, new.sex, sex[place])
    return given, family, birth, sex


def _merged_values(
    old: Population, new: Population, name: str, place: Array, count: int, before: int, now: int
) -> tuple[Values, Days]:
    """The values of both; those gone are closed, those new are opened, between the two dates."""
    one, other = getattr(old.side, name), getattr(new.side, name)
    days, fresh_days = old.days[name], new.days[name]
    whose = np.repeat(np.arange(old.size), np.diff(one.starts))
    fresh_whose = place[np.repeat(np.arange(new.size), np.diff(other.starts))]
    codes, fresh_codes = _codes(whose, one.key), _codes(fresh_whose, other.key)
    running = days.gone == NEVER
    said = np.zeros(count, bool)
    said[fresh_whose] = True
    over = running & said[whose] & ~np.isin(codes, fresh_codes)
    last = np.where(over, before, days.last).astype(np.int32)
    gone = np.where(over, now, days.gone).astype(np.int32)
    come = np.flatnonzero(~np.isin(fresh_codes, codes[running]))
    joiner = fresh_whose[come] >= old.size
    dated = fresh_days.since[come] != ALWAYS
    since = np.where(dated, fresh_days.since[come], np.where(joiner, ALWAYS, now)).astype(np.int32)
    earliest = np.where(dated, fresh_days.earliest[come], np.where(joiner, ALWAYS, before)).astype(np.int32)
    added = Days(earliest, since, fresh_days.last[come], fresh_days.gone[come])
    everything = joined_days([Days(days.earliest, days.since, last, gone), added])
    owners = np.concatenate([whose, fresh_whose[come]])
    order = np.argsort(owners, kind="stable")
    values = _joined_values(one, other, come)
    return _cut_values(values, order, owners[order], count), everything.take(order)


def _codes(whose: Array, key: Array) -> Array:
    return np.asarray((whose.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ key)


def _joined_values(one: Values, other: Values, come: Array) -> Values:
    """The values of ``one`` and behind them those of ``other`` at ``come``; ``starts`` mean nothing."""
    if not len(one.key):
        one = Values(one.starts, one.key, other.number[:0], one.content, np.zeros(1, np.int64))
    key = np.concatenate([one.key, other.key[come]])
    number = np.concatenate([one.number, other.number[come] if len(other.number) else other.number])
    if len(one.cuts) == 1 and len(other.cuts) == 1:
        return Values(one.starts, key, number, one.content, one.cuts)
    content, cuts = column_bytes(column_of(other.content, other.cuts).take(pa.array(come)))
    return Values(
        one.starts, key, number, np.concatenate([one.content, content[cuts[0] : cuts[-1]]]),
        np.concatenate([one.cuts, one.cuts[-1] + cuts[1:] - cuts[0]]),
    )  # fmt: skip
