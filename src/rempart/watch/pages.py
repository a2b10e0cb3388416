"""Searching: result pages, searches that step in order, and look-ups that miss.

Reads the query's shape only (form, page number, bound, an order-preserving masked value); the
text itself never gets here. Gives decayed page counts, the length of the current ordered run, and
decayed misses. Misses shuffled searches and identifiers opened without a search.
"""

from __future__ import annotations

import numpy as np
from numba import njit

PAGE_WIDTH = 10.0
"""Rows of a result page that weigh as much as asking for one more page."""
LONGEST_STEP = 40
"""Largest difference between two searched values still called a step (days, numbers)."""
LETTER_STEP = 27**5
"""The same for names: the first three letters move on by one."""
WIDEST_PAGE = 10_000


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def ask_page(acc, row, width, odd):  # type: ignore[no-untyped-def]
    """Count one event of a search; events of one request id are one page."""
    if row.request == np.uint64(0) or row.request != acc.request:
        acc.pages += np.float32(1.0)
        acc.odd_patients += odd
    acc.request = row.request
    rows = np.float32(min(width, WIDEST_PAGE) / PAGE_WIDTH)
    acc.pages += rows
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
