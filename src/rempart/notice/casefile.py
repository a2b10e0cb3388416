"""Everything the documents of one case draw on, and the few phrases they share.

Reads nothing; holds the scope, the site, what binds it, the words, and how far the letters are. A figure is
always phrased here, so that it is cited the same way in every document.

Misses: nothing of its own; a phrase that no figure supports is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rempart.notice.document import Citations, Document, Section
from rempart.notice.obligations import Assessment, Obligation
from rempart.notice.scope import Bounds, Scope
from rempart.notice.site import Site
from rempart.notice.words import Words

FIRST_SENT = "cnil"
"""The rule whose notification comes in versions."""


@dataclass(frozen=True, slots=True)
class LetterCount:
    """Letters ready, and people entrusted to a person of the site."""

    letters: int
    withheld: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case at one controller, as known now."""

    scope: Scope
    site: Site
    assessment: Assessment
    obligations: tuple[Obligation, ...]
    aware_at: datetime
    now: datetime
    letters: LetterCount | None = None

    @property
    def begun_at(self) -> datetime:
        return datetime.fromisoformat(self.scope.from_)

    @property
    def ended_at(self) -> datetime:
        return datetime.fromisoformat(self.scope.to)

    @property
    def is_late(self) -> bool:
        """Whether the supervisor's 72 hours are over, or were when the first version went out."""
        for each in self.obligations:
            if each.rule.id == FIRST_SENT and each.due_at is not None:
                return (each.sent_at or self.now) > each.due_at
        return False


class Phrases:
    """The shared phrases of one document, which collect its citations."""

    def __init__(self, case: CaseFile, words: Words) -> None:
        self.case = case
        self.words = words
        self._citations = Citations()

    def number(self, amount: int, pointer: str) -> str:
        """A cited whole number."""
        return self._citations.cite(self.words.language.number(amount), pointer)

    def bounds(self, bounds: Bounds, pointer: str) -> str:
        """A cited number, or at least and at most."""
        if bounds.low == bounds.high and bounds.bounded:
            return self.number(bounds.low, f"{pointer}/low")
        return self.words.text(
            "common.at_least" if bounds.bounded else "common.at_least_open",
            low=self.number(bounds.low, f"{pointer}/low"),
            high=self.number(bounds.high, f"{pointer}/high"),
        )

    def patients(self) -> str:
        return self.bounds(self.case.scope.patients, "/patients")

    def categories(self, names: tuple[str, ...]) -> str:
        """Short names of categories, listed."""
        return self.words.listing([self.words.category(each, "short") for each in names])

    def people_of(self, category: str) -> str:
        """How many people certainly had ``category`` shown, and how many more cannot be excluded, each cited."""
        found, at, text = self.case.scope.categories[category], f"/categories/{category}", self.words.plural
        seen = ""
        if found.seen:
            seen = text("people.seen", found.seen, n=self.number(found.seen, f"{at}/seen"))
        if found.bounded and not found.possible:
            return seen
        known = "more" if found.bounded else "open" if found.possible else "unknown"
        if found.possible:
            more = self.number(found.possible, f"{at}/possible")
        else:
            more = ""
        if seen:
            return text(f"people.seen_{known}", found.possible, seen=seen, more=more)
        return text(f"people.unseen_{known}", found.possible, more=more)

    def counted(self, names: tuple[str, ...]) -> str:
        """Short names of categories, each with its people, listed."""
        count = [
            self.words.text(
                "people.in_list", name=self.words.category(each, "short"), people=self.people_of(each)
            )
            for each in names
        ]
        return self.words.listing(count)

    def lines(self, names: tuple[str, ...]) -> str:
        """Full names of categories, each on its line with its people; or that there are none."""
        count = [
            self.words.text(
                "people.in_line", name=self.words.category(each, "name"), people=self.people_of(each)
            )
            for each in names
        ]
        return "\n".join(count) or self.words.text("common.none")

    def period(self) -> dict[str, str]:
        """The period of the theft, in either form, and as a sentence begins."""
        ends = self.case.begun_at, self.case.ended_at
        said = {form: self.words.period(form, *ends) for form in ("within", "between")}
        return said | {form.capitalize(): text[0].upper() + text[1:] for form, text in said.items()}

    def unknown(self, text: str) -> str:
        """``text``, or that it is not known to date: no field is left empty."""
        return text or self.words.text("common.unknown")

    def document(self, name: str, title: str, lead: tuple[str, ...], sections: list[Section]) -> Document:
        """The document, with the citations its sections made."""
        words, case = self.words, self.case
        organisation = case.site.organisation.name
        return Document(
            name=f"{name}-{words.language.code}",
            language=words.language.code,
            title=title,
            lead=lead,
            sections=tuple(sections),
            organisation=organisation,
            made=words.text("common.made", at=words.moment(case.now), zone=words.zone),
            case=words.text("common.case", case=case.scope.case),
            scope_hash=case.scope.hash,
            figures=tuple(self._citations.figures),
        )
