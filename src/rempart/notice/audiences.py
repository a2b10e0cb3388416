"""One page for each actor who will meet the fraud that follows, and the register's entry.

Reads a case file and the words. Gives the documents for patients at the desk, professionals, laboratories,
practices, pharmacies and the press, from ``[page.*]`` of the words; adding a page there adds a document. The
register entry (GDPR Article 33(5)) says facts, effects, measures and decisions.

Misses: posters and other languages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rempart.notice.casefile import CaseFile, Phrases
from rempart.notice.deadlines import say_state
from rempart.notice.document import Document, Section, Table
from rempart.notice.sheet import consequences, plain, said_to_people, say_severity
from rempart.notice.words import Words

REGISTER = "register"
PRESS = "press"


def audience_pages(case: CaseFile, words: Words) -> list[Document]:
    """A page for every audience, in the order of the words."""
    return [_page(name, case, words) for name in words.table("page")]


def _page(name: str, case: CaseFile, words: Words) -> Document:
    phrases = Phrases(case, words)
    page = words.table(f"page.{name}")
    given = _given(phrases, used=str(page))
    sections = [
        Section(
            words.fill(section["title"]),
            tuple(filter(None, (words.fill(text, **given) for text in section.get("text", ())))),
            tuple(words.fill(item, **given) for item in section.get("items", ())),
        )
        for section in page["section"]
    ]
    made = phrases.document(name, words.fill(page["title"]), (words.fill(page["lead"], **given),), sections)
    return _without_notes(made) if name == PRESS else made


def _without_notes(document: Document) -> Document:
    """``document`` as a newspaper may copy it: no mark stands behind a figure."""
    sections = tuple(replace(one, text=tuple(map(plain, one.text))) for one in document.sections)
    return replace(document, sections=sections, figures=())


def _given(phrases: Phrases, used: str) -> dict[str, str]:
    """What fills the holes of a page; figures only where the page says them, so that only those are cited."""
    case, words = phrases.case, phrases.words
    scope, site = case.scope, case.site
    given = {
        "organisation": site.organisation.name,
        "phone": phrases.unknown(site.letters.phone),
        "made": words.day(case.now),
        "excluded_sentence": _listed(words, "excluded", phrases.categories(scope.excluded)),
        "measures": " ".join(words.fill(each) for each in site.letters.measures.get(words.language.code, ())),
        "contact": phrases.unknown(", ".join(filter(None, (site.contact.name, site.contact.phone)))),
        **phrases.period(),
    }
    cited: dict[str, Callable[[], str]] = {
        "patients": phrases.patients,
        "accesses": lambda: phrases.number(scope.accesses, "/accesses"),
        "exposed_sentence": lambda: _listed(words, "exposed", phrases.counted(scope.exposed)),
        "unsure_sentence": lambda: _listed(words, "unsure", phrases.counted(scope.unsure)),
    }
    return given | {name: say() for name, say in cited.items() if f"{{{name}}}" in used}


def _listed(words: Words, what: str, listed: str) -> str:
    """That these categories were seen, were proved not seen, or cannot be told; or that there are none such."""
    if not listed:
        return words.text(f"page_words.{what}_none")
    return words.text(f"page_words.{what}_sentence", list=listed)


def register_entry(case: CaseFile, words: Words) -> Document:
    """The entry of the internal register of breaches."""
    phrases = Phrases(case, words)
    scope, theft = case.scope, case.site.theft
    label, none = "sheet.label", words.text("common.none")
    described = words.text(
        "sheet.text.description",
        accesses=phrases.number(scope.accesses, "/accesses"),
        accounts=", ".join(scope.accounts) or none,
        patients=phrases.patients(),
        **phrases.period(),
    )
    head = (words.text("sheet.field"), words.text("sheet.value"))
    facts = (
        (words.text(f"{label}.aware"), words.moment(case.aware_at)),
        (words.text(f"{label}.discovery"), phrases.unknown(theft.discovery)),
        (words.text(f"{label}.nature"), words.text("sheet.text.confidentiality")),
        (words.text(f"{label}.cause"), theft.cause or words.text("sheet.text.cause")),
        (words.text(f"{label}.description"), described),
        (words.text(f"{label}.exposed"), phrases.lines(scope.exposed)),
        (words.text(f"{label}.unsure"), phrases.lines(scope.unsure)),
        (words.text(f"{label}.excluded"), phrases.categories(scope.excluded) or none),
    )
    effects = (
        (words.text(f"{label}.severity"), say_severity(case, words)),
        (words.text(f"{label}.consequences"), "\n".join(consequences(case, words)) or none),
    )
    remedies = (
        (words.text(f"{label}.taken"), phrases.unknown("\n".join(theft.measures_taken))),
        (words.text(f"{label}.planned"), phrases.unknown("\n".join(theft.measures_planned))),
        (words.text(f"{label}.told"), said_to_people(phrases)),
    )
    decisions = tuple(
        (words.fill(each.rule.title.of(words.language.code)), say_state(each, words))
        for each in case.obligations
    )
    parts = (("facts", facts), ("effects", effects), ("remedies", remedies), ("decisions", decisions))
    sections = [Section(words.text(f"register.{name}"), table=Table(head, rows)) for name, rows in parts]
    return phrases.document(REGISTER, words.text("register.title"), (words.text("register.lead"),), sections)
