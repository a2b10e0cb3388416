"""The persons' ledger: what each incident exposed of whom, so that later thefts can be joined to it.

Keeps one Parquet file an incident in ``DATA/exposures`` (owner-only): pseudonym, categories proved and left
open, first and last access, the thief's probability. A scope taken again replaces its file. It outlives the
expiry of the ledger's segments, and holds pseudonyms only.

Misses: incidents whose scope nobody took; they expose nothing here until somebody does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.errors import LedgerError
from rempart.incident.exposure import Array, runs_of
from rempart.language import gettext as _
from rempart.pipeline.aftermath import Aftermath
from rempart.pipeline.private_streams import make_folder, write_whole

FOLDER = "exposures"


def keep_exposures(data: Path, found: Aftermath) -> None:
    """Note what the incident exposed to whom; nothing where the scope belongs to no incident."""
    if found.asked.incident is None:
        return
    people = [one.scope.people for one in found.scopes]
    columns = {
        name: np.concatenate([getattr(each, name) for each in people])
        for name in ("patient", "shown", "maybe", "first_ms", "last_ms", "thief", "certain")
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    make_folder(data / FOLDER)
    write_whole(data / FOLDER / f"{found.asked.incident.id}.parquet", bytes(sink.getvalue()))


def earlier_exposures(
    data: Path, but: str | None, left_out: frozenset[str]
) -> dict[str, tuple[Array, Array]]:
    """(pseudonyms (k,) ascending, categories proved (k,) bits) of each incident kept, without ``but`` and
    ``left_out`` (false alarms, merged ones). LedgerError for a damaged file."""
    found = {}
    for path in sorted((data / FOLDER).glob("I*.parquet")):
        if path.stem == but or path.stem in left_out:
            continue
        try:
            table = pq.read_table(path, columns=["patient", "shown"])
        except (OSError, pa.ArrowException) as error:
            raise LedgerError(
                _("{path} cannot be read").format(path=path), _("take that incident's scope again")
            ) from error
        patients, shown = table["patient"].to_numpy(), table["shown"].to_numpy()
        order = np.argsort(patients, kind="stable")
        patients, shown = patients[order], shown[order]
        if patients.size:
            starts = runs_of(patients)
            found[path.stem] = (patients[starts], np.bitwise_or.reduceat(shown, starts))
    return found
