"""Acts on people's identities, recorded before they are done: re-identifying, opening the escrow.

Each is one signed line of the manifest (:mod:`rempart.ledger.manifest`), chained with the seals, so that
``verify`` finds one that was taken away and the next anchor covers it. It can be added while a watch runs.

Misses: who the person is; the operating system's account is recorded, not proved.
"""

from __future__ import annotations

import getpass
from pathlib import Path

from rempart.errors import LedgerError
from rempart.ledger.folder import Folder
from rempart.ledger.keys import Keys
from rempart.ledger.manifest import Act, add_line, read_lines

REIDENTIFIED = "reidentified"
ESCROW_MADE = "escrow_made"
ESCROW_OPENED = "escrow_opened"

SHORTEST_REASON = 10
LONGEST_REASON = 500


def record_act(data: Path, act: str, reason: str, about: str, count: int, now_ms: int) -> Act:
    """Add the act to the manifest of the ledger in ``data``; the line as it was signed.

    LedgerError where there is no ledger, or where the reason is none (fewer than ten letters);
    KeyFileError for the signing key.
    """
    folder = Folder(data)
    folder.require()
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if sum(letter.isalnum() for letter in reason) < SHORTEST_REASON:
        raise LedgerError("no reason is stated", "say in a sentence why these people must be named")
    key = Keys.open(data, create=False).signing_key
    line = Act(line=0, at_ms=now_ms, act=act, reason=f"{_account()}: {reason}", about=about, count=count)
    added = add_line(folder, key, lambda _: line)
    assert isinstance(added, Act)
    return added


def read_acts(data: Path) -> list[Act]:
    """Every act recorded in ``data``, oldest first. LedgerError for a damaged manifest."""
    return [line for line in read_lines(Folder(data)) if isinstance(line, Act)]


def _account() -> str:
    """The operating system's name for who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
