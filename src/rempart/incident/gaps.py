"""What the logs cannot tell about a period: each gap found, named, and turned into an upper bound.

Reads, for each source the accounts use, its records an hour (:class:`Cells`) by the site's clock, the lines that could not be
read, the accounts' own accesses and those without an account. Gives :class:`Gap` with the most patients it
can hide, or None where that cannot be bounded. What one lost record may have named is bounded by the
most patients any access of these accounts named.

- missing hours: hours without a record, or busy ones with less than half the fewest ever seen at that
  hour, where the source's usual rhythm says at least :data:`EXPECTED` more should stand there;
- sequence holes: event ids that count up, with numbers missing;
- a source that never showed an execution (FHIR action E): its exports and searches are not audited;
- rejected lines, expired segments;
- accesses that do not say what they opened (:mod:`rempart.incident.unnamed`).

Misses: records deleted here and there from a source whose ids do not count up, too few to bend its rhythm.
A source that was never read at all. A nightly job timed by UTC seems late for weeks after the clocks change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rempart.incident.exposure import Accesses, Array
from rempart.incident.gap import Gap
from rempart.incident.unnamed import unnamed_gaps
from rempart.language import gettext as _
from rempart.language import ngettext, number

HOUR_MS = 3_600_000
EXPECTED = 5.0
BUSY = 20
BUSY_DAYS = 10
"""An hour that had at least BUSY records on each of so many days stands out with less than half the fewest."""
LEAST_DAYS = 3
"""So many days of the same kind and hour make a rhythm."""
COUNTING = 0.6
"""Share of the numbers between a source's least and greatest id that must occur for it to count up."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One source's hours, ascending: ``hour`` since 1970, ``rows``, ``ids`` with a number, the least and
    greatest number. ``executions`` counts its records with action E, ``rejected`` the lines of the period
    that could not be read. ``clock`` is the site's: (from_ms, offset_ms), each (k,), as its zone changes them."""

    source: str
    hour: Array
    rows: Array
    ids: Array
    first_id: Array
    last_id: Array
    executions: int
    rejected: int
    clock: tuple[Array, Array]


def find_gaps(
    sources: Sequence[Cells], accesses: Accesses, nameless: Array, from_ms: int, to_ms: int
) -> list[Gap]:
    """Every gap of the period. ``nameless`` (k,) are the patients of accesses that bear no account."""
    widest = max(int(accesses.patients.max(initial=1)), 1)
    gaps = []
    for cells in sources:
        gaps += _source_gaps(cells, widest, from_ms, to_ms)
    return gaps + unnamed_gaps(accesses, nameless, widest, from_ms, to_ms)


def count_within(offsets: Array, hour: Array, ends: tuple[Array, Array], period: tuple[int, int]) -> int:
    """How many of ``offsets`` stand in the part of a file that belongs to the period.

    ``hour`` are the hours of the lines that could be read, ascending, ``ends`` their least and greatest
    offsets. All of them where the file is in no order of time.
    """
    first, last = _around(hour, *period)
    low = int(ends[1][:first].max()) if first else -1
    high = int(ends[0][last:].min()) if last < hour.size else np.iinfo(np.int64).max
    if low > high:
        return int(offsets.size)
    return int(((offsets > low) & (offsets < high)).sum())


def expired_gap(from_ms: int, to_ms: int, expired_to_ms: int | None) -> list[Gap]:
    """The gap that expired segments leave, if they reach into the period."""
    if expired_to_ms is None or expired_to_ms < from_ms:
        return []
    why = _("the events up to then have expired from the ledger")
    return [Gap("expired", "", from_ms, min(to_ms, expired_to_ms + 1), why, None)]


def _source_gaps(cells: Cells, widest: int, from_ms: int, to_ms: int) -> list[Gap]:
    gaps = []
    counting = _counts_up(cells)
    if counting:
        gaps += _holes(cells, widest, from_ms, to_ms)
    gaps += _missing_hours(cells, widest, from_ms, to_ms, counting)
    if not cells.executions:
        why = _("no export or search of this source was ever logged: what left that way is not known")
        gaps.append(Gap("exports_not_audited", cells.source, from_ms, to_ms, why, None))
    if cells.rejected:
        why = ngettext(
            "{count} line of the period could not be read",
            "{count} lines of the period could not be read",
            cells.rejected,
        ).format(count=number(cells.rejected))
        gaps.append(Gap("rejected_lines", cells.source, from_ms, to_ms, why, cells.rejected * widest))
    return gaps


