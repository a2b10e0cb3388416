"""The last part of the demonstration: a sample of a thief's haul is found on sale, and the ledger says through whom.

Writes the region's patients as a table, and a sample of what the busiest thief took as it would stand on a forum
(other spelling of names and dates, no identifier); then examines it like any file. Gives what was found,
with the account that truly took it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rempart.lab.chance import chance
from rempart.lab.region import Region
from rempart.lab.tally import ThiefResult
from rempart.language import spoken
from rempart.market.book import load
from rempart.pipeline.leak import Finding, investigate
from rempart.pipeline.leak_files import write_findings
from rempart.pipeline.leak_report import write_leak_page

MOST_ROWS = 400
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class OnSale:
    """What the examination found, who truly took it, and the page to open."""

    finding: Finding
    taken_by: str
    page: Path


def play_on_sale(out: Path, region: Region, thieves: Sequence[ThiefResult], data: Path) -> OnSale:
    """Put a sample of the largest haul on sale and examine it against the ledger in ``data``."""
    folder = out / "on-sale"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    people = folder / "patients.csv"
    patients = region.patients
    with people.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("patient_id", "nom", "date_naissance"))
        rows.writerows(zip(patients.ids, patients.families, patients.births, strict=True))
    thief = max(thieves, key=lambda each: each.planned.patients)
    haul = [place for place in range(len(patients)) if thief.planned.has(place)]
    sample = folder / "forum.txt"
    sold = chance(region.spec.seed, "on sale").sample(haul, min(MOST_ROWS, len(haul)))
    lines = [
        f"{patients.families[k].upper()};{date.fromisoformat(patients.births[k]):%d/%m/%Y}" for k in sold
    ]
    sample.write_text("\n".join(["Nom;Né le", *lines]) + "\n", encoding="utf-8")
    last = datetime.fromtimestamp((region.start_ms + region.spec.days * DAY_MS) / 1000, UTC).date()
    found = investigate(
        [sample], [people], data, folder, today=last, book=load(), mapping=None, hear=lambda *_: None
    )  # fmt: skip
    verdict = write_findings(folder, found)
    return OnSale(found, thief.account, write_leak_page(folder, found, verdict, spoken().code))
