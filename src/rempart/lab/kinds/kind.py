"""What a kind of region is: the sites it is drawn from, who steals there, and how people meet a challenge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rempart.lab.raid import Temper
from rempart.lab.region import Region
from rempart.lab.thieves.thief import Family

DAYS = 28
"""Days of every region of the stand: two weeks in which a site is new, and two after them."""


@dataclass(frozen=True, slots=True)
class Site:
    """A region description; ``build(seed)`` draws a region from it."""

    name: str
    what: str
    build: Callable[[int], Region]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of region. A seed is played on one of its ``sites``."""

    name: str
    what: str
    sites: tuple[Site, ...]
    families: tuple[Family, ...]
    temper: Temper
