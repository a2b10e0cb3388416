"""Decoys through their life: planted from the organisation's own people, listed, looked for, retired.

Reads tables of people to draw neighbours from, the register and the ledger; gives decoys, a FHIR bundle to load,
and who opened one. Nobody has a reason to open a decoy: an access is near-proof that the account was used to
harvest, whoever used it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from rempart.canary.decoy import Decoy, draw_decoys, fhir_bundle
from rempart.canary.register import read_register, write_register
from rempart.errors import SettingsError, SourceError
from rempart.language import gettext as _
from rempart.leak.kinds import dates
from rempart.leak.readers.formats import files_of, read_files
from rempart.leak.rows import Columns, side_of
from rempart.leak.side import Side
from rempart.leak.tables import typed
from rempart.ledger.folder import Folder
from rempart.ledger.keys import Keys
from rempart.ledger.pseudonym import PATIENT, hash_text
from rempart.ledger.query import connect
from rempart.pipeline.spelling import write_json

MOST_NEIGHBOURS = 5000
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z][A-Za-z0-9-]+")
_KINDS = ("family", "given", "birth_date", "sex", "street", "postcode", "city")


@dataclass(frozen=True, slots=True)
class Touched:
    """An account that opened a decoy: which, how often, first and last time (ISO 8601)."""

    account: str
    decoy: str
    times: int
    first: str
    last: str


def plant(
    like: Sequence[Path], count: int, domain: str, shown_to: Sequence[str], keys: Keys, data: Path, bundle: Path,
    today: date, chance: random.Random,
) -> list[Decoy]:  # fmt: skip
    """Draw decoys, keep them in the register and write the bundle that loads them.

    SourceError where the bundle exists already: only it loads the decoys planted before; SettingsError for a
    domain that is none.
    """
    if bundle.exists():
        raise SourceError(
            _("{file} exists already").format(file=bundle), _("name another file with --bundle")
        )
    if not _DOMAIN.fullmatch(domain):
        raise SettingsError(
            _("--mail-domain {domain} is no domain").format(domain=ascii(domain)),
            _("give a domain of yours, such as mail.hospital.example"),
        )
    known = read_register(data, keys.cipher_key)
    fresh = draw_decoys(_neighbours(like), count, domain, today, chance, known, shown_to)
    write_register(data, keys.cipher_key, [*known, *fresh])
    write_json(bundle, fhir_bundle(fresh))
    return fresh


def retire(names: Sequence[str], keys: Keys, data: Path, today: date) -> list[Decoy]:
    """Mark decoys as retired: they are still recognised in files, and no longer listed as planted."""
    known = read_register(data, keys.cipher_key)
    unknown = set(names) - {decoy.id for decoy in known}
    if unknown:
        raise SourceError(
            _("there is no decoy {name}").format(name=f"{sorted(unknown)[0]!a}"),
            _("rempart canary list shows them"),
        )
    done = [replace(decoy, retired=today.isoformat()) if decoy.id in names else decoy for decoy in known]
    write_register(data, keys.cipher_key, done)
    return [decoy for decoy in done if decoy.id in names]


def touched(keys: Keys, data: Path) -> list[Touched]:
    """The accounts that opened decoys, from the ledger; none where there is no ledger."""
    decoys = {
        hash_text(d.patient, keys.pseudonym_key, PATIENT): d.id for d in read_register(data, keys.cipher_key)
    }
    if not decoys or not Folder(data).manifest.exists():
        return []
    connection = connect(data)
    connection.register("decoys", pa.table({"patient": pa.array(list(decoys), pa.uint64())}))
    rows = connection.execute(
        "SELECT account, patient, count(*), min(recorded), max(recorded) FROM (SELECT account, recorded, "
        "unnest(patients) AS patient FROM ledger WHERE served <> 'no') JOIN decoys USING (patient) "
        "GROUP BY account, patient ORDER BY 3 DESC, 1"
    ).fetchall()
    return [Touched(a, decoys[p], n, first.isoformat(), last.isoformat()) for a, p, n, first, last in rows]


def decoy_side(decoys: Sequence[Decoy]) -> Side:
    """The decoys as numbers, to look for in a file."""
    columns: Columns = {
        kind: [(kind, pa.array([decoy.plain()[kind] for decoy in decoys], pa.large_string()))]
        for kind in (*_KINDS, "phone", "email")
    }
    columns["ipp"] = [("patient", pa.array([decoy.patient for decoy in decoys], pa.large_string()))]
    return side_of(columns, len(decoys))


def _neighbours(paths: Sequence[Path]) -> list[dict[str, str]]:
    """Whole records to draw from, from the first table that has them."""
    for chunk in read_files(files_of(tuple(paths))):
        columns, _kinds, rows = typed([chunk])
        cells: dict[str, list[Any]] = {
            kind: columns[kind][0][1].to_pylist() for kind in _KINDS if kind in columns
        }
        found = []
        for place in range(min(rows, MOST_NEIGHBOURS)):
            row = {kind: values[place] or "" for kind, values in cells.items()}
            row["birth_date"] = dates.format_(row.get("birth_date", ""))
            if row["birth_date"] and not row["birth_date"].endswith("-00"):
                found.append(row)
        if found:
            return found
    raise SourceError(
        _("no table of people was found to draw decoys from"),
        _("give an extract of the patient list"),
    )
