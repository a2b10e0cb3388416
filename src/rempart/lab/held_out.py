"""What is set aside before tuning: two families of thieves and one site, chosen by a hash and not by anybody.

The rule: of the names in question, those whose SHA-256 with :data:`SALT` before them comes first.
In question were the families that had not been used to tune the detector when the rule was written;
what came later is tuned on. See docs/decisions/0031.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from rempart.lab.kinds import KINDS

SALT = "rempart: unseen until the last measurement/"
_IN_QUESTION = (
    "crew", "tester", "exit hopper", "account hopper", "paid helper", "desk hopper", "crew at the desks", "poisoner",
    "remote control",
)  # fmt: skip


def _first(names: Iterable[str], count: int) -> frozenset[str]:
    return frozenset(sorted(names, key=lambda name: sha256((SALT + name).encode()).hexdigest())[:count])


HELD_OUT_FAMILIES = _first(_IN_QUESTION, 2)
HELD_OUT_SITES = _first((site.name for kind in KINDS for site in kind.sites), 1)
