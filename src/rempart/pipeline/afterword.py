"""What a run must say at its end so that nobody takes a bad reading for a quiet house.

Counts, for each source, the units read and why some could not be (:class:`Readings`); gives one plain line for
each thing that went wrong: nothing read, nothing new, many units unreadable. Reads no content of a log.

Misses: rows that were read, but wrongly (a day taken for a month); where many rows failed, the line says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from rempart.language import gettext as _
from rempart.language import number, printable
from rempart.records import Batch

MOST_SOURCES = 5
MOSTLY = 0.5
"""A source of which a greater share is unreadable was not read: the run ends with an error."""


@dataclass
class Readings:
    """What was read of each source, and why units of it could not be."""

    read: Counter[str] = field(default_factory=Counter)
    rejected: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, source: str, batch: Batch) -> None:
        """Count one batch of a source."""
        self.read[source] += batch.read
        if batch.rejected:
            self.rejected.setdefault(source, Counter()).update(each.reason for each in batch.rejected)

    def unreadable(self) -> list[str]:
        """A line for each of the sources with the most unreadable units."""
        order = sorted(self.rejected, key=lambda source: (-self.rejected[source].total(), source))
        lines = [self._line(source) for source in order[:MOST_SOURCES]]
        if len(order) > MOST_SOURCES:
            lines.append(
                _("{count} further sources hold unreadable units").format(count=len(order) - MOST_SOURCES)
            )
        return lines

    def mostly_unreadable(self) -> list[str]:
        """The sources of which more than half the units could not be read."""
        return [
            source
            for source, reasons in sorted(self.rejected.items())
            if reasons.total() > MOSTLY * self.read[source]
        ]

    def _line(self, source: str) -> str:
        reasons = self.rejected[source]
        ((commonest, _times),) = reasons.most_common(1)
        return _(
            "{source}: {rejected} of {read} units ({share} %) could not be read, most often: {reason}"
        ).format(
            source=printable(source),
            rejected=number(reasons.total()),
            read=number(self.read[source]),
            share=number(100 * reasons.total() / self.read[source], 1),
            reason=reason_words(commonest),
        )


def reason_words(reason: str) -> str:
    """Why a unit could not be read and what to do, in words; ``reason`` is one of
    :data:`rempart.records.REJECT_REASONS`."""
    words = {
        "not_json": _("no valid JSON"),
        "not_utf8": _("not in UTF-8"),
        "too_long": _("too long"),
        "too_deep": _("nested too deeply"),
        "not_a_resource": _("no FHIR resource"),
        "truncated": _("cut off before its end"),
        "bad_row": _("the row does not fit its header; check the separator and the quotes with rempart map"),
        "bad_time": _(
            "the time does not fit the mapping's format; check day and month with rempart map, since rows that fit may be read wrongly too"
        ),
        "bad_compression": _("damaged compression"),
        "repeated_key": _("a key that decides what the line says stands in it twice"),
        "bundle": _("a Bundle in one line; give its entries one a line"),
    }
    return words[reason]


def judged(counts: Mapping[str, int]) -> int:
    """How many decisions a run added to the ledger, by these counts of the contract."""
    return counts["decided"] + counts["control"] + counts["unattributed"]


def nothing_new(counts: Mapping[str, int]) -> bool:
    """Whether everything judged of a run had been judged before, by these counts of the contract."""
    return not judged(counts) and counts["duplicates"] > 0


def afterword(counts: Mapping[str, int], readings: Readings) -> list[str]:
    """Everything to be said after a run, as lines; none where all went as it should."""
    lines: list[str] = []
    if not counts["read"]:
        lines.append(_("Nothing was read: the sources hold no record."))
    elif nothing_new(counts):
        lines.append(_("Nothing new: every access read is in this ledger already."))
    elif counts["read"] == counts["context"] + counts["rejected"]:
        lines.append(_("No access was judged: the sources hold none that could be read."))
    return lines + readings.unreadable()
