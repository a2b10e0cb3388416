"""What the content of one column looks like: how often it repeats, and what its values resemble.

Reads the cells of one column of a sample; gives counts and, for each field, a score from 0 to 1 of
how well the content fits it, whatever the title says. Identifiers, words of actions and outcomes, roles
and departments (French and English), IP addresses, names of machines and of persons are recognised.

Misses: accounts and patients that are both bare numbers of one length, told apart only by how often
they repeat.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rempart.sources.csv_text import EMPTY_WORDS, fold
from rempart.sources.mapping_times import TimeGuess, guess_times, is_hour_column
from rempart.sources.mapping_words import kind_of_care, meaning_of_action, outcome_code

_ROLES = (
    "med", "doct", "physic", "nurs", "infirm", "ide", "iade", "ibode", "aide", "secret", "admin", "pharm", "techn",
    "intern", "extern", "chir", "surg", "radio", "biol", "sage", "midwi", "kine", "physio", "cadre", "clerk", "agent",
    "resid", "anesth", "psy", "diet", "ergo", "ambul", "brancard", "manip", "coder", "codeur", "dim", "recept",
    "accueil", "assist", "consult", "manager", "labo", "gp", "mg", "ash", "ph", "pharmacist", "specialist", "social",
    "hotesse", "analyst", "practitioner", "locum", "auxil", "puer", "prep", "it", "support", "batch", "service", "rn",
    "lpn", "md", "np", "pa", "as", "dr", "billing", "registr", "therap", "soignant", "attach",
)  # fmt: skip
_UNITS = (
    "cardio", "urgen", "emerg", "er", "pedia", "neuro", "onco", "radio", "chir", "surg", "medec", "mater", "gyneco",
    "obst", "rea", "icu", "usi", "geria", "psych", "ortho", "pneumo", "gastro", "nephro", "dialy", "dermat", "ophtal",
    "orl", "ent", "uro", "endo", "rhumat", "hemato", "infect", "labo", "lab", "pharma", "admis", "accueil", "bloc",
    "consult", "dim", "archiv", "ssr", "ehpad", "uf", "um", "pole", "ward", "unit", "service", "clinic", "imag",
    "oncology", "pathol", "outpat", "billing", "records", "theat", "intensive", "medicine", "it", "smur", "samu",
    "hosp", "cabinet", "dept", "diabet", "pallia", "anesth", "reception", "rehab",
)  # fmt: skip
_RESOURCES = (
    "patient", "observation", "document", "encounter", "condition", "medication", "allergy", "immunization",
    "procedure", "diagnostic", "appointment", "careplan", "compte", "ordonnance", "prescription", "biolog", "imag",
    "resultat", "lab", "courrier", "lettre", "dossier", "synthese", "note", "report", "chart", "bundle", "service",
    "antecedent", "vaccin", "pharmacie", "radio", "sejour", "admission", "agenda", "traitement", "allergie",
)  # fmt: skip
_STATION = re.compile(
    r"(?:pc|ws|wks|wk|poste|pos|sta|station|term|terminal|host|lap|laptop|desk|desktop|srv|dsk|prt|nb|port|"
    r"ordi|mac|vdi|ctx|citrix|tse|client|workstation|work|kiosk|tab|tablet)[-_. ]?[\w-]*\d[\w-]*", re.IGNORECASE
)  # fmt: skip
_TOKEN = re.compile(r"[^\W\d_][\w.@\\/-]{1,62}")
_IDENTIFIER = re.compile(r"(?=.*\d)[\w./:|^@-]{2,80}")
_LONG_HEX = re.compile(r"(?=.*\d)[0-9a-fA-F]{8}-?[0-9a-fA-F-]{8,}")
_PERSON = re.compile(
    r"(?:(?:Dr|Pr|Mme|M|Mr|Mrs|Ms|Mlle)\.? )?[^\W\d_][^\W\d_'’.-]+(?:[ ,'’-]+[^\W\d_][^\W\d_'’.-]*){1,4}"
)
_VALUES = 3000


@dataclass(frozen=True)
class Column:
    """One column of the sample. ``cells`` stand for nothing where they are empty or a word for it."""

    place: int
    title: str
    cells: tuple[str, ...]
    day_first: bool = True

    @cached_property
    def counts(self) -> Counter[str]:
        """The filled cells and how often each stands."""
        nothing = frozenset(EMPTY_WORDS) | {""}
        return Counter(cell for cell in self.cells if cell not in nothing)

    @cached_property
    def filled(self) -> int:
        return self.counts.total()

    @cached_property
    def distinct(self) -> float:
        """Part of the filled cells that are distinct: 1 where none repeats."""
        return len(self.counts) / self.filled if self.filled else 0.0

    @cached_property
    def times(self) -> TimeGuess | None:
        return guess_times([cell for cell in self.cells if cell], self.day_first)

    @cached_property
    def hours(self) -> bool:
        return is_hour_column(self.cells)

    def share(self, fits: Callable[[str], object]) -> float:
        """Part of the filled cells that fit."""
        values = self.counts.most_common(_VALUES)
        whole = sum(times for _, times in values)
        return sum(times for value, times in values if fits(value)) / whole if whole else 0.0

    @cached_property
    def persons(self) -> float:
        """Part of the cells that look like the name of a person (two words, only letters)."""
        if self.share(lambda value: _is_word_of(value, _ROLES) or _is_word_of(value, _UNITS)) > 0.5:
            return 0.0
        return self.share(lambda value: _PERSON.fullmatch(value) and value[:1].isupper())

    @cached_property
    def numeric(self) -> float:
        return self.share(str.isdigit)

    @cached_property
    def tokens(self) -> float:
        """Part of the cells that look like a login: one word that begins with a letter."""
        return self.share(_TOKEN.fullmatch)

    @cached_property
    def identifiers(self) -> float:
        """Part of the cells that look like an identifier: one word with a digit."""
        return self.share(_IDENTIFIER.fullmatch)


def content_score(column: Column, field: str) -> float:
    """0 where the content rules ``field`` out, up to 1 where it looks just like it."""
    if not column.filled:
        return 0.0
    return _SCORES[field](column) if field in _SCORES else 0.4


def _is_word_of(value: str, stems: Sequence[str]) -> bool:
    """Short stems must be whole words, longer ones may begin one."""
    return any(
        token == stem or (len(stem) > 3 and token.startswith(stem))
        for token in fold(value).split()
        for stem in stems
    )


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value.split("%")[0].removeprefix("::ffff:"))
    except ValueError:
        return False
    return True


def _words(column: Column, known: float, most: int) -> float:
    """Score of a column of few repeated words, of which ``known`` is the part recognised."""
    if len(column.counts) > most or column.hours or column.times is not None:
        return 0.0
    repeats = 1.0 - min(column.distinct, 1.0) if column.filled >= 20 else 0.6
    return (0.25 + 0.75 * known) * (0.4 + 0.6 * repeats)


def _time(column: Column) -> float:
    times = column.times
    if times is None or times.share < 0.5:
        return 0.0
    return times.share * (0.6 + 0.25 * times.has_hour + 0.15 * times.ordered)


def _account(column: Column) -> float:
    if column.times is not None or column.hours or column.share(_is_ip) > 0.2 or column.persons > 0.5:
        return 0.0
    if len(column.counts) < 2 and column.filled > 20:
        return 0.1
    shaped = max(column.tokens, 0.7 * column.identifiers)
    letters = column.share(
        lambda value: any(letter.isdigit() for letter in value) or "." in value or "@" in value
    )
    return shaped * (0.35 + 0.3 * letters + 0.35 * (1.0 - column.distinct))


def _patient(column: Column) -> float:
    if column.times is not None or column.hours or column.share(_is_ip) > 0.2 or column.persons > 0.5:
        return 0.0
    return column.identifiers * (0.5 + 0.25 * column.numeric + 0.25 * min(1.0, 2 * column.distinct))


def _role(column: Column) -> float:
    return _words(column, column.share(lambda value: _is_word_of(value, _ROLES)), 80) * (column.persons < 0.8)


def _unit(column: Column) -> float:
    return _words(column, column.share(lambda value: _is_word_of(value, _UNITS)), 800)


def _action(column: Column) -> float:
    return _words(column, column.share(lambda value: meaning_of_action(value) is not None), 150)


def _outcome(column: Column) -> float:
    return _words(column, column.share(lambda value: outcome_code(value) is not None), 25)


def _resource(column: Column) -> float:
    return 0.9 * _words(column, column.share(lambda value: _is_word_of(value, _RESOURCES)), 200)


def _address(column: Column) -> float:
    return column.share(_is_ip)


def _workstation(column: Column) -> float:
    if column.times is not None or column.share(_is_ip) > 0.5:
        return 0.0
    return max(column.share(_STATION.fullmatch), 0.3 * (1.0 - column.distinct))


def _event(column: Column) -> float:
    if column.distinct < 0.995 or column.persons > 0.2 or column.times is not None:
        return 0.0
    return 0.9 if column.filled == len(column.cells) else 0.3


def _session(column: Column) -> float:
    if column.times is not None:
        return 0.0
    return 0.8 * column.share(_LONG_HEX.fullmatch) if column.distinct < 0.9 else 0.35


def _count(column: Column) -> float:
    return 0.8 * column.numeric * (column.share(lambda value: len(value) < 7) > 0.99)


def _day(column: Column) -> float:
    return 0.0 if column.times is None else column.times.share


def _cancelled(column: Column) -> float:
    return max(_day(column), 0.5 * (len(column.counts) <= 12))


def _kind(column: Column) -> float:
    return _words(column, column.share(lambda value: kind_of_care(value) is not None), 40)


def _few_words(column: Column) -> float:
    return 0.5 * (column.times is None and not column.hours)


_SCORES: dict[str, Callable[[Column], float]] = {
    "time": _time, "account": _account, "patient": _patient, "role": _role, "unit": _unit, "action": _action,
    "outcome": _outcome, "resource": _resource, "address": _address, "workstation": _workstation, "event": _event,
    "session": _session, "request": _session, "count": _count, "page": _count, "software": _few_words,
    "start": _day, "end": _day, "known": _day, "cancelled": _cancelled, "kind": _kind, "link": _patient,
    "alias": _patient,
}  # fmt: skip
