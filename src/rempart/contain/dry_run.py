"""Dry run: says what would be done, and does nothing.

Takes every command; gives one line to the log. Misses nothing; it is what a site begins with.
"""

from __future__ import annotations

from collections.abc import Callable

from rempart.records import Command

VERBS = frozenset({"block", "reinstate", "ask", "break_glass"})


class DryRun:
    """Stands where the real effectors would."""

    name = "dry_run"
    verbs = VERBS

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def carry_out(self, command: Command) -> None:
        """Say it."""
        self._tell(f"dry run: {command.verb} {command.account} ({command.key})")


class Observing(DryRun):
    """The same where the service only observes: not even the proxy refuses anybody."""

    name = "observe"


STAND_INS = frozenset({DryRun.name, Observing.name})
"""Names of those that only say what would be done."""
