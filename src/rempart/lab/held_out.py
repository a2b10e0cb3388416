"""What is set aside before tuning: two families of thieves and one site, chosen by a hash and not by anybody.

The rule: of the names in question, those whose SHA-256 with :data:`SALT` before them comes first.
Families already used to tune the detector when the rule was written cannot be unseen any more and
are not in question; see docs/decisions/0031.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from rempart.lab.kinds import KINDS
from rempart.lab.thieves import FAMILIES

SALT = "rempart: unseen until the last measurement/"
_SEEN_BEFORE = (
    "night scrape", "enumeration", "dormant account", "own list", "stolen session", "mimic",
    "appointments only", "owner's absence", "slow ramp", "low and slow", "re-reader", "batch window",
    "birth dates", "coder", "widening pages",
)  # fmt: skip


def _first(names: Iterable[str], count: int) -> frozenset[str]:
    return frozenset(sorted(names, key=lambda name: sha256((SALT + name).encode()).hexdigest())[:count])


HELD_OUT_FAMILIES = _first((family.name for family in FAMILIES if family.name not in _SEEN_BEFORE), 2)
HELD_OUT_SITES = _first((site.name for kind in KINDS for site in kind.sites), 1)
