"""Words, numbers, money and times in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from rempart import language
from rempart.errors import SettingsError
from rempart.language import language_of


@pytest.fixture(autouse=True)
def _back_to_english() -> Iterator[None]:
    yield
    language.set_language("en")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "fr.UTF-8"}, "fr"),
        ({"LANG": "frr_DE"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "fr_BE"}, "fr"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "en"),
    ],
)
def test_the_environment_chooses(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    language.set_language(None)
    assert language.spoken().code == expected


def test_a_language_not_offered_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"'de'.*en, fr"):
        language.set_language("de")


def test_sentences_follow_the_spoken_language() -> None:
    assert language.gettext("unknown time") == "unknown time"
    language.set_language("fr")
    assert language.gettext("unknown time") == "heure inconnue"
    assert language.gettext("a sentence nobody translated") == "a sentence nobody translated"
    assert language.gettext("") == ""


def test_plural_rules_differ_at_zero() -> None:
    forms = ("suspected incident", "suspected incidents")
    assert language_of("en").ngettext(*forms, 0) == "suspected incidents"
    assert language_of("fr").ngettext(*forms, 0) == "incident soupçonné"
    assert language_of("fr").ngettext(*forms, 2) == "incidents soupçonnés"


@pytest.mark.parametrize(
    ("amount", "digits", "english", "french"),
    [
        (0, 0, "0", "0"),
        (1234567, 0, "1,234,567", "1\u202f234\u202f567"),
        (-1234.5, 1, "-1,234.5", "-1\u202f234,5"),
        (0.004, 3, "0.004", "0,004"),
        (float("nan"), 0, "unknown", "inconnu"),
        (float("inf"), 0, "unknown", "inconnu"),
    ],
)
def test_numbers(amount: float, digits: int, english: str, french: str) -> None:
    assert language_of("en").number(amount, digits) == english
    assert language_of("fr").number(amount, digits) == french


@pytest.mark.parametrize(
    ("low", "high", "english", "french"),
    [
        (0, 0, "€0", "0\u00a0€"),
        (0.2, 1.94, "€0.20–1.9", "0,20–1,9\u00a0€"),
        (12, 12.3, "€12", "12\u00a0€"),
        (1234, 98765, "€1,200–99,000", "1\u202f200–99\u202f000\u00a0€"),
        (float("nan"), 3, "unknown", "inconnu"),
    ],
)
def test_money_is_an_interval_of_two_figures(low: float, high: float, english: str, french: str) -> None:
    assert language_of("en").euros(low, high) == english
    assert language_of("fr").euros(low, high) == french


def test_a_time_says_its_zone() -> None:
    at_ms = 1_772_440_267_120  # 2026-03-02T08:31:07.120Z
    english, french = language_of("en"), language_of("fr")
    assert english.when(at_ms) == "2 March 2026, 08:31 (UTC)"
    assert english.when(at_ms, "Indian/Reunion") == "2 March 2026, 12:31 (UTC+04)"
    assert french.when(at_ms, "Europe/Paris") == "2 mars 2026 à 9\u00a0h\u00a031 (CET)"
    assert english.stamp(at_ms, "Europe/Paris") == "2 Mar 2026 09:31 CET"
    assert french.stamp(at_ms, "Europe/Paris") == "02/03/2026 09:31 CET"


def test_the_first_of_a_month_is_said_as_people_do() -> None:
    first = datetime(2026, 8, 1, 0, 5, tzinfo=UTC)
    assert language_of("fr").moment(first) == "1er août 2026 à 0\u00a0h\u00a005"
    assert language_of("en").moment(first) == "1 August 2026, 00:05"
    assert language_of("fr").day(first.date()) == "1er août 2026"


@pytest.mark.parametrize("at_ms", [-(2**63), 2**62, 2**63 - 1])
def test_a_time_not_given_is_said_so(at_ms: int) -> None:
    for say in ("when", "stamp"):
        assert getattr(language_of("en"), say)(at_ms) == "unknown time"
        assert getattr(language_of("fr"), say)(at_ms) == "heure inconnue"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_a_zone_nobody_knows_is_named(zone: str) -> None:
    with pytest.raises(SettingsError, match="time zone"):
        language_of("en").when(0, zone)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("Zoé Martin-Lefèvre", "Zoé Martin-Lefèvre"),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("line\nbreak\r\x00", "line�break��"),
        ("admin\u202egpj", "admin�gpj"),
        ("zero\u200bwidth", "zero�width"),
        ("\ud800lone", "�lone"),
        ("x" * 300, "x" * 9 + "…"),
    ],
)
def test_names_from_outside_cannot_play_with_a_terminal(hostile: str, shown: str) -> None:
    assert language.printable(hostile, 10 if len(hostile) > 200 else 200) == shown
