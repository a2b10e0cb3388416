"""A bundle from another region made evidence here: from the file to a signed deed, and from the deed to the watch.

``give_tip_offs`` hashes the addresses under the own key, counts on how many days accounts here had used each network and
software by now, and records it all as one deed of the manifest: who let it weigh, and when, is sealed with the
rest, and a running watch hears of it within a minute of event time. ``rows_of`` turns a deed into rows of TIP.

The base rates are those of the moment the bundle is read: reading it again brings them up to date and replaces
what it named. The same bundle is one with the same ``id`` whose indicators and campaigns name the same makers.
Misses: whether the bundle is true, and whether it comes from whom it names; a person decides to let it weigh, and is
told what it replaced.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.ledger.deeds import TIP_OFF, read_deeds, record_tip_off
from rempart.ledger.keys import read_pseudonym_key
from rempart.ledger.manifest import Told
from rempart.ledger.pseudonym import NETWORK, hash_text
from rempart.ledger.query import connect
from rempart.notice.indicators import Indicators, read_bundle
from rempart.pipeline.door import Names
from rempart.pipeline.sharing import decode_bundle
from rempart.watch.state import TIP, Array
from rempart.watch.tips import weigh_hours, weigh_tip

_DAYS = "count(DISTINCT (account, (recorded AT TIME ZONE 'UTC')::DATE)) FROM ledger WHERE account <> '' AND recorded IS NOT NULL"
_USED = f"SELECT {{column}}, {_DAYS} AND {{column}} IN (SELECT unnest(?::VARCHAR[])) GROUP BY 1"


class TipOff(msgspec.Struct, frozen=True):
    """What a deed says: the bundle's number, when its crew was seen (ms UTC), how many days of how many accounts the
    ledger held, and on how many of them each network (keyed pseudonym) and software was used."""

    bundle: str
    seen_ms: int
    account_days: int
    networks: dict[str, int]
    software: dict[str, int]
    hours: list[float]


class Given(NamedTuple):
    """What reading a bundle did: how many of its indicators weigh, and where it replaced one read before, when that
    was (ms UTC, else None), how many indicators it named that this does not (``dropped``) and the other way round."""

    weighing: int
    replaced_ms: int | None
    added: int
    dropped: int


def give_tip_offs(data: Path, bundle: Path, now_ms: int) -> Given:
    """Let what ``bundle`` names weigh in decisions from now on; what that changed.

    SourceError where it is no bundle or has no ``id``; LedgerError, KeyFileError where there is no ledger.
    """
    content = decode_bundle(bundle)
    found = read_bundle(content)
    tip = _count(data, found, _number(bundle, content.get("id"), found.makers), now_ms)
    earlier = [deed for deed in read_deeds(data) if deed.did == TIP_OFF and deed.why == tip.bundle][-1:]
    record_tip_off(data, now_ms, tip.bundle, msgspec.to_builtins(tip))
    used = (*tip.networks.values(), *tip.software.values())
    named, before = _named(tip), {each for deed in earlier for each in _named(read_tip_off(deed))}
    return Given(
        sum(weigh_tip(days, tip.account_days) > 0 for days in used),
        earlier[0].at_ms if earlier else None,
        len(named - before),
        len(before - named),
    )


def _number(path: Path, name: Any, makers: tuple[str, ...]) -> str:
    """The number of the bundle called ``name``, which no bundle that names other makers has."""
    if not isinstance(name, str) or not name.startswith("bundle--"):
        raise SourceError(
            _("{path} has no id of a bundle").format(path=path),
            _("ask for one whose id says which bundle it is"),
        )
    return hashlib.sha256(msgspec.json.encode((name, makers))).hexdigest()[:16]


def _named(tip: TipOff) -> set[tuple[str, str]]:
    return {("network", each) for each in tip.networks} | {("software", each) for each in tip.software}


def read_tip_off(deed: Told) -> TipOff:
    """What a deed of kind :data:`~rempart.ledger.deeds.TIP_OFF` says."""
    return msgspec.convert(deed.change, TipOff)


def rows_of(tip: TipOff, names: Names) -> tuple[int, Array]:
    """The bundle's number and its rows of TIP; words never met before get their number now."""
    rows = []
    hours = weigh_hours(np.array(tip.hours))
    for kind, vocabulary, used in ((0, "network", tip.networks), (1, "software", tip.software)):
        for word, days in used.items():
            nats = weigh_tip(days, tip.account_days)
            number = names.number(vocabulary, word) if nats else -1
            if nats and names.words[vocabulary][number] == word:
                rows.append((int(tip.bundle, 16), 2 * number + kind, tip.seen_ms, nats, hours, 0.0))
    return int(tip.bundle, 16), np.array(rows, TIP)


def _count(data: Path, found: Indicators, number: str, now_ms: int) -> TipOff:
    key = read_pseudonym_key(data)
    networks = [f"{hash_text(address.lower(), key, NETWORK):016x}" for address in found.addresses]
    with connect(data) as ledger:
        (account_days,) = ledger.execute(f"SELECT {_DAYS}").fetchall()[0]
        used = {
            column: dict(ledger.execute(_USED.format(column=column), [words]).fetchall())
            for column, words in (("network", networks), ("software", list(found.software)))
        }
    seen_ms = now_ms if found.last_seen is None else round(found.last_seen.timestamp() * 1000)
    return TipOff(
        number,
        min(seen_ms, now_ms),
        account_days,
        {name: used["network"].get(name, 0) for name in networks},
        {name: used["software"].get(name, 0) for name in found.software},
        list(found.hours) or [0.0] * 24,
    )
