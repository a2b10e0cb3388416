"""``rempart desk``: it says what was done, and refuses where it can do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rempart.cli.desk import desk_command
from rempart.errors import LedgerError


def run(*words: str) -> Result:
    return CliRunner().invoke(desk_command, [*words, "--lang", "en"])


@pytest.mark.parametrize("table", ["outbox", "review"])
def test_a_folder_without_a_ledger_is_no_empty_table(tmp_path: Path, table: str) -> None:
    refused = run(table, "--data", str(tmp_path / "nowhere"))
    assert isinstance(refused.exception, LedgerError)
    assert "no ledger in" in str(refused.exception)
