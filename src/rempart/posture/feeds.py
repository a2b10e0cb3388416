"""Care data that do not arrive: without them a thief among strangers looks like anybody at work.

Reads, for each unit, how many of the patients it opened in the last two weeks were in *anybody's* care. Where that
is rare in one unit and usual in the house, its appointments or stays are missing. Coders and admission open patients
whom others care for, and are not listed.

Misses: a feed that comes late, or of which a part is missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.posture.finding import Finding, Found
from rempart.posture.house import House

OPENINGS = 200
TREATED_HERE, TREATED_USUALLY = 0.2, 0.5


def find_missing_feeds(house: House) -> Iterator[Found]:
    """``care_none`` for the whole house, or ``care_unit`` for each unit without."""
    if not house.care_known:
        people = max((system.patients for system in house.systems), default=0)
        stakes = [house.price(one.patients, one.shows, one.may_show) for one in house.systems]
        yield Finding("care_none", "", people, max(stakes, key=lambda stake: stake[1], default=(0.0, 0.0)))
        return
    openings = sum(unit.openings for unit in house.units)
    if not openings or sum(unit.treated for unit in house.units) < TREATED_USUALLY * openings:
        return
    for unit in house.units:
        if unit.name and unit.openings >= OPENINGS and unit.treated < TREATED_HERE * unit.openings:
            stake = house.price(unit.patients, unit.shows, unit.may_show)
            percent = round(100 * unit.treated / unit.openings)
            yield Finding(
                "care_unit", unit.name, unit.patients, stake, {"percent": percent, "openings": unit.openings}
            )
