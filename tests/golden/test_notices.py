"""The words of every notice are those that were last read and agreed."""

from __future__ import annotations

import json

import pytest
from build_notices import GOLDEN, build

KEPT: dict[str, list[str]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
MADE = build()


def test_the_same_documents_are_made() -> None:
    assert set(MADE) == set(KEPT), "run python tests/golden/build_notices.py and read the difference"


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_document_says_what_was_agreed(name: str) -> None:
    assert MADE[name] == KEPT[name], "run python tests/golden/build_notices.py and read the difference"
