"""Letters: only what was exposed to that person, three things to do, no link, nothing that acts."""

from __future__ import annotations

import itertools
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notice_case import NOW, a_person, a_scope, a_site, affected
from rempart.notice.addressee import Addressee
from rempart.notice.letters import ACTIONS, Letter, Writer, has_link
from rempart.notice.pages import write_letter
from rempart.notice.words import Words, words_of
from rempart.records import CATEGORIES

TELLING = {
    "fr": {
        "identity": ("identité : nom", "sexe", "se faire passer"),
        "contact": ("coordonnées : ", "adresse électronique", "domicile"),
        "social_security_number": ("sécurité sociale",),
        "insurance": ("mutuelle", "caisse", "remboursement"),
        "bank_details": ("bancaire", "rib", "prélèvement"),
        "appointments": ("rendez-vous",),
        "diagnoses": ("diagnostic", "antécédent", "maladie réelle"),
        "prescriptions": ("ordonnance", "pharmacie", "traitement"),
        "results": ("résultat",),
        "documents": ("compte", "courriers médicaux"),
        "images": ("scanner", "radiographie"),
    },
    "en": {
        "identity": ("identity: name", "sex"),
        "contact": ("contact details", "e-mail"),
        "social_security_number": ("social security",),
        "insurance": ("insurer", "health insurance", "reimbursement"),
        "bank_details": ("bank account", "debit"),
        "appointments": ("appointment",),
        "diagnoses": ("diagnos", "illness"),
        "prescriptions": ("prescription", "pharmacy"),
        "results": ("result",),
        "documents": ("medical report",),
        "images": ("x-ray", "scan"),
    },
}
"""Words that speak of a category and of no other, lower case."""
SHARED = {"documents": {"compte"}}
"""``compte`` also speaks of an account, where bank or insurance details were seen."""


def writer(language: str = "fr") -> tuple[Writer, Words]:
    words = words_of(language)
    return Writer(a_scope(), a_site(), words, NOW), words


def a_letter(
    categories: tuple[str, ...], language: str = "fr", kind: str = "adult", **changed: object
) -> Letter:
    person = a_person()
    to = Addressee(kind, person.name, person.address)  # type: ignore[arg-type]
    return writer(language)[0].write(affected(person, categories=categories, **changed), to, 1)


def text_of(letter: Letter) -> str:
    body = letter.body
    parts = [
        letter.happened,
        *letter.address,
        letter.reference,
        body.subject,
        body.sorry,
        body.only,
        *body.todo,
    ]
    parts += [*body.done, body.call, body.nolink, body.rights, body.closing, *body.sender, *body.signature]
    for each in (*body.seen, *body.maybe):
        parts += [each.name, each.thief]
    return " ".join(parts).casefold()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_the_words_of_a_category_stand_in_a_letter_about_it(language: str, category: str) -> None:
    text = text_of(a_letter((category,), language))
    assert any(word in text for word in TELLING[language][category])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["adult", "minor", "protected", "representative"])
def test_no_letter_speaks_of_what_this_person_did_not_lose(language: str, kind: str) -> None:
    for size in (1, 2, 3, len(CATEGORIES) - 1):
        for chosen in itertools.islice(itertools.combinations(CATEGORIES, size), 200):
            text = text_of(a_letter(chosen, language, kind))
            for category in set(CATEGORIES) - set(chosen):
                words = set(TELLING[language][category]) - SHARED.get(category, set())
                assert not [word for word in words if word in text], (chosen, category)


@given(st.sets(st.sampled_from(CATEGORIES), min_size=1), st.sampled_from(["fr", "en"]))
def test_every_category_seen_is_named_once_and_three_things_are_told(chosen: set[str], language: str) -> None:
    categories = tuple(each for each in CATEGORIES if each in chosen)
    letter, words = a_letter(categories, language), words_of(language)
    assert [each.name for each in letter.body.seen] == [
        f"{words.category(each, 'name')}." for each in categories
    ]
    assert len(set(letter.body.todo)) == 3
    assert all(letter.body.todo)


