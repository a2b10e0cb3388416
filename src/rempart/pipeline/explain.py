"""What care says about each event before the watch sees it: one compiled pass, for batches and single events.

Reads rows of EVENT with the accounts as the log spells them, the care index and the aliases. Fills in
roles, units and "has left" where the log did not say them, and whose word is trusted; gives the same
rows and patients under one name each, and the explanation grades of every patient. The rules are those
of :mod:`rempart.care.lookup` and :mod:`rempart.care.aliases`. Misses: nothing they do not miss.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rempart.care.aliases import rename
from rempart.care.lookup import explain_patients, find_blocks, find_posts, slices_fit
from rempart.records import FLAG_LEFT, FLAG_NO_TIME, FLAG_TRUSTED, Kind
from rempart.watch.state import DAY_MS

LATEST_MS = 14 * DAY_MS
"""Links that ended so long before the agreed time are forgotten; later events are explained without them."""
_ACCESS = int(Kind.ACCESS)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def explain_rows(  # type: ignore[no-untyped-def]
    rows, patients, agreed, fill, canon, believed, index, aliases, joined, canonical, grades
):
    """Fill ``joined`` (n,) EVENT, ``canonical`` (m,) and ``grades`` (m, 2); False where a row's patients
    lie outside ``patients`` (m,).

    ``agreed`` (n,) is the watermark each row is judged at, which stands in where the log gives no time.
    Care is asked about at the event's time, but at most LATEST_MS before that, for links that ended
    before are forgotten. ``canon`` gives each account's one number, ``believed`` (sources + 1,) is 1 for
    the numbers of sources whose logins count. ``fill``: whether ``rows`` still lack what care knows of
    their accounts. ``index`` and ``aliases`` are the arrays of CareIndex.lookup and Aliases.lookup.
    """
    slots, links, people, posts, broad_from = index
    first, count = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64)
    accounts, times = np.empty(rows.size, np.int32), np.empty(rows.size, np.int64)
    for i in range(rows.size):
        row = rows[i]
        first[i], count[i] = row.first_patient, row.patients
        accounts[i] = canon[row.account] if row.account >= 0 else -1
        times[i] = agreed[i] if row.flags & FLAG_NO_TIME else row.recorded_ms
    if not slices_fit(first, count, patients.size):
        return False
    if fill:
        _fill(rows, accounts, times, people, posts, believed)
    for i in range(rows.size):
        times[i] = max(times[i], agreed[i] - LATEST_MS)
        joined[i] = rows[i]
        joined[i].account = accounts[i]
    canonical[:] = patients
    rename(aliases[0], aliases[1], canonical)
    begin, used = np.empty(patients.size, np.int64), np.empty(patients.size, np.int32)
    find_blocks(slots, canonical, begin, used)
    grades[:] = 0.0
    explain_patients(links, people, posts, broad_from, accounts, times, first, count, begin, used, grades)
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill(rows, accounts, times, people, posts, believed):  # type: ignore[no-untyped-def]
    """What the staff list knows of the rows' accounts, and whether a login's or reinstatement's source is believed."""
    roles, units = np.full(rows.size, -1, np.int32), np.full(rows.size, -1, np.int32)
    left = np.zeros(rows.size, np.bool_)
    find_posts(people, posts, accounts, times, roles, units, left)
    for i in range(rows.size):
        row = rows[i]
        if row.role == -1:
            row.role = roles[i]
        if row.unit == -1:
            row.unit = units[i]
        if left[i]:
            row.flags |= FLAG_LEFT
        if row.kind != _ACCESS and believed[row.source]:
            row.flags |= FLAG_TRUSTED


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def count_rows(rows):  # type: ignore[no-untyped-def]
    """How many rows are accesses of somebody, logins and reinstatements, and accesses of nobody known."""
    decided, control, nobody = 0, 0, 0
    for i in range(rows.size):
        if rows[i].kind != _ACCESS:
            control += 1
        elif rows[i].account == -1:
            nobody += 1
        else:
            decided += 1
    return decided, control, nobody
