"""What people did about incidents and identities, as signed lines of the manifest, chained and anchored with the seals.

Reads and adds :class:`~rempart.ledger.manifest.Told` lines. They stand in the manifest because it is signed line by
line under a short lock of its own: an officer may write while a watch is running, every deed is checked by
``rempart ledger verify``, and a code kept outside covers it. Acts on people's identities (re-identifying, sealing
and opening the escrow) are recorded before they are done.

Misses: who the person is, since the operating system's account is recorded, not proved; a deed can be corrected
by another, never removed; write no patient's name into one.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.folder import Folder
from rempart.ledger.keys import Keys
from rempart.ledger.manifest import AnyLine, Told, add_line, read_lines, told_lines

LONGEST_TEXT = 4_000
REIDENTIFIED = "reidentified"
ESCROW_MADE = "escrow_made"
ESCROW_OPENED = "escrow_opened"
TIP_OFF = "tip_off"
"""Another region's word was let weigh in decisions."""
SHORTEST_REASON = 10
LONGEST_REASON = 500


class Change(NamedTuple):
    """A deed to be written down; the line's number, time, key and signature come with it."""

    incident: str
    who: str
    did: str
    why: str
    change: dict[str, Any]


Deciding = Callable[[Sequence[Told]], Change | None]


def read_deeds(data: Path) -> list[Told]:
    """Every deed so far, oldest first. LedgerError where there is no ledger or its list is damaged."""
    folder = Folder(data)
    folder.require()
    return told_lines(read_lines(folder))


class Deeds:
    """The deeds below ``data`` for one who looks often: reads the list only when it has grown."""

    def __init__(self, data: Path) -> None:
        self._folder = Folder(data)
        self._manifest = self._folder.manifest
        self._size = 0

    def fresh(self, first_line: int) -> list[Told] | None:
        """Deeds from line ``first_line`` on, None where there is none. LedgerError for a damaged list."""
        try:
            size = self._manifest.stat().st_size
        except FileNotFoundError:
            return None
        if size == self._size:
            return None
        self._size = size
        return [line for line in told_lines(read_lines(self._folder)) if line.line >= first_line] or None


def add_deed(data: Path, now_ms: int, decide: Deciding) -> Told | None:
    """Sign and add the deed that ``decide`` gives for the deeds so far; None adds nothing.

    Nobody else can add one between the reading and the writing. LedgerError, KeyFileError.
    """
    folder = Folder(data)
    folder.require()
    key = Keys.open(data, create=False).signing_key

    def make(lines: list[AnyLine]) -> Told | None:
        change = decide(told_lines(lines))
        if change is None:
            return None
        incident, who, did, why, content = change
        return Told(
            line=0,
            at_ms=now_ms,
            incident=incident,
            who=who[:LONGEST_TEXT],
            did=did,
            why=why[:LONGEST_TEXT],
            change=content,
        )

    line = add_line(folder, key, make)
    return line if isinstance(line, Told) else None


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
            raise LedgerError(_("no reason is stated"), _("say in a sentence why these people must be named"))
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


def _account() -> str:
    """The operating system's name for who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
