"""What a role is: its shifts, whom it opens, how it reads, when its work bursts.

Gives :class:`Role`, :class:`Workday` (one shift of one account, handed to the role's functions)
and :class:`Visit` (one opening of one patient's record). Times of visits are milliseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rempart.lab.chance import Random

if TYPE_CHECKING:
    from rempart.lab.places import Account
    from rempart.lab.region import Region

MINUTE_MS = 60_000
DAY_MS = 86_400_000


class Shift(NamedTuple):
    """Working hours in local minutes after midnight; ``end_min`` over 1440 runs into the next day."""

    start_min: int
    end_min: int


class Visit(NamedTuple):
    """One opening of one record. ``find`` is how it was found: ``name``, ``number``, ``list`` or
    nothing; ``reads`` are the resources read, or None to draw them from the role's profile."""

    at_ms: int
    patient: int
    find: str = ""
    reads: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Workday:
    """One shift of one account."""

    region: Region
    account: Account
    day: int
    rng: Random
    start_ms: int
    end_ms: int

    def moment(self, share: float) -> int:
        """The instant after ``share`` (0 to 1) of the shift."""
        return self.start_ms + int((self.end_ms - self.start_ms) * share)

    def any_moment(self) -> int:
        """A uniformly drawn instant of the shift."""
        return self.moment(self.rng.random())

    def spread(self, patients: Sequence[int], find: str = "") -> list[Visit]:
        """One visit each, at drawn instants of the shift."""
        return [Visit(self.any_moment(), patient, find) for patient in patients]

    def stranger(self) -> int:
        """Somebody from the whole region, the frail more often."""
        return self.region.everybody.draw(self.rng)


@dataclass(frozen=True, slots=True)
class Burst:
    """Days that are honestly far beyond the usual: chance a shift, least size, Pareto exponent."""

    why: str
    chance: float
    least: float
    shape: float
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A profession or a kind of service account."""

    name: str
    code: str
    """What PractitionerRole and the logs call it."""
    place: str
    """Kind of unit it works in."""
    system: int
    pattern: str
    """``office`` (weekdays), ``rota`` (any day, turning shifts), ``stand_in`` or ``nightly``."""
    shifts: tuple[Shift, ...]
    work_share: float
    """Share of the pattern's days really worked."""
    visits: Callable[[Workday], list[Visit]]
    pool: Callable[[Workday], Sequence[int]]
    """Whom a burst of this role may run through."""
    burst: Burst
    reads: tuple[tuple[str, float], ...]
    """Resources in their usual order, each with the chance that a visit reads it."""
    return_share: float = 0.0
    """Chance that a record is opened once more later in the shift."""
    followups: float = 0.0
    """Mean reopenings a shift of patients seen on earlier days."""
    strangers: float = 0.0
    """Mean openings a shift that nothing explains: calls, colleagues' questions, mistakes."""
    telework: bool = False
    pace_s: tuple[float, float] = (4.0, 35.0)
    """Seconds between two reads of one visit, from and to."""
    list_page: str = ""
    """Search with which a shift begins: ``ward``, ``agenda`` or none."""
