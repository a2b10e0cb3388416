"""What a command loads before it reads its first line."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["replay", "watch"])
def test_reading_a_log_loads_nothing_that_only_other_commands_need(command: str) -> None:
    heavy = {"matplotlib", "duckdb", "stix2", "typst", "ldap3", "openpyxl"}
    code = f"import sys, rempart.cli.{command}, rempart.pipeline.report; print({heavy} & {{*sys.modules}})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
