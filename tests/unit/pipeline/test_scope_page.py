"""The page of a scope: figures of its file, nothing fetched, hostile names shown and inert."""

from __future__ import annotations

import re

import pytest

from notice_case import scope_content
from rempart.language import language_of, set_language
from rempart.pipeline.scope_page import scope_page

HOSTILE = "<script>alert(1)</script>"
SPLIT = {
    "thief_patients": {"low": 900, "high": 950, "expected": 921.5},
    "thief_accesses": 1_000,
    "owner_accesses": 20,
    "unclear_accesses": 30,
}
OPEN = {"low": 1_234, "high": 1_271, "bounded": False}


def page(language: str, **changed: object) -> str:
    set_language(language)
    content = scope_content(**{"split": SPLIT, "patients": OPEN} | changed)
    return scope_page(content, None, language_of(language), "Europe/Paris").decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("at least 1,234, at most 1,271; a gap cannot be bounded", "1,000, up to 5,370 more",
                "at least 900, at most 950", "2 March 2026, 02:00 (CET)", "cannot be told", "not exposed")),
        ("fr", ("au moins 1\u202f234, au plus 1\u202f271\u202f; une lacune", "1\u202f000, jusqu’à 5\u202f370 de plus",
                "au moins 900, au plus 950", "2 mars 2026 à 2\u00a0h\u00a000 (CET)", "indéterminable", "non exposée")),
    ],
)  # fmt: skip
def test_the_page_says_the_figures_in_the_readers_language(language: str, said: tuple[str, ...]) -> None:
    shown = page(language)
    assert all(each in shown for each in said)
    assert "default-src 'none'" in shown
    assert not re.search(r'(src|href)="(?!#)', shown)


def test_hostile_names_are_shown_and_do_nothing() -> None:
    gap = scope_content()["gaps"][0] | {"source": HOSTILE, "why": HOSTILE}
    shown = page("en", accounts=[HOSTILE], controller=HOSTILE, incident=HOSTILE, gaps=[gap])
    assert HOSTILE not in shown
    assert shown.count("&lt;script&gt;") >= 5


def test_a_theft_without_a_gap_or_a_thief_says_so() -> None:
    none = SPLIT | {"thief_accesses": 0, "unclear_accesses": 0}
    shown = page("en", gaps=[], split=none)
    assert "No gap was found" in shown
    assert "seen by the thief" not in shown
