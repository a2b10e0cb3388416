"""Words for people: every state, opener and deed in both languages, and French spacing that survives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli.incident import incident_command
from rempart.incident import case
from rempart.incident.words import deed_words, opener_words, people_words, state_words, why_words
from rempart.language import labelled, number, printable, printable_sentence, set_language
from rempart.ledger.deeds import Change, add_deed
from rempart.ledger.journal import Journal
from rempart.ledger.keys import Keys
from rempart.records import INCIDENT_STATES

ENGLISH = {"suspected", "confirmed", "contained", "closed", "false_alarm", "detector", "opened", "open"}


@pytest.fixture
def french() -> Iterator[None]:
    set_language("fr")
    yield
    set_language("en")


def test_every_state_and_deed_has_a_french_word_of_its_own(french: None) -> None:
    assert tuple(state_words()) == INCIDENT_STATES
    assert set(opener_words()) == {"detector", "person", "leak"}
    assert {case.OPEN, case.EXTEND, case.STATE, case.NOTE, case.MERGE, case.SPLIT} < set(deed_words())
    for words in (state_words(), opener_words(), deed_words()):
        assert len(set(words.values())) == len(words)
        assert not ENGLISH & set(words.values())


def test_tables_of_incidents_are_french_in_french(tmp_path: Path) -> None:
    Keys.open(tmp_path, create=True)
    Journal.open(tmp_path).close()
    for number_, opener in enumerate(("detector", "person", "leak"), 1):
        opening = case.opening(opener, ["dr"], 0, 1)
        add_deed(
            tmp_path, 1, lambda _, n=number_, o=opening: Change(f"I{n:04d}", "detector", case.OPEN, "vu", o)
        )
    for asked in (["list"], ["show", "I0001"], ["show", "I0002"], ["show", "I0003"]):
        shown = CliRunner().invoke(incident_command, [*asked, "--data", str(tmp_path), "--lang", "fr"])
        assert shown.exit_code == 0, shown.output
        assert not ENGLISH & set(shown.output.replace("│", " ").split())
        assert "soupçonné" in shown.output
    set_language("en")


@pytest.mark.parametrize(
    ("language", "said", "row"),
    [
        ("fr", "2 mars 2026 à 9\u00a0h\u00a031 (CET)", "02/03/2026 09:31 CET"),
        ("en", "2 March 2026, 09:31 (CET)", "2 Mar 2026 09:31 CET"),
    ],
)
def test_times_of_an_incident_are_the_sites_with_the_zone_said(
    tmp_path: Path, language: str, said: str, row: str
) -> None:
    Keys.open(tmp_path, create=True)
    Journal.open(tmp_path).close()
    at_ms = 1_772_440_267_120  # 2026-03-02T08:31:07.120Z
    opening = case.opening("person", ["dr"], at_ms, at_ms)
    add_deed(tmp_path, at_ms, lambda _: Change("I0001", "x", case.OPEN, "seen", opening))

    def shown(*words: str) -> str:
        asked = [*words, "--data", str(tmp_path), "--lang", language]
        return CliRunner(env={"COLUMNS": "200"}).invoke(incident_command, asked).output

    assert said in shown("show", "I0001")
    assert row in shown("list")
    (tmp_path / "settings.toml").write_text('[site]\nzone = "Indian/Reunion"\n')
    assert "12:31 UTC+04" in shown("list", "--settings", str(tmp_path / "settings.toml"))
    set_language("en")


@pytest.mark.parametrize(
    ("figures", "english", "french"),
    [
        ((12, 0, True), "12", "12"),
        ((0, 30, True), "0, up to 30 more", "0, jusqu’à 30 de plus"),
        ((12, 1_030, True), "12, up to 1,030 more", "12, jusqu’à 1\u202f030 de plus"),
        ((12, 30, False), "12, and 30 more or still more", "12, et 30 de plus ou davantage"),
        ((12, 0, False), "12, and nobody knows how many more", "12, et un nombre inconnu de plus"),
    ],
)
def test_people_are_counted_with_those_who_cannot_be_excluded(
    figures: tuple[int, int, bool], english: str, french: str
) -> None:
    for language, said in (("en", english), ("fr", french)):
        set_language(language)
        assert people_words(*figures) == said
    set_language("en")


def test_what_the_detector_gave_as_its_reason_is_said_in_french_and_what_people_wrote_stays(
    french: None,
) -> None:
    assert why_words("2110 answers other than allow") == "2\u202f110 réponses autres qu’autorisé"
    assert why_words("1 answers other than allow") == "1 réponse autre qu’autorisé"
    linked = why_words("30 answers other than allow; 3 accounts linked by network, patients")
    assert linked == "30 réponses autres qu’autorisé\u202f; 3 comptes reliés par\u00a0: réseau, patients"
    assert why_words("vu en vente") == "vu en vente"


def test_our_own_french_numbers_keep_their_spaces_and_names_from_outside_do_not(french: None) -> None:
    sentence = f"{number(1100)} patients : 48\u00a0%"
    assert printable_sentence(sentence) == sentence
    assert "\ufffd" in printable(sentence)
    assert printable_sentence("\x1b[2J\u202e") == "\ufffd[2J\ufffd"
    assert labelled("à ouvrir", Path("a")) == "à ouvrir\u00a0: a"
