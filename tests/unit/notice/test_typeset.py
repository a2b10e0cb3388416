"""PDFs: names are never markup, equal letters are equal bytes, PDF/A says so, strange letters are found before."""

from __future__ import annotations

import pypdfium2
import pytest

from notice_case import NOW, a_case, a_person, a_scope, a_site, affected
from rempart.notice.addressee import Addressee
from rempart.notice.deadlines import obligations_page
from rempart.notice.letters import Letter, Writer
from rempart.notice.typeset import set_document, set_letters, unprintable
from rempart.notice.words import words_of
from rempart.records import CATEGORIES


def letter(name: str = "Zoë", categories: tuple[str, ...] = ("identity", "contact")) -> Letter:
    person = a_person(given=name, family="Martin")
    to = Addressee("adult", person.name, person.address)
    return Writer(a_scope(), a_site(), words_of("fr"), NOW).write(
        affected(person, categories=categories), to, 1
    )


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        "$x^2$",
        "*gras* _it_",
        "= Titre",
        "\\#panic()",
        "<label>",
        "// x",
        "D’Aubigné-Lefèvre",
    ],
)
def test_a_name_is_printed_as_it_is(name: str) -> None:
    assert f"{name} Martin" in pages(set_letters([letter(name)], "CH", NOW))[0]


def test_a_common_letter_is_one_page_and_the_longest_two() -> None:
    assert len(pages(set_letters([letter()], "CH", NOW))) == 1
    longest = pages(set_letters([letter(categories=CATEGORIES)], "CH", NOW))
    assert len(longest) == 2
    assert all(len(text) > 100 for text in longest)


def test_every_letter_begins_on_its_own_page() -> None:
    names = [f"Nom{number}" for number in range(5)]
    shown = pages(set_letters([letter(name) for name in names], "CH", NOW))
    assert len(shown) == 5
    assert [f"{name} Martin" in text for name, text in zip(names, shown, strict=True)] == [True] * 5


def test_equal_letters_are_equal_bytes_and_archivable() -> None:
    one, other = (set_letters([letter()], "CH", NOW) for _ in range(2))
    assert one == other
    assert b"<pdfaid:part>2</pdfaid:part>" in one
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in one


@pytest.mark.parametrize(
    ("name", "strange"),
    [("Éloïse", False), ("Ełżbieta", False), ("Ольга", False), ("李", True), ("สมชาย", True)],
)
def test_letters_the_font_lacks_are_found_before_printing(name: str, strange: bool) -> None:
    made = letter(name)
    assert unprintable(made) is strange
    if not strange:
        assert name in pages(set_letters([made], "CH", NOW))[0]


def test_a_document_shows_its_figures_and_the_scope_s_hash() -> None:
    words, case = words_of("fr"), a_case()
    shown = " ".join(pages(set_document(obligations_page(case, words), words, NOW)))
    assert case.scope.hash[:16] in shown
    assert "Qui prévenir, et pour quand" in shown