def test_advice_is_given_only_for_what_was_seen() -> None:
    words = words_of("fr")
    for action, about in ACTIONS:
        advice = words.text(f"action.{action}")
        without = tuple(each for each in CATEGORIES if each not in about)
        assert advice not in a_letter(without).body.todo


@pytest.mark.parametrize(
    ("category", "language", "said"),
    [
        ("bank_details", "fr", "le RIB a été vu"),
        ("bank_details", "en", "details were seen"),
        ("prescriptions", "fr", "ordonnances ont été vues"),
        ("prescriptions", "en", "prescriptions were seen"),
    ],
)
def test_what_was_only_possibly_seen_is_never_said_to_have_been_seen(
    category: str, language: str, said: str
) -> None:
    assert said in " ".join(a_letter((category,), language).body.todo)
    possible = a_letter((), language, possible=(category,)).body
    assert said not in " ".join(possible.todo)
    assert possible.todo[1] != possible.todo[2]
    for phrase in ("ce qui a été vu", "what was seen"):
        assert phrase not in possible.sorry


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_letter_holds_a_link(language: str) -> None:
    letter = a_letter(CATEGORIES, language)
    page = write_letter(letter, words_of(language))
    assert not has_link(letter)
    shown = page.split("</style>")[1]
    assert "http" not in shown
    assert "www" not in shown
    assert "<a" not in shown
    assert "@" not in shown


@pytest.mark.parametrize("name", ["www.evil.example", "see https://x.y", "pay.fr", "a@b.com"])
def test_a_name_that_is_a_link_is_found(name: str) -> None:
    person = a_person(family=name)
    to = Addressee("adult", person.name, person.address)
    assert has_link(writer()[0].write(affected(person), to, 1))


@pytest.mark.parametrize("name", ["Saint-Martin", "L. Dupont", "N’Guyen", "M.Durand", "O'Brien"])
def test_ordinary_names_are_no_links(name: str) -> None:
    person = a_person(family=name)
    to = Addressee("adult", person.name, person.address)
    assert not has_link(writer()[0].write(affected(person), to, 1))


def test_the_letter_says_when_and_doubts_only_where_the_owner_may_have_opened() -> None:
    words = words_of("fr")
    letter = a_letter(("identity",))
    assert "Entre le 2 mars 2026 et le 3 mars 2026" in letter.happened
    assert words.text("letter.perhaps") not in letter.happened
    unsure = a_letter(("identity",), thief_probability=0.2, last="2026-03-02T04:00:00Z")
    assert unsure.happened.startswith("Le 2 mars 2026,")
    assert words.text("letter.perhaps") in unsure.happened


def test_what_may_have_been_seen_is_never_said_to_have_been_seen() -> None:
    letter = a_letter((), possible=("results",))
    assert letter.body.seen == ()
    assert "pu être" in letter.body.subject
    assert "peut en faire partie" in letter.happened
    both = a_letter(("identity",), possible=("results",))
    assert [each.name for each in both.body.maybe] == [f"{words_of('fr').category('results', 'name')}."]
    assert "ont été" in both.body.subject


def test_a_letter_to_parents_names_the_child_and_not_the_reader() -> None:
    letter = a_letter(("identity", "bank_details"), kind="minor")
    assert letter.address[:2] == ("Aux titulaires de l’autorité parentale de", "Jean-François N’Guyen")
    assert "votre enfant" in letter.body.subject
    assert "Votre dossier" not in letter.happened


def test_the_specimen_names_nobody_and_shows_everything_that_was_seen() -> None:
    writer_, words = writer()
    letter = writer_.specimen()
    assert letter.address == ("Prénom NOM", "Adresse", "Code postal Ville")
    assert letter.categories == a_scope().exposed
    assert [each.name for each in letter.body.maybe] == [f"{words.category('images', 'name')}."]
    assert not has_link(letter)


def test_markup_in_a_name_stays_a_name() -> None:
    person = a_person(family="<script>alert(1)</script>", given="=cmd")
    to = Addressee("adult", person.name, person.address)
    page = write_letter(writer()[0].write(affected(person), to, 1), words_of("fr"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_no_part_of_a_letter_is_empty() -> None:
    body = asdict(a_letter(CATEGORIES).body)
    assert [key for key, value in body.items() if not value and key != "maybe"] == []
