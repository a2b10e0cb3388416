"""Documents and letters as HTML: to read, to edit in any word processor, to print; one file, nothing fetched.

Everything is escaped by the templates; the pages forbid themselves to load or run anything (Content
Security Policy). Misses: page numbers, which a browser adds when it prints.
"""

from __future__ import annotations

from functools import lru_cache

import jinja2
from markupsafe import Markup, escape

from rempart.notice.document import Document, runs
from rempart.notice.letters import Letter
from rempart.notice.words import Words


def write_document(document: Document, words: Words) -> str:
    """The HTML page of a document."""
    return _environment().get_template("document.html").render(document=document, words=words)


def write_letter(letter: Letter, words: Words) -> str:
    """The HTML page of one letter."""
    return _environment().get_template("letter.html").render(letter=letter, words=words)


@lru_cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rempart.notice"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cited"] = _cited
    return environment


def _cited(text: str) -> Markup:
    """``text`` escaped, the marks of its figures turned into links to their sources."""
    form = Markup(' <sup><a href="#figure-{0}">[{0}]</a></sup>')
    return Markup("").join(form.format(part) if kind == "mark" else escape(part) for kind, part in runs(text))
