"""A bundle from another region made evidence here: from the file to a signed deed, and from the deed to the watch.

``give_tip_offs`` hashes the addresses under the own key, counts on how many days accounts here had used each network and
software by now, and records it all as one deed of the manifest: who let it weigh, and when, is sealed with the
rest, and a running watch hears of it within a minute of event time. ``rows_of`` turns a deed into rows of TIP.

The base rates are those of the moment the bundle is read: reading it again brings them up to date and replaces
what it named. Misses: whether the bundle is true; a person decides to let it weigh.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np

from rempart.ledger.deeds import record_tip_off
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


def give_tip_offs(data: Path, bundle: Path, now_ms: int) -> int:
    """Let what ``bundle`` names weigh in decisions from now on; how many of its indicators do.

    SourceError where it is no bundle; LedgerError, KeyFileError where there is no ledger.
    """
    content = decode_bundle(bundle)
    tip = _count(data, read_bundle(content), str(content.get("id", "")), now_ms)
    record_tip_off(data, now_ms, tip.bundle, msgspec.to_builtins(tip))
    used = (*tip.networks.values(), *tip.software.values())
    return sum(weigh_tip(days, tip.account_days) > 0 for days in used)


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


def _count(data: Path, found: Indicators, bundle: str, now_ms: int) -> TipOff:
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
        hashlib.sha256(bundle.encode()).hexdigest()[:16],
        min(seen_ms, now_ms),
        account_days,
        {name: used["network"].get(name, 0) for name in networks},
        {name: used["software"].get(name, 0) for name in found.software},
        list(found.hours) or [0.0] * 24,
    )
