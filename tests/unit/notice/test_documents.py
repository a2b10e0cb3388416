"""Documents: every figure is the scope's, no field is empty, names cannot act, versions say what changed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pypdfium2
import pytest

from notice_case import AWARE, NOW, a_case, a_scope, a_site, scope_content
from rempart.incident.answers import gap_names
from rempart.incident.frauds import category_words
from rempart.language import set_language
from rempart.notice.audiences import audience_pages, register_entry
from rempart.notice.casefile import CaseFile, LetterCount, Phrases
from rempart.notice.deadlines import missing_facts, obligations_page
from rempart.notice.document import Document, runs
from rempart.notice.pages import write_document
from rempart.notice.sheet import Sent, plain, sheet
from rempart.notice.typeset import set_document
from rempart.notice.words import words_of
from rempart.records import CATEGORIES

HOSTILE = "<img src=x onerror=alert(1)>\"'&{patients}"


def documents(case: CaseFile, language: str) -> list[Document]:
    words = words_of(language)
    form, _ = sheet(case, words, None)
    return [obligations_page(case, words), form, register_entry(case, words), *audience_pages(case, words)]


def texts(document: Document) -> list[str]:
    found = [document.title, *document.lead, document.made, document.case, document.organisation]
    for section in document.sections:
        found += [section.title, *section.text, *section.items]
        if section.table:
            found += [cell for row in section.table.rows for cell in row]
    return found


def at(content: Any, pointer: str) -> Any:
    for part in pointer.strip("/").split("/"):
        content = content[int(part)] if isinstance(content, list) else content[part]
    return content


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_cited_figure_is_the_scope_s(language: str) -> None:
    content, words = scope_content(), words_of(language)
    cited = 0
    for document in documents(a_case(), language):
        assert document.scope_hash == content["hash"]
        for figure in document.figures:
            assert figure.shown == words.language.number(at(content, figure.pointer)), figure
            cited += 1
    assert cited > 20


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_figure_of_the_scope_that_is_said_is_cited(language: str) -> None:
    words = words_of(language)
    counts = scope_content()["categories"].values()
    categories = [each[key] for each in counts for key in ("seen", "possible") if each[key]]
    figures = {words.language.number(each) for each in (1_234, 1_271, 2_468, 3_001, 3_090, *categories)}
    for document in documents(a_case(), language):
        if document.name == f"press-{language}":
            assert all(kind == "text" for text in texts(document) for kind, _ in runs(text))
            continue
        for text in texts(document):
            for (kind, part), following in zip(runs(text), [*runs(text)[1:], ("", "")], strict=True):
                for figure in figures:
                    if kind == "text" and figure in part:
                        assert part.endswith(figure), text
                        assert following[0] == "mark", text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_field_is_empty_and_no_hole_is_left(language: str) -> None:
    for document in documents(a_case(), language):
        for text in texts(document):
            assert text.strip(), document.name
            assert not re.search(r"[{}]|\bnan\b", text), text
        assert len(document.sections) >= 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_empty_scope_still_makes_whole_documents(language: str) -> None:
    answers = {name: each | {"answer": "not_exposed"} for name, each in scope_content()["categories"].items()}
    zero = {"low": 0, "high": 0}
    case = a_case(a_scope(accesses=0, patients=zero, records=zero, categories=answers, gaps=[], accounts=[]))
    for document in documents(case, language):
        assert all(text.strip() for text in texts(document))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_bounds_say_so_where_a_gap_has_none(language: str) -> None:
    words = words_of(language)
    open_scope = a_scope(patients={"low": 5, "high": 5, "bounded": False})
    _, values = sheet(a_case(open_scope), words, None)
    assert values["people"] == words.text("common.at_least_open", low="5", high="5")
    assert values["records"] == words.text(
        "common.at_least_open", low=words.language.number(3_001), high=words.language.number(3_090)
    )
    _, values = sheet(a_case(a_scope(patients={"low": 5, "high": 5})), words, None)
    assert values["people"] == "5"


def test_hostile_names_are_shown_and_do_nothing() -> None:
    site = a_site(
        organisation={"name": HOSTILE, "sector": "hospital", "role": "controller"},
        theft={"description": HOSTILE, "measures_taken": [HOSTILE]},
    )
    scope = a_scope(
        accounts=[HOSTILE], gaps=[scope_content()["gaps"][0] | {"source": HOSTILE, "why": HOSTILE}]
    )
    for document in documents(a_case(scope, site), "fr"):
        page = write_document(document, words_of("fr"))
        shown = _Tags()
        shown.feed(page)
        assert "img" not in shown.seen
        assert "onerror" not in shown.attributes
        assert HOSTILE in "".join(shown.text)


class _Tags(HTMLParser):
    """The elements, attribute names and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_page_fetches_nothing_and_links_only_to_its_own_figures() -> None:
    for document in documents(a_case(), "en"):
        page = write_document(document, words_of("en"))
        assert "default-src 'none'" in page
        assert set(re.findall(r'href="([^"]*)"', page)) == {
            f"#figure-{number}" for number in range(1, len(document.figures) + 1)
        }
        for number in range(1, len(document.figures) + 1):
            assert f'id="figure-{number}"' in page


