"""The page of obligations: the clock first, then every rule with its text, its status and the day up to which it is known.

Reads a case file. Gives one document a language, and the list of facts that are still missing.
"""

from __future__ import annotations

from rempart.notice.casefile import CaseFile, Phrases
from rempart.notice.document import Document, Section, Table
from rempart.notice.obligations import Answer, Obligation
from rempart.notice.words import Words

NAME = "obligations"


def obligations_page(case: CaseFile, words: Words) -> Document:
    """Whom to tell and by when."""
    phrases = Phrases(case, words)
    missing = missing_facts(case, words)
    lead = words.text(
        "obligations.lead",
        aware=words.moment(case.aware_at),
        now=words.moment(case.now),
        severity=words.text(f"severity.{case.assessment.severity}"),
    )
    sections = [
        Section(
            words.text("obligations.clock"),
            (words.text("obligations.hours_note"),),
            table=_clock(case, words),
        ),
        Section(
            words.text("obligations.why"),
            items=_reasons(case, words),
        ),
    ]
    if missing:
        sections.append(
            Section(
                words.text("obligations.missing"), (words.text("obligations.missing_lead"),), tuple(missing)
            )
        )
    sections += [_rule(each, words) for each in case.obligations]
    return phrases.document(NAME, words.text("obligations.title"), (lead,), sections)


def say_state(each: Obligation, words: Words) -> str:
    """Where one duty stands, with the time that is left, over or gone by."""
    sent = "" if each.sent_at is None else words.moment(each.sent_at)
    state = "at_once_now" if each.state == "at_once" and each.seconds < 60 else each.state
    said = words.text(f"state.{state}", at=sent, time=words.duration(each.seconds))
    if each.state not in ("late", "running"):
        return said
    doubts = []
    if each.applies is Answer.OPEN:
        doubts.append(words.text("state.decide"))
    if not each.is_law:
        doubts.append(words.text("state.unsettled"))
    return f"{said} ({', '.join(doubts)})" if doubts else said


def missing_facts(case: CaseFile, words: Words) -> list[str]:
    """What the supervisor asks and the site has not said yet, each with its key of the site's file."""
    site = case.site
    asked = [
        ("siren", "[organisation] siren", site.organisation.siren),
        ("served", "[organisation] people_served", site.organisation.people_served),
        ("contact", "[contact] name, phone", site.contact.name and site.contact.phone),
        ("dpo", "[dpo] name", site.dpo.name),
        ("discovery", "[theft] discovery", site.theft.discovery),
        ("before", "[theft] measures_before", site.theft.measures_before),
        ("taken", "[theft] measures_taken", site.theft.measures_taken),
        ("planned", "[theft] measures_planned", site.theft.measures_planned),
        ("abroad", "[law] abroad", site.law.abroad != "unknown"),
    ]
    if case.is_late:
        asked.append(("delay", "[theft] delay", site.theft.delay))
    colon = words.text("common.colon")
    missing = [
        f"{words.text(f'sheet.label.{label}')}{colon}{key}" for label, key, given in asked if not given
    ]
    if not site.letters.phone:
        missing.append(f"{words.text('letter.questions')}{colon}[letters] phone")
    return missing


def _reasons(case: CaseFile, words: Words) -> tuple[str, ...]:
    """Why the severity is what it is, and how far it may rise."""
    found = case.assessment
    reasons = [words.text(f"obligations.why_{reason}") for reason in found.reasons or ("none",)]
    if found.ceiling != found.severity:
        reasons.append(
            words.text("obligations.why_ceiling", severity=words.text(f"severity.{found.ceiling}"))
        )
    return tuple(reasons)


def _clock(case: CaseFile, words: Words) -> Table:
    shown = [each for each in case.obligations if each.state not in ("not_concerned",)]
    rows = tuple(
        (
            each.rule.authority.of(words.language.code),
            each.rule.title.of(words.language.code),
            "–" if each.due_at is None else words.moment(each.due_at),
            say_state(each, words),
        )
        for each in shown
    )
    strong = frozenset(place for place, each in enumerate(shown) if each.state == "late" and each.is_law)
    head = tuple(words.text(f"obligations.{key}") for key in ("who", "what", "due", "left"))
    return Table(head, rows, strong)


def _rule(each: Obligation, words: Words) -> Section:
    """One rule in full."""
    rule, code = each.rule, words.language.code
    status = words.text("common.unknown")
    if each.status is not None:
        note = each.status.note.of(code)
        status = words.text(f"status.{each.status.status}") + (f". {words.fill(note)}" if note else "")
    rows = (
        (words.text("obligations.left"), say_state(each, words)),
        (words.text("obligations.basis"), words.fill(rule.basis.of(code))),
        (words.text("obligations.status"), status),
        (words.text("obligations.form"), words.fill(rule.form.of(code))),
        (
            words.text("obligations.known"),
            words.text("obligations.checked", at=words.language.day(rule.as_of), source=rule.source),
        ),
    )
    return Section(words.fill(rule.title.of(code)), table=Table((rule.authority.of(code), ""), rows))
