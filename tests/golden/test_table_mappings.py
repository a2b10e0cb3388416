"""What is proposed for made-up exports of hospitals, and read by it, is what the table beside says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from build_table_mappings import build

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((HERE / "table_mappings.json").read_text(encoding="utf-8"))
    return kept


def test_every_export_is_mapped_and_read_as_the_table_says(table: dict[str, Any]) -> None:
    found = json.loads(json.dumps(build()))
    assert found.keys() == table.keys()
    for name, facts in table.items():
        assert found[name] == facts, name


def test_no_row_is_lost(table: dict[str, Any]) -> None:
    rows = {
        name: facts["accesses"] + facts["context"] + len(facts["rejected"]) for name, facts in table.items()
    }
    assert rows == {
        "french_hospital": 80,
        "english_portal": 80,
        "laboratory": 80,
        "agenda": 80,
        "staff_list": 30,
    }


def test_names_of_people_and_reasons_of_visits_are_not_kept(table: dict[str, Any]) -> None:
    assert not re.search(r"Nom\d", json.dumps(table["staff_list"]["first"]))
    assert "suivi" not in json.dumps(table["agenda"]["first"])
