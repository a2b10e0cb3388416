"""Accounts nobody uses any more, or uses though their owner has left: a thief wakes them unnoticed.

Reads each account's last access, its longest pause before, and the staff list. An account that comes back
now and then (a locum, a doctor on call) is dormant only after well beyond its own longest pause; a newcomer
on the list is given :data:`DORMANT_DAYS` to begin.

Misses: whether an account is closed. No log says it; the directory does.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.posture.finding import Finding, Found, Untold
from rempart.posture.house import DAY_MS, Account, House

DORMANT_DAYS = 45
BEYOND_PAUSE = 1.5
LAST_DAYS = 2
"""Days after leaving in which somebody still hands over."""


def find_dormant(house: House) -> Iterator[Found]:
    """Findings ``dormant_*``; the most that can be told where the ledger is younger than the limit."""
    if house.days < DORMANT_DAYS:
        yield Untold("dormant_young", {"days": int(house.days), "least": DORMANT_DAYS})
    closed = 0
    for account in house.accounts:
        code, days = _judge(account, house)
        if code:
            people, stake = house.needless(account)
            yield Finding(code, account.name, people, stake, {"days": days, "role": account.role})
        closed += account.left_ms is not None and not code
    if closed:
        yield Untold("dormant_leavers", {"count": closed})


def _judge(account: Account, house: House) -> tuple[str, int]:
    """The code of the finding, "" for none, and the days it speaks of."""
    if account.left_ms is not None:
        after = (account.last_ms - account.left_ms) / DAY_MS if account.last_ms is not None else 0.0
        return ("dormant_left", int(after)) if after >= LAST_DAYS else ("", 0)
    if account.last_ms is None:
        since = account.listed_since_ms
        listed = (house.last_ms - max(since, house.first_ms)) / DAY_MS if since is not None else 0
        return ("dormant_never", int(listed)) if listed >= DORMANT_DAYS else ("", 0)
    asleep = (house.last_ms - account.last_ms) / DAY_MS
    least = max(DORMANT_DAYS, BEYOND_PAUSE * account.longest_pause_days)
    return ("dormant_unused", int(asleep)) if asleep >= least else ("", 0)
