"""Names that are said alike meet, whatever their letters."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.leak.phonetic import sound


def said(name: str) -> bytes:
    code = np.zeros(8, np.uint8)
    word = np.frombuffer(name.encode(), np.uint8)
    return code[: sound(word, len(word), code)].tobytes()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("moreau", "morot"), ("philippe", "filip"), ("gauthier", "gotier"), ("renault", "reno"),
        ("lefebvre", "lefevre"), ("schmitt", "chmit"), ("ceccaldi", "sekaldi"), ("maillard", "meillar"),
    ],
)  # fmt: skip
def test_names_said_alike_meet(one: str, other: str) -> None:
    assert said(one) == said(other)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("agnan", b"ANI1"),
        ("montaigne", b"M3TEN"),
        ("quentin", b"K1T2"),
        ("basile", b"BAZIL"),
        ("rousseau", b"RUSO"),
    ],
)
def test_the_sounds_of_a_name(name: str, code: bytes) -> None:
    assert said(name) == code
