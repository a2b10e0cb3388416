"""Where the entries of a Bundle begin and end in a stream of bytes.

Reads: a piece of the stream and the state left by the piece before. Gives: the next cut. Only
brackets, strings and the key ``entry`` at the first level are looked at. Compiled; no allocation.
Misses: everything else a JSON parser checks (the entries are checked one by one later).
"""

from __future__ import annotations

import numba
import numpy as np

MODE, DEPTH, IN_STRING, ESCAPED, MATCHED, KEY, ENTRIES, LAST_IN_LIST, AT_END, GARBAGE = range(10)
STATE_SIZE = 10
MODE_ENTRIES, MODE_DOCUMENTS = 0, 1
_ENTRY_KEY = np.frombuffer(b"entry", np.uint8)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _go_on_in_string(c: int, state: np.ndarray) -> None:  # type: ignore[type-arg]
    """One byte inside a string: its end, an escape, or the next letter of ``entry``."""
    if state[ESCAPED]:
        state[ESCAPED] = 0
        state[MATCHED] = -1
    elif c == 92:
        state[ESCAPED] = 1
    elif c == 34:
        state[IN_STRING] = 0
        state[KEY] = 1 if state[MATCHED] == 5 else 0
    elif state[DEPTH] == 1 and state[MATCHED] >= 0:
        m = state[MATCHED]
        state[MATCHED] = m + 1 if m < 5 and c == _ENTRY_KEY[m] else -1


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def next_cut(data: np.ndarray, at: int, state: np.ndarray) -> tuple[int, int]:  # type: ignore[type-arg]
    """Scan ``data`` (n,) uint8 from ``at`` to the end of the element at hand.

    ``state`` (10,) int64 is carried on. Returns where the element's bytes begin in ``data`` (-1 if
    none do) and where they stop; ``state[AT_END]`` says that the data ended first. ``ENTRIES`` is
    the depth of the list being cut (0 outside); ``LAST_IN_LIST`` says the list closed at the cut.
    """
    begun = at if state[ENTRIES] > 0 or (state[MODE] == 1 and state[DEPTH] > 0) else -1
    state[AT_END] = 0
    i = at
    while i < data.size:
        c = data[i]
        if state[IN_STRING]:
            _go_on_in_string(c, state)
        elif c == 34:
            state[IN_STRING] = 1
            state[MATCHED] = 0 if state[DEPTH] == 1 else -1
            if state[DEPTH] == 0:
                state[GARBAGE] = 1
        elif c == 123 or c == 91:
            if state[MODE] == 1:
                if state[DEPTH] == 0:
                    begun = i
            elif (
                state[ENTRIES] == 0
                and c == 91
                and (state[DEPTH] == 0 or (state[DEPTH] == 1 and state[KEY] == 2))
            ):
                state[ENTRIES] = state[DEPTH] + 1
                begun = i + 1
            state[KEY] = 0
            state[DEPTH] += 1
        elif c == 125 or c == 93:
            state[DEPTH] -= 1
            if state[DEPTH] < 0:
                state[DEPTH] = 0
                state[GARBAGE] = 1
            elif state[MODE] == 1:
                if state[DEPTH] == 0:
                    state[LAST_IN_LIST] = 1
                    return begun, i + 1
            elif state[ENTRIES] > state[DEPTH]:
                state[ENTRIES] = 0
                state[LAST_IN_LIST] = 1
                return begun, i
        elif c == 44:
            if state[ENTRIES] > 0 and state[ENTRIES] == state[DEPTH]:
                state[LAST_IN_LIST] = 0
                return begun, i
            state[KEY] = 0
        elif c == 58:
            state[KEY] = 2 if state[KEY] == 1 and state[DEPTH] == 1 else 0
        elif state[DEPTH] == 0 and c != 32 and c != 9 and c != 10 and c != 13:
            state[GARBAGE] = 1
        i += 1
    state[AT_END] = 1
    return begun, i
