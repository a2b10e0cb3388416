"""Laws of a scope: a plain recount agrees, more reads never shrink it, a split and a merge change nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "incident"))

from made_accesses import MONDAY_MS, NO_HABITS, UNKNOWN, Read, bits, hours, made

from rempart.incident.exposure import NO, YES
from rempart.incident.gaps import HOUR_MS
from rempart.incident.scope import Scope, count_scope
from rempart.market.book import load
from rempart.market.worth import Group, price_haul
from rempart.records import CATEGORIES

PERIOD = (MONDAY_MS, MONDAY_MS + 24 * HOUR_MS)
names = st.lists(st.sampled_from(CATEGORIES), max_size=4, unique=True).map(tuple)
reads = st.builds(
    Read,
    patients=st.lists(st.integers(1, 12), max_size=4, unique=True).map(tuple),
    at_ms=st.integers(*PERIOD).map(lambda at: at - 1),
    shows=names,
    may_show=names,
    served=st.sampled_from([YES, NO, UNKNOWN]),
    known=st.booleans(),
    account=st.integers(0, 2),
    network=st.integers(0, 2),
    form=st.integers(0, 3),
    hijack=st.floats(0, 1),
    in_care=st.integers(0, 2),
)
many = st.lists(reads, max_size=25)


def scope_of(chosen: list[Read]) -> Scope:
    return count_scope(made(chosen), NO_HABITS, [hours([30] * 24)], np.zeros(0, np.uint64), PERIOD)


def hidden_in(chosen: list[Read], category: str | None = None) -> int:
    """Patients that accesses which name none may hide: as many each as the widest access of all names."""
    silent = [set(read.shows + read.may_show) for read in chosen if read.served != NO and not read.patients]
    shown = set().union(*silent)
    if category is not None and category not in shown:
        return 0
    return sum(map(bool, silent)) * max([1, *(len(read.patients) for read in chosen)])


@settings(deadline=None)
@given(many)
def test_a_scope_equals_a_plain_recount(chosen: list[Read]) -> None:
    scope = scope_of(chosen)
    proved: dict[int, set[str]] = {}
    possible: dict[int, list[Read]] = {}
    for read in chosen:
        if read.served == NO:
            continue
        for patient in read.patients:
            possible.setdefault(patient, []).append(read)
            if read.served == YES:
                proved.setdefault(patient, set()).update(read.shows)
    assert scope.patients_low == len(proved)
    hidden = hidden_in(chosen)
    assert scope.patients_high == len(possible) + hidden
    assert scope.accesses == sum(read.served != NO for read in chosen)
    forms = {(patient, read.form) for patient, seen in possible.items() for read in seen}
    assert scope.records_high == len(forms) + hidden * int(scope.people.kinds.max(initial=1))
    people = scope.people
    assert people.patient.tolist() == sorted(possible)
    for place, patient in enumerate(people.patient.tolist()):
        seen = possible[patient]
        assert people.accesses[place] == len(seen)
        assert people.first_ms[place] == min(read.at_ms for read in seen)
        assert people.last_ms[place] == max(read.at_ms for read in seen)
        assert people.shown[place] == bits(tuple(proved.get(patient, ())))
    for name, answer in scope.categories.items():
        exposed = {patient for patient, shown in proved.items() if name in shown}
        assert (answer.answer == "exposed") == bool(exposed)
        may = {
            patient
            for patient, seen in possible.items()
            for read in seen
            if name in read.shows + read.may_show
        }
        assert answer.seen == len(exposed)
        assert answer.possible == len(may - exposed) + hidden_in(chosen, name)
        if not exposed:
            assert answer.answer == ("cannot_tell" if answer.possible else "not_exposed")


@settings(deadline=None)
@given(many, reads)
def test_more_reads_never_shrink_a_scope(chosen: list[Read], more: Read) -> None:
    before, after = scope_of(chosen), scope_of([*chosen, more])
    for name in ("accesses", "patients_low", "patients_high", "records_low", "records_high"):
        assert getattr(before, name) <= getattr(after, name)
    for name, answer in before.categories.items():
        now = after.categories[name]
        if answer.answer == "exposed":
            assert now.answer == "exposed"
            assert now.seen >= answer.seen
        assert now.seen + now.possible >= answer.seen + answer.possible
        if answer.answer == "cannot_tell":
            assert now.answer != "not_exposed"
    assert set(before.people.patient.tolist()) <= set(after.people.patient.tolist())


@settings(deadline=None)
@given(many, st.sets(st.integers(0, 2)))
def test_the_parts_of_a_split_hold_together_what_the_whole_held(chosen: list[Read], moved: set[int]) -> None:
    whole = scope_of(chosen)
    parts = [scope_of([read for read in chosen if (read.account in moved) == side]) for side in (True, False)]
    everybody = set().union(*(part.people.patient.tolist() for part in parts))
    assert everybody == set(whole.people.patient.tolist())
    assert whole.accesses == sum(part.accesses for part in parts)
    assert (
        max(part.patients_low for part in parts) <= whole.patients_low <= sum(p.patients_low for p in parts)
    )
    again = scope_of(sorted(chosen, key=lambda read: read.account in moved))
    assert (again.patients_low, again.patients_high, again.records_low) == (
        whole.patients_low,
        whole.patients_high,
        whole.records_low,
    )


@settings(deadline=None)
@given(many)
def test_the_split_lies_within_the_scope(chosen: list[Read]) -> None:
    scope = scope_of(chosen)
    split = scope.split
    assert 0 <= split.low <= split.expected <= split.high <= scope.patients_high
    assert split.low <= scope.patients_low
    assert split.thief_accesses + split.owner_accesses + split.unclear_accesses == scope.accesses


groups = st.lists(
    st.builds(
        lambda people, certain, proved, more, age: Group(
            people, min(certain, people), proved, tuple(dict.fromkeys((*proved, *more))), age
        ),
        st.integers(1, 500),
        st.integers(0, 500),
        names,
        names,
        st.floats(0, 2000),
    ),
    max_size=5,
)
BOOK = load()


@settings(deadline=None)
@given(groups, groups)
def test_a_haul_is_an_interval_and_grows_with_what_is_in_it(one: list[Group], more: list[Group]) -> None:
    small, large = price_haul(BOOK, one), price_haul(BOOK, [*one, *more])
    for haul in (small, large):
        assert 0 <= haul.retail.low <= haul.retail.high
        assert 0 <= haul.lot.low <= haul.lot.high
    slack = 1 + 1e-9
    assert small.retail.low <= large.retail.low * slack
    assert small.retail.high <= large.retail.high * slack
    assert small.lot.low <= large.lot.low * slack
    assert small.lot.high <= large.lot.high * slack
