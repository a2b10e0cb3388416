"""Writes the golden documents: every notice and one letter of each kind, as text, for one theft with known figures.

Run it after a change of words or rules, and read the difference: `python tests/golden/build_notices.py`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from notice_case import NOW, a_case, a_person, a_scope, a_site, affected
from rempart.notice.addressee import treat
from rempart.notice.audiences import audience_pages, register_entry
from rempart.notice.casefile import LetterCount
from rempart.notice.deadlines import obligations_page
from rempart.notice.document import Document
from rempart.notice.letters import Letter, Writer
from rempart.notice.sheet import plain, sheet
from rempart.notice.words import words_of
from rempart.records import CATEGORIES

GOLDEN = Path(__file__).with_name("notices.json")
PEOPLE: dict[str, dict[str, Any]] = {
    "adult": {},
    "child": {"birth_date": "2016-07-01"},
    "represented": {
        "protection": "representation",
        "representative": "Odile Morel",
        "representative_address": ("2 place d’Armes", "59800 Lille"),
    },
}


def lines_of(document: Document) -> list[str]:
    """A document as lines of text."""
    lines = [document.title, *document.lead]
    for section in document.sections:
        lines += [f"## {section.title}", *section.text, *(f"- {item}" for item in section.items)]
        if section.table:
            lines += [" | ".join(section.table.head), *(" | ".join(row) for row in section.table.rows)]
    return [plain(line) for line in (*lines, document.made, document.case)]


def lines_of_letter(letter: Letter) -> list[str]:
    """A letter as lines of text."""
    body: dict[str, Any] = asdict(letter.body)
    lines = [*letter.address, letter.reference, letter.happened]
    for key, value in body.items():
        if isinstance(value, str):
            lines.append(f"{key}: {value}")
        else:
            lines += [
                f"{key}: {' '.join(each.values()) if isinstance(each, dict) else each}" for each in value
            ]
    return lines


def build() -> dict[str, list[str]]:
    """Name to lines, of everything."""
    made: dict[str, list[str]] = {}
    case = a_case(letters=LetterCount(1_200, 34))
    for code in ("fr", "en"):
        words = words_of(code)
        form, _ = sheet(case, words, None)
        for document in (
            obligations_page(case, words),
            form,
            register_entry(case, words),
            *audience_pages(case, words),
        ):
            made[document.name] = lines_of(document)
        writer = Writer(a_scope(), a_site(), words, NOW)
        for name, changed in PEOPLE.items():
            person = affected(a_person(**changed), categories=CATEGORIES)
            for copy, to in enumerate(treat(person, NOW.date()).letters, 1):
                made[f"letter-{name}-{copy}-{code}"] = lines_of_letter(writer.write(person, to, copy))
        maybe = affected(a_person(), categories=("identity",), possible=("results",), thief_probability=0.3)
        made[f"letter-maybe-{code}"] = lines_of_letter(
            writer.write(maybe, treat(maybe, NOW.date()).letters[0], 1)
        )
    return made


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(build(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
