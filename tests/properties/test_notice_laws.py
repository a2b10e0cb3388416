"""Laws of the notices: clocks, ages, the scope's hash, and letters that only grow with what was seen."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notice_case import AWARE, a_person, a_scope, a_site, affected, scope_content
from rempart.canonical import hash_document
from rempart.notice.addressee import possible_ages, treat
from rempart.notice.obligations import CONDITIONS, Case, add_months, assess, obligations
from rempart.notice.rules import read_rules
from rempart.notice.scope import Scope
from rempart.notice.sheet import changes
from rempart.records import CATEGORIES

TIMES = st.datetimes(datetime(2019, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
RULES = read_rules(None, frozenset(CONDITIONS))
ORDER = ("negligible", "undecided", "limited", "significant", "maximal")


def exposing(chosen: set[str], unsure: set[str]) -> Scope:
    answers = scope_content()["categories"]
    for name in CATEGORIES:
        said = "exposed" if name in chosen else "cannot_tell" if name in unsure else "not_exposed"
        answers[name] |= {"answer": said}
    return a_scope(categories=answers)


@given(TIMES, st.integers(0, 60 * 24 * 400))
def test_a_clock_runs_then_is_late_and_never_both(aware: datetime, minutes: int) -> None:
    scope, site = a_scope(), a_site(law={"nis2": "essential", "insured": "yes"})
    now = aware + timedelta(minutes=minutes)
    for each in obligations(RULES, Case(scope, site, assess(scope, site)), aware, now):
        assert each.seconds >= 0
        if each.rule.limit_h is not None:
            assert each.due_at == aware + timedelta(hours=each.rule.limit_h)
        if each.state == "running":
            assert each.due_at
            assert now + timedelta(seconds=each.seconds) == each.due_at
        if each.state == "late":
            assert each.due_at
            assert now - timedelta(seconds=each.seconds) == each.due_at
        if each.due_at is not None:
            assert each.due_at > aware


@given(TIMES, st.integers(1, 24))
def test_months_never_run_backwards_nor_skip_one(at: datetime, months: int) -> None:
    later = add_months(at, months)
    assert later > at
    assert (later.year * 12 + later.month) - (at.year * 12 + at.month) == months
    assert later.day <= at.day


@given(
    st.sets(st.sampled_from(CATEGORIES)), st.sets(st.sampled_from(CATEGORIES)), st.sampled_from(CATEGORIES)
)
def test_more_exposure_is_never_less_severe(chosen: set[str], unsure: set[str], more: str) -> None:
    before = assess(exposing(chosen, unsure), a_site())
    after = assess(exposing(chosen | {more}, unsure), a_site())
    assert ORDER.index(after.severity) >= ORDER.index(before.severity)
    assert ORDER.index(after.ceiling) >= ORDER.index(before.ceiling) >= ORDER.index(before.severity)


@given(st.dates(date(1900, 1, 1), date(2026, 3, 5)), st.sampled_from([4, 7, 10]))
def test_ages_enclose_the_age_on_the_full_date(born: date, kept: int) -> None:
    today = date(2026, 3, 5)
    exact = possible_ages(born.isoformat(), today)
    assert exact is not None
    assert exact[0] == exact[1]
    bounds = possible_ages(born.isoformat()[:kept], today)
    assert bounds is not None
    assert bounds[0] <= exact[0] <= bounds[1]


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["", "2012-01-01", "1950", "2010-05-05"]))
def test_the_dead_the_confidential_and_the_doubtful_never_get_a_letter(
    confidential: bool, deceased: bool, ambiguous: bool, born: str
) -> None:
    person = a_person(confidential=confidential, deceased=deceased, birth_date=born)
    made = treat(affected(person, ambiguous=ambiguous), AWARE.date())
    if confidential or deceased or ambiguous or not born:
        assert made.letters == ()
        assert made.withheld
    else:
        assert made.letters


VALUES = st.dictionaries(
    st.sampled_from(["people", "records", "start", "kind", "previous"]), st.text(max_size=5)
)


@given(VALUES, VALUES)
def test_changes_say_exactly_what_differs(now: dict[str, str], before: dict[str, str]) -> None:
    told = {label: (old, new) for label, old, new in changes(now, before)}
    for label in {*now, *before} - {"kind", "previous"}:
        old, new = before.get(label, ""), now.get(label, "")
        assert told.get(label, (old, old)) == (old, new)
    assert not {"kind", "previous"} & told.keys()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda each: st.lists(each, max_size=3),
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=6))
def test_the_hash_of_a_scope_does_not_depend_on_how_its_json_is_laid_out(content: dict[str, object]) -> None:
    again = json.loads(json.dumps(content, indent=3))
    turned = dict(reversed(list(again.items())))
    assert hash_document(content) == hash_document(turned | {"hash": "anything"})
