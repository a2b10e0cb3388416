"""The number an identifier ends with: what is left of a patient's identifier where its order matters.

Reads identifiers as text; gives the number of their last digits, at most fifteen, or -1 where the last character
is no digit. The door masks it for each account, so that only the steps between two patients of one account mean
anything: who opens records one identifier after the other walks through a register. Misses identifiers
without an order (random UUIDs).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numba import njit

from rempart.watch.state import Array

MOST_DIGITS = 15


def last_numbers(identifiers: pa.StringArray) -> Array:
    """Number (n,) int64 that each identifier ends with, -1 where it ends with none; no nulls."""
    numbers = np.full(len(identifiers), -1, np.int64)
    if len(identifiers):
        _, offset_buffer, data_buffer = identifiers.buffers()
        width = np.int32 if pa.types.is_string(identifiers.type) else np.int64
        first = identifiers.offset
        offsets = np.frombuffer(offset_buffer, width)[first : first + len(identifiers) + 1]
        _read(np.frombuffer(data_buffer if data_buffer is not None else b"", np.uint8), offsets, numbers)
    return numbers


def last_number(identifier: str) -> int:
    """The same of one identifier."""
    digits = identifier[len(identifier.rstrip("0123456789")) :][-MOST_DIGITS:]
    return int(digits) if digits else -1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _read(content, offsets, numbers):  # type: ignore[no-untyped-def]
    for i in range(numbers.size):
        weight, number, found = 1, 0, False
        for place in range(offsets[i + 1] - 1, max(offsets[i], offsets[i + 1] - MOST_DIGITS) - 1, -1):
            digit = int(content[place]) - 48
            if digit < 0 or digit > 9:
                break
            number += digit * weight
            weight *= 10
            found = True
        numbers[i] = number if found else -1
