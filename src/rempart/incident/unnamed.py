"""Accesses that leave open whom they concern: no patient, no account, no results, no time.

Reads the accounts' accesses and the patients of accesses without an account; gives one :class:`Gap` a kind.

- searches whose results the log does not name, unless the source names those of others: bounded by ``_count``;
- other accesses that name no patient, and may show something: each as wide as the widest that names some;
- accesses that name no account: it may have been these;
- accesses without a time: counted as possible.

Misses: a search that names some of its results.
"""

from __future__ import annotations

import numpy as np

from rempart.incident.exposure import YES, Accesses, Array
from rempart.incident.gap import Gap
from rempart.language import gettext as _
from rempart.language import ngettext, number
from rempart.records import MISSING_MS

NAMED_SEARCHES = 5
"""So many searches that name their results, and a source is taken to name them always: one that names none
found nobody."""


def unnamed_gaps(accesses: Accesses, nameless: Array, widest: int, from_ms: int, to_ms: int) -> list[Gap]:
    """Every gap of that kind. ``nameless`` (k,) are the patients of accesses that bear no account."""
    return [
        *_open_searches(accesses, from_ms, to_ms),
        *_without_patient(accesses, widest, from_ms, to_ms),
        *_without_account(accesses, nameless, from_ms, to_ms),
        *_without_time(accesses, from_ms, to_ms),
    ]


def _without_account(accesses: Accesses, nameless: Array, from_ms: int, to_ms: int) -> list[Gap]:
    """Patients opened by nobody the log names: it may have been these accounts."""
    if not nameless.size:
        return []
    strangers = np.setdiff1d(nameless, accesses.people[accesses.possible[accesses.row]])
    why = ngettext(
        "accesses that name no account opened {count} patient not counted above",
        "accesses that name no account opened {count} patients not counted above",
        strangers.size,
    ).format(count=number(strangers.size))
    if not strangers.size:
        why = _("accesses that name no account opened patients counted above")
    return [Gap("no_account", "", from_ms, to_ms, why, int(strangers.size), np.unique(nameless))]


def _without_patient(accesses: Accesses, widest: int, from_ms: int, to_ms: int) -> list[Gap]:
    """Accesses, not searches, that may show something of patients whom the log does not name."""
    shows = accesses.shows | accesses.may_show
    silent = accesses.possible & ~accesses.query & (accesses.patients == 0) & (shows != 0)
    times = int(silent.sum())
    if not times:
        return []
    why = ngettext(
        "{count} access of the account names no patient",
        "{count} accesses of the account name no patient",
        times,
    ).format(count=number(times))
    categories = int(np.bitwise_or.reduce(shows[silent]))
    return [Gap("no_patient", "", from_ms, to_ms, why, times * widest, categories=categories)]


def _open_searches(accesses: Accesses, from_ms: int, to_ms: int) -> list[Gap]:
    """Searches that may have shown patients the log does not name."""
    telling = np.bincount(accesses.source[accesses.query & (accesses.patients > 0)], minlength=1)
    names_results = np.append(telling >= NAMED_SEARCHES, False)
    told = names_results[np.minimum(accesses.source, telling.size)] & (accesses.served == YES)
    silent = accesses.query & (accesses.patients == 0) & accesses.possible & ~told
    gaps = []
    bounded = silent & (accesses.count >= 0)
    if bounded.any():
        total = int(accesses.count[bounded].sum())
        times = int(bounded.sum())
        why = ngettext(
            "{searches} search names no results; it asked for at most {count}",
            "{searches} searches name no results; they asked for at most {count}",
            times,
        ).format(searches=number(times), count=number(total))
        gaps.append(Gap("search_results_unknown", "", from_ms, to_ms, why, total))
    free = int((silent & ~bounded).sum())
    if free:
        why = ngettext(
            "{searches} search names no results and set no limit",
            "{searches} searches name no results and set no limit",
            free,
        ).format(searches=number(free))
        gaps.append(Gap("search_results_unknown", "", from_ms, to_ms, why, None))
    return gaps


def _without_time(accesses: Accesses, from_ms: int, to_ms: int) -> list[Gap]:
    """Accesses that may lie outside the period; whom they name is counted as possible."""
    timeless = int(((accesses.recorded_ms == MISSING_MS) & accesses.possible).sum())
    if timeless:
        why = ngettext(
            "{count} access of the account bears no time; it is counted as possible",
            "{count} accesses of the account bear no time; they are counted as possible",
            timeless,
        ).format(count=number(timeless))
        return [Gap("no_time", "", from_ms, to_ms, why, 0)]
    return []
