"""Care data that do not arrive: without them a thief among strangers looks like anybody at work.

Reads, for each role of each unit, how many of the patients it opened in the last two weeks were in its own care.
Where that is rare in one unit and usual for the same role in the others, the unit's appointments or stays are
missing. Coders and admission open patients whom others care for, in every unit, and are not listed.

Misses: a feed that comes late, or of which a part is missing; a unit that alone has its role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rempart.posture.finding import Finding, Found
from rempart.posture.house import House, Unit

OPENINGS = 200
CARED_HERE, CARED_ELSEWHERE = 0.2, 0.5


def find_missing_feeds(house: House) -> Iterator[Found]:
    """``care_none`` for the whole house, or ``care_unit`` for each unit without."""
    if not house.care_known:
        people = max((system.patients for system in house.systems), default=0)
        stakes = [house.price(one.patients, one.shows, one.may_show) for one in house.systems]
        yield Finding("care_none", "", people, max(stakes, key=lambda stake: stake[1], default=(0.0, 0.0)))
        return
    told: set[str] = set()
    for unit in sorted(house.units, key=lambda one: -one.openings):
        if lacks_feed(unit, house.units) and unit.name not in told:
            told.add(unit.name)
            openings, in_care = elsewhere(unit, house.units)
            stake = house.price(unit.patients, unit.shows, unit.may_show)
            figures: dict[str, int | str] = {
                "role": unit.role,
                "percent": round(100 * unit.in_care / unit.openings),
                "usual_percent": round(100 * in_care / openings),
            }
            yield Finding("care_unit", unit.name, unit.patients, stake, figures)


def lacks_feed(unit: Unit, units: Sequence[Unit]) -> bool:
    """Whether care explains hardly anything of what this role opens in this unit, and most of it in the others."""
    openings, in_care = elsewhere(unit, units)
    known = bool(unit.name) and min(unit.openings, openings) >= OPENINGS
    return known and unit.in_care < CARED_HERE * unit.openings and in_care >= CARED_ELSEWHERE * openings


def elsewhere(unit: Unit, units: Sequence[Unit]) -> tuple[int, int]:
    """Openings of the same role in all other units, and how many were in care."""
    others = [one for one in units if one.role == unit.role and one.name != unit.name]
    return sum(one.openings for one in others), sum(one.in_care for one in others)
