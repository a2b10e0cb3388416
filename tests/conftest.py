"""Every test begins in English, whatever the one before it spoke."""

from __future__ import annotations

import pytest

from rempart.language import set_language


@pytest.fixture(autouse=True)
def spoken_english() -> None:
    set_language("en")
