"""After the theft: from an incident, or accounts and a period, to whose data, which data, worth what.

Opens the ledger once; counts one scope for each controller from what was served; keeps what was
exposed to each person for later incidents to be joined with. Reads everything, writes only
``DATA/exposures`` (:mod:`rempart.pipeline.exposures`); the files a person opens are written by
:mod:`rempart.pipeline.scope_files` and :mod:`rempart.pipeline.value_files`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from rempart.errors import LedgerError
from rempart.incident.case import add_up, find
from rempart.incident.exposure import Accesses, Array
from rempart.incident.gaps import expired_gap
from rempart.incident.scope import Scope, count_scope
from rempart.incident.split import learn_habits
from rempart.language import gettext as _
from rempart.language import printable
from rempart.ledger.deeds import read_deeds
from rempart.ledger.exposure import Opened
from rempart.ledger.seal import head
from rempart.market.book import PriceBook
from rempart.market.book import load as load_book
from rempart.market.stake import stake_table
from rempart.pipeline.care_recall import CareRecall
from rempart.pipeline.exposed import Exposed, exposed_of, nameless_patients
from rempart.pipeline.source_hours import hours_of, unkept_rejects
from rempart.records import MISSING_MS, Incident
from rempart.settings import Settings

HABIT_MS = 60 * 86_400_000
"""How far back an account's habits are learned from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scope is asked about: ``incident`` where there is one; times in ms UTC, the end excluded."""

    incident: Incident | None
    accounts: tuple[str, ...]
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class ControllerScope:
    """The scope one controller answers for; ``controller`` is "" where none is named."""

    controller: str
    scope: Scope
    sources: tuple[str, ...]
    """Names behind the numbers in the answers' proofs."""
    accesses: Accesses


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Everything that was found out: one scope a controller, the ledger's head, the price book used."""

    asked: Asked
    made_at_ms: int
    ledger_head: str | None
    scopes: tuple[ControllerScope, ...]
    book: PriceBook


def asked_of(data: Path, incident: str) -> Asked:
    """What the incident called ``incident`` asks about. LedgerError where there is none such."""
    one = find(add_up(read_deeds(data)), incident)
    return Asked(one, one.accounts, one.from_ms, one.to_ms)


def check_accounts(opened: Opened, accounts: Sequence[str]) -> None:
    """LedgerError for an account the ledger never saw: a slip of the pen would prove that nobody was exposed."""
    known = [word for word in opened.names.words("account") if word]
    for account in sorted({one for one in accounts if one} - set(known)):
        near = ", ".join(printable(name, 40) for name in get_close_matches(account, known, 3))
        advice = _("check the spelling; names like it: {names}").format(names=near)
        raise LedgerError(
            _("the ledger never saw account {account}").format(account=printable(account, 40)),
            advice if near else _("check the spelling"),
        )


def take_scope(data: Path, asked: Asked, settings: Settings, now_ms: int) -> Aftermath:
    """Count what was exposed. LedgerError where the period is empty, an account unknown or the ledger unreadable."""
    if asked.to_ms <= asked.from_ms:
        raise LedgerError(_("the period ends before it begins"), _("give --from before --to"))
    book = load_book(Path(settings.price_book) if settings.price_book else None)
    stakes = stake_table(book, Path(settings.content_classes) if settings.content_classes else None)
    opened = Opened.of(data)
    check_accounts(opened, asked.accounts)
    table = opened.accesses(asked.accounts, asked.from_ms - HABIT_MS, asked.to_ms)
    exposed = exposed_of(table, stakes, CareRecall(data))
    scopes = _scopes(data, asked, settings, opened, exposed)
    return Aftermath(asked, now_ms, _head(data), tuple(scopes), book)


def _scopes(
    data: Path, asked: Asked, settings: Settings, opened: Opened, exposed: Exposed
) -> list[ControllerScope]:
    """One scope for each controller whose data were touched; at least one."""
    all_of_them, period = exposed.accesses, (asked.from_ms, asked.to_ms)
    at = all_of_them.recorded_ms
    earlier = (at < asked.from_ms) & (at != MISSING_MS)
    habits = learn_habits(all_of_them.choose(earlier))
    sources = hours_of(data, opened.rhythm, exposed.words["source"], period, settings.zone)
    strangers, units = nameless_patients(opened, *period)
    further = [*expired_gap(*period, opened.expired_to_ms), *unkept_rejects(data, period)]
    whose = (
        _controllers(exposed.words["unit"], settings)[exposed.unit]
        if len(all_of_them)
        else np.zeros(0, object)
    )
    owners = _controllers(units, settings)
    touched = sorted(set(whose[~earlier & all_of_them.possible].tolist())) or [settings.controller]
    return [
        ControllerScope(
            name,
            count_scope(
                mine := all_of_them.choose(~earlier & (whose == name)),
                habits,
                sources,
                np.unique(strangers[owners == name]),
                period,
                further,
            ),
            tuple(exposed.words["source"]),
            mine,
        )
        for name in touched
    ]


def _controllers(units: Sequence[str], settings: Settings) -> Array:
    """Who answers for each of ``units``."""
    named = dict(settings.controllers)
    return np.array([named.get(unit, settings.controller) for unit in units], dtype=object)


def _head(data: Path) -> str | None:
    """The code of the last seal; None where nothing is sealed yet."""
    try:
        return head(data).code
    except LedgerError:
        return None