def test_the_first_version_is_initial_and_the_next_says_what_changed() -> None:
    words = words_of("fr")
    form, values = sheet(a_case(), words, None)
    assert form.lead[0] == "Version initiale"
    later = a_scope(patients={"low": 1_300, "high": 1_300})
    again, _ = sheet(a_case(later), words, Sent(AWARE, 1, values))
    assert again.lead[0] == "Version complémentaire n°\u00a01"
    table = again.sections[0].table
    assert table
    changed = {row[0]: row[1:] for row in table.rows}
    assert set(changed) == {words.text("sheet.label.people"), words.text("sheet.label.description")}
    assert changed[words.text("sheet.label.people")] == (
        "au moins 1\u202f234, au plus 1\u202f271",
        "1\u202f300",
    )


def test_nothing_changed_is_said_too() -> None:
    words = words_of("en")
    _, values = sheet(a_case(), words, None)
    again, _ = sheet(a_case(), words, Sent(AWARE, 2, values))
    assert again.sections[0].text == (words.text("sheet.changed_nothing"),)


def test_reasons_of_delay_are_asked_only_when_late() -> None:
    words, late = words_of("fr"), NOW.replace(month=4)
    _, values = sheet(a_case(), words, None)
    assert values["delay"] == "Néant"
    _, values = sheet(a_case(now=late), words, None)
    assert values["delay"] == "Non connu à ce jour"
    assert any("[theft] delay" in each for each in missing_facts(a_case(now=late), words))
    _, values = sheet(a_case(site=a_site(theft={"delay": "Enquête en cours."}), now=late), words, None)
    assert values["delay"] == "Enquête en cours."


def test_how_people_were_told_follows_the_letters() -> None:
    words = words_of("fr")
    assert sheet(a_case(letters=LetterCount(1_200, 34)), words, None)[1]["told"] == (
        "Lettres individuelles prêtes\u00a0: 1\u202f200. Cas confiés à une personne\u00a0: 34."
    )
    sent = a_site(sent={"patients": [NOW]})
    assert "5 mars 2026" in sheet(a_case(site=sent), words, None)[1]["told"]


def test_only_what_the_logs_prove_is_said_to_be_safe() -> None:
    press = next(each for each in documents(a_case(), "fr") if each.name == "press-fr")
    facts = [plain(text) for text in press.sections[0].text]
    assert "Les journaux prouvent que n’ont pas été vues\u00a0: coordonnées bancaires." in facts
    assert (
        "Nous ne pouvons pas encore dire si ont été vues\u00a0: images médicales (jusqu’à 6\u202f021 patients)."
        in facts
    )


