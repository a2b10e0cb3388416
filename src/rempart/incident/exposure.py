"""The accesses a scope counts, as arrays, and the patients they name, each once.

Reads what the ledger holds of some accounts (:class:`Accesses`, put together by the pipeline); gives a
:class:`People` table. Only what was served counts: ``served`` is what the log proves (or leaves open),
never what was decided.

Misses: two identifiers of one person stay two patients, as the log spells them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from rempart.records import MISSING_MS

Array = np.ndarray[Any, Any]
YES, NO, UNKNOWN = 0, 1, 2
"""What ``served`` may be."""
IN_CARE = ("no", "yes", "unknown")
CARE_UNKNOWN = 2


@dataclass(frozen=True, slots=True)
class Accesses:
    """n accesses of some accounts naming m patients, in the order of their numbers.

    ``shows`` and ``may_show`` are bits in the order of :data:`rempart.records.CATEGORIES`; ``known``
    whether a rule names the form; ``served`` is NO too where another access stands for this one.
    ``account``, ``form``, ``source``, ``session``, ``network`` and ``software`` are any numbers that tell
    them apart; ``patients`` (n,) how many of ``people`` (m,) each access names, in turn; ``in_care`` (m,) 0 no, 1 yes, 2 unknown.
    """

    number: Array
    recorded_ms: Array
    account: Array
    served: Array
    form: Array
    shows: Array
    may_show: Array
    known: Array
    query: Array
    count: Array
    source: Array
    offset: Array
    session: Array
    network: Array
    software: Array
    hijack: Array
    patients: Array
    people: Array
    in_care: Array

    def __len__(self) -> int:
        return int(self.number.size)

    @property
    def row(self) -> Array:
        """(m,) the access that names each of ``people``."""
        return np.repeat(np.arange(len(self)), self.patients)

    @property
    def possible(self) -> Array:
        """(n,) whether anything may have been given out."""
        return np.asarray(self.served != NO)

    @property
    def certain(self) -> Array:
        """(n,) whether the log proves that something was given out, within the period."""
        return np.asarray((self.served == YES) & (self.recorded_ms != MISSING_MS))

    def choose(self, keep: Array) -> Accesses:
        """Those where ``keep`` (n,) is true, with their patients."""
        owned = np.repeat(keep, self.patients)
        columns = {one.name: getattr(self, one.name) for one in fields(self)}
        return Accesses(
            **{
                name: column[owned] if name in ("people", "in_care") else column[keep]
                for name, column in columns.items()
            }
        )


@dataclass(frozen=True, slots=True)
class People:
    """k patients whose data were or may have been given out, by pseudonym.

    ``first_ms`` and ``last_ms`` of their accesses (:data:`~rempart.records.MISSING_MS` where none has a
    time), ``accesses`` how many, ``certain`` whether the log proves one, ``shown`` the categories the
    log proves and ``maybe`` those it leaves open (bits), ``kinds`` how many forms, ``certain_kinds`` of
    them proved, ``in_care`` 0, 1 or 2, ``thief`` the probability that a thief saw them.
    """

    patient: Array
    first_ms: Array
    last_ms: Array
    accesses: Array
    certain: Array
    shown: Array
    maybe: Array
    kinds: Array
    certain_kinds: Array
    in_care: Array
    thief: Array

    def __len__(self) -> int:
        return int(self.patient.size)


def count_people(accesses: Accesses, thief: Array) -> People:
    """Everybody named by an access that may have been served; ``thief`` (n,) its probability."""
    given = accesses.possible[accesses.row]
    row, who = accesses.row[given], accesses.people[given]
    order = np.argsort(who, kind="stable")
    row, who, care = row[order], who[order], accesses.in_care[given][order]
    starts = runs_of(who)
    at = accesses.recorded_ms[row]
    certain = accesses.certain[row]
    shows = accesses.shows[row]
    proved = np.where(certain, shows, 0)
    open_ = np.where(certain, accesses.may_show[row], accesses.may_show[row] | shows)
    shown = _reduce(np.bitwise_or, proved, starts)
    kinds, certain_kinds = _kinds(accesses.form[row], certain, starts, who.size)
    cared = _reduce(np.maximum, (care == 1).astype(np.int8), starts)
    unsure = _reduce(np.minimum, (care == CARE_UNKNOWN).astype(np.int8), starts)
    return People(
        patient=who[starts],
        first_ms=_first(at, starts),
        last_ms=_reduce(np.maximum, at, starts),
        accesses=_reduce(np.add, np.ones(row.size, np.int64), starts),
        certain=_reduce(np.maximum, certain, starts),
        shown=shown,
        maybe=_reduce(np.bitwise_or, open_, starts) & ~shown,
        kinds=kinds,
        certain_kinds=certain_kinds,
        in_care=np.where(cared == 1, 1, np.where(unsure == 1, CARE_UNKNOWN, 0)).astype(np.int8),
        thief=_reduce(np.maximum, thief[row], starts),
    )


def runs_of(values: Array) -> Array:
    """Where each run of equal values begins."""
    if not values.size:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def _reduce(ufunc: np.ufunc, values: Array, starts: Array) -> Array:
    return ufunc.reduceat(values, starts) if starts.size else values[:0]


def _first(at: Array, starts: Array) -> Array:
    """The earliest known time of each run."""
    never = np.iinfo(np.int64).max
    first = _reduce(np.minimum, np.where(at == MISSING_MS, never, at), starts)
    return np.where(first == never, MISSING_MS, first)


def _kinds(form: Array, certain: Array, starts: Array, size: int) -> tuple[Array, Array]:
    """Distinct forms in each run of patients, and how many of them are proved."""
    owner = np.repeat(np.arange(starts.size), np.diff(np.append(starts, size)))
    order = np.lexsort((~certain, form, owner))
    owner, form, certain = owner[order], form[order], certain[order]
    fresh = np.ones(owner.size, bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (form[1:] != form[:-1])
    kinds = np.bincount(owner[fresh], minlength=starts.size)
    proved = np.bincount(owner[fresh & certain], minlength=starts.size)
    return kinds, proved
