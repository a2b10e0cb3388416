"""What somebody does at a record system: one act is one request, before anybody spells it in FHIR."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

READ, SEARCH, LOGIN, LOGIN_FAILED, REINSTATE = "read", "search", "login", "login_failed", "reinstate"

SUCCESS, MINOR_FAILURE = "0", "4"


@dataclass(slots=True, eq=False)
class Session:
    """One login of one account at one place. ``agents`` is the FHIR spelling, made when first needed."""

    account: int
    token: str
    address: str
    software: str
    system: int
    agents: list[dict[str, Any]] = field(default_factory=list)


class Act(NamedTuple):
    """One request. ``order`` is unique, so that acts sort by (time, order)."""

    at_ms: int
    order: int
    session: Session
    what: str
    resource: str = "Patient"
    patients: tuple[int, ...] = ()
    """Whom the answer holds: one for a read, those on the page for a search."""
    query: str = ""
    """``Type?parameter=value`` of a search."""
    outcome: str = SUCCESS
