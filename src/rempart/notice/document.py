"""A document before it has a form: title, sections of paragraphs, lists and tables, and its cited figures.

Gives plain frozen data that :mod:`rempart.notice.pages` turns into HTML and :mod:`rempart.notice.typeset` into
PDF. Every figure is written through :class:`Citations`, which puts a mark behind it and remembers its place in
scope.json: what the document says can be checked against the scope, by a reader and by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.notice.words import CITE_CLOSE, CITE_OPEN


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is written, and its place in scope.json (JSON pointer, RFC 6901)."""

    shown: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under their titles; ``strong`` marks the rows to see first."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under its own title."""

    title: str
    text: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document for one audience in one language."""

    name: str
    """File name without ending: letters, digits and hyphens."""
    language: str
    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    organisation: str
    made: str
    case: str
    scope_hash: str
    figures: tuple[Figure, ...] = ()


@dataclass(slots=True)
class Citations:
    """The figures cited so far in one document, each once."""

    figures: list[Figure] = field(default_factory=list)

    def cite(self, shown: str, pointer: str) -> str:
        """``shown`` followed by the mark of its source."""
        figure = Figure(shown, pointer)
        if figure not in self.figures:
            self.figures.append(figure)
        return f"{shown}{CITE_OPEN}{self.figures.index(figure) + 1}{CITE_CLOSE}"


def runs(text: str) -> list[tuple[str, str]]:
    """``text`` cut into ("text", words) and ("mark", number)."""
    cut: list[tuple[str, str]] = []
    for number, piece in enumerate(text.split(CITE_OPEN)):
        mark, _, rest = piece.partition(CITE_CLOSE) if number else ("", "", piece)
        if mark:
            cut.append(("mark", mark))
        if rest:
            cut.append(("text", rest))
    return cut
