"""One request is counted once, and never less than may have been served."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rempart.incident.exposure import NO, UNKNOWN, YES
from rempart.incident.told import settle_questions

Row = tuple[int, int, tuple[int, ...]]
"""What was served, the number of the question told of (-1: it is one), the patients named."""


def settled(rows: list[Row]) -> list[int]:
    """What is left of ``served`` of rows numbered 10, 12, 14, ..."""
    people = np.array([each for row in rows for each in row[2]], np.uint64)
    return settle_questions(
        np.array([row[0] for row in rows], np.int8),
        np.arange(10, 10 + 2 * len(rows), 2),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[1] >= 0 for row in rows], bool),
        np.array([len(row[2]) for row in rows], np.int64),
        people,
    ).tolist()


def test_what_was_listed_stands_for_an_unknown_page() -> None:
    assert settled([(UNKNOWN, -1, ()), (YES, 10, (1,)), (YES, 10, (2,))]) == [NO, YES, YES]


def test_a_record_that_lists_nobody_leaves_the_bound_and_adds_none() -> None:
    assert settled([(UNKNOWN, -1, ()), (YES, 10, ())]) == [UNKNOWN, NO]
    assert settled([(UNKNOWN, -1, (1,)), (YES, 10, ())]) == [UNKNOWN, NO]


def test_a_named_patient_stays_possible_until_a_record_names_it() -> None:
    assert settled([(UNKNOWN, -1, (1, 2)), (YES, 10, (1,))]) == [UNKNOWN, YES]
    assert settled([(UNKNOWN, -1, (1, 2)), (YES, 10, (1,)), (YES, 10, (2,))]) == [NO, YES, YES]


def test_a_failure_served_nothing_unless_another_record_says_so() -> None:
    assert settled([(UNKNOWN, -1, (1,)), (NO, 10, (1,))]) == [NO, NO]
    assert settled([(UNKNOWN, -1, ()), (NO, 10, ())]) == [NO, NO]
    assert settled([(UNKNOWN, -1, (1,)), (NO, 10, ()), (YES, 10, ())]) == [UNKNOWN, NO, NO]


def test_a_record_whose_question_lies_outside_stands_for_itself() -> None:
    rows = [(UNKNOWN, -1, ()), (YES, 11, ()), (YES, 99, (3,)), (YES, 0, ())]
    assert settled(rows) == [row[0] for row in rows]
    assert settled([]) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from([YES, NO, UNKNOWN]),
            st.sampled_from([-1, -1, 10, 12, 14]),
            st.lists(st.integers(1, 4), unique=True, max_size=3).map(tuple),
        ),
        max_size=8,
    )
)
def test_nobody_who_may_have_been_served_is_lost_but_by_a_failure(rows: list[Row]) -> None:
    """Each patient of a settled question is listed by a record that stands, or every record of it failed."""
    rows = [(UNKNOWN, -1, row[2]) if number < 3 else row for number, row in enumerate(rows)]
    left = settled(rows)
    for place, (served, question, people) in enumerate(rows):
        assert left[place] in (served, NO)
        if question >= 0 or left[place] != NO or served == NO:
            continue
        tells = [each for each in range(len(rows)) if rows[each][1] == 10 + 2 * place]
        assert tells
        standing = {who for each in tells if left[each] != NO for who in rows[each][2]}
        failed = all(rows[each][0] == NO for each in tells)
        assert failed or set(people) <= standing
