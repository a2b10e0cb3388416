"""Care links from Appointment, Encounter, EpisodeOfCare and CareTeam, in R4, R4B and R5 spellings.

Reads one decoded resource and when it became known. Gives a :class:`~rempart.records.CareLink` for each
account and each unit that takes part, for each patient, and the aliases its references state. One who
stands twice in a resource (a ward left and entered again) gets one link, from the first start to the last end.
Follows https://hl7.org/fhir/R4/encounter.html and its R5 successor, likewise for the others.
Misses: groups as subjects; the type and the class of a visit; whoever takes part without being named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rempart.care.references import Named, name_reference
from rempart.care.words import clean_name, dict_of, dicts_of, parse_time, text_of
from rempart.records import MISSING_MS, NEVER_MS, Alias, CareLink, StaffLink

CANCELLED = frozenset({"cancelled", "noshow", "entered-in-error", "revoked", "declined"})
ENDED = frozenset({"finished", "completed", "discharged", "discontinued", "inactive"})
_LONGEST_VISIT_MIN = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in ms; MISSING_MS and NEVER_MS where nobody said."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody taking part, over his own span, and whether he declined."""

    who: Named
    span: Span
    declined: bool = False


def span_of(value: Any, otherwise: Span) -> Span:
    """A FHIR Period; each end it does not say is taken from ``otherwise``."""
    period = dict_of(value)
    start, end = parse_time(period.get("start")), parse_time(period.get("end"), closing=True)
    return Span(
        otherwise.start_ms if start == MISSING_MS else start, otherwise.end_ms if end == MISSING_MS else end
    )


UNSAID = Span(MISSING_MS, NEVER_MS)


def known_at(resource: dict[str, Any], first_seen_ms: int | None, start_ms: int) -> int:
    """When the site knew: seen live, else last updated, else created, else the start (a guess)."""
    if first_seen_ms is not None:
        return first_seen_ms
    for said in (dict_of(resource.get("meta")).get("lastUpdated"), resource.get("created")):
        at_ms = parse_time(said)
        if at_ms != MISSING_MS:
            return at_ms
    return start_ms


def _actors(
    resource: dict[str, Any], span: Span, keys: tuple[str, ...], periods: tuple[str, ...]
) -> Iterator[Part]:
    """The participants of a resource: who each is under one of ``keys``, when under one of ``periods``."""
    for one in dicts_of(resource.get("participant")):
        own = span
        for key in periods:
            own = span_of(one.get(key), own)
        for key in keys:
            who = name_reference(one.get(key), resource, "Practitioner")
            yield Part(who, own, text_of(one.get("status")) in CANCELLED)


def _others(resource: dict[str, Any], span: Span, key: str, expected: str) -> Iterator[Part]:
    for one in dicts_of(resource.get(key)):
        yield Part(name_reference(one, resource, expected), span)


