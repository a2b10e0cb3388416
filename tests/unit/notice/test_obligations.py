"""Which duties bind whom: severity, roles, sectors, what a person must decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notice_case import AWARE, NOW, a_case, a_scope, a_site, scope_content
from rempart.notice.obligations import Answer, Obligation, add_months, assess
from rempart.notice.scope import Scope
from rempart.notice.site import Site
from rempart.records import CATEGORIES


def exposing(*categories: str, unsure: tuple[str, ...] = ()) -> Scope:
    answers = scope_content()["categories"]
    for name in CATEGORIES:
        said = "exposed" if name in categories else "cannot_tell" if name in unsure else "not_exposed"
        answers[name] |= {"answer": said}
    return a_scope(categories=answers)


def duty(name: str, scope: Scope | None = None, site: Site | None = None, now: datetime = NOW) -> Obligation:
    return next(each for each in a_case(scope, site, now).obligations if each.rule.id == name)


def organisation(**changed: object) -> dict[str, object]:
    return {"organisation": {"name": "X", "sector": "hospital", "role": "controller"} | changed}


@pytest.mark.parametrize(
    ("scope", "severity", "reasons", "ceiling", "high"),
    [
        (exposing("identity", "contact"), "limited", ("plain",), "limited", Answer.OPEN),
        (exposing("social_security_number"), "significant", ("number",), "significant", Answer.YES),
        (exposing("results"), "significant", ("health",), "significant", Answer.YES),
        (exposing("results", "bank_details"), "maximal", ("health", "bank", "both"), "maximal", Answer.YES),
        (exposing("identity", unsure=("diagnoses",)), "limited", ("plain",), "significant", Answer.OPEN),
        (exposing("results", unsure=("insurance",)), "significant", ("health",), "maximal", Answer.YES),
        (exposing(unsure=("contact",)), "undecided", ("untold",), "limited", Answer.OPEN),
        (exposing(unsure=("results",)), "undecided", ("untold",), "significant", Answer.OPEN),
        (exposing(), "negligible", (), "negligible", Answer.NO),
    ],
)
def test_severity_follows_what_was_seen_and_says_how_far_it_may_rise(
    scope: Scope, severity: str, reasons: tuple[str, ...], ceiling: str, high: Answer
) -> None:
    found = assess(scope, a_site())
    assert (found.severity, found.reasons, found.ceiling, found.high_risk) == (
        severity,
        reasons,
        ceiling,
        high,
    )


def test_the_site_s_own_severity_wins_and_says_so() -> None:
    found = assess(exposing("results"), a_site(theft={"severity": "limited"}))
    assert (found.severity, found.reasons[0], found.high_risk) == ("limited", "site", Answer.OPEN)
    found = assess(exposing(unsure=("results",)), a_site(theft={"severity": "limited"}))
    assert (found.severity, found.reasons[0], found.ceiling) == ("limited", "site", "significant")


def test_the_supervisor_s_clock_runs_for_72_hours() -> None:
    assert duty("cnil").due_at == AWARE + timedelta(hours=72)
    assert (duty("cnil").state, duty("cnil").seconds) == (
        "running",
        (AWARE + timedelta(hours=72) - NOW).total_seconds(),
    )
    late = duty("cnil", now=AWARE + timedelta(hours=73))
    assert (late.state, late.seconds) == ("late", 3600)


def test_what_was_sent_stops_its_clock() -> None:
    sent = duty(
        "cnil", site=a_site(sent={"cnil": [datetime(2026, 3, 5, tzinfo=UTC)]}), now=AWARE + timedelta(days=30)
    )
    assert (sent.state, sent.sent_at) == ("sent", datetime(2026, 3, 5, tzinfo=UTC))


def test_a_processor_tells_the_controller_and_not_the_people() -> None:
    named = {each.rule.id for each in a_case(site=a_site(**organisation(role="processor"))).obligations}
    assert "controller" in named
    assert not named & {"cnil", "patients", "register"}


@pytest.mark.parametrize(
    ("sector", "applies"),
    [("hospital", Answer.YES), ("laboratory", Answer.YES), ("practice", Answer.OPEN), ("vendor", Answer.NO)],
)
def test_the_health_declaration_binds_the_structures_the_law_names(sector: str, applies: Answer) -> None:
    assert duty("health", site=a_site(**organisation(sector=sector))).applies is applies


def test_an_unknown_fact_leaves_the_decision_to_a_person() -> None:
    assert duty("complaint").applies is Answer.OPEN
    assert duty("complaint", site=a_site(law={"insured": "no"})).state == "not_concerned"
    assert duty("patients", exposing("contact")).state == "decide"
    assert duty("patients").state == "at_once"


def test_a_directive_without_its_law_and_a_proposal_are_no_law() -> None:
    warning = duty("nis2-warning", site=a_site(law={"nis2": "essential"}))
    assert (warning.state, warning.is_law) == ("late", False)
    assert duty("cnil-96h").state == "not_concerned"
    assert duty("orders").state == "not_law"


def test_the_final_report_follows_the_notification() -> None:
    essential = {"nis2": "essential"}
    assert duty("nis2-report", site=a_site(law=essential)).due_at == datetime(2026, 4, 7, 8, tzinfo=UTC)
    sent = {"nis2-notification": [datetime(2026, 1, 31, 12, tzinfo=UTC)]}
    assert duty("nis2-report", site=a_site(law=essential, sent=sent)).due_at == datetime(
        2026, 2, 28, 12, tzinfo=UTC
    )


def test_months_end_where_the_month_ends() -> None:
    assert add_months(datetime(2024, 1, 31, tzinfo=UTC), 1) == datetime(2024, 2, 29, tzinfo=UTC)
    assert add_months(datetime(2026, 12, 15, tzinfo=UTC), 1) == datetime(2027, 1, 15, tzinfo=UTC)
