"""Systems whose log keeps silent about exports or searches: after a theft, "cannot be told" is all there is.

Reads, for each source, how many accesses, executions (FHIR action E) and searches it logged, and whether searches
name whom they found. A source with few records is left alone; nothing is expected of it yet.

Misses: systems that log nothing at all: they are in no ledger.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.posture.finding import Finding, Found
from rempart.posture.house import House

RECORDS = 1_000
DAYS = 7
SEARCHES = 20


def find_unaudited(house: House) -> Iterator[Found]:
    """Findings ``audit_no_searches`` and ``audit_no_results``."""
    for system in house.systems:
        if system.records < RECORDS or system.days < DAYS:
            continue
        stake = house.price(system.patients, system.shows, system.may_show)
        figures: dict[str, int | str] = {"records": system.records, "searches": system.searches}
        if not system.executions and not system.searches:
            yield Finding("audit_no_searches", system.name, system.patients, stake, figures)
        elif system.searches >= SEARCHES and not system.telling:
            yield Finding("audit_no_results", system.name, system.patients, stake, figures)
