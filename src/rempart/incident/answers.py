"""Which categories of data were exposed: proved, ruled out, or not to be told.

Reads the accesses of a period, the patients they name and the gaps. For each category of
:data:`rempart.records.CATEGORIES` the answer is

- ``exposed``: the log proves an access that was served and shows it;
- ``not_exposed``: no access may have shown it, every form is known to the rules, and the logs have no gap that could hide it;
- ``cannot_tell``: anything else, with the reason.

Beside the answer stands how many people certainly had the category shown, and how many more at most cannot be
excluded: those whom open accesses name, and those whom gaps may hide. Each answer names the lines that prove it:
the first that show the category, the first that leave it open, or, for ``not_exposed``, the first and the last line
of the period that was looked through.

Misses: what a screen showed beside what the log names; the rules' ``may_show`` is the site's own word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rempart.incident.exposure import Accesses, Array, People
from rempart.incident.gap import Gap
from rempart.language import clauses, ngettext, number
from rempart.language import gettext as _
from rempart.records import CATEGORIES

EXPOSED, NOT_EXPOSED, CANNOT_TELL = "exposed", "not_exposed", "cannot_tell"
MOST_PROOF = 5


class Proof(NamedTuple):
    """A line of a log and its decision: ``source`` is the number of the source in the accesses."""

    source: int
    offset: int
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be said of one category: ``seen`` people certainly had it shown, and at most ``possible`` more
    cannot be excluded; where not ``bounded``, a gap may hide more than that."""

    answer: str
    seen: int
    possible: int
    bounded: bool
    proof: tuple[Proof, ...]
    why: str


def answer_categories(accesses: Accesses, people: People, gaps: Sequence[Gap]) -> dict[str, Answer]:
    """One answer for each category, in their order."""
    named = accesses.possible & (accesses.patients > 0)
    return {name: _answer(accesses, named, people, gaps, 1 << place) for place, name in enumerate(CATEGORIES)}


def _answer(accesses: Accesses, named: Array, people: People, gaps: Sequence[Gap], bit: int) -> Answer:
    held = people.patient[(people.shown | people.maybe) & bit != 0]
    seen = int(np.count_nonzero(people.shown & bit))
    hidden = [(gap, gap.hidden(bit, held)) for gap in gaps]
    possible = held.size - seen + sum(count for _gap, count in hidden if count)
    bounded = all(count is not None for _gap, count in hidden)
    open_ = named & ((accesses.shows | accesses.may_show) & bit != 0)
    whys = []
    if possible or not bounded:
        whys = _reasons(accesses, open_, [gap for gap, count in hidden if count != 0], bit)
    if seen:
        proved = named & accesses.certain & (accesses.shows & bit != 0)
        why = clauses([_proved(int(proved.sum())), *whys])
        return Answer(EXPOSED, seen, possible, bounded, _lines(accesses, proved), why)
    if whys:
        return Answer(CANNOT_TELL, 0, possible, bounded, _lines(accesses, open_), clauses(whys))
    looked = np.flatnonzero(accesses.possible)
    proof = tuple(
        _proof(accesses, row) for row in dict.fromkeys([*looked[:1].tolist(), *looked[-1:].tolist()])
    )
    why = ngettext(
        "the {count} served access does not show it, and the logs have no gap that could hide it",
        "none of the {count} served accesses shows it, and the logs have no gap that could hide it",
        looked.size,
    ).format(count=number(looked.size))
    return Answer(NOT_EXPOSED, 0, 0, True, proof, why)


def _proved(times: int) -> str:
    return ngettext(
        "{count} access that the log calls served shows it",
        "{count} accesses that the log calls served show it",
        times,
    ).format(count=number(times))


def _reasons(accesses: Accesses, open_: Array, gaps: Sequence[Gap], bit: int) -> list[str]:
    """Why it cannot be ruled out that more people were shown the category."""
    shown, may = accesses.shows & bit != 0, accesses.may_show & bit != 0
    unsure = int((open_ & ~accesses.certain & shown).sum())
    maybe = int((open_ & accesses.known & may).sum())
    strange = int((open_ & ~accesses.known).sum())
    reasons = []
    if unsure:
        text = ngettext(
            "{count} access would show it, and the log does not say whether it was served",
            "{count} accesses would show it, and the log does not say whether they were served",
            unsure,
        )
        reasons.append(text.format(count=number(unsure)))
    if maybe:
        text = ngettext("{count} access may have shown it", "{count} accesses may have shown it", maybe)
        reasons.append(text.format(count=number(maybe)))
    if strange:
        text = ngettext(
            "{count} access is of a form no rule names",
            "{count} accesses are of a form no rule names",
            strange,
        )
        reasons.append(text.format(count=number(strange)))
    if gaps:
        kinds = ", ".join(dict.fromkeys(gap_names()[gap.kind] for gap in gaps))
        reasons.append(_("the logs have gaps: {kinds}").format(kinds=kinds))
    return reasons


def gap_names() -> dict[str, str]:
    """What each kind of gap is called."""
    return {
        "missing_hours": _("missing hours"),
        "sequence_hole": _("numbers missing from the ids"),
        "exports_not_audited": _("exports not audited"),
        "search_results_unknown": _("searches without results"),
        "rejected_lines": _("unreadable lines"),
        "rejects_unknown": _("unreadable lines not kept"),
        "no_account": _("accesses without an account"),
        "no_patient": _("accesses without a patient"),
        "no_time": _("accesses without a time"),
        "expired": _("expired events"),
    }


def _lines(accesses: Accesses, chosen: Array) -> tuple[Proof, ...]:
    return tuple(_proof(accesses, row) for row in np.flatnonzero(chosen)[:MOST_PROOF].tolist())


def _proof(accesses: Accesses, row: int) -> Proof:
    return Proof(int(accesses.source[row]), int(accesses.offset[row]), int(accesses.number[row]))
