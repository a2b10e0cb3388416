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
from numba import njit

from rempart.errors import LedgerError
from rempart.language import gettext as _

VOCABULARIES = ("account", "network", "software", "form", "role", "unit", "source")
"""Named as the columns of :data:`rempart.records.EVENT` that hold their numbers."""

Rows = np.ndarray[Any, Any]
Name = tuple[str, int, str]
"""Vocabulary, number, string."""


class Names:
    """Every string known so far, by vocabulary and number."""

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {vocabulary: [] for vocabulary in VOCABULARIES}
        self._known = np.zeros(len(VOCABULARIES), np.int64)

    def learn(self, names: Iterable[Name]) -> None:
        """Take new strings in order. LedgerError for a gap, a contradiction or an unknown vocabulary."""
        for vocabulary, number, word in names:
            words = self._words.get(vocabulary)
            if words is None:
                raise LedgerError(
                    _("{vocabulary} is no vocabulary of the ledger").format(vocabulary=f"{vocabulary!r}"),
                    _("check the version"),
                )
            if number == len(words):
                words.append(word)
                self._known[VOCABULARIES.index(vocabulary)] += 1
            elif not 0 <= number < len(words) or words[number] != word:
                raise LedgerError(
                    _("{vocabulary} {number} is named twice or out of turn").format(
                        vocabulary=vocabulary, number=number
                    ),
                    _("restore the ledger from the backup"),
                )

    def check(self, rows: Rows) -> None:
        """ValueError where ``rows`` (n,) EVENT use a number that was never named."""
        wrong = _first_unnamed(rows, self._known)
        if wrong >= 0:
            vocabulary = VOCABULARIES[wrong]
            raise ValueError(f"{vocabulary} {int(rows[vocabulary].max())} was never named")

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
        raise LedgerError(
            _("{path} is missing").format(path=path), _("restore it from the backup")
        ) from error
    except msgspec.MsgspecError as error:
        raise LedgerError(
            _("{path} is damaged").format(path=path), _("restore it from the backup")
        ) from error


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _first_unnamed(rows, known):  # type: ignore[no-untyped-def]
    """Place in :data:`VOCABULARIES` of a number in ``rows`` that is not below ``known`` (7,), -1 for none."""
    for i in range(rows.size):
        row = rows[i]
        if row.account >= known[0]:
            return 0
        if row.network >= known[1]:
            return 1
        if row.software >= known[2]:
            return 2
        if row.form >= known[3]:
            return 3
        if row.role >= known[4]:
            return 4
        if row.unit >= known[5]:
            return 5
        if row.source >= known[6]:
            return 6
    return -1
