"""One thing the logs leave open, and how many people it may hide: in all, and of one category.

Of one category a gap may hide more than in all, since somebody counted already for another may have been shown
that one too. Misses: a gap nobody found.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rempart.incident.exposure import Array
from rempart.records import CATEGORIES

EVERY = (1 << len(CATEGORIES)) - 1


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the logs leave open. ``upper_bound`` patients at most beside those counted, None where nobody can say.

    ``people`` (k,) are the patients it is about, where they are known; ``categories`` what it may hide (bits).
    """

    kind: str
    source: str
    from_ms: int
    to_ms: int
    why: str
    upper_bound: int | None
    people: Array | None = field(default=None, compare=False)
    categories: int = EVERY

    def hidden(self, bit: int, held: Array) -> int | None:
        """How many more than ``held`` (pseudonyms) may have been shown the category ``bit``; None: nobody can say."""
        if not self.categories & bit:
            return 0
        if self.people is None:
            return self.upper_bound
        return int(np.count_nonzero(~np.isin(self.people, held)))
