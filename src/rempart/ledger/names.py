"""The strings behind the small integers of an event: accounts, networks, software, forms and so on.

The door numbers each vocabulary from 0 in the order of first use and hands every new string over
once; the ledger keeps them for good in ``segments/<number>.names`` (MessagePack, one file for the
names first used in that segment), because later segments use them too. Networks arrive as keyed
pseudonyms; accounts are professional account identifiers in clear.

Misses: names outlive the expiry of the events that used them (see the data-protection note).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from rempart.errors import LedgerError

VOCABULARIES = ("account", "network", "software", "form", "role", "unit", "source")
"""Named as the columns of :data:`rempart.records.EVENT` that hold their numbers."""

Rows = np.ndarray[Any, Any]
Name = tuple[str, int, str]
"""Vocabulary, number, string."""


class Names:
    """Every string known so far, by vocabulary and number."""

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {vocabulary: [] for vocabulary in VOCABULARIES}

    def learn(self, names: Iterable[Name]) -> None:
        """Take new strings in order. LedgerError for a gap, a contradiction or an unknown vocabulary."""
        for vocabulary, number, word in names:
            words = self._words.get(vocabulary)
            if words is None:
                raise LedgerError(f"{vocabulary!r} is no vocabulary of the ledger", "check the version")
            if number == len(words):
                words.append(word)
            elif not 0 <= number < len(words) or words[number] != word:
                raise LedgerError(
                    f"{vocabulary} {number} is named twice or out of turn",
                    "restore the ledger from the backup",
                )

    def check(self, rows: Rows) -> None:
        """ValueError where ``rows`` (n,) EVENT use a number that was never named."""
        for vocabulary in VOCABULARIES:
            numbers = rows[vocabulary]
            most = int(numbers[0] if len(numbers) == 1 else numbers.max(initial=-1))
            if most >= len(self._words[vocabulary]):
                raise ValueError(f"{vocabulary} {most} was never named")

    def words(self, vocabulary: str) -> list[str]:
        """The strings of one vocabulary; the place is the number. Not to be changed."""
        return self._words[vocabulary]

    def column(self, vocabulary: str) -> pa.StringArray:
        """The strings of one vocabulary with "" behind the last, where unknown (-1) events point."""
        return pa.array([*self._words[vocabulary], ""], pa.string())


def pack_names(names: list[Name]) -> bytes:
    """The content of a ``.names`` file."""
    return msgspec.msgpack.encode(names)


def read_names(path: Path) -> list[Name]:
    """The names in a ``.names`` file. LedgerError where it is missing or damaged."""
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=list[Name])
    except FileNotFoundError as error:
        raise LedgerError(f"{path} is missing", "restore it from the backup") from error
    except msgspec.MsgspecError as error:
        raise LedgerError(f"{path} is damaged", "restore it from the backup") from error
