"""What hangs on the words met so far: what a form of access is worth, whose word on logins counts, how many names there are.

Reads the vocabularies of :class:`rempart.pipeline.door.Names`, anew only when they have grown. Misses nothing
of them; what a word means never changes while a course is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rempart.market.stake import StakeTable
from rempart.pipeline.door import Names
from rempart.watch.state import Array


@dataclass
class Meanings:
    """Arrays by number of word; ``live``: sources unnamed or not ``trusted`` are still believed."""

    names: Names
    stakes: StakeTable
    live: bool
    trusted: tuple[str, ...]
    _sizes: tuple[int, int, int] = (0, 0, 0)
    _believed: Array = field(default_factory=lambda: np.zeros(0, np.bool_))
    _prices: Array = field(default_factory=lambda: np.zeros((0, 2)))
    _priced: int = 0
    _worded: int = -1

    def now(self) -> tuple[Array, Array, tuple[int, int, int]]:
        """``believed`` (sources + 1,) whether a source's logins and reinstatements count; ``prices`` (forms + 1 or
        more, 2) euros, low and high; how many accounts, networks and roles there are. The last row of the first two is
        for no word."""
        if self._worded != self.names.count:
            words = self.names.words
            self._worded = self.names.count
            self._sizes = len(words["account"]), len(words["network"]), len(words["role"])
            self._believe(words["source"])
            self._price(words["form"])
        return self._believed, self._prices, self._sizes

    def _believe(self, sources: list[str]) -> None:
        if self._believed.size != len(sources) + 1:
            self._believed = np.array([self.live or name in self.trusted for name in sources] + [self.live])

    def _price(self, forms: list[str]) -> None:
        if len(forms) >= self._prices.shape[0]:
            nothing = self.stakes.stake_of_form("")
            grown = np.full((2 * len(forms) + 64, 2), nothing)
            grown[: self._priced] = self._prices[: self._priced]
            self._prices = grown
        for number in range(self._priced, len(forms)):
            self._prices[number] = self.stakes.stake_of_form(forms[number])
        self._priced = len(forms)
