"""Who read which of our people when, from the ledger, for the leak's path.

Reads the ledger's view (account, patients, time, form, unit, served) and what each form may show; gives
:class:`~rempart.leak.through.Readings` with people as numbers of the population, or None where there is no
ledger. What was not served counts for nothing. Misses patients the population does not name.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from rempart.leak.population import Population
from rempart.leak.side import Array
from rempart.leak.through import Readings
from rempart.ledger.folder import Folder
from rempart.ledger.query import connect
from rempart.market.stake import StakeTable

_QUESTION = """
SELECT account, min(unit) AS unit, patient, min(day) AS day, bit_or(shown) AS shown FROM (
    SELECT account, unit, unnest(patients) AS patient, epoch(recorded)::BIGINT // 86400 AS day, shown
    FROM ledger JOIN forms USING (form)
    WHERE served <> 'no' AND account <> '' AND recorded IS NOT NULL AND len(patients) > 0
) GROUP BY account, patient, day
"""


def readings_of(data: Path, population: Population, stakes: StakeTable) -> Readings | None:
    """Every account's readings of people of the population, one a patient and day, with what they may have shown."""
    if not Folder(data).manifest.exists() and not any(Folder(data).journal.glob("*.journal")):
        return None
    connection = connect(data)
    forms = [form for (form,) in connection.sql("SELECT DISTINCT form FROM ledger").fetchall()]
    shown = [int(np.bitwise_or(*stakes.shown(form)[:2])) for form in forms]
    connection.register(
        "forms", pa.table({"form": pa.array(forms, pa.string()), "shown": pa.array(shown, pa.int64())})
    )
    table = connection.sql(_QUESTION).to_arrow_table()
    person = people_named(population, table["patient"].to_numpy())
    kept = person >= 0
    accounts = table["account"].combine_chunks().dictionary_encode()
    if isinstance(accounts, pa.ChunkedArray):
        accounts = accounts.combine_chunks()
    account = accounts.indices.to_numpy(zero_copy_only=False)
    units = _units(account, table["unit"].to_pylist(), len(accounts.dictionary))
    names = tuple(accounts.dictionary.to_pylist())
    day, shows = (table[name].to_numpy()[kept] for name in ("day", "shown"))
    return Readings(account[kept].astype(np.int64), person[kept], day, shows, names, units)


def people_named(population: Population, pseudonyms: Array) -> Array:
    """(n,) the number of the person each pseudonym names, by any of his identifiers; -1 for nobody."""
    known = np.concatenate([population.pseudonym, population.other_names])
    person = np.concatenate([np.arange(population.size), population.named])
    order = np.argsort(known, kind="stable")
    known, person = known[order], person[order]
    if not len(known):
        return np.full(len(pseudonyms), -1, np.int64)
    at = np.searchsorted(known, pseudonyms).clip(0, len(known) - 1)
    return np.where(known[at] == pseudonyms, person[at], -1).astype(np.int64)


def _units(account: Array, units: list[str | None], accounts: int) -> Array:
    """(a,) a number for the first unit each account is seen in, -1 where none is said."""
    numbers: dict[str, int] = {}
    found = np.full(accounts, -1, np.int64)
    for place, unit in zip(account, units, strict=True):
        if unit and found[place] < 0:
            found[place] = numbers.setdefault(unit, len(numbers))
    return found
