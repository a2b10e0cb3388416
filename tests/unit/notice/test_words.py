"""The words: both languages say the same keys, French is spaced, numbers and times take their right form."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from rempart.errors import SettingsError
from rempart.notice.words import keys_of, words_of

SOURCE = Path(str(files("rempart.notice")))


def test_both_languages_have_the_same_keys_and_holes() -> None:
    assert keys_of(words_of("fr").tree) == keys_of(words_of("en").tree)


def test_no_text_is_kept_that_no_document_says() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in (SOURCE, SOURCE.parent / "pipeline", SOURCE.parent / "cli")
        for path in folder.rglob("*.*")
        if path.suffix in (".py", ".html", ".typ")
    )
    whole = (
        "category",
        "action",
        "page",
        "severity",
        "sector",
        "status",
        "state",
        "withheld",
        "time",
        "gap",
        "period",
    )
    unused = []
    for key in keys_of(words_of("en").tree):
        parts = key.split(" ")[0].strip(".").split(".")
        if parts[0] in whole or ".".join(parts[:2]) in ("sheet.section", "sheet.label"):
            continue
        stem = re.sub(r"_(none|sentence|maybe|minor|representative|one)$", "", parts[-1])
        stem = re.sub(r"^(why|annex|subject|them)_", "", stem)
        if not re.search(rf"\b{stem}\b|_{stem}\b|\b{stem}_", code):
            unused.append(key)
    assert not unused


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (0, "0 minute", "0 minutes"),
        (60, "1 minute", "1 minute"),
        (3_600, "1 heure", "1 hour"),
        (2 * 3_600 + 61, "2 heures 1 minute", "2 hours 1 minute"),
        (47 * 3_600, "47 heures", "47 hours"),
        (48 * 3_600, "2 jours", "2 days"),
        (75 * 3_600, "3 jours 3 heures", "3 days 3 hours"),
    ],
)
def test_durations_take_the_form_their_number_asks(seconds: int, french: str, english: str) -> None:
    assert words_of("fr").duration(seconds) == french
    assert words_of("en").duration(seconds) == english


def test_days_are_said_in_the_site_s_zone() -> None:
    late = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert words_of("fr").moment(late) == "1er mars 2026 à 0\u00a0h\u00a030"
    assert words_of("en", "UTC").moment(late) == "28 February 2026, 23:30"


def test_french_punctuation_keeps_to_its_word() -> None:
    words = words_of("fr")
    assert words.fill("Pourquoi ? « Oui » : non ; n° 3") == (
        "Pourquoi\u202f? «\u00a0Oui\u00a0»\u00a0: non\u202f; n°\u00a03"
    )


def test_what_fills_a_hole_cannot_pull_in_another() -> None:
    assert words_of("en").fill("{name} and {other}", name="{other}", other="x") == "{other} and x"
    with pytest.raises(KeyError):
        words_of("en").fill("{name}")


def test_a_site_may_bring_its_own_words_with_the_same_keys(tmp_path: Path) -> None:
    text = (SOURCE / "words" / "fr.toml").read_text(encoding="utf-8")
    (tmp_path / "fr.toml").write_text(text.replace("Madame, Monsieur,", "Bonjour,"), encoding="utf-8")
    assert words_of("fr", folder=tmp_path).text("letter.greeting") == "Bonjour,"
    (tmp_path / "fr.toml").write_text(text.replace("greeting = ", "greting = "), encoding="utf-8")
    with pytest.raises(SettingsError, match="gre"):
        words_of("fr", folder=tmp_path)


def test_lists_end_in_and() -> None:
    assert words_of("fr").listing(["a", "b", "c"]) == "a, b et c"
    assert words_of("en").listing(["a"]) == "a"
    assert words_of("en").listing([]) == ""
