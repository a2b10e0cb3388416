"""``python -m bench.scope [MILLIONS]``: the scope of one account over a made-up ledger of so many events.

Writes the ledger through the journal and the sealing a site uses (about three processor seconds a million),
then opens it and takes scopes: of one day, of half, of everything. Prints wall and processor time beside the
target of one second after opening.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from rempart.ledger.book import Ledger
from rempart.ledger.exposure import Opened
from rempart.pipeline.aftermath import Asked, take_scope
from rempart.records import DECISION, EVENT
from rempart.settings import Settings

ACCOUNTS, PATIENTS, NETWORKS = 20_000, 5_000_000, 500
BATCH, SEAL = 1 << 17, 1 << 20
START_MS, DAYS, DAY_MS = 1_767_225_600_000, 10, 86_400_000
FORMS = ("Patient", "Observation", "MedicationRequest", "Coverage", "Patient?name", "DocumentReference")


def write_ledger(data: Path, events: int) -> None:
    """``events`` reads of one patient each, evenly over :data:`DAYS` days, accounts and patients at random."""
    chance = np.random.default_rng(1)
    names = [("account", n, f"account-{n:06d}") for n in range(ACCOUNTS)]
    names += [("network", n, f"{n:016x}") for n in range(NETWORKS)]
    names += [("form", n, form) for n, form in enumerate(FORMS)]
    names += [
        ("source", 0, "made-up.ndjson"),
        ("software", 0, "software"),
        ("role", 0, "role"),
        ("unit", 0, "unit"),
    ]
    with Ledger.open(data) as ledger:
        for first in range(0, events, BATCH):
            number = np.arange(first, min(first + BATCH, events))
            rows = np.zeros(number.size, EVENT)
            rows["recorded_ms"] = START_MS + number * DAYS * DAY_MS // events
            rows["offset"] = number * 900
            rows["account"] = chance.integers(0, ACCOUNTS, number.size)
            rows["network"] = rows["account"] % NETWORKS
            rows["session"] = rows["account"].astype(np.uint64) + np.uint64(1)
            rows["form"] = chance.integers(0, len(FORMS), number.size)
            rows["action"] = np.where(rows["form"] == 4, 5, 2)
            rows["count"] = rows["page"] = -1
            rows["patients"], rows["first_patient"] = 1, np.arange(number.size)
            patients = chance.integers(1, PATIENTS, number.size).astype(np.uint64)
            events_ids = pa.array(np.char.add("ev", number.astype(str)).tolist(), pa.string())
            ledger.append_decisions(
                rows, np.zeros(number.size, DECISION), patients, events_ids, names if first == 0 else ()
            )
            if (first // BATCH + 1) * BATCH % SEAL == 0:
                ledger.seal()
                ledger.drop_sealed_journals(ledger.sealed_seq)
        ledger.seal()
        ledger.drop_sealed_journals(ledger.sealed_seq)
    (data / "rejects.ndjson").touch()


def measure(data: Path, days: float) -> tuple[float, float, int]:
    """(wall seconds, processor seconds, patients) of a scope of one account over the first ``days``; best of three."""
    asked = Asked(None, ("account-000123",), START_MS, START_MS + round(days * DAY_MS))
    best = (float("inf"), float("inf"), 0)
    for _ in range(3):
        wall, busy = time.perf_counter(), time.process_time()
        found = take_scope(data, asked, Settings(), asked.to_ms)
        spent = time.perf_counter() - wall, time.process_time() - busy
        best = min(best, (*spent, found.scopes[0].scope.patients_low))
    return best


def main() -> None:
    """Print one line a figure."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        begun = time.process_time()
        write_ledger(data, round(millions * 1_000_000))
        print(
            f"{millions:g} million events written and sealed: {time.process_time() - begun:.1f} processor s"
        )
        begun = time.perf_counter()
        Opened.of(data)
        print(f"opening: {time.perf_counter() - begun:.3f} s")
        for days in (1, DAYS / 2, DAYS):
            wall, busy, patients = measure(data, days)
            print(
                f"scope of {days:g} days: {wall:.3f} s, {busy:.3f} processor s, {patients:,} patients"
                "   (opening included; target: 1 s after it, at 100 million)"
            )


if __name__ == "__main__":
    main()
