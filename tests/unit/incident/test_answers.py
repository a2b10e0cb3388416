"""Exposed, not exposed, cannot be told: each for its own reason, with the lines that prove it."""

from __future__ import annotations

import numpy as np
from made_accesses import MONDAY_MS, NO_HABITS, UNKNOWN, Read, hours, made

from rempart.incident.answers import Answer
from rempart.incident.exposure import NO
from rempart.incident.gaps import HOUR_MS
from rempart.incident.scope import Scope, count_scope
from rempart.records import MISSING_MS

PERIOD = (MONDAY_MS, MONDAY_MS + 24 * HOUR_MS)


def scope_of(reads: list[Read], *, nameless: tuple[int, ...] = (), **cells: int) -> Scope:
    sources = [hours([30] * 24, **cells)]
    return count_scope(made(reads), NO_HABITS, sources, np.array(nameless, np.uint64), PERIOD)


def answer(reads: list[Read], category: str, **cells: int) -> Answer:
    return scope_of(reads, **cells).categories[category]


def test_a_served_access_that_shows_it_proves_it() -> None:
    reads = [Read(shows=("results",)), Read(patients=(2, 3), shows=("identity",)), Read(shows=("results",))]
    found = answer(reads, "results")
    assert (found.answer, found.seen, found.possible) == ("exposed", 1, 0)
    assert [(line.offset, line.number) for line in found.proof] == [(0, 0), (200, 2)]


def test_nothing_is_not_exposed_only_when_the_logs_cover_it() -> None:
    found = answer([Read(), Read(patients=(2,))], "bank_details")
    assert (found.answer, found.seen, found.possible) == ("not_exposed", 0, 0)
    assert [line.number for line in found.proof] == [0, 1]
    assert answer([Read()], "bank_details", executions=0).answer == "cannot_tell"
    assert answer([Read()], "bank_details", rejected=1).answer == "cannot_tell"


def test_one_access_of_an_unknown_form_leaves_it_open() -> None:
    found = answer([Read(), Read(patients=(2,), known=False, may_show=("bank_details",))], "bank_details")
    assert (found.answer, found.seen, found.possible) == ("cannot_tell", 0, 1)
    assert [line.number for line in found.proof] == [1]
    assert "no rule" in found.why


def test_what_may_have_been_shown_cannot_be_told() -> None:
    found = answer([Read(may_show=("social_security_number",))], "social_security_number")
    assert (found.answer, found.seen, found.possible) == ("cannot_tell", 0, 1)


def test_an_access_whose_serving_is_unknown_proves_nothing() -> None:
    scope = scope_of([Read(served=UNKNOWN)])
    assert scope.categories["identity"].answer == "cannot_tell"
    assert (scope.patients_low, scope.patients_high) == (0, 1)
    assert (scope.records_low, scope.records_high) == (0, 1)


def test_a_refused_access_counts_nowhere() -> None:
    scope = scope_of([Read(), Read(patients=(2,), shows=("bank_details",), served=NO)])
    assert scope.categories["bank_details"].answer == "not_exposed"
    assert (scope.accesses, scope.patients_high) == (1, 1)


def test_an_access_without_a_time_is_possible_never_certain() -> None:
    scope = scope_of([Read(), Read(patients=(2,), at_ms=MISSING_MS)])
    assert (scope.patients_low, scope.patients_high) == (1, 2)


def test_nobody_opened_anything() -> None:
    scope = scope_of([])
    assert (scope.accesses, scope.patients_low, scope.patients_high) == (0, 0, 0)
    assert {one.answer for one in scope.categories.values()} == {"not_exposed"}


def test_a_record_is_one_patient_in_one_form() -> None:
    scope = scope_of([Read(form=0), Read(form=0), Read(form=1), Read(form=1, patients=(1, 2))])
    assert (scope.records_low, scope.records_high) == (3, 3)


def bounds(scope: Scope, category: str) -> tuple[str, int, int, bool]:
    one = scope.categories[category]
    return one.answer, one.seen, one.possible, one.bounded


def test_who_may_have_been_shown_a_category_comes_on_top_of_who_was() -> None:
    reads = [
        Read(patients=(1, 2), shows=("identity", "results")),
        Read(patients=(2, 3), shows=("identity",), may_show=("results",)),
        Read(patients=(4,), shows=("results",), served=UNKNOWN),
    ]
    scope = scope_of(reads)
    assert bounds(scope, "results") == ("exposed", 2, 2, True)
    assert "may have shown it" in scope.categories["results"].why
    assert bounds(scope, "identity") == ("exposed", 3, 0, True)


def test_what_a_gap_hides_may_show_any_category_to_as_many() -> None:
    scope = scope_of([Read(patients=(1, 2))], rejected=3)
    assert bounds(scope, "identity") == ("exposed", 2, 6, True)
    assert bounds(scope, "images") == ("cannot_tell", 0, 6, True)


def test_a_gap_without_bound_leaves_every_category_without_one() -> None:
    scope = scope_of([Read()], executions=0)
    assert bounds(scope, "identity") == ("exposed", 1, 0, False)
    assert bounds(scope, "images") == ("cannot_tell", 0, 0, False)


def test_an_access_without_account_may_show_more_of_somebody_counted_already() -> None:
    scope = scope_of([Read(patients=(1, 2))], nameless=(2, 3))
    assert (scope.patients_low, scope.patients_high) == (2, 3)
    assert bounds(scope, "identity") == ("exposed", 2, 1, True)
    assert bounds(scope, "results") == ("cannot_tell", 0, 2, True)
    again = scope_of([Read(patients=(1, 2))], nameless=(2,))
    assert again.patients_high == 2
    assert bounds(again, "results") == ("cannot_tell", 0, 1, True)
    assert again.records_high == 3


def test_an_access_that_names_no_patient_may_be_anybodys() -> None:
    scope = scope_of([Read(patients=(1, 2)), Read(patients=(), shows=(), may_show=("results",))])
    assert (scope.patients_low, scope.patients_high) == (2, 4)
    assert bounds(scope, "results") == ("cannot_tell", 0, 2, True)
    assert bounds(scope, "images") == ("not_exposed", 0, 0, True)


def test_an_access_without_patient_that_shows_nothing_hides_nobody() -> None:
    scope = scope_of([Read(), Read(patients=(), shows=())])
    assert scope.patients_high == 1
    assert not scope.gaps
