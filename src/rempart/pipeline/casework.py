"""Working on incidents: opened by the detector, a person or a leak; judged, noted, merged, split.

Reads the deeds and the ledger; every change is one signed deed (:mod:`rempart.ledger.deeds`), decided on
the deeds as they stand under the lock, so that two officers and a running watch never overwrite each
other. ``now_ms`` is the wall clock, handed in.

Misses: it asks nobody who ``who`` is; the account that runs the command can write any name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.compute as pc

from rempart.errors import LedgerError
from rempart.incident import case
from rempart.language import gettext as _
from rempart.ledger.deeds import Change, add_deed, read_deeds
from rempart.ledger.exposure import Opened
from rempart.ledger.folder import Folder
from rempart.pipeline.aftermath import check_accounts
from rempart.pipeline.suspicions import Theft, find_thefts
from rempart.records import INCIDENT_STATES, Incident
from rempart.settings import Settings

DETECTOR = "detector"
AWARE_FROM = ("confirmed", "contained")
"""States that say that a person is certain enough: the 72 hours run from there at the latest."""


def incidents_of(data: Path) -> dict[str, Incident]:
    """Every incident by id. LedgerError where there is no ledger or it is damaged."""
    return case.add_up(read_deeds(data))


def open_incident(
    data: Path,
    settings: Settings,
    now_ms: int,
    who: str,
    why: str,
    accounts: Sequence[str],
    period: tuple[int, int],
    *,
    opened_by: str = "person",
    aware_ms: int | None = None,
) -> Incident:
    """Open an incident by hand, or from a leak; its awareness is now, or ``aware_ms`` if that was earlier."""
    from_ms, to_ms = period
    if not accounts or to_ms <= from_ms:
        raise LedgerError(
            _("an incident needs an account and a period"), _("give --account, --from and --to")
        )
    check_accounts(Opened.of(data), accounts)
    controllers = controllers_of(data, settings, accounts, period)
    aware = now_ms if aware_ms is None else aware_ms
    change = case.opening(opened_by, accounts, from_ms, to_ms, controllers=controllers, aware_ms=aware)
    return _open(data, now_ms, who, why, change)


def note(data: Path, incident: str, now_ms: int, who: str, text: str) -> Incident:
    """Write a note into the incident's history."""
    return _change(data, incident, now_ms, lambda one: Change(one.id, who, case.NOTE, text, {}))


def set_state(data: Path, incident: str, now_ms: int, who: str, state: str, why: str) -> Incident:
    """Say what the incident is now. A confirmed one was known to somebody from now on at the latest; of a
    false alarm the watch learns (:meth:`rempart.pipeline.course.Course.heed`)."""
    if state not in INCIDENT_STATES:
        raise LedgerError(
            _("{state} is no state").format(state=f"{state!a}"),
            _("give one of {names}").format(names=", ".join(INCIDENT_STATES)),
        )

    def decide(one: Incident) -> Change:
        aware = now_ms if state in AWARE_FROM else None
        change = {"state": state, "aware_ms": aware, "accounts": list(one.accounts)}
        return Change(one.id, who, case.STATE, why, change)

    return _change(data, incident, now_ms, decide)


def merge(data: Path, incident: str, other: str, now_ms: int, who: str, why: str) -> Incident:
    """Make ``other`` part of ``incident``; ``other`` keeps its history and is no longer worked on."""
    lost = case.find(incidents_of(data), other)
    return _change(
        data, incident, now_ms, lambda one: Change(one.id, who, case.MERGE, why, case.merging(one, lost))
    )


def split(
    data: Path, incident: str, accounts: Sequence[str], now_ms: int, who: str, why: str
) -> tuple[Incident, Incident]:
    """Move ``accounts`` out of ``incident`` into a new one; the old and the new."""
    whole = case.find(incidents_of(data), incident)
    left, opened = case.splitting(whole, accounts)
    new = _open(data, now_ms, who, f"{why} ({whole.id})", {**opened, "state": whole.state})
    old = _change(data, incident, now_ms, lambda one: Change(one.id, who, case.SPLIT, why, left))
    return old, new


def worked_on(data: Path) -> bool:
    """Whether a person, not only the detector, has noted anything in the ledger below ``data``. LedgerError."""
    return Folder(data).manifest.exists() and any(deed.who != DETECTOR for deed in read_deeds(data))


