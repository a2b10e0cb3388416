"""How sources speak: counted as a plain loop would, packed and unpacked unchanged, hostile times survived."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.ledger.rhythm import (
    CELL,
    EXECUTION,
    HOUR_MS,
    MOST_CELLS,
    NO_ID,
    Rhythm,
    join,
    pack,
    rhythm_of,
    trailing_numbers,
    unpack,
)
from rempart.records import MISSING_MS

SOURCES = ["a.ndjson", "b.csv"]
events = st.lists(
    st.tuples(
        st.integers(-1, 1),
        st.one_of(st.integers(0, 5 * HOUR_MS), st.just(MISSING_MS)),
        st.integers(0, 10**9),
        st.sampled_from([0, 2, EXECUTION]),
        st.sampled_from(["", "x", "ev7", "ev12", "003", "a-9999999999999999999999", "é5"]),
    ),
    max_size=30,
)


def made(rows: list[tuple[int, int, int, int, str]]) -> Rhythm:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    return rhythm_of(
        *(np.array(column, np.int64) for column in columns[:4]), pa.array(columns[4], pa.string()), SOURCES
    )


@settings(deadline=None)
@given(events, events)
def test_cells_are_what_a_plain_loop_counts_also_in_two_pieces(first: list, second: list) -> None:
    plain: dict[tuple[int, int], list[tuple[int, str]]] = defaultdict(list)
    for source, at, offset, _, event in [*first, *second]:
        if source >= 0 and at != MISSING_MS:
            plain[source, at // HOUR_MS].append((offset, event))
    joined = join([made(first), made(second)])
    found = {(int(cell["source"]), int(cell["hour"])): cell for cell in joined.cells}
    assert set(found) == set(plain)
    numbers = {"ev7": 7, "ev12": 12, "003": 3, "é5": 5}
    for key, seen in plain.items():
        ids = [numbers[event] for _, event in seen if event in numbers]
        cell = found[key]
        assert cell["rows"] == len(seen)
        assert (cell["first_offset"], cell["last_offset"]) == (min(seen)[0], max(seen)[0])
        assert cell["ids"] == len(ids)
        assert (cell["first_id"], cell["last_id"]) == ((min(ids), max(ids)) if ids else (NO_ID, NO_ID))
    everything = [*first, *second]
    for place in range(2):
        assert joined.executions[place] == sum(row[0] == place and row[3] == EXECUTION for row in everything)
        assert joined.untimed[place] == sum(row[0] == place and row[1] == MISSING_MS for row in everything)


@settings(deadline=None)
@given(events)
def test_a_footer_says_the_same_again(rows: list) -> None:
    rhythm = made(rows)
    again = unpack(pack(rhythm))
    assert again.sources == rhythm.sources
    assert again.cells.tobytes() == rhythm.cells.tobytes()
    assert again.executions.tolist() == rhythm.executions.tolist()


@pytest.mark.parametrize("content", [b"", b"!!!!", b"AAAA"])
def test_a_footer_that_holds_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="rhythm"):
        unpack(content)


def test_sources_are_joined_by_what_they_are_called() -> None:
    one = made([(0, 0, 5, EXECUTION, "ev1"), (1, 0, 9, EXECUTION, "ev2")])
    joined = join([one], lambda _: "one")
    assert joined.sources == ("one",)
    assert joined.cells["rows"].tolist() == [2]
    assert joined.executions.tolist() == [2]


def test_a_log_that_claims_all_centuries_keeps_its_busiest_hours() -> None:
    count = MOST_CELLS + 500
    hours = np.arange(count) * 7
    at = np.concatenate([hours, np.full(3, 70)]) * HOUR_MS
    zeros = np.zeros(at.size, np.int64)
    rhythm = rhythm_of(zeros, at, zeros, zeros, pa.array([""] * at.size, pa.string()), SOURCES)
    assert rhythm.cells.size == MOST_CELLS
    assert rhythm.cells["rows"].max() == 4


def test_numbers_of_a_sliced_column() -> None:
    ids = pa.array(["ev1", "ev22", "x", ""], pa.string()).slice(1)
    assert trailing_numbers(ids).tolist() == [22, NO_ID, NO_ID]
    assert rhythm_of(*np.zeros((4, 0), np.int64), pa.array([], pa.string()), SOURCES).cells.dtype == CELL
