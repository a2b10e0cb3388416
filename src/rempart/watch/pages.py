"""Searching: result pages, searches that step in order, and look-ups that miss.

Reads the query's shape only (form, page number, bound, an order-preserving masked value); the
text itself never gets here. Gives decayed page counts, the length of the current ordered run, and
decayed misses. Misses shuffled searches and identifiers opened without a search.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.state import FORMS

PAGE_WIDTH = 10.0
"""Rows of a result page that weigh as much as asking for one more page."""
LONGEST_STEP = 40
"""Largest difference between two searched values still called a step (days, numbers)."""
LETTER_STEP = 27**5
"""The same for names: the first three letters move on by one."""
WIDEST_PAGE = 10_000


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def form_is_new(acc, form, day):  # type: ignore[no-untyped-def]
    """Whether this account first searched in this form today; accounts without history know none."""
    at, first = FORMS - 1, day
    for i in range(FORMS):
        if acc.form[i] == form:
            at, first = i, acc.form_day[i]
            break
    for k in range(at, 0, -1):
        acc.form[k] = acc.form[k - 1]
        acc.form_day[k] = acc.form_day[k - 1]
    acc.form[0] = form
    acc.form_day[0] = first
    return first == day and acc.days > 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def ask_page(acc, row, width, odd, fresh_form):  # type: ignore[no-untyped-def]
    """Count one event of a search; events of one request id are one page."""
    if row.request == np.uint64(0) or row.request != acc.request:
        acc.pages += np.float32(1.0)
        acc.odd_patients += odd
        if fresh_form:
            acc.new_searches += np.float32(1.0)
    acc.request = row.request
    rows = np.float32(min(width, WIDEST_PAGE) / PAGE_WIDTH)
    acc.pages += rows
    acc.rows_day += np.float32(min(width, WIDEST_PAGE))
    acc.odd_patients += odd * rows


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def follow_order(acc, row):  # type: ignore[no-untyped-def]
    """Lengthen the run when the searched value or the page number steps on in one direction."""
    stepped = row.page > 1
    if row.value_kind != 0:
        if row.value_kind == acc.value_kind:
            step = row.value - acc.value
            longest = LETTER_STEP if row.value_kind == 2 else LONGEST_STEP
            if step != 0 and abs(step) <= longest:
                direction = 1 if step > 0 else -1
                stepped = stepped or acc.step == 0 or acc.step == direction
                acc.step = direction
        acc.value_kind = row.value_kind
        acc.value = row.value
    if stepped:
        acc.run += np.float32(1.0)
    elif row.value_kind != 0:
        acc.run *= np.float32(0.5)
        acc.step = 0