def read_appointment(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[CareLink | Alias]:
    """Links of an Appointment: every actor but the patients, for every patient."""
    span = Span(parse_time(resource.get("start")), parse_time(resource.get("end"), closing=True))
    for asked in dicts_of(resource.get("requestedPeriod"))[:1]:
        if span.start_ms == MISSING_MS:
            span = span_of(asked, Span(MISSING_MS, MISSING_MS))
    minutes = resource.get("minutesDuration")
    if span.end_ms == MISSING_MS and span.start_ms != MISSING_MS and type(minutes) is int:
        span = Span(span.start_ms, span.start_ms + 60_000 * min(max(minutes, 0), _LONGEST_VISIT_MIN))
    if span.end_ms == MISSING_MS:
        span = Span(span.start_ms, NEVER_MS)
    parts = [*_actors(resource, span, ("actor",), ("period",))]
    subjects = [*_others(resource, span, "subject", "Patient"), *parts]
    yield from _links(resource, "appointment", first_seen_ms, span, subjects, parts)


def read_encounter(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[CareLink | Alias]:
    """Links of an Encounter: participants, provider, places of the stay, care teams."""
    planned = Span(
        parse_time(resource.get("plannedStartDate")),
        _or_never(parse_time(resource.get("plannedEndDate"), closing=True)),
    )
    span = span_of(resource.get("period"), span_of(resource.get("actualPeriod"), planned))
    parts = [*_actors(resource, span, ("individual", "actor"), ("period",))]
    parts += _others(resource, span, "serviceProvider", "Organization")
    parts += _others(resource, span, "careTeam", "CareTeam")
    for stay in dicts_of(resource.get("location")):
        place = name_reference(stay.get("location"), resource, "Location")
        parts.append(Part(place, span_of(stay.get("period"), span)))
    for key in ("hospitalization", "admission"):
        for end in ("origin", "destination"):
            parts += _others(dict_of(resource.get(key)), span, end, "Location")
    subjects = [*_others(resource, span, "subject", "Patient")]
    yield from _links(resource, "encounter", first_seen_ms, span, subjects, parts)


def read_episode(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[CareLink | Alias]:
    """Links of an EpisodeOfCare: its manager, its organisation, its teams."""
    span = span_of(resource.get("period"), UNSAID)
    parts = [*_others(resource, span, "careManager", "Practitioner")]
    parts += _others(resource, span, "managingOrganization", "Organization")
    parts += [*_others(resource, span, "team", "CareTeam"), *_others(resource, span, "careTeam", "CareTeam")]
    subjects = [
        *_others(resource, span, "patient", "Patient"),
        *_others(resource, span, "subject", "Patient"),
    ]
    yield from _links(resource, "episode", first_seen_ms, span, subjects, parts)


def read_team(resource: dict[str, Any], first_seen_ms: int | None) -> Iterator[CareLink | StaffLink | Alias]:
    """Links of a CareTeam about a patient; a standing team, about nobody, employs its members instead."""
    span = span_of(resource.get("period"), UNSAID)
    parts = [*_actors(resource, span, ("member", "onBehalfOf"), ("period", "coveragePeriod"))]
    if dict_of(resource.get("subject")):
        parts += _others(resource, span, "managingOrganization", "Organization")
        subjects = [*_others(resource, span, "subject", "Patient")]
        yield from _links(resource, "team", first_seen_ms, span, subjects, parts)
        return
    name = clean_name(text_of(resource.get("id")))
    if not name or text_of(resource.get("status")) in CANCELLED:
        return
    known = known_at(resource, first_seen_ms, span.start_ms)
    for part in parts:
        if part.who.kind == "account":
            own = _ended(resource, part.span, known)
            yield StaffLink(part.who.name, f"CareTeam/{name}", "", known, own.start_ms, own.end_ms)


def _or_never(at_ms: int) -> int:
    return NEVER_MS if at_ms == MISSING_MS else at_ms


def _ended(resource: dict[str, Any], span: Span, known_ms: int) -> Span:
    """The span, ended when it was known to be over where only the status says so."""
    over = text_of(resource.get("status")) in ENDED
    if not over or span.end_ms != NEVER_MS or known_ms == MISSING_MS:
        return span
    return Span(span.start_ms, max(span.start_ms, known_ms))


def _links(
    resource: dict[str, Any],
    kind: str,
    first_seen_ms: int | None,
    span: Span,
    subjects: list[Part],
    parts: list[Part],
) -> Iterator[CareLink | Alias]:
    """One link for each patient and each account or unit, and the aliases that references state."""
    known = known_at(resource, first_seen_ms, span.start_ms)
    revoked = text_of(resource.get("status")) in CANCELLED
    for part in dict.fromkeys([*subjects, *parts]):
        if part.who.kind in ("account", "patient"):
            for other in part.who.also:
                yield Alias(part.who.kind, part.who.name, other, known)
    patients = dict.fromkeys(part.who.name for part in subjects if part.who.kind == "patient")
    found: dict[tuple[str, str, bool], CareLink] = {}
    for patient in patients:
        for part in parts:
            if part.who.kind not in ("account", "unit"):
                continue
            own = _ended(resource, part.span, known)
            link = CareLink(
                patient, part.who.name, part.who.kind == "unit", kind, _name_link(resource, span), known,
                own.start_ms, own.end_ms, known if revoked or part.declined else NEVER_MS,
            )  # fmt: skip
            key = (patient, link.who, link.by_unit)
            found[key] = _hull(found[key], link) if key in found else link
    yield from found.values()


def _hull(one: CareLink, other: CareLink) -> CareLink:
    return replace(
        one,
        start_ms=min(one.start_ms, other.start_ms),
        end_ms=max(one.end_ms, other.end_ms),
        cancelled_ms=max(one.cancelled_ms, other.cancelled_ms),
    )


def _name_link(resource: dict[str, Any], span: Span) -> str:
    """A name that a later version of the resource will bear too."""
    kind = text_of(resource.get("resourceType"))
    if text_of(resource.get("id")):
        return clean_name(f"{kind}/{text_of(resource.get('id'))}")
    for identifier in dicts_of(resource.get("identifier")):
        if text_of(identifier.get("value")):
            return clean_name(f"{kind}|{text_of(identifier.get('value'))}")
    return f"{kind}|{span.start_ms}"
