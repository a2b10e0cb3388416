"""The scope of accounts over a period: whose data, which data, and how far the logs can tell.

Reads accesses, habits and the sources' hours; gives a :class:`Scope`. What stands in it as certain is
exact: what the log says was served to these accounts in this period. The upper bound adds what may have
been served and what the gaps can hide. Who of two people did it comes on top (:mod:`rempart.incident.split`)
and changes none of these figures.

Law, held by tests: more accesses never make a certain figure smaller, and never turn ``exposed`` into
anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rempart.incident.answers import Answer, answer_categories
from rempart.incident.exposure import Accesses, Array, People, count_people
from rempart.incident.gap import Gap
from rempart.incident.gaps import Cells, find_gaps
from rempart.incident.split import Habits, Split, split_accesses


@dataclass(frozen=True, slots=True)
class Scope:
    """``low`` figures are proved, ``high`` ones at most; ``bounded`` is False where a gap cannot be bounded.

    ``accesses`` counts those that were or may have been served; a record is one patient seen in one form.
    """

    accesses: int
    patients_low: int
    patients_high: int
    records_low: int
    records_high: int
    bounded: bool
    categories: dict[str, Answer]
    gaps: tuple[Gap, ...]
    split: Split
    people: People


def count_scope(
    accesses: Accesses,
    habits: Habits,
    sources: Sequence[Cells],
    nameless: Array,
    period: tuple[int, int],
    further: Sequence[Gap] = (),
) -> Scope:
    """The scope of ``period`` (ms UTC, the end excluded).

    ``nameless`` are patients of accesses that name no account; ``further`` gaps found elsewhere.
    """
    split = split_accesses(accesses, habits)
    people = count_people(accesses, split.thief)
    gaps = (*further, *find_gaps(sources, accesses, nameless, *period))
    hidden = sum(gap.upper_bound for gap in gaps if gap.upper_bound is not None)
    known = sum(gap.people.size - (gap.upper_bound or 0) for gap in gaps if gap.people is not None)
    most_kinds = int(people.kinds.max(initial=1))
    return Scope(
        accesses=int(np.count_nonzero(accesses.possible)),
        patients_low=int(np.count_nonzero(people.certain)),
        patients_high=len(people) + hidden,
        records_low=int(people.certain_kinds.sum()),
        records_high=int(people.kinds.sum()) + (hidden + known) * most_kinds,
        bounded=all(gap.upper_bound is not None for gap in gaps),
        categories=answer_categories(accesses, people, gaps),
        gaps=gaps,
        split=split,
        people=people,
    )
