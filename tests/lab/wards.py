"""Who read whom in a made-up hospital: units with their own patients, a few wide readers, and thieves with their hauls.

Gives :class:`~rempart.leak.through.Readings`. Everything is drawn with the generator handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rempart.leak.through import Readings

Array = np.ndarray[Any, Any]


@dataclass
class Wards:
    """Readings gathered as columns; ``shows`` what each account's readings may have shown (bits)."""

    people: int = 20_000
    accounts: int = 150
    units: int = 15
    account: list[Array] = field(default_factory=list)
    person: list[Array] = field(default_factory=list)
    day: list[Array] = field(default_factory=list)
    shows: Array | None = None

    def honest(self, rng: np.random.Generator) -> Wards:
        """A year in which every account reads mostly its unit's patients; one in fifty reads everywhere."""
        size = self.people // self.units
        for account in range(self.accounts):
            wide = account % 50 == 7
            count = int(rng.integers(100, 600)) * (8 if wide else 1)
            own = (account % self.units) * size + (size * rng.random(count) ** 1.5).astype(np.int64)
            self.read(
                account, rng.integers(0, self.people, count) if wide else own, rng.integers(0, 365, count)
            )
        return self

    def read(self, account: int, people: Array, day: Any) -> None:
        """One account reads ``people``, all on one day or each on its own."""
        self.account.append(np.full(len(people), account))
        self.person.append(np.asarray(people, np.int64))
        self.day.append(np.broadcast_to(day, len(people)))

    def readings(self) -> Readings:
        """All of them."""
        account = np.concatenate(self.account)
        each = np.zeros(self.accounts, np.int64) if self.shows is None else self.shows
        return Readings(
            account, np.concatenate(self.person), np.concatenate(self.day), each[account],
            tuple(f"a{k}" for k in range(self.accounts)), np.arange(self.accounts) % self.units,
        )  # fmt: skip
