"""Text from a thief in a cell: no spreadsheet runs it, whichever separator it splits at."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.spreadsheet import harmless

SIGNS = tuple("=+-@＝＋－＠|%")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("Dupont;=1+1", "Dupont;'=1+1"),
        ('a; "@SUM(1)"', 'a;\' "@SUM(1)"'),
        ("a\n+1", "a\n'+1"),
        ("Aix-en-Provence; 12 + 3", "Aix-en-Provence; 12 + 3"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_a_sign_where_a_formula_could_begin_is_made_text(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text(st.sampled_from([*SIGNS, *";,\t\r\n \"'a1"]), max_size=12))
def test_no_way_to_split_a_written_cell_gives_a_formula(text: str) -> None:
    line = io.StringIO()
    csv.writer(line).writerow([7, harmless(text), "x"])
    (cells,) = csv.reader(io.StringIO(line.getvalue(), newline=""))
    assert not cells[1].lstrip().startswith(SIGNS)
    for piece in re.split(r"[;\t\r\n]", line.getvalue())[1:]:
        assert not piece.lstrip(' "').startswith(SIGNS)
    assert cells[1].replace("'", "") == text.replace("'", "")