SAID = {
    "fr": {
        (0, 0, True): "",
        (1, 0, True): "1 patient",
        (2, 0, True): "2 patients",
        (2, 1, True): "2 patients, jusqu’à 1 de plus",
        (1, 3_000, True): "1 patient, jusqu’à 3\u202f000 de plus",
        (2, 1, False): "2 patients, et 1 de plus ou davantage ne peut être exclu",
        (2, 3, False): "2 patients, et 3 de plus ou davantage ne peuvent être exclus",
        (2, 0, False): "2 patients, et un nombre inconnu de plus",
        (0, 1, True): "jusqu’à 1 patient",
        (0, 3, True): "jusqu’à 3 patients",
        (0, 3, False): "3 patients ou davantage ne peuvent être exclus",
        (0, 0, False): "nombre de patients inconnu",
    },
    "en": {
        (0, 0, True): "",
        (1, 0, True): "1 patient",
        (2, 0, True): "2 patients",
        (2, 1, True): "2 patients, up to 1 more",
        (1, 3_000, True): "1 patient, up to 3,000 more",
        (2, 1, False): "2 patients, and 1 more or still more cannot be excluded",
        (2, 0, False): "2 patients, and an unknown number more",
        (0, 1, True): "up to 1 patient",
        (0, 3, True): "up to 3 patients",
        (0, 3, False): "3 patients or more cannot be excluded",
        (0, 0, False): "number of patients unknown",
    },
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_how_many_people_a_category_concerns_is_said_in_the_right_number(language: str) -> None:
    for (seen, possible, bounded), said in SAID[language].items():
        one = {"seen": seen, "possible": possible, "bounded": bounded}
        answers = scope_content()["categories"]
        answers["results"] |= one
        phrases = Phrases(a_case(a_scope(categories=answers)), words_of(language))
        assert plain(phrases.people_of("results")) == said


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_sheet_the_register_and_the_press_count_every_category_as_the_scope_does(language: str) -> None:
    words, content = words_of(language), scope_content()
    made = {document.name: document for document in documents(a_case(), language)}
    number = words.language.number
    for name in ("cnil", "register", "press"):
        said = plain("\n".join(texts(made[f"{name}-{language}"])))
        for category, one in content["categories"].items():
            label = words.category(category, "short" if name == "press" else "name")
            people = plain(Phrases(a_case(), words).people_of(category))
            key = "people.in_list" if name == "press" else "people.in_line"
            if one["answer"] != "not_exposed":
                assert words.text(key, name=label, people=people) in said
                assert number(one["possible"]) in people
                assert not one["seen"] or number(one["seen"]) in people


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_cannot_be_told_is_never_said_to_be_safe(language: str) -> None:
    words = words_of(language)
    open_ = {"answer": "cannot_tell", "seen": 0, "possible": 0, "bounded": False}
    answers = {name: each | open_ for name, each in scope_content()["categories"].items()}
    case = a_case(a_scope(categories=answers))
    safe = plain(words.text("page_words.excluded_sentence", list="")).rstrip(" .")
    for document in documents(case, language):
        assert safe not in plain("\n".join(texts(document)))
    values = sheet(case, words, None)[1]
    assert values["excluded"] == values["exposed"] == words.text("common.none")
    assert len(values["unsure"].splitlines()) == len(answers)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_of_gap_has_a_name_in_the_documents(language: str) -> None:
    assert set(words_of(language).table("gap")) == set(gap_names())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_documents_and_tables_call_a_category_by_one_name(language: str) -> None:
    set_language(language)
    names = category_words()
    set_language("en")
    assert names == {name: words_of(language).category(name, "short") for name in CATEGORIES}


def test_a_theft_of_one_day_says_the_day_once() -> None:
    case = a_case(a_scope(**{"from": "2026-03-02T07:03:00.000Z", "to": "2026-03-02T16:00:00.000Z"}))
    for language, said in (
        (
            "fr",
            (
                "Le 2 mars 2026, entre 8\u00a0h\u00a003 et 17\u00a0h\u00a000,",
                "Le 2 mars 2026, de 8\u00a0h\u00a003 à",
            ),
        ),
        ("en", ("On 2 March 2026, between 08:03 and 17:00,", "On 2 March 2026, from 08:03 to 17:00,")),
    ):
        text = plain("\n".join(line for each in documents(case, language) for line in texts(each)))
        assert all(each in text for each in said)


def test_nothing_known_as_seen_is_said_to_the_press_as_a_sentence() -> None:
    answers = {
        name: each | {"answer": "cannot_tell", "seen": 0}
        for name, each in scope_content()["categories"].items()
    }
    press = next(
        each for each in documents(a_case(a_scope(categories=answers)), "fr") if each.name == "press-fr"
    )
    assert "D’aucune donnée les journaux ne prouvent qu’elle a été vue." in press.sections[0].text


def test_a_pasted_figure_does_not_grow_by_its_mark() -> None:
    words = words_of("fr")
    form = next(one for one in documents(a_case(), "fr") if one.name == "cnil-fr")
    pasted = re.sub("<[^>]+>", "", write_document(form, words))
    assert "2\u202f468 [1]" in pasted
    pages = pypdfium2.PdfDocument(set_document(form, words, NOW))
    printed = "".join(page.get_textpage().get_text_bounded() for page in pages)
    assert re.search(r"2\s468 \[1\]", printed)


def test_the_sheet_says_how_many_the_thief_saw_where_the_split_does() -> None:
    split = {"thief_patients": {"low": 900, "high": 950, "expected": 921.5}}
    said = sheet(a_case(a_scope(split=split)), words_of("en"), None)[1]["people"]
    assert said.endswith("of which by the thief: at least 900, at most 950")
    assert "thief" not in sheet(a_case(), words_of("en"), None)[1]["people"]
