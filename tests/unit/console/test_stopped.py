"""A process that ends on what nobody expected says what and where, and nothing of what it had read."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rempart.console.service import FAILED

SCRIPT = """
import asyncio
from rempart.console.service import _run, tell_stderr

def split(line):
    return {}[line]

async def in_the_work():
    split("Patient/dupont")

async def in_a_callback():
    asyncio.get_running_loop().call_soon(split, "Patient/dupont")
    await asyncio.sleep(60)

_run(WHERE(), tell_stderr, -1)
"""


@pytest.mark.parametrize("where", ["in_the_work", "in_a_callback"])
def test_it_names_type_and_place_only(where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("WHERE", where)],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == FAILED
    assert done.stderr.startswith("stopped: KeyError at <string>:6")
    assert done.stderr.count("\n") == 1
    assert "dupont" not in done.stdout + done.stderr
