"""The FHIR reader finds in the published examples what the table beside says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from build_fhir_examples import build

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "shared" / "formats"


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((HERE / "fhir_examples.json").read_text(encoding="utf-8"))
    return kept


def test_every_example_is_read_as_the_table_says(table: dict[str, Any]) -> None:
    if not (EXAMPLES / "balp").is_dir():
        pytest.skip(f"the format examples are not there: {EXAMPLES}")
    found = build(EXAMPLES)
    assert found.keys() == table.keys()
    for name, facts in table.items():
        assert found[name] == facts, name


def test_the_table_says_why_an_account_is_unknown(table: dict[str, Any]) -> None:
    events = [event for name, events in table.items() if name.startswith("balp") for event in events]
    unknown = [event["account"] for event in events if event["account"].startswith("unknown: ")]
    assert len(events) == 47
    assert sorted(set(unknown)) == ["unknown: no_requestor", "unknown: unnamed"]
    assert len(unknown) == 25


def test_the_long_bundle_names_nobody_and_every_time(table: dict[str, Any]) -> None:
    summary = table["hapi_r5/auditEvents.json"]
    assert summary["events"] == 827
    assert {situation[0] for situation in summary["situations"]} == {
        "unknown: no_agent",
        "unknown: no_requestor",
    }
    assert all(situation[5] == "a time" for situation in summary["situations"])
