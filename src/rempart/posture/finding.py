"""What a check gives: a weakness with what is at stake, or what it could not tell and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rempart.posture.house import Euros


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness. ``code`` names its sentence (:mod:`rempart.posture.words`), ``about`` the account, role,
    system or unit; ``people`` whose data a thief could reach through it, without need for the work done."""

    code: str
    about: str
    people: int
    stake_eur: Euros
    figures: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Untold:
    """Something a check cannot tell from what it was given; ``figures`` fill its sentence."""

    code: str
    figures: Mapping[str, int | str] = field(default_factory=dict)


Found = Finding | Untold
