"""From an incident or a scope file to its value: the journey behind ``rempart value``.

An incident's scope is counted anew from the ledger (and its exposures kept); a scope file is taken as it
stands, once its hash is checked. Earlier incidents come from the persons' ledger; false alarms and
merged incidents are left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rempart.incident.exposure import Array
from rempart.market.book import load as load_book
from rempart.pipeline.aftermath import Aftermath, asked_of, take_scope
from rempart.pipeline.casework import incidents_of
from rempart.pipeline.exposures import earlier_exposures, keep_exposures
from rempart.pipeline.value_files import Exposure, Valued, read_exposure, value_exposure
from rempart.settings import Settings


def value_of(data: Path, theft: str, settings: Settings, now_ms: int) -> Valued:
    """The value of ``theft``: the id of an incident, or the path of a ``scope.json``. LedgerError for neither."""
    if theft.endswith(".json"):
        document, exposure = read_exposure(Path(theft))
        about = {name: document[name] for name in ("incident", "controller")} | {"scope": document["hash"]}
    else:
        found = take_scope(data, asked_of(data, theft), settings, now_ms)
        keep_exposures(data, found)
        exposure = _everybody(found)
        one = found.asked.incident
        about = {"incident": one.id if one else None, "controller": None, "scope": None}
    book = load_book(Path(settings.price_book) if settings.price_book else None)
    earlier = _earlier(data, about["incident"])
    return value_exposure(exposure, earlier, book, now_ms, about)


def _earlier(data: Path, but: str | None) -> dict[str, tuple[Array, Array]]:
    """What the other incidents exposed of whom."""
    incidents = incidents_of(data)
    left_out = {one.id for one in incidents.values() if one.into or one.state == "false_alarm"}
    return earlier_exposures(data, but, frozenset(left_out))


def _everybody(found: Aftermath) -> Exposure:
    """The people of all controllers' scopes; one who stands in several is one person to the thief."""
    people = [one.scope.people for one in found.scopes]
    patient = np.concatenate([each.patient for each in people])
    unique, place = np.unique(patient, return_inverse=True)
    shown, maybe = np.zeros((2, unique.size), np.int64)
    last = np.full(unique.size, np.iinfo(np.int64).min)
    certain = np.zeros(unique.size, bool)
    np.bitwise_or.at(shown, place, np.concatenate([each.shown for each in people]))
    np.bitwise_or.at(maybe, place, np.concatenate([each.maybe for each in people]))
    np.maximum.at(last, place, np.concatenate([each.last_ms for each in people]))
    np.logical_or.at(certain, place, np.concatenate([each.certain for each in people]).astype(bool))
    return Exposure(unique, shown, maybe & ~shown, last, certain)
