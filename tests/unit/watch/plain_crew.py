"""What all accounts together open from a network, in plain Python, as ``rempart.watch.crew`` describes it: the oracle.

Keeps every observation and adds up anew. Misses the fading from day to day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class PlainNetwork:
    """One network: who used it, and (opened, strange, expected) of each observation, in patients."""

    accounts: set[int] = field(default_factory=set)
    seen: list[tuple[float, float, float]] = field(default_factory=list)

    def open_patient(self, account: int, grade: float, usual: float) -> None:
        """A patient of this grade; ``usual`` is the account's own share of unexplained ones."""
        self.accounts.add(account)
        self.seen.append((1.0, math.floor(1000 * (1 - grade)) / 1000, math.floor(1000 * usual) / 1000))

    def fail_login(self, account: int) -> None:
        """A failed login says as much as three strangers, a fifth of them expected."""
        self.accounts.add(account)
        self.seen.append((3.0, 3.0, 0.6))

    def nats(self, account: int) -> float:
        """How much likelier today's coin falls so than the usual one, by how many others use the network."""
        others = min(len(self.accounts - {account}), 3)
        opened, strange, expected = (sum(each) for each in zip(*self.seen, strict=True))
        usual = min(max(expected / opened, 0.01), 0.95)
        if not others or strange <= usual * opened:
            return 0.0
        share = min(strange / opened, 0.999)
        ratio = share * math.log(share / usual) + (1 - share) * math.log((1 - share) / (1 - usual))
        return opened * ratio * others / 3
