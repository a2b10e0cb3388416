"""Which suspicions are one theft: accounts in the same hands, told by session, place, software and patients.

Reads a :class:`Trace` of each suspicion and how many accounts of the house use each network and each
software. Gives groups, and in a word why each pair belongs together. Two suspicions at most
:data:`APART_MS` apart are linked by

- a session both accounts used,
- a network that hardly anybody else of the house uses (of one account too: a thief who comes back),
- software that hardly anybody else uses,
- patients: far more of them are shared than chance would share, where the accounts work in no common
  unit (colleagues share patients honestly).

Links chain: a crew of ten that shares a network in pairs is one group.
Misses: a crew that shares nothing, one exit a login and each its own patients: an officer merges those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

APART_MS = 30 * 86_400_000
RARE_BESIDE = 2
"""A network or software is rare when at most so many accounts use it beside the suspected ones."""
SHARED_PATIENTS = 20
SHARED_PART = 0.3
BEYOND_CHANCE = 5.0
"""So many common patients, such a part of the smaller haul, and so many times what two independent hauls
from all of the house's patients would share."""

Patients = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Trace:
    """What one suspicion left behind. ``patients`` (n,) are distinct pseudonyms, sorted."""

    account: str
    first_ms: int
    last_ms: int
    sessions: frozenset[str]
    networks: frozenset[str]
    software: frozenset[str]
    units: frozenset[str]
    patients: Patients


class Link(NamedTuple):
    """Why two suspicions belong together: ``by`` is ``session``, ``network``, ``software`` or ``patients``."""

    one: int
    other: int
    by: str


def link_traces(
    traces: Sequence[Trace],
    network_users: Mapping[str, int],
    software_users: Mapping[str, int],
    house_patients: int,
) -> list[Link]:
    """Every pair of suspicions that is one theft, with the strongest reason; places in ``traces``.

    ``network_users`` and ``software_users`` tell how many accounts of the house use what two suspected
    ones share; ``house_patients`` how many patients the house has.
    """
    suspects: dict[str, set[str]] = {}
    for trace in traces:
        for name in (*trace.networks, *trace.software):
            suspects.setdefault(name, set()).add(trace.account)
    rare_networks = _rare(network_users, suspects)
    rare_software = _rare(software_users, suspects)
    links = []
    for one, other in combinations(range(len(traces)), 2):
        by = _reason(traces[one], traces[other], rare_networks, rare_software, house_patients)
        if by:
            links.append(Link(one, other, by))
    return links


def gather_groups(count: int, links: Sequence[Link]) -> list[list[int]]:
    """The places 0 to ``count`` - 1 in groups joined by ``links``, each in order, groups by their first."""
    leader = list(range(count))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for link in links:
        first, second = sorted((find(link.one), find(link.other)))
        leader[second] = first
    groups: dict[int, list[int]] = {}
    for place in range(count):
        groups.setdefault(find(place), []).append(place)
    return list(groups.values())


def _rare(users: Mapping[str, int], suspects: Mapping[str, set[str]]) -> frozenset[str]:
    return frozenset(
        name for name, count in users.items() if count <= len(suspects.get(name, ())) + RARE_BESIDE
    )


def _reason(
    one: Trace, other: Trace, networks: frozenset[str], software: frozenset[str], house_patients: int
) -> str:
    """The strongest link of two suspicions; "" for none."""
    if max(one.first_ms, other.first_ms) - min(one.last_ms, other.last_ms) > APART_MS:
        return ""
    if one.sessions & other.sessions and one.account != other.account:
        return "session"
    if one.networks & other.networks & networks:
        return "network"
    if one.software & other.software & software and one.account != other.account:
        return "software"
    colleagues = one.account == other.account or one.units & other.units
    if colleagues or not share_patients(one.patients, other.patients):
        return ""
    common = np.intersect1d(one.patients, other.patients, assume_unique=True).size
    by_chance = one.patients.size * other.patients.size / max(house_patients, 1)
    return "patients" if common >= BEYOND_CHANCE * by_chance else ""


def share_patients(one: Patients, other: Patients) -> bool:
    """Whether two hauls have so much in common that chance must be asked about."""
    smaller = min(one.size, other.size)
    if smaller < SHARED_PATIENTS:
        return False
    common = np.intersect1d(one, other, assume_unique=True).size
    return bool(common >= SHARED_PATIENTS and common >= SHARED_PART * smaller)
