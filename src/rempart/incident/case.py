"""Incidents as the deeds about them add up to: opened, extended, judged, merged, split.

Reads deeds in order (who did what and why, and a plain dictionary of what it changed); gives
:class:`~rempart.records.Incident`. A state is whatever the deeds say: nothing is ever overwritten, so
the history of a case is the case. Pure: no file, no clock.

Misses: whether a deed was wise. A deed that names an incident nobody opened is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.records import INCIDENT_STATES, Deed, Incident

OPEN, EXTEND, STATE, NOTE, MERGE, SPLIT = "open", "extend", "state", "note", "merge", "split"
FALSE_ALARM = "false_alarm"
MOST_DECISIONS = 2_000
"""Decision numbers kept with an incident; what it covers is its accounts and its period."""


class Line(Protocol):
    """A deed as the ledger keeps it."""

    @property
    def at_ms(self) -> int: ...
    @property
    def incident(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def did(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def change(self) -> dict[str, Any]: ...


def add_up(lines: Iterable[Line]) -> dict[str, Incident]:
    """Incidents by id, in the order they were opened; deeds that name no incident are passed over.

    LedgerError for a deed about an incident nobody opened.
    """
    found: dict[str, Incident] = {}
    for line in lines:
        deed = Deed(line.at_ms, line.who, line.did, line.why)
        if line.did == OPEN:
            found[line.incident] = _opened(line, deed)
            continue
        if not line.incident:
            continue
        if line.incident not in found:
            raise LedgerError(
                _("a deed speaks of incident {incident}, which nobody opened").format(
                    incident=f"{line.incident!a}"
                ),
                _("run rempart ledger verify"),
            )
        before = found[line.incident]
        found[line.incident] = replace(_changed(before, line, deed), history=(*before.history, deed))
        if line.did == MERGE:
            other = found[line.change["of"]]
            found[other.id] = replace(other, into=line.incident, history=(*other.history, deed))
    return found


def find(incidents: Mapping[str, Incident], name: str) -> Incident:
    """The incident called ``name``. LedgerError that names those there are."""
    one = incidents.get(name.strip().upper())
    if one is None:
        known = ", ".join(list(incidents)[-8:]) or "none"
        raise LedgerError(
            _("there is no incident {name}").format(name=f"{name!a}"),
            _("rempart incident list shows them ({known})").format(known=known),
        )
    return one


def next_id(incidents: Mapping[str, Incident]) -> str:
    """The id of the next incident to be opened."""
    return f"I{len(incidents) + 1:04d}"


def false_alarm(line: Line) -> tuple[str, ...]:
    """The accounts a deed clears, empty where it is no judgement of a false alarm."""
    if line.did != STATE or line.change["state"] != FALSE_ALARM:
        return ()
    return tuple(line.change["accounts"])


def opening(
    opened_by: str,
    accounts: Iterable[str],
    from_ms: int,
    to_ms: int,
    *,
    sessions: Iterable[str] = (),
    networks: Iterable[str] = (),
    decisions: Iterable[int] = (),
    controllers: Iterable[str] = (),
    aware_ms: int | None = None,
) -> dict[str, Any]:
    """What an opening (or an extension) changes, as it is written down."""
    return {
        "opened_by": opened_by,
        "accounts": sorted(set(accounts)),
        "sessions": sorted(set(sessions)),
        "networks": sorted(set(networks)),
        "controllers": sorted(set(controllers)),
        "from_ms": from_ms,
        "to_ms": to_ms,
        "decisions": sorted(set(decisions))[:MOST_DECISIONS],
        "aware_ms": aware_ms,
    }


def merging(kept: Incident, other: Incident) -> dict[str, Any]:
    """What is written when ``other`` becomes part of ``kept``."""
    if kept.id == other.id:
        raise LedgerError(_("{id} cannot be merged with itself").format(id=kept.id), _("name two incidents"))
    for one in (kept, other):
        if one.into:
            raise LedgerError(
                _("{id} was merged into {into}").format(id=one.id, into=one.into),
                _("work on {into}").format(into=one.into),
            )
    return {"of": other.id, **_as_change(other)}


def splitting(whole: Incident, accounts: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is written for ``whole`` that loses ``accounts``, and for the new incident that has them."""
    gone = sorted(set(accounts))
    left = [account for account in whole.accounts if account not in gone]
    strange = [account for account in gone if account not in whole.accounts]
    if strange or not gone or not left:
        what = _("a split leaves one side empty")
        if strange:
            what = _("{account} is no account of {id}").format(account=f"{strange[0]!a}", id=whole.id)
        raise LedgerError(
            what, _("name some, not all, of: {names}").format(names=", ".join(map(ascii, whole.accounts[:8])))
        )
    opened = {**_as_change(whole), "accounts": gone}
    return {"accounts": left}, opened


def _as_change(one: Incident) -> dict[str, Any]:
    return opening(
        one.opened_by,
        one.accounts,
        one.from_ms,
        one.to_ms,
        sessions=one.sessions,
        networks=one.networks,
        decisions=one.decisions,
        controllers=one.controllers,
        aware_ms=one.aware_ms,
    )


def _opened(line: Line, deed: Deed) -> Incident:
    change = line.change
    return Incident(
        id=line.incident,
        state=change.get("state", INCIDENT_STATES[0]),
        opened_by=change["opened_by"],
        from_ms=change["from_ms"],
        to_ms=change["to_ms"],
        decisions=tuple(change["decisions"]),
        aware_ms=change["aware_ms"],
        notes=(),
        history=(deed,),
        accounts=tuple(change["accounts"]),
        sessions=tuple(change["sessions"]),
        networks=tuple(change["networks"]),
        controllers=tuple(change["controllers"]),
    )


def _changed(before: Incident, line: Line, deed: Deed) -> Incident:
    """The incident after one deed that is no opening."""
    change = line.change
    if line.did in (EXTEND, MERGE):
        return _widened(before, change)
    if line.did == SPLIT:
        return replace(before, accounts=tuple(change["accounts"]))
    if line.did == STATE:
        aware = before.aware_ms if before.aware_ms is not None else change.get("aware_ms")
        return replace(before, state=change["state"], aware_ms=aware)
    if line.did == NOTE:
        return replace(before, notes=(*before.notes, deed))
    return before


def _widened(before: Incident, change: Mapping[str, Any]) -> Incident:
    """The incident with everything of ``change`` added."""
    aware = [at for at in (before.aware_ms, change["aware_ms"]) if at is not None]

    def both(name: str) -> tuple[str, ...]:
        return tuple(sorted({*getattr(before, name), *change[name]}))

    return replace(
        before,
        from_ms=min(before.from_ms, change["from_ms"]),
        to_ms=max(before.to_ms, change["to_ms"]),
        decisions=tuple(sorted({*before.decisions, *change["decisions"]})[:MOST_DECISIONS]),
        aware_ms=min(aware) if aware else None,
        accounts=both("accounts"),
        sessions=both("sessions"),
        networks=both("networks"),
        controllers=both("controllers"),
    )
