"""A small ledger of obviously invented events, for every test of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from synthetic_ledger import SEALED_AT_MS, first_names, make_frame

from rempart.ledger.book import Ledger


@pytest.fixture
def append() -> Callable[..., int]:
    """Append ``count`` made-up decisions in entries of ``entry_rows``; the next number."""

    def run(ledger: Ledger, count: int, entry_rows: int = 10, **kwargs: Any) -> int:
        stop = ledger.next_number + count
        while ledger.next_number < stop:
            first = ledger.next_number
            frame, decisions = make_frame(min(entry_rows, stop - first), first)
            names = first_names() if first == 0 else ()
            ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events, names, **kwargs)
        ledger.flush()
        return ledger.next_number

    return run


@pytest.fixture
def open_ledger(tmp_path: Path) -> Callable[..., Ledger]:
    """Open the ledger in ``tmp_path / 'data'`` with a fixed clock."""

    def run(**kwargs: Any) -> Ledger:
        return Ledger.open(tmp_path / "data", clock_ms=lambda: SEALED_AT_MS, **kwargs)

    return run


@pytest.fixture
def sealed(tmp_path: Path, open_ledger: Callable[..., Ledger], append: Callable[..., int]) -> Path:
    """Three segments of 40, 30 and 20 decisions and 15 unsealed ones; the data folder."""
    with open_ledger() as ledger:
        for count in (40, 30, 20):
            append(ledger, count)
            ledger.append_input(1, b"care link")
            ledger.seal()
        append(ledger, 15)
    return tmp_path / "data"
