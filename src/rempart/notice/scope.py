"""What was exposed, as ``rempart scope`` wrote it: scope.json checked against its own hash, and scope.csv.

Reads the folder of a scope. Gives :class:`Scope`, the figures every document quotes, and
:class:`ScopePatients`, one row a patient in columns, so that a million patients fit in memory.
A figure is quoted with its place (a JSON pointer, RFC 6901) and the hash, so that a reader can check it.

Misses: whether the scope itself is right; its own proof lines say where it comes from.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from rempart.canonical import hash_document
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import printable, printable_sentence, why_of
from rempart.records import CATEGORIES

FORMAT = "rempart-scope-2"
COLUMNS = ("patient", "first", "last", "accesses", "categories", "in_care", "thief_probability")
POSSIBLE = "possible_categories"
"""A column a scope may have besides: what may have been served, where the log does not say."""


class Bounds(msgspec.Struct, frozen=True):
    """At least ``low`` and at most ``high``; not ``bounded`` where a gap may hide more than that."""

    low: int
    high: int
    bounded: bool = True


class Category(msgspec.Struct, frozen=True):
    """What can be said about one category of data; ``answer`` is exposed, not_exposed or cannot_tell.

    ``seen`` people certainly had it shown; ``possible`` more at most cannot be excluded, or still more where not
    ``bounded``.
    """

    answer: str
    seen: int
    possible: int
    bounded: bool = True
    why: str = ""
    proof: list[dict[str, Any]] = []


class Gap(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A time the logs do not cover."""

    kind: str
    source: str | None = None
    from_: str | None = None
    to: str | None = None
    why: str = ""
    upper_bound: int | None = None


class Split(msgspec.Struct, frozen=True):
    """Patients whose data the thief, not the account's owner, opened."""

    thief_patients: Bounds


class Scope(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """The figures of one theft at one controller, as scope.json holds them."""

    format: str
    accounts: list[str]
    from_: str
    to: str
    made_at: str
    accesses: int
    patients: Bounds
    records: Bounds
    categories: dict[str, Category]
    hash: str
    incident: str | None = None
    controller: str | None = None
    ledger_head: str | None = None
    gaps: list[Gap] = []
    split: Split | None = None
    worth_eur: dict[str, tuple[float, float]] = {}

    @property
    def exposed(self) -> tuple[str, ...]:
        """The categories known to have been exposed to somebody, in the documents' order."""
        return self._answering("exposed")

    @property
    def unsure(self) -> tuple[str, ...]:
        """The categories of which nobody can tell."""
        return self._answering("cannot_tell")

    @property
    def excluded(self) -> tuple[str, ...]:
        """The categories the logs prove were not exposed."""
        return self._answering("not_exposed")

    def _answering(self, answer: str) -> tuple[str, ...]:
        chosen = [name for name, each in self.categories.items() if each.answer == answer]
        return tuple(sorted(chosen, key=_place))

    @property
    def case(self) -> str:
        """The name under which versions of one case are kept: the incident, else what identifies it."""
        if self.incident:
            return self.incident
        named = json.dumps([self.controller, sorted(self.accounts)], ensure_ascii=False)
        return "C" + hashlib.sha256(named.encode()).hexdigest()[:12]


def _place(category: str) -> tuple[int, str]:
    return (CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES), category)


def read_scope(folder: Path) -> Scope:
    """The scope in ``folder``. SourceError where there is none, or it is not as it was written."""
    path = folder / "scope.json"
    if not path.exists() and (folder / "summary.json").exists():
        inside = ", ".join(sorted(each.parent.name for each in folder.glob("*/scope.json")))
        raise SourceError(
            _("{folder} holds the scopes of several controllers").format(folder=folder),
            _("name one of them: {inside}").format(inside=inside),
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        form = content.get("format") if isinstance(content, dict) else None
        if isinstance(form, str) and form != FORMAT:
            raise SourceError(
                _("{path} is of another format").format(path=path),
                _("make it anew with this version's rempart scope"),
            )
        scope = msgspec.convert(content, Scope)
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)),
            _("name the folder that rempart scope wrote"),
        ) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(
            _("{path} is no scope ({why})").format(path=path, why=why_of(error)),
            _("name the folder that rempart scope wrote"),
        ) from error
    if hash_document(content) != scope.hash:
        raise SourceError(
            _("{path} was changed after it was written").format(path=path),
            _("make it anew with rempart scope"),
        )
    return msgspec.structs.replace(
        scope,
        accounts=[printable(each) for each in scope.accounts],
        gaps=[
            msgspec.structs.replace(
                gap,
                kind=printable(gap.kind),
                source=printable(gap.source or ""),
                why=printable_sentence(gap.why),
            )
            for gap in scope.gaps
        ],
    )


@dataclass(frozen=True, slots=True)
class ScopePatients:
    """The rows of scope.csv in order of pseudonym: ``patients`` (n,) uint64, ``table`` (n rows) the rest."""

    patients: np.ndarray[Any, np.dtype[np.uint64]]
    table: pa.Table

    def __len__(self) -> int:
        return len(self.patients)

    def find(self, pseudonyms: np.ndarray[Any, np.dtype[np.uint64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The row (m,) of each of ``pseudonyms`` (m,), -1 where it is not in the scope."""
        if not len(self.patients):
            return np.full(len(pseudonyms), -1, np.int64)
        at = np.searchsorted(self.patients, pseudonyms)
        at[at == len(self.patients)] = 0
        return np.where(self.patients[at] == pseudonyms, at, -1)


def read_patients(folder: Path) -> ScopePatients:
    """The patients of the scope in ``folder``. SourceError where scope.csv is missing or malformed."""
    path = folder / "scope.csv"
    wanted = [*COLUMNS, POSSIBLE]
    strings = dict.fromkeys(wanted, pa.string())
    types = {**strings, "accesses": pa.int64(), "thief_probability": pa.float64()}
    try:
        options = pa_csv.ConvertOptions(
            column_types=types, include_columns=wanted, include_missing_columns=True
        )
        table = pa_csv.read_csv(path, convert_options=options)
        if table["patient"].null_count:
            raise ValueError("a row without a pseudonym")
        patients = np.array([int(each, 16) for each in table["patient"].to_pylist()], np.uint64)
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)),
            _("name the folder that rempart scope wrote"),
        ) from error
    except (pa.ArrowException, ValueError, OverflowError, TypeError, KeyError) as error:
        raise SourceError(
            _("{path} is no list of patients ({why})").format(path=path, why=why_of(error)),
            _("name the folder that rempart scope wrote"),
        ) from error
    order = np.argsort(patients, kind="stable")
    return ScopePatients(patients[order], table.take(pa.array(order)).combine_chunks())
