"""What entities that differ only in one name say, read once for all of them.

Reads: the groups of entities that are alike but for a hole (the id of a patient, of a request, of a
session). Gives: their meaning as columns, in which each field is absent, the same for the whole
group, or the hole. A group is read twice with two made-up names in the hole: a field that follows
the name is the hole, one that does not is the same for all. Misses: a field that is neither, which
leaves its lines to the tolerant reader.

Follows :mod:`rempart.sources.fhir_entities`, whose reading it uses.
"""
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numba
import numpy as np

from rempart.sources.fhir_entities import Entity, name_patient, read_entity
from rempart.sources.fhir_parts import LONGEST_PART, MOST_PARTS
from rempart.sources.fhir_words import clean_name, clean_text, dict_of
from rempart.sources.spans import Array, TextEnd

ABSENT, SAME, HOLE = 0, 1, 2
NAMES = ("patient", "request", "session")
"""Fields of an entity that may be a hole."""

PATIENTS, RESOURCE, QUERY, SEARCHED, REQUEST, SESSION, FOUND = 0, 1, 2, 3, 4, 6, 8
"""Columns of what :func:`join_forms` finds in a line (a number each, request and session a span), and
how many they are."""

_PROBES = ("7a-first.name", "8b-other.name")
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Form:
    """One group's meaning: ``how`` each of :data:`NAMES` is known, and the entity with its own names
    (those of the hole empty)."""

    how: tuple[int, int, int]
    entity: Entity


NOTHING = Form((ABSENT, ABSENT, ABSENT), Entity())


@dataclass(frozen=True, slots=True)
class FormTable:
    """Forms (g,) as columns: ``hows`` (g, 3), ``sames`` (g, 3, 2) spans, ``words`` (g, 2) numbers of the
    resource and of the query or -1, ``flags`` (g,) is a search; the words in order of their numbers."""

    hows: Array
    sames: Array
    words: Array
    flags: Array
    resources: list[str]
    queries: list[str]


def tabulate(forms: list[Form], ends: TextEnd) -> FormTable:
    """The forms as columns; their own names get spans in ``ends``."""
    resources: dict[str, int] = {}
    queries: dict[str, int] = {}
    words = np.full((len(forms), 2), -1, np.int64)
    for number, form in enumerate(forms):
        if form.entity.resource:
            words[number, 0] = resources.setdefault(form.entity.resource, len(resources))
        if form.entity.query:
            words[number, 1] = queries.setdefault(form.entity.query, len(queries))
    names = [
        getattr(form.entity, name) if how == SAME else ""
        for form in forms
        for name, how in zip(NAMES, form.how, strict=True)
    ]
    return FormTable(
        np.array([form.how for form in forms], np.int8).reshape(-1, len(NAMES)),
        ends.spans(names).reshape(-1, len(NAMES), 2),
        words,
        np.array([form.entity.is_query for form in forms], np.bool_),
        list(resources),
        list(queries),
    )


def read_form(before: bytes, after: bytes, holed: bool, is_patient: bool) -> Form | None:
    """The form of the entities ``before`` + hole + ``after``; None where the hole shows elsewhere.

    ``is_patient``: the text is R5's ``AuditEvent.patient``. Raises msgspec.DecodeError where it cannot
    be decoded.
    """
    if len(before) + len(after) > LONGEST_PART:
        return _read_form(before, after, holed, is_patient)
    return _short_form(before, after, holed, is_patient)


def _read_form(before: bytes, after: bytes, holed: bool, is_patient: bool) -> Form | None:
    if not holed:
        entity = _clean(before, is_patient)
        how = [SAME if getattr(entity, name) else ABSENT for name in NAMES]
        return Form((how[0], how[1], how[2]), entity)
    one, other = (_clean(before + probe.encode() + after, is_patient) for probe in _PROBES)
    ways = [_compare(*each) for each in zip(one, other, strict=True)]
    fields = dict(zip(Entity._fields, ways, strict=True))
    if None in ways or HOLE in (fields["resource"], fields["query"]):
        return None
    texts = {name: "" if fields[name] == HOLE else getattr(one, name) for name in NAMES}
    own = Entity(texts["patient"], one.resource, one.is_query, one.query, texts["request"], texts["session"])
    return Form((fields["patient"] or 0, fields["request"] or 0, fields["session"] or 0), own)


_short_form = lru_cache(MOST_PARTS)(_read_form)


def _clean(text: bytes, is_patient: bool) -> Entity:
    read = _decode(text)
    entity = Entity(patient=name_patient(dict_of(read))) if is_patient else read_entity(read)
    return entity._replace(
        patient=clean_name(entity.patient),
        resource=clean_text(entity.resource),
        request=clean_name(entity.request),
        session=clean_name(entity.session),
    )


def _compare(one: Any, other: Any) -> int | None:
    if type(one) is str:
        if (one, other) == _PROBES:
            return HOLE
        if _PROBES[0] in one:
            return None
    if one != other:
        return None
    return SAME if one else ABSENT


@numba.njit(cache=True, nogil=True)
def join_forms(counts, forms, hows, sames, words, flags, holes, data, found):
    """What the entities of each line say together, as :func:`fhir_entities.join_entities` does it.

    ``counts`` (n,) entities a line, ``forms`` (m,) the form of each entity, ``holes`` (m, 2) spans in
    ``data``, the others as in :class:`FormTable`. Returns the patients' spans (p, 2), and fills ``found``
    (n, FOUND).
    """
    patients = np.empty((forms.size, 2), np.int64)
    used = at = 0
    for i in range(counts.size):
        first = used
        found[i, RESOURCE] = found[i, QUERY] = -1
        for k in range(at, at + counts[i]):
            form = forms[k]
            if hows[form, 0] != ABSENT:
                span = holes[k] if hows[form, 0] == HOLE else sames[form, 0]
                if not _known(data, patients, first, used, span):
                    patients[used] = span
                    used += 1
            if found[i, RESOURCE] < 0:
                found[i, RESOURCE] = words[form, 0]
            if found[i, QUERY] < 0:
                found[i, QUERY] = words[form, 1]
            if flags[form]:
                found[i, SEARCHED] = 1
            for name, column in ((1, REQUEST), (2, SESSION)):
                if hows[form, name] != ABSENT and found[i, column + 1] == 0:
                    span = holes[k] if hows[form, name] == HOLE else sames[form, name]
                    found[i, column], found[i, column + 1] = span[0], span[1]
        found[i, PATIENTS] = used - first
        at += counts[i]
    return patients[:used].copy()


@numba.njit(cache=True, nogil=True)
def _known(data, patients, first, used, span):
    for earlier in range(first, used):
        if patients[earlier, 1] == span[1]:
            k = 0
            while k < span[1] and data[patients[earlier, 0] + k] == data[span[0] + k]:
                k += 1
            if k == span[1]:
                return True
    return False
