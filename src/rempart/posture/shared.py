"""Accounts that several people share: nobody can be asked "was this you?", and a thief is one more of them.

Reads turns: from one session to another of the same program and back within two minutes, for another patient each
time. One person with two screens does that now and then; on many days over weeks it takes two pairs of hands. A
theft is days, not weeks, and is left to the watch.

Misses: people who use one account one after the other, or from one session; logs without sessions and networks.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.posture.finding import Finding, Found, Untold
from rempart.posture.house import House

TURNS = 25
DAYS = 5
SPAN_DAYS = 14
"""Thresholds above what one person does: on simulated regions of honest staff the most was 3 days in two months."""


def find_shared(house: House) -> Iterator[Found]:
    """Findings ``shared_hands``."""
    if house.days < SPAN_DAYS:
        yield Untold("shared_young", {"days": int(house.days), "least": SPAN_DAYS})
    for account in house.accounts:
        turns = account.turns
        if turns.count >= TURNS and turns.days >= DAYS and turns.span_days >= SPAN_DAYS:
            people, stake = house.needless(account)
            figures = {"turns": turns.count, "days": turns.days, "networks": turns.two_networks}
            yield Finding("shared_hands", account.name, people, stake, {**figures, "role": account.role})