def detect(
    data: Path, settings: Settings, now_ms: int, thefts: Sequence[Theft] | None = None
) -> list[Incident]:
    """Turn what the watch doubted into incidents: new ones, and old ones that went on; those changed.

    ``thefts``: all that the ledger holds, where they are known already.
    Only what an officer should see unasked (:attr:`~rempart.pipeline.suspicions.Theft.grave`). What lies
    within an incident already closed, or called a false alarm, is not opened again.
    """
    changed = []
    for theft in find_thefts(data) if thefts is None else thefts:
        if not theft.grave:
            continue
        known = [one for one in incidents_of(data).values() if not one.into and _meets(one, theft)]
        content = _content(data, settings, theft)
        if not known:
            changed.append(_open(data, now_ms, DETECTOR, _because(theft), content))
        elif not any(_covers(one, theft) for one in known):
            living = [one for one in known if one.state not in ("closed", "false_alarm")]
            if living:
                changed.append(_extend(data, living[0].id, now_ms, theft, content))
            else:
                changed.append(_open(data, now_ms, DETECTOR, _because(theft), content))
    return changed


def controllers_of(
    data: Path, settings: Settings, accounts: Sequence[str], period: tuple[int, int]
) -> list[str]:
    """Who answers for the data the accounts touched in the period."""
    named = dict(settings.controllers)
    if not named:
        return [settings.controller] if settings.controller else []
    units = pc.unique(Opened.of(data).accesses(accounts, *period)["unit"]).to_pylist()
    names = {named.get(unit, settings.controller) for unit in units} or {settings.controller}
    return sorted(names - {""})


def _content(data: Path, settings: Settings, theft: Theft) -> dict[str, object]:
    from_ms = min(part.from_ms for part in theft.parts)
    to_ms = max(part.to_ms for part in theft.parts)
    return case.opening(
        DETECTOR,
        theft.accounts,
        from_ms,
        to_ms,
        sessions=(name for part in theft.parts for name in part.trace.sessions),
        networks=(name for part in theft.parts for name in part.trace.networks),
        decisions=(number for part in theft.parts for number in part.suspicion.numbers),
        controllers=controllers_of(data, settings, theft.accounts, (from_ms, to_ms)),
    )


def _because(theft: Theft) -> str:
    """Why the detector opened it, in English: a deed is evidence and is not translated."""
    answers = sum(len(part.suspicion.numbers) for part in theft.parts)
    text = f"{answers} answers other than allow"
    if len(theft.accounts) > 1:
        text += f"; {len(theft.accounts)} accounts linked by {', '.join(theft.linked_by)}"
    return text


def _meets(one: Incident, theft: Theft) -> bool:
    """Whether an incident speaks of one of the theft's accounts at about the same time."""
    return any(
        part.suspicion.account in one.accounts and part.from_ms < one.to_ms and one.from_ms < part.to_ms
        for part in theft.parts
    )


def _covers(one: Incident, theft: Theft) -> bool:
    """Whether an incident says all of it already."""
    return set(theft.accounts) <= set(one.accounts) and all(
        one.from_ms <= part.from_ms and part.to_ms <= one.to_ms for part in theft.parts
    )


def _extend(data: Path, incident: str, now_ms: int, theft: Theft, content: dict[str, object]) -> Incident:
    change = Change(incident, DETECTOR, case.EXTEND, _because(theft), content)
    return _change(data, incident, now_ms, lambda _: change)


def _open(data: Path, now_ms: int, who: str, why: str, content: dict[str, object]) -> Incident:
    line = add_deed(
        data, now_ms, lambda told: Change(case.next_id(case.add_up(told)), who, case.OPEN, why, content)
    )
    if line is None:
        raise LedgerError(_("nothing was written"), _("run rempart ledger verify"))
    return incidents_of(data)[line.incident]


def _change(data: Path, incident: str, now_ms: int, decide: Callable[[Incident], Change]) -> Incident:
    """One deed about an incident, decided on it as it stands."""
    name = case.find(incidents_of(data), incident).id

    def checked(told: Sequence[case.Line]) -> Change:
        one = case.find(case.add_up(told), name)
        if one.into:
            raise LedgerError(
                _("{id} was merged into {into}").format(id=one.id, into=one.into),
                _("work on {into}").format(into=one.into),
            )
        return decide(one)

    add_deed(data, now_ms, checked)
    return incidents_of(data)[name]
