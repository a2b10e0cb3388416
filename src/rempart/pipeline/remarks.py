"""What the record itself says beside the watch's answer: no account named, an id used twice, no time.

Reads rows of EVENT; adds reasons without weight to their rows of DECISION, where there is room. Misses
nothing: each remark is a fact of the record.
"""

from __future__ import annotations

from numba import njit

from rempart.records import FLAG_NO_TIME, FLAG_SAME_ID_OTHER_CONTENT, MAX_REASONS
from rempart.watch.reasons import NO_ACCOUNT, NO_TIME, SAME_ID


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(decision, code):  # type: ignore[no-untyped-def]
    place = decision.reasons
    if place < MAX_REASONS:
        decision.code[place] = code
        decision.usual[place] = -1
        decision.reasons = place + 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def remark(decisions, rows):  # type: ignore[no-untyped-def]
    """Add the remarks of ``rows`` (n,) to ``decisions`` (n,)."""
    for i in range(rows.size):
        if rows[i].account == -1:
            _add(decisions[i], NO_ACCOUNT)
        if rows[i].flags & FLAG_SAME_ID_OTHER_CONTENT:
            _add(decisions[i], SAME_ID)
        if rows[i].flags & FLAG_NO_TIME:
            _add(decisions[i], NO_TIME)
