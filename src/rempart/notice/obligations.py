"""Which rules bind this site for this theft, and how much time is left: pure, the clock is handed in.

Reads a :class:`~rempart.notice.scope.Scope`, the :class:`~rempart.notice.site.Site`, the rules, awareness and
now. Gives a severity with its reasons (the four steps of the CNIL's form) and one :class:`Obligation` a rule.
The severity rests on what is known to have been seen; how far it may rise is said beside it. Where the facts do not settle a condition, a person decides.

Hours run exactly from awareness, without the rounding up that Regulation 1182/71 would allow.
Misses: contracts, which often fix shorter times.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

from rempart.notice.rules import Rule, RuleBook, Status
from rempart.notice.scope import Scope
from rempart.notice.site import Severity, Site

CARE = frozenset({"appointments", "diagnoses", "prescriptions", "results", "documents", "images"})
MONEY = frozenset({"bank_details", "insurance"})
NUMBER = "social_security_number"
STEPS: tuple[Severity, ...] = ("negligible", "limited", "significant", "maximal")
HIGH = frozenset(STEPS[2:])
HEALTH_STRUCTURES = frozenset({"hospital", "army_hospital", "laboratory", "radiotherapy", "medico_social"})

Proposed = Severity | Literal["undecided"]
"""``undecided``: every category could be seen and none is known to have been; limited at least."""

StateName = Literal["sent", "late", "running", "at_once", "decide", "not_concerned", "not_law"]


class Answer(Enum):
    """Whether a condition holds; ``OPEN`` where a person must decide."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Assessment:
    """How severe the theft is for people, and why (keys of the words ``obligations.why_*``).

    ``ceiling`` is what it would be if every category of which nobody can tell had been seen.
    """

    severity: Proposed
    reasons: tuple[str, ...]
    ceiling: Severity
    high_risk: Answer


@dataclass(frozen=True, slots=True)
class Case:
    """What conditions look at."""

    scope: Scope
    site: Site
    assessment: Assessment

    @property
    def possible(self) -> frozenset[str]:
        return frozenset((*self.scope.exposed, *self.scope.unsure))


def assess(scope: Scope, site: Site) -> Assessment:
    """The severity to propose from what is known to have been seen, or the site's own; and how far it may rise."""
    severity: Proposed
    severity, reasons = _weigh(frozenset(scope.exposed))
    if scope.unsure and not scope.exposed:
        severity, reasons = "undecided", ["untold"]
    ceiling, _ = _weigh(frozenset((*scope.exposed, *scope.unsure)))
    if site.theft.severity is not None:
        severity, reasons = site.theft.severity, ["site", *reasons]
        ceiling = max(site.theft.severity, ceiling, key=STEPS.index)
    if severity in HIGH:
        high = Answer.YES
    else:
        high = Answer.NO if ceiling == "negligible" else Answer.OPEN
    return Assessment(severity, tuple(reasons), ceiling, high)


def _weigh(seen: frozenset[str]) -> tuple[Severity, list[str]]:
    """The severity of these categories together, and why."""
    care, money, number = bool(seen & CARE), bool(seen & MONEY), NUMBER in seen
    reasons = [reason for reason, holds in (("health", care), ("number", number), ("bank", money)) if holds]
    if care and (money or number):
        return "maximal", [*reasons, "both"]
    if reasons:
        return "significant", reasons
    return ("limited", ["plain"]) if seen else ("negligible", [])


def _risk(case: Case) -> Answer:
    """Unlikely to result in a risk only where nobody can have been exposed at all."""
    return Answer.YES if case.scope.patients.high > 0 and case.possible else Answer.OPEN


def _nis2(case: Case) -> Answer:
    named = {"essential": Answer.YES, "important": Answer.YES, "none": Answer.NO}
    return named.get(case.site.law.nis2, Answer.OPEN)


def _health_structure(case: Case) -> Answer:
    if case.site.organisation.sector in HEALTH_STRUCTURES:
        return Answer.YES
    return Answer.NO if case.site.organisation.sector == "vendor" else Answer.OPEN


def _insured(case: Case) -> Answer:
    return {"yes": Answer.YES, "no": Answer.NO}.get(case.site.law.insured, Answer.OPEN)


CONDITIONS: dict[str, Callable[[Case], Answer]] = {
    "always": lambda _: Answer.YES,
    "never": lambda _: Answer.NO,
    "risk": _risk,
    "high_risk": lambda case: case.assessment.high_risk,
    "health_structure": _health_structure,
    "nis2_entity": _nis2,
    "insured": _insured,
    "insurance_data": lambda case: Answer.YES if case.possible & (MONEY | {NUMBER}) else Answer.NO,
}
"""Every condition a rule may name."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One rule as it stands for this site now. ``seconds``: left (running), over (late) or gone by (at once)."""

    rule: Rule
    status: Status | None
    applies: Answer
    state: StateName
    due_at: datetime | None
    seconds: float
    sent_at: datetime | None

    @property
    def is_law(self) -> bool:
        """Whether its text is in force; a directive without its national law is only a caution."""
        return self.status is not None and self.status.status == "in_force"


def obligations(book: RuleBook, case: Case, aware_at: datetime, now: datetime) -> list[Obligation]:
    """Every rule of the site's role, in the book's order. ``aware_at`` and ``now`` bear a zone."""
    made: dict[str, Obligation] = {}
    for rule in book.rule:
        if case.site.organisation.role in rule.who:
            made[rule.id] = _obligation(rule, case, aware_at, now, made)
    return list(made.values())


def _obligation(
    rule: Rule, case: Case, aware_at: datetime, now: datetime, before: dict[str, Obligation]
) -> Obligation:
    status = rule.status_on(now.date())
    applies = CONDITIONS[rule.when](case)
    sent = sorted(case.site.sent.get(rule.id, ()))
    due_at = due(rule, aware_at, before)
    state: StateName
    seconds = (now - aware_at).total_seconds() if due_at is None else abs((due_at - now).total_seconds())
    if sent:
        state = "sent"
    elif applies is Answer.NO:
        state = "not_concerned"
    elif status is None or status.status in ("proposal", "recommendation"):
        state = "not_law"
    elif due_at is not None:
        state = "late" if now > due_at else "running"
    else:
        state = "decide" if applies is Answer.OPEN else "at_once"
    return Obligation(rule, status, applies, state, due_at, seconds, sent[0] if sent else None)


def due(rule: Rule, aware_at: datetime, before: dict[str, Obligation]) -> datetime | None:
    """When the rule's time is over; None where the rule fixes none."""
    if rule.limit_h is not None:
        return aware_at + timedelta(hours=rule.limit_h)
    if rule.limit_after is None or rule.limit_months is None:
        return None
    first = before.get(rule.limit_after)
    start = (first.sent_at or first.due_at) if first else None
    return None if start is None else add_months(start, rule.limit_months)


def add_months(at: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day where it has no such day."""
    year, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + year, month + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
