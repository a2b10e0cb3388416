"""In care at the time or not: the care index of the last checkpoint, asked about accesses of the past.

Reads the newest checkpoint of a data folder, never writes. Gives, for each patient of each access, no, yes
or unknown. Unknown is said where no care data were ever read, where the access bears no time, and where
links that ended by then have been forgotten already (:data:`~rempart.pipeline.explain.LATEST_MS`).

Misses: care data read after the last checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rempart.care.aliases import Aliases
from rempart.care.index import CareIndex
from rempart.incident.exposure import CARE_UNKNOWN
from rempart.ledger.checkpoint import load_latest
from rempart.pipeline.explain import LATEST_MS
from rempart.records import MISSING_MS
from rempart.watch.state import Array

_READ = ("care.", "alias.", "canon", "house.clock")
EXPLAINED = 0.5
"""Grade of explanation from which a patient counts as in the account's care."""


@dataclass(frozen=True, slots=True)
class Post:
    """What the staff list says of an account: every spelling of its name, its role, since when it is known, and
    when its owner left (None: still there). Times in ms UTC."""

    names: tuple[str, ...]
    role: str
    since_ms: int
    left_ms: int | None


class CareRecall:
    """The care index as the last checkpoint has it."""

    def __init__(self, data: Path) -> None:
        saved = load_latest(data, lambda name: name.startswith(_READ))
        arrays = saved.arrays if saved else {}
        self._index = CareIndex.restore(_under("care.", arrays)) if saved else CareIndex()
        self._aliases = Aliases.restore(_under("alias.", arrays)) if saved else Aliases()
        words = saved.meta["words"]["account"] if saved else []
        canon = arrays.get("canon", np.zeros(0, np.int32))
        self._numbers = {word: int(canon[place]) for place, word in enumerate(words)}
        self._roles = saved.meta["words"]["role"] if saved else []
        self._newest_ms = int(arrays["house.clock"][0]) if saved else 0

    @property
    def known(self) -> bool:
        """Whether any care link was read."""
        return self._index.links > 0

    @property
    def since_ms(self) -> int:
        """From when on the index still knows who was in care."""
        return self._newest_ms - LATEST_MS

    def staff(self) -> list[Post]:
        """Everybody on the staff list, as of the newest access."""
        _, _, people, posts, _ = self._index.lookup
        spellings: dict[int, list[str]] = {}
        for word, number in self._numbers.items():
            spellings.setdefault(number, []).append(word)
        found = []
        for number, names in spellings.items():
            if number >= people.size or not people[number]["used"]:
                continue
            first, used = int(people[number]["first"]), int(people[number]["used"])
            mine = posts[first : first + used]
            roles, _, left = self._index.posts_of(np.array([number]), np.array([self._newest_ms]))
            role = self._roles[roles[0]] if roles[0] >= 0 else ""
            since = int(np.maximum(mine["known"], mine["start"]).min())
            left_ms = int(mine["end"].max()) if left[0] else None
            found.append(Post(tuple(names), role, since, left_ms))
        return found

    def grades(self, accounts: list[str], recorded_ms: Array, patients: Array, people: Array) -> Array:
        """(m, 2) grades from 0 to 1 of ``people`` (m,): the account's care, and anybody's; access i names
        ``patients[i]`` of them."""
        who = np.array([self._numbers.get(word, -1) for word in accounts], np.int32)
        first = np.cumsum(patients) - patients
        return self._index.explain(who, recorded_ms, first, patients, self._aliases.canonical(people))

    def in_care(self, accounts: list[str], recorded_ms: Array, patients: Array, people: Array) -> Array:
        """(m,) int8 for ``people`` (m,): 0 no, 1 yes, 2 unknown; access i names ``patients[i]`` of them."""
        if not self.known or not people.size:
            return np.full(people.size, CARE_UNKNOWN, np.int8)
        grades = self.grades(accounts, recorded_ms, patients, people)[:, 0]
        forgotten = recorded_ms < self.since_ms
        unknown = np.repeat(forgotten | (recorded_ms == MISSING_MS), patients)
        return np.where(grades >= EXPLAINED, 1, np.where(unknown, CARE_UNKNOWN, 0)).astype(np.int8)


def _under(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
