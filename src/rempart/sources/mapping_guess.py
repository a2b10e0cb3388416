"""A mapping proposed for an export never seen before, with the reason for every column.

Reads a sample of the file (its first bytes, or pieces cut at line ends); gives a :class:`Proposal`: the
mapping, what each column was taken for with confidence, reason and samples, the columns that are not kept,
and the words the user has to decide. Nothing is learnt from one file for another.

Misses: words that stand only outside the sample (they take the meaning of ``*``); see also the modules
that look at the form, the titles and the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.sources.csv_dialect import Dialect
from rempart.sources.csv_text import fold, fold_word
from rempart.sources.mapping_check import TIME_FIELDS
from rempart.sources.mapping_choice import Choice, choose, kept_out, kind_of_export
from rempart.sources.mapping_columns import Column
from rempart.sources.mapping_look import Look, list_separator, look_at
from rempart.sources.mapping_shape import DEFAULT_ZONE, Mapping
from rempart.sources.mapping_shape import Column as ColumnName
from rempart.sources.mapping_times import guess_times
from rempart.sources.mapping_words import kind_of_care, meaning_of_action, outcome_code, says_cancelled

_MOST_WORDS = 150
_USUAL_WORDS = {
    "action": ("login", "logout", "connexion", "déconnexion"),
    "outcome": ("failure", "failed", "error", "denied", "refused", "échec", "erreur", "refusé"),
}
"""Words every export may hold outside the sample: a failed login is rare, and must not pass for a success."""
_FHIR_TYPES = {
    "compte rendu": "DocumentReference", "document": "DocumentReference", "courrier": "DocumentReference",
    "lettre": "DocumentReference", "biologie": "Observation", "resultat": "Observation", "laboratory": "Observation",
    "lab": "Observation", "labs": "Observation", "imagerie": "ImagingStudy", "imaging": "ImagingStudy",
    "radiology": "ImagingStudy", "ordonnance": "MedicationRequest", "prescription": "MedicationRequest",
    "medication": "MedicationRequest", "allergie": "AllergyIntolerance", "vaccination": "Immunization",
    "rendez vous": "Appointment", "agenda": "Appointment", "sejour": "Encounter", "identite": "Patient",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One field: the columns it was found in, how sure (0 to 1), why, and up to three samples."""

    field: str
    columns: tuple[str, ...]
    """Titles, or ``column 3`` where there is none."""
    confidence: float
    why: str
    samples: tuple[str, ...]
    """Raw cells: to be masked and sanitised before anybody sees them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping and what led to it."""

    mapping: Mapping
    findings: tuple[Finding, ...]
    not_kept: tuple[tuple[str, str], ...]
    """(column, reason) of columns with names, personal details or free text."""
    unused: tuple[str, ...]
    """Columns no field was found for."""
    unknown_words: tuple[tuple[str, str], ...]
    """(field, word) for words the user should decide; until then they take the default."""
    notes: tuple[str, ...]
    """What the user should look at, in words."""
    words: tuple[tuple[str, str, str | int], ...]
    """(value table, word as written, meaning) for words that were understood."""
    rows: int


def propose(sample: bytes) -> Proposal:
    """The mapping that fits ``sample`` best.

    Raises SourceError where the sample is no table or no column can be a time (or a patient, a staff
    member) so that nothing could be read with it.
    """
    look = look_at(sample)
    day_first = not any(
        title and fold(title).startswith(("timestamp us", "date us")) for title in look.titles
    )
    columns = [
        Column(place, title, tuple(cells), day_first)
        for place, (title, cells) in enumerate(zip(look.titles, look.columns, strict=True))
    ]
    out = kept_out(columns)
    what = kind_of_export(columns, out)
    choices = choose(columns, what, out)
    chosen = {choice.field: choice for choice in choices}
    _need(what, chosen)
    words, unknown = _values(chosen, columns)
    forms, sure = _forms(chosen, columns)
    dialect = _with_lists(look, chosen, columns)
    mapping = Mapping(
        what=what,
        columns={choice.field: _names(choice, look) for choice in choices},
        dialect=dialect,
        zone=DEFAULT_ZONE,
        forms=forms,
        actions=_table(words, "action") | ({"*": "read"} if "action" in chosen else {}),
        outcomes=_codes(words) | ({"*": 0} if "outcome" in chosen else {}),
        resources=_table(words, "resource"),
        kinds=_table(words, "kind") | ({"*": "list"} if what == "care" else {}),
        cancelled=frozenset(fold_word(word) for table, word, _meaning in words if table == "cancelled"),
    )
    used = {place for choice in choices for place in choice.places}
    return Proposal(
        mapping=mapping,
        findings=tuple(_finding(choice, columns) for choice in choices),
        not_kept=tuple((_shown(columns[place]), why) for place, why in out.items()),
        unused=tuple(_shown(column) for column in columns if column.place not in used | out.keys()),
        unknown_words=unknown,
        notes=_notes(look, chosen, columns, what, sure),
        words=words,
        rows=look.rows,
    )


def _need(what: str, chosen: dict[str, Choice]) -> None:
    if what == "access" and "time" not in chosen:
        raise SourceError(
            _("no column holds times, so the file cannot be read as accesses"),
            _("give an export with the date and hour of each access, or write a mapping by hand"),
        )
    if what == "care" and not ({"account", "unit"} & chosen.keys() and {"start", "known"} & chosen.keys()):
        raise SourceError(
            _("the care links name no account or unit, or no date"),
            _("write a mapping by hand (docs/reference/mapping.md)"),
        )


def _shown(column: Column) -> str:
    return column.title or _("column {number}").format(number=column.place + 1)


