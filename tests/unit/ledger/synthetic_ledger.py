"""Made-up events and decisions, obviously synthetic, for the tests of the ledger."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from rempart.ledger.entries import Rows
from rempart.records import DECISION, EVENT, Frame

START_MS = 1_700_000_000_000
SEALED_AT_MS = 1_800_000_000_000
ACCOUNTS = 5
PEOPLE = np.arange(1, 41, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def make_frame(count: int, first: int = 0, patients_each: int = 2) -> tuple[Frame, Rows]:
    """``count`` events numbered from ``first``, one a second, accounts and patients in turn."""
    number = np.arange(first, first + count)
    rows = np.zeros(count, EVENT)
    rows["recorded_ms"] = START_MS + number * 1000
    rows["offset"] = number * 100
    rows["session"] = (number % 3).astype(np.uint64) + np.uint64(2**63)
    rows["account"] = number % ACCOUNTS
    for name in ("network", "software", "form", "role", "unit"):
        rows[name] = -1
    rows["action"] = 2
    rows["count"] = rows["page"] = -1
    rows["patients"] = patients_each
    rows["first_patient"] = np.arange(count) * patients_each
    decisions = np.zeros(count, DECISION)
    decisions["hijack"] = number / 1e6
    odd = number % 7 == 0
    decisions["action"][odd] = 1
    decisions["reasons"][odd] = 2
    decisions["code"][odd, :2] = (4, 9)
    decisions["weight"][odd, :2] = (2.5, 1.5)
    decisions["seen"][odd, :2] = (71, 3)
    decisions["usual"][odd, :2] = (12, -1)
    places = (np.repeat(number, patients_each) * 3 + np.tile(np.arange(patients_each), count)) % len(PEOPLE)
    frame = Frame(rows, PEOPLE[places], pa.array([f"ev-{n}" for n in number.tolist()], pa.string()))
    return frame, decisions


def first_names() -> list[tuple[str, int, str]]:
    """Names of all accounts and of the one source."""
    accounts = [("account", number, f"account-{(7 * number) % ACCOUNTS}") for number in range(ACCOUNTS)]
    return [*accounts, ("source", 0, "synthetic.ndjson")]
