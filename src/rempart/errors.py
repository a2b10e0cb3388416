"""One tree of errors; each carries what happened and what to do about it.

Only :mod:`rempart.cli` turns an error into an exit code. A message never contains a patient's
identity: it names places (file, line, offset, key), not contents.
"""

from __future__ import annotations


class RempartError(Exception):
    """Something outside went wrong; ``str()`` is one clear line that says where, why and what to do."""

    exit_code = 1

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what}; {advice}" if advice else what)
        self.what = what
        self.advice = advice


class SettingsError(RempartError):
    """A settings, mapping or price file has a bad entry; the entry is named."""

    exit_code = 2


class SourceError(RempartError):
    """A source cannot be opened, recognised or read any further."""

    exit_code = 3


class LedgerError(RempartError):
    """The ledger cannot be opened, written or trusted."""

    exit_code = 4


class LedgerBusy(LedgerError):
    """Another process is writing this ledger."""


class KeyFileError(RempartError):
    """A key file is missing, unreadable, or readable by others than its owner."""

    exit_code = 4


class RequestRefused(RempartError):
    """A request that cannot be judged as it stands; ``what`` is one word of the reference page."""


class EffectorError(RempartError):
    """An identity provider, a directory or a webhook did not do what it was asked; it is asked again."""


class EffectorRefused(EffectorError):
    """It will never be done as asked (no such account, say); it is not asked again."""
