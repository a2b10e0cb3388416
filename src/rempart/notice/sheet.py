"""The supervisor's sheet: every heading of the online form in its order, ready to be pasted, with what changed.

Reads a case file. Gives :class:`Field` after field, none empty, and the document made of them. Two versions
are compared field by field; the first that was sent is the initial one, later ones are complementary (GDPR
Article 33(4)). The order is that of the CNIL's form as far as its public pages tell; its screens prevail.

Misses: the form itself offers no upload of structured data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rempart.notice.casefile import CaseFile, Phrases
from rempart.notice.document import Document, Section, Table, runs
from rempart.notice.obligations import CARE, NUMBER
from rempart.notice.scope import Bounds, Gap
from rempart.notice.words import Words

NAME = "cnil"


@dataclass(frozen=True, slots=True)
class Field:
    """One heading of the form: ``section`` and ``label`` are keys of the words."""

    section: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The version that was last sent: when, the how-manieth, and its values by label in this language."""

    at: datetime
    number: int
    values: Mapping[str, str]


def sheet(case: CaseFile, words: Words, sent: Sent | None) -> tuple[Document, dict[str, str]]:
    """The sheet and its plain values by label, to be kept for the comparison with the next version."""
    phrases = Phrases(case, words)
    fields = [
        *_head(phrases, sent),
        *_organisation(phrases),
        *_facts(phrases),
        *_data(phrases),
        *_after(phrases),
    ]
    values = {field.label: plain(field.value) for field in fields}
    head = (words.text("sheet.field"), words.text("sheet.value"))
    sections = [_changes(words, values, sent)]
    for name in dict.fromkeys(field.section for field in fields):
        rows = tuple(
            (words.text(f"sheet.label.{field.label}"), field.value)
            for field in fields
            if field.section == name
        )
        sections.append(Section(words.text(f"sheet.section.{name}"), table=Table(head, rows)))
    annexes = tuple(words.text(f"sheet.annex_{each}") for each in ("scope", "letter", "obligations"))
    sections.append(Section(words.text("sheet.annex"), items=annexes))
    lead = (kind_of_version(words, sent), words.text("sheet.lead"))
    return phrases.document(NAME, words.text("sheet.title"), lead, sections), values


def kind_of_version(words: Words, sent: Sent | None) -> str:
    """Initial, or complementary with its number."""
    if sent is None:
        return words.text("sheet.initial")
    return words.text("sheet.complementary", n=words.language.number(sent.number))


def plain(text: str) -> str:
    """``text`` without the marks of its figures."""
    return "".join(part for kind, part in runs(text) if kind == "text")