def _around(hour: Array, from_ms: int, to_ms: int) -> tuple[int, int]:
    """The places of the hours that touch the period."""
    first = int(np.searchsorted(hour, from_ms // HOUR_MS))
    last = int(np.searchsorted(hour, -(-to_ms // HOUR_MS)))
    return first, last


def _counts_up(cells: Cells) -> bool:
    """Whether the source numbers its records: most numbers of its whole span occur, and they rise with time."""
    numbered = cells.ids > 0
    if numbered.sum() < 2 or cells.ids.sum() < 0.9 * cells.rows.sum():
        return False
    first, last = cells.first_id[numbered], cells.last_id[numbered]
    span = int(last.max()) - int(first.min()) + 1
    rising = (np.diff(first) >= 0).mean()
    return bool(cells.ids.sum() >= COUNTING * span and rising >= 0.9)


def _holes(cells: Cells, widest: int, from_ms: int, to_ms: int) -> list[Gap]:
    """Numbers missing between the last record before the period and the first after it."""
    first, last = _around(cells.hour, from_ms, to_ms)
    places = np.arange(max(first - 1, 0), min(last + 1, cells.hour.size))
    places = places[cells.ids[places] > 0]
    if not places.size:
        return []
    inside = cells.last_id[places] - cells.first_id[places] + 1 - cells.ids[places]
    edge = (places < first) | (places >= last)
    inside[edge] = 0
    before = np.concatenate([[0], cells.first_id[places][1:] - cells.last_id[places][:-1] - 1])
    missing = np.maximum(inside, 0) + np.maximum(before, 0)
    total = int(missing.sum())
    if not total:
        return []
    where = places[np.flatnonzero(missing)]
    begins = max(from_ms, int(cells.hour[max(int(where[0]) - 1, 0)]) * HOUR_MS)
    ends = min(to_ms, (int(cells.hour[int(where[-1])]) + 1) * HOUR_MS)
    why = ngettext(
        "{count} number is missing from the ids, which otherwise count up",
        "{count} numbers are missing from the ids, which otherwise count up",
        total,
    ).format(count=number(total))
    return [Gap("sequence_hole", cells.source, begins, max(ends, begins), why, total * widest)]


def _missing_hours(cells: Cells, widest: int, from_ms: int, to_ms: int, counting: bool) -> list[Gap]:
    if not cells.hour.size:
        return []
    hours = np.arange(from_ms // HOUR_MS, -(-to_ms // HOUR_MS))
    rows = _rows_at(cells, hours)
    expected, fewest = _rhythm(cells, hours)
    whole = (hours > cells.hour[0]) & (hours < cells.hour[-1])
    poor = (rows == 0) | (whole & (fewest >= BUSY) & (rows < 0.5 * fewest))
    busiest = int(cells.rows.max())
    gaps = []
    for begin, end in _runs(poor):
        here = slice(begin, end)
        if (expected[here] - rows[here]).sum() < EXPECTED:
            continue
        known = int(cells.hour[0]) <= hours[begin] and hours[end - 1] <= int(cells.hour[-1])
        if counting and known:
            continue  # the ids say how many records are missing, and whether any are
        lost = int((busiest - rows[here]).sum())
        why = _("records found: {rows}, in hours: {hours}, where about {expected} are usual").format(
            rows=number(int(rows[here].sum())),
            hours=number(end - begin),
            expected=number(float(expected[here].sum())),
        )
        begins, ends = (
            max(from_ms, int(hours[begin]) * HOUR_MS),
            min(to_ms, int(hours[end - 1] + 1) * HOUR_MS),
        )
        gaps.append(Gap("missing_hours", cells.source, begins, ends, why, lost * widest if known else None))
    return gaps


def _rows_at(cells: Cells, hours: Array) -> Array:
    """Records in each of ``hours``."""
    place = np.minimum(np.searchsorted(cells.hour, hours), cells.hour.size - 1)
    return np.where(cells.hour[place] == hours, cells.rows[place], 0)


def _rhythm(cells: Cells, hours: Array) -> tuple[Array, Array]:
    """Median and fewest records at each of ``hours``, by local hour on weekdays and at weekends, from the
    days outside the period where there are enough; 0 where too few days are known."""
    span = np.arange(int(cells.hour[0]), int(cells.hour[-1]) + 1)
    rows, kinds = _rows_at(cells, span), _kind_of(span, cells.clock)
    outside = ~np.isin(span, hours)
    expected, fewest = np.zeros(hours.size), np.zeros(hours.size)
    asked = _kind_of(hours, cells.clock)
    for kind in np.unique(asked):
        seen, elsewhere = rows[kinds == kind], rows[(kinds == kind) & outside]
        if elsewhere.size >= LEAST_DAYS:
            expected[asked == kind] = np.median(elsewhere)
            fewest[asked == kind] = elsewhere.min() if elsewhere.size >= BUSY_DAYS else 0
        elif seen.size >= LEAST_DAYS:
            expected[asked == kind] = np.median(seen)
    return expected, fewest


def _kind_of(hours: Array, clock: tuple[Array, Array]) -> Array:
    """The local hour of the day, 24 more at weekends, of ``hours`` since 1970 UTC."""
    from_ms, offset_ms = clock
    place = np.maximum(np.searchsorted(from_ms, hours * HOUR_MS, side="right") - 1, 0)
    local = hours + offset_ms[place] // HOUR_MS
    weekend = ((local // 24 + 3) % 7 >= 5).astype(np.int64)
    return local % 24 + 24 * weekend


def _runs(flags: Array) -> list[tuple[int, int]]:
    """Begin and end of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