def _names(choice: Choice, look: Look) -> tuple[ColumnName, ...]:
    """Titles where they are unmistakable, else numbers."""
    folded = [fold(title) for title in look.titles]
    return tuple(
        look.titles[place] if folded[place] and folded.count(folded[place]) == 1 else place + 1
        for place in choice.places
    )


def _finding(choice: Choice, columns: Sequence[Column]) -> Finding:
    filled = [columns[place] for place in choice.places]
    rows = zip(*(column.cells for column in filled), strict=True)
    samples = dict.fromkeys(" ".join(cells).strip() for cells in rows)
    shown = tuple(sample for sample in samples if sample)[:3]
    return Finding(choice.field, tuple(map(_shown, filled)), choice.confidence, choice.why, shown)


def _values(
    chosen: dict[str, Choice], columns: Sequence[Column]
) -> tuple[tuple[tuple[str, str, str | int], ...], tuple[tuple[str, str], ...]]:
    """The words really seen, with their meaning where it is known."""
    known: list[tuple[str, str, str | int]] = []
    unknown: list[tuple[str, str]] = []
    for table in ("action", "outcome", "resource", "kind", "cancelled"):
        if table not in chosen:
            continue
        column = columns[chosen[table].places[0]]
        if table == "cancelled" and column.times is not None:
            continue
        seen: set[str] = set()
        for word, _times in column.counts.most_common(_MOST_WORDS):
            meaning = _meaning(table, word, column)
            if fold_word(word) in seen:
                continue
            seen.add(fold_word(word))
            if meaning is not None:
                known.append((table, word, meaning))
            elif table in ("action", "outcome", "kind"):
                unknown.append((table, word))
        for word in _USUAL_WORDS.get(table, ()):
            meaning = _meaning(table, word, column)
            if fold_word(word) not in seen and meaning is not None:
                known.append((table, word, meaning))
    return tuple(known), tuple(unknown)


def _meaning(table: str, word: str, column: Column) -> str | int | None:
    if table == "action":
        return meaning_of_action(word)
    if table == "outcome":
        if word.lstrip("-").isdigit() and len(word) < 3:
            return _digit_outcome(word, column)
        return outcome_code(word)
    if table == "kind":
        return kind_of_care(word)
    if table == "cancelled":
        return "cancelled" if says_cancelled(word) or _says_yes(word, column) else None
    return next((kind for stem, kind in _FHIR_TYPES.items() if fold(word).startswith(stem)), None)


def _says_yes(word: str, column: Column) -> bool:
    return fold(column.title).startswith(("annul", "cancel", "is cancel")) and outcome_code(word) == 0


def _digit_outcome(word: str, column: Column) -> int | None:
    """FHIR codes (0, 4, 8, 12), or 0 and 1 where the title says what 1 means."""
    if set(column.counts) <= {"0", "4", "8", "12"} and not set(column.counts) <= {"0"}:
        return int(word)
    title = fold(column.title)
    if set(column.counts) <= {"0", "1"}:
        one_is_good = title.startswith(("succ", "ok", "reussi", "granted", "autoris"))
        if one_is_good or title.startswith(("code", "err", "fail", "echec", "retour", "return")):
            return 0 if (word == "1") == one_is_good else 8
    return None


def _table(words: Sequence[tuple[str, str, str | int]], name: str) -> dict[str, str]:
    return {fold_word(word): str(meaning) for table, word, meaning in words if table == name}


def _codes(words: Sequence[tuple[str, str, str | int]]) -> dict[str, int]:
    return {fold_word(word): int(meaning) for table, word, meaning in words if table == "outcome"}


def _forms(chosen: dict[str, Choice], columns: Sequence[Column]) -> tuple[tuple[str, ...], bool]:
    """The forms of all the time columns together, the most frequent first."""
    forms: list[str] = []
    sure = True
    for field, choice in chosen.items():
        if field not in TIME_FIELDS:
            continue
        filled = [columns[place] for place in choice.places]
        if len(filled) == 1:
            guess = filled[0].times
        else:
            rows = zip(*(column.cells for column in filled), strict=True)
            guess = guess_times([" ".join(cells).strip() for cells in rows], filled[0].day_first)
        if guess is not None:
            forms += [form for form in guess.forms if form not in forms]
            sure = sure and guess.sure
    return tuple(forms) or ("iso",), sure


def _with_lists(look: Look, chosen: dict[str, Choice], columns: Sequence[Column]) -> Dialect:
    """The dialect with what separates several patients, and the decimal comma of epoch times."""
    dialect = look.dialect
    if "patient" in chosen:
        cells = columns[chosen["patient"].places[0]].cells
        dialect = replace(dialect, list_separator=list_separator(cells, dialect.separator))
    if "time" in chosen:
        times = columns[chosen["time"].places[0]]
        if (
            times.times is not None
            and times.times.forms == ("epoch_s",)
            and times.share(lambda cell: "," in cell)
        ):
            dialect = replace(dialect, decimal=",")
    return dialect


def _notes(
    look: Look, chosen: dict[str, Choice], columns: Sequence[Column], what: str, sure: bool
) -> tuple[str, ...]:
    notes: list[str] = []
    if not sure:
        notes.append(_("the content does not show whether day or month comes first: check time.forms"))
    if what == "access":
        for field, advice in (
            ("account", _("no account column was found: nothing can be judged without one")),
            ("patient", _("no patient column was found: volumes and strangers cannot be judged")),
        ):
            if field not in chosen:
                notes.append(advice)
        if columns[chosen["time"].places[0]].times is not None and len(chosen["time"].places) == 1:
            guess = columns[chosen["time"].places[0]].times
            if guess is not None and not guess.has_hour:
                notes.append(_("times have no hour: pace and place in the week cannot be judged"))
    if look.rejected:
        notes.append(_("{count} rows of the sample cannot be cut into columns").format(count=look.rejected))
    return tuple(notes)
