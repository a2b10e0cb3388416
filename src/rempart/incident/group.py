"""Answers that were not "allow", grouped into one suspicion an account and theft.

Reads rows about notable accesses (plain values, no files). Gives incidents: consecutive answers of
one account with pauses of at most a day are one. Accounts that stayed under the threshold but stood
out most are listed as worth a look. Misses crews; :mod:`rempart.incident.crew` joins them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PAUSE_MS = 86_400_000
WORTH_A_LOOK = 10


@dataclass(frozen=True, slots=True)
class Notable:
    """One access, login or reinstatement that was answered with more than "allow", or stood out."""

    number: int
    account: str
    at_ms: int
    action: str
    doubt: float
    hijack: float
    stake_low_eur: float
    stake_high_eur: float
    network: str
    reasons: tuple[tuple[int, float, int, int], ...]
    """(code, weight, seen, usual), heaviest first."""


@dataclass
class Suspicion:
    """One account's suspicious time; ``state`` is ``suspected`` or ``worth_a_look``."""

    account: str
    state: str
    first_ms: int
    last_ms: int
    actions: Counter[str] = field(default_factory=Counter)
    max_hijack: float = 0.0
    max_doubt: float = 0.0
    stake_low_eur: float = 0.0
    stake_high_eur: float = 0.0
    networks: set[str] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    reasons: dict[int, tuple[float, int, int, int]] = field(default_factory=dict)
    """Code → (largest weight, seen and usual then, how often)."""

    def add(self, notable: Notable) -> None:
        """Take one more answer in."""
        self.last_ms = max(self.last_ms, notable.at_ms)
        self.actions[notable.action] += 1
        self.max_hijack = max(self.max_hijack, notable.hijack)
        self.max_doubt = max(self.max_doubt, notable.doubt)
        self.stake_low_eur += notable.stake_low_eur
        self.stake_high_eur += notable.stake_high_eur
        if notable.network:
            self.networks.add(notable.network)
        self.numbers.append(notable.number)
        for code, weight, seen, usual in notable.reasons:
            most, seen_then, usual_then, count = self.reasons.get(code, (-1.0, 0, 0, 0))
            if weight > most:
                most, seen_then, usual_then = weight, seen, usual
            self.reasons[code] = most, seen_then, usual_then, count + 1


@dataclass
class Grouping:
    """Suspicions as their answers come, in time order."""

    state: str = "suspected"
    _running: dict[str, Suspicion] = field(default_factory=dict)
    _done: list[Suspicion] = field(default_factory=list)

    def add(self, notable: Notable) -> None:
        """Take one more answer in: to its account's running suspicion, else a new one."""
        current = self._running.get(notable.account)
        if current is None or notable.at_ms - current.last_ms > PAUSE_MS:
            current = Suspicion(notable.account, self.state, notable.at_ms, notable.at_ms)
            self._running[notable.account] = current
            self._done.append(current)
        current.add(notable)

    def suspicions(self) -> list[Suspicion]:
        """Those so far, the most doubtful first."""
        return sorted(self._done, key=lambda each: (-each.max_doubt, each.first_ms, each.account))


def group(notables: Iterable[Notable], state: str = "suspected") -> list[Suspicion]:
    """Suspicions, the most doubtful first; ``notables`` in time order."""
    grouping = Grouping(state)
    for notable in notables:
        grouping.add(notable)
    return grouping.suspicions()


def worth_a_look(days: Sequence[Notable], suspected: Iterable[Suspicion]) -> list[Suspicion]:
    """The :data:`WORTH_A_LOOK` most doubtful account-days of accounts not already suspected."""
    named = {each.account for each in suspected}
    chosen = sorted(
        (day for day in days if day.account not in named), key=lambda day: (-day.doubt, day.number)
    )
    return [group([day], "worth_a_look")[0] for day in chosen[:WORTH_A_LOOK]]
