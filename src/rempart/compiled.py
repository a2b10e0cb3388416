"""How inner loops are compiled: the arrays that one compiled function hands to the next are lent, not counted.

Gives :data:`njit`, numba's own with one thing taken out. numba counts who holds each array: every function that is
handed one adds to its count and subtracts again, as atomic operations, and two threads that read the same
table take the count out of each other's cache with each of them. Of the threads that judge that was 46 % of
their time (``perf record``), of the whole replay 8 %.

A function compiled so may read and write the arrays it is given and views of them, all of which its caller holds until
it returns. It can make no array: numba refuses to compile that. Those that must make some take numba's own decorator, or
get room to work in from their caller.
"""

from __future__ import annotations

from functools import partial

import numba

njit = partial(numba.njit, cache=True, nogil=True, _nrt=False)
"""``numba.njit`` for functions that make no array: compiled once, without the lock, without counting."""