def changes(values: Mapping[str, str], before: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(label, before, now) of every field that differs; the kind of version is no change."""
    return [
        (label, before.get(label, ""), values.get(label, ""))
        for label in dict.fromkeys((*values, *before))
        if label not in ("kind", "previous") and values.get(label, "") != before.get(label, "")
    ]


def _changes(words: Words, values: Mapping[str, str], sent: Sent | None) -> Section:
    if sent is None:
        return Section(words.text("sheet.changes"), (words.text("sheet.changed_first"),))
    title = words.text("sheet.changed", at=words.moment(sent.at))
    changed = changes(values, sent.values)
    if not changed:
        return Section(title, (words.text("sheet.changed_nothing"),))
    head = (words.text("sheet.field"), words.text("sheet.before"), words.text("sheet.after"))
    unknown = words.text("common.unknown")
    labels = words.table("sheet.label")
    rows = tuple(
        (str(labels.get(label, label)), old or unknown, new or unknown) for label, old, new in changed
    )
    return Section(title, table=Table(head, rows))


def _head(phrases: Phrases, sent: Sent | None) -> list[Field]:
    words = phrases.words
    previous = words.text("common.none") if sent is None else words.moment(sent.at)
    return [Field("kind", "kind", kind_of_version(words, sent)), Field("kind", "previous", previous)]


def _organisation(phrases: Phrases) -> list[Field]:
    words, site = phrases.words, phrases.case.site
    own, unknown = site.organisation, phrases.unknown

    def number(amount: int | None) -> str:
        return unknown("" if amount is None else words.language.number(amount))

    def person(*parts: str) -> str:
        return unknown(", ".join(part for part in parts if part))

    contact, dpo = site.contact, site.dpo
    return [
        Field("organisation", "organisation", own.name),
        Field("organisation", "siren", unknown(own.siren)),
        Field("organisation", "finess", unknown(own.finess)),
        Field("organisation", "sector", words.text(f"sector.{own.sector}")),
        Field("organisation", "role", words.text(f"sheet.text.{own.role}")),
        Field("organisation", "address", unknown(", ".join(own.address))),
        Field("organisation", "staff", number(own.staff)),
        Field("organisation", "served", number(own.people_served)),
        Field("organisation", "contact", person(contact.name, contact.title, contact.phone, contact.email)),
        Field("organisation", "dpo", person(dpo.name, dpo.phone, dpo.email)),
        Field(
            "processors",
            "processors",
            "\n".join(f"{each.name}, {each.role}".rstrip(", ") for each in site.processors)
            or words.text("common.none"),
        ),
    ]


def _facts(phrases: Phrases) -> list[Field]:
    words, case = phrases.words, phrases.case
    theft, scope = case.site.theft, case.scope
    delay = phrases.unknown(theft.delay) if case.is_late else words.text("common.none")
    accounts = words.language.number(len(scope.accounts))
    described = words.text(
        "sheet.text.description",
        accesses=phrases.number(scope.accesses, "/accesses"),
        accounts=accounts,
        patients=phrases.patients(),
        **phrases.period(),
    )
    return [
        Field("dates", "zone", words.zone),
        Field("dates", "start", words.moment(case.begun_at)),
        Field("dates", "end", words.moment(case.ended_at)),
        Field("dates", "aware", words.moment(case.aware_at)),
        Field("dates", "discovery", phrases.unknown(theft.discovery)),
        Field("dates", "delay", delay),
        Field("nature", "nature", words.text("sheet.text.confidentiality")),
        Field("nature", "cause", theft.cause or words.text("sheet.text.cause")),
        Field("nature", "description", f"{described} {theft.description}".rstrip()),
        Field("nature", "accounts", accounts),
    ]


def _data(phrases: Phrases) -> list[Field]:
    words, scope = phrases.words, phrases.case.scope
    none = words.text("common.none")
    records = Bounds(scope.records.low, scope.records.high, scope.patients.bounded)
    gaps = [_gap(phrases, gap, number) for number, gap in enumerate(scope.gaps)]
    return [
        Field("data", "exposed", phrases.lines(scope.exposed)),
        Field("data", "unsure", phrases.lines(scope.unsure)),
        Field("data", "excluded", phrases.categories(scope.excluded) or none),
        Field("data", "records", phrases.bounds(records, "/records")),
        Field("data", "gaps", "\n".join(gaps) or none),
        Field("people", "people_kinds", words.text("sheet.text.patients_are")),
        Field("people", "people", "\n".join(filter(None, (phrases.patients(), _by_thief(phrases))))),
    ]


def _by_thief(phrases: Phrases) -> str:
    """How many of the people the thief, not the owner, saw; empty where the scope does not say so."""
    split = phrases.case.scope.split
    if split is None:
        return ""
    said = phrases.bounds(split.thief_patients, "/split/thief_patients")
    return phrases.words.text("sheet.text.by_thief", n=said)


def _gap(phrases: Phrases, gap: Gap, number: int) -> str:
    words = phrases.words
    said = {
        "kind": str(words.table("gap").get(gap.kind, gap.kind.replace("_", " "))),
        "source": gap.source or words.text("common.unknown"),
        "period": _period(words, gap),
        "why": gap.why.rstrip("."),
    }
    if gap.upper_bound is None:
        return words.text("sheet.text.gap_unbounded", **said)
    return words.text(
        "sheet.text.gap", bound=phrases.number(gap.upper_bound, f"/gaps/{number}/upper_bound"), **said
    )


def _period(words: Words, gap: Gap) -> str:
    if not gap.from_ or not gap.to:
        return words.text("common.unknown")
    return words.period("within", datetime.fromisoformat(gap.from_), datetime.fromisoformat(gap.to))


def consequences(case: CaseFile, words: Words) -> list[str]:
    """What may happen to people, from what was seen; then what the uncertain categories would add."""
    seen = frozenset(case.scope.exposed)
    likely = _consequences(seen)
    further = [name for name in _consequences(seen | frozenset(case.scope.unsure)) if name not in likely]
    said = [words.text(f"sheet.text.{name}") for name in likely]
    for name in further:
        consequence = words.text(f"sheet.text.{name}")
        said.append(words.text("sheet.text.if_unsure", consequence=consequence[0].lower() + consequence[1:]))
    return said


def _consequences(seen: frozenset[str]) -> list[str]:
    """Keys of the consequences of having these categories seen."""
    likely = [
        ("lost_control", bool(seen)),
        ("fraud_identity", bool(seen & {"identity", NUMBER})),
        ("fraud_insurance", bool(seen & {"insurance", NUMBER})),
        ("fraud_bank", "bank_details" in seen),
        ("fraud_prescription", "prescriptions" in seen),
        ("fraud_secret", bool(seen & CARE)),
    ]
    return [name for name, holds in likely if holds]


def say_severity(case: CaseFile, words: Words) -> str:
    """The severity, and how far it may rise."""
    found = case.assessment
    severity, ceiling = (words.text(f"severity.{each}") for each in (found.severity, found.ceiling))
    if found.ceiling == found.severity:
        return severity
    return words.text("sheet.text.severity_ceiling", severity=severity, ceiling=ceiling)


def said_to_people(phrases: Phrases) -> str:
    """How far the information of the people is."""
    words, case = phrases.words, phrases.case
    sent = case.site.sent.get("patients")
    if sent:
        return words.text("sheet.text.letters_sent", at=words.moment(min(sent)))
    if case.letters is None:
        return words.text("sheet.text.letters_none")
    number = words.language.number
    return words.text(
        "sheet.text.letters_ready",
        letters=number(case.letters.letters),
        withheld=number(case.letters.withheld),
    )


def _after(phrases: Phrases) -> list[Field]:
    words, case = phrases.words, phrases.case
    theft, law = case.site.theft, case.site.law
    abroad = {
        "yes": words.text("common.yes"),
        "no": words.text("common.no"),
        "unknown": words.text("common.unknown"),
    }
    states = f"{abroad[law.abroad]} {', '.join(law.states)}".rstrip()
    return [
        Field("before", "before", phrases.unknown("\n".join(theft.measures_before))),
        Field(
            "consequences", "consequences", "\n".join(consequences(case, words)) or words.text("common.none")
        ),
        Field("consequences", "severity", say_severity(case, words)),
        Field("measures", "taken", phrases.unknown("\n".join(theft.measures_taken))),
        Field("measures", "planned", phrases.unknown("\n".join(theft.measures_planned))),
        Field("told", "told", said_to_people(phrases)),
        Field("told", "how", words.text("sheet.text.letters_planned")),
        Field("abroad", "abroad", states),
        Field("abroad", "authorities", ", ".join(law.foreign_authorities) or words.text("common.none")),
    ]
