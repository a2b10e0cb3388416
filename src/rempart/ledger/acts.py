"""Acts on people's identities, recorded before they are done: re-identifying, sealing and opening the escrow.

Each is a deed (:mod:`rempart.ledger.deeds`): one signed line of the manifest, chained with the seals, so that
``verify`` finds one that was taken away and the next anchor covers it. It can be added while a watch runs. An act about
the scope of an incident stands in that incident's history.

Misses: who the person is; the operating system's account is recorded, not proved.
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rempart.errors import LedgerError
from rempart.ledger.deeds import Change, add_deed, read_deeds
from rempart.ledger.manifest import Told

REIDENTIFIED = "reidentified"
ESCROW_MADE = "escrow_made"
ESCROW_OPENED = "escrow_opened"
ACTS = (REIDENTIFIED, ESCROW_MADE, ESCROW_OPENED)

TIP_OFF = "tip_off"
"""Another region's word was let weigh in decisions."""

SHORTEST_REASON = 10
LONGEST_REASON = 500


def record_act(
    data: Path, act: str, reason: str, about: str, count: int, now_ms: int, incident: str | None = None
) -> Told:
    """Add the act to the ledger in ``data``; the line as it was signed.

    ``about`` is the hash of what it is done with (a scope, an escrow), ``count`` the people it concerns.
    LedgerError where there is no ledger, or where the reason is none (fewer than ten letters);
    KeyFileError for the signing key.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]

    def decide(told: Sequence[Told]) -> Change:
        if sum(letter.isalnum() for letter in reason) < SHORTEST_REASON:
            raise LedgerError("no reason is stated", "say in a sentence why these people must be named")
        known = incident if any(line.incident == incident for line in told) else None
        return Change(known or "", _account(), act, reason, {"about": about, "count": count})

    line = add_deed(data, now_ms, decide)
    assert line is not None
    return line


def record_tip_off(data: Path, now_ms: int, bundle: str, content: dict[str, Any]) -> Told:
    """Add to the ledger in ``data`` that what ``bundle`` (its number) names weighs from now on. LedgerError,
    KeyFileError."""
    line = add_deed(data, now_ms, lambda _: Change("", _account(), TIP_OFF, bundle, content))
    assert line is not None
    return line


def read_acts(data: Path) -> list[Told]:
    """Every act recorded in ``data``, oldest first. LedgerError for a damaged manifest."""
    return [line for line in read_deeds(data) if line.did in ACTS]


def _account() -> str:
    """The operating system's name for who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
