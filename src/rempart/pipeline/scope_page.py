"""A scope as a page for people: how many, which data, how sure, and what the logs leave open.

Reads the document of ``scope.json`` and the timeline, so that no figure can differ from the file's; gives one
HTML page, nothing fetched, nothing run. Account and source names are hostile until escaped and made printable.
Misses: who the patients are; that takes ``rempart reidentify``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from rempart.incident.answers import gap_names
from rempart.incident.frauds import category_words
from rempart.incident.words import answer_names, patients_words, people_words
from rempart.language import Language, printable
from rempart.pipeline.page import page_environment


def scope_page(document: Mapping[str, Any], timeline: bytes | None, language: Language, zone: str) -> bytes:
    """The page of one controller's scope in ``language`` (the spoken one), times in ``zone``."""

    def moment(iso: str | None) -> str:
        if iso is None:
            return language.gettext("unknown time")
        return language.when(round(datetime.fromisoformat(iso).timestamp() * 1000), zone)

    environment = page_environment(language)
    environment.filters.update(moment=moment)
    page = environment.get_template("scope.html").render(
        language=language.code,
        document=document,
        answers=answer_names(),
        categories=category_words(),
        gap_names=gap_names(),
        facts=_facts(document, moment, language),
        people=people_words,
        picture=None if timeline is None else _inline(timeline, language),
    )
    return page.encode()


def _facts(
    document: Mapping[str, Any], moment: Callable[[str], str], language: Language
) -> list[tuple[str, str]]:
    """What heads the page: what was asked, and the figures of the theft as a whole."""
    _ = language.gettext
    split, bounded = document["split"], document["patients"]["bounded"]
    return [
        (_("accounts"), ", ".join(printable(name, 60) for name in document["accounts"])),
        (_("from"), moment(document["from"])),
        (_("to"), moment(document["to"])),
        (_("patients seen"), patients_words(**document["patients"])),
        *_seen_by_the_thief(split, language),
        (_("records (one patient in one form)"), patients_words(**document["records"], bounded=bounded)),
        (_("accesses that were, or may have been, served"), language.number(document["accesses"])),
    ]


def _seen_by_the_thief(split: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """How many of the patients the thief, not the owner, saw; nothing where all accesses are the owner's."""
    if not split["thief_accesses"] and not split["unclear_accesses"]:
        return []
    low, high = (split["thief_patients"][end] for end in ("low", "high"))
    return [(language.gettext("of the patients, seen by the thief"), patients_words(low, high, True))]


def _inline(picture: bytes, language: Language) -> str:
    """The SVG as an element of the page, with what it shows in words."""
    drawn = picture.decode()
    label = language.gettext("Accesses over time by who probably made them, and the patients reached so far.")
    return drawn[drawn.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
