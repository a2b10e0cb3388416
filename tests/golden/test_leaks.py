"""What is said of small files as thieves offer them is what the table beside says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from build_leaks import FILES, SOLD, build_table

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((HERE / "leaks.json").read_text(encoding="utf-8"))
    return kept


def test_every_file_is_read_and_judged_as_the_table_says(table: dict[str, Any]) -> None:
    found = json.loads(json.dumps(build_table()))
    assert found.keys() == table.keys()
    for name, facts in table.items():
        assert found[name] == facts, name


def test_the_table_says_what_is_true(table: dict[str, Any]) -> None:
    for name in FILES:
        mine, strange = table[f"{name}, ours"], table[f"{name}, foreign"]
        assert mine["verdict"] == "ours"
        assert mine["right"] == mine["matched"] >= 0.95 * SOLD
        assert strange["verdict"] == "not_ours"
        # two lines of prose around a pasted table are taken for rows of it
        assert SOLD <= max(each["rows"] for each in mine["tables"].values()) <= SOLD + 2
