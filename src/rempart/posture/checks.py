"""Every check in one visible tuple, and the ranking of what they find by what is at stake."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rempart.posture.audit import find_unaudited
from rempart.posture.dormant import find_dormant
from rempart.posture.feeds import find_missing_feeds
from rempart.posture.finding import Finding, Found, Untold
from rempart.posture.house import House
from rempart.posture.logins import find_single_factor
from rempart.posture.rights import find_wide
from rempart.posture.shared import find_shared

CHECKS: tuple[Callable[[House], Iterable[Found]], ...] = (
    find_dormant,
    find_wide,
    find_single_factor,
    find_shared,
    find_unaudited,
    find_missing_feeds,
)


def look_over(house: House) -> tuple[list[Finding], list[Untold]]:
    """Every weakness, the most euros at stake first, and what could not be told."""
    found = [one for check in CHECKS for one in check(house)]
    findings = [one for one in found if isinstance(one, Finding)]
    findings.sort(key=lambda one: (-one.stake_eur[1], -one.stake_eur[0], one.code, one.about))
    return findings, [one for one in found if isinstance(one, Untold)]
