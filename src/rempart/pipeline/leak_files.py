"""What a person and a machine open after a leak was followed: verdict.json, matches.parquet and exposed.parquet.

Reads a :class:`~rempart.pipeline.leak.Finding`; writes files only their owner may read. Headings come from the
thief: they are cut, made printable, and never begin like a formula. No patient's identity is written, only the
ledger's pseudonyms.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.incident.frauds import explain, judge_risks
from rempart.language import printable
from rempart.leak.held import categories_in
from rempart.pipeline.leak import EPOCH, Finding
from rempart.pipeline.leak_exposed import ExposedPeople, exposed_people
from rempart.pipeline.leak_words import account_words, next_steps, verdict_words
from rempart.pipeline.private_streams import make_folder, private_stream, write_whole
from rempart.pipeline.spelling import write_json
from rempart.spreadsheet import harmless

MOST_EXPOSED = 20
"""People of the ranking that the verdict and the page name; exposed.parquet has all of them."""


def write_findings(out: Path, finding: Finding) -> dict[str, Any]:
    """Write the files; returns the verdict."""
    make_folder(out)
    exposed = exposed_people(finding)
    verdict = verdict_of(finding, exposed)
    write_json(out / "verdict.json", verdict)
    _write_matches(out / "matches.parquet", finding)
    _write_table(
        out / "exposed.parquet",
        {
            "patient": _pseudonyms(exposed.pseudonym),
            "score": pa.array(exposed.score, pa.int64()),
            "categories": pa.array(
                [categories_in(held) for held in exposed.held.tolist()], pa.list_(pa.string())
            ),
        },
    )
    return verdict


_MATCHES = pa.schema([("row", pa.int64()), ("patient", pa.string()), ("probability", pa.float64())])


def _write_matches(path: Path, finding: Finding) -> None:
    """Block by block: a file may have more rows than memory holds."""
    with private_stream(path) as file, pq.ParquetWriter(file, _MATCHES, compression="zstd") as table:
        for each in finding.scan.matches():
            columns = [
                pa.array(each.row, pa.int64()),
                _pseudonyms(finding.pseudonyms[each.person]),
                pa.array(each.chance, pa.float64()),
            ]
            if len(each.row):
                table.write_table(pa.table(columns, schema=_MATCHES))


def _pseudonyms(numbers: Any) -> Any:
    return pa.array([f"{number:016x}" for number in numbers.tolist()], pa.string())


def _write_table(path: Path, columns: dict[str, Any]) -> None:
    content = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), content, compression="zstd")
    write_whole(path, content.getvalue().to_pybytes())


def heading(name: str) -> str:
    """A column's heading, harmless on a page and in a spreadsheet."""
    return harmless(printable(name, 80))


def verdict_of(finding: Finding, exposed: ExposedPeople) -> dict[str, Any]:
    """The verdict as plain values, in the order a person reads it."""
    verdict = finding.verdict
    snapshot = finding.snapshot
    return {
        "ours": verdict.ours,
        "words": verdict_words(verdict),
        "rows": verdict.rows,
        "matched": verdict.matched,
        "expected_by_chance": round(verdict.expected_by_chance, 3),
        "share_ours": round(verdict.share, 5),
        "log10_likelihood_ratio": round(verdict.log10_ratio, 1),
        "power": round(verdict.power, 4),
        "columns": [
            {
                "table": printable(table.name, 120),
                "name": heading(column.name),
                "kind": column.kind,
                "confidence": column.confidence,
                "filled": column.filled,
            }
            for table in finding.scan.tables.values()
            for column in table.columns
        ],
        "present": list(finding.present),
        "absent": list(finding.absent),
        "snapshot_between": [day.isoformat() for day in snapshot] if snapshot else None,
        "older_parts": _older(finding),
        "accounts": accounts_of(finding),
        "accounts_words": account_words(finding.path, verdict),
        "canaries": canaries_of(finding),
        "worth_eur": [round(finding.worth.better.low, 2), round(finding.worth.better.high, 2)]
        if finding.worth
        else [0.0, 0.0],
        "worth_sources": list(finding.worth.better.sources) if finding.worth else [],
        "frauds": exposed.by_fraud(),
        "most_exposed": _most_exposed(exposed),
        "next_steps": next_steps(finding.present, verdict),
        "files": [printable(name, 120) for name in finding.files],
        "tables": [
            {
                "name": printable(table.name, 120),
                "rows": table.rows,
                "lines_that_fit_no_row": table.dropped,
                "about_people": table.people,
            }
            for table in finding.scan.tables.values()
        ],
        "examined": finding.today.isoformat(),
    }


def _older(finding: Finding) -> list[dict[str, Any]]:
    if finding.freshness is None:
        return []
    return [
        {"between": [iso_day(part.first), iso_day(part.last)], "share": round(part.share, 4)}
        for part in finding.freshness.parts[1:]
    ]


def _most_exposed(exposed: ExposedPeople) -> list[dict[str, Any]]:
    """The first people of the ranking, as pseudonyms, with what the file allows against them."""
    first = slice(0, MOST_EXPOSED)
    return [
        {
            "patient": f"{pseudonym:016x}",
            "score": score,
            "categories": categories_in(held),
            "risks": [explain(risk, frozenset()) for risk in judge_risks(held) if risk.level],
        }
        for pseudonym, held, score in zip(
            exposed.pseudonym[first].tolist(),
            exposed.held[first].tolist(),
            exposed.score[first].tolist(),
            strict=True,
        )
    ]


def accounts_of(finding: Finding) -> list[dict[str, Any]]:
    """The accounts the file left through, best explained first."""
    if finding.path is None:
        return []
    return [
        {
            "account": printable(each.account, 120),
            "share": round(each.share, 4),
            "patients": each.read,
            "expected_by_chance": round(each.by_chance, 1),
            "patients_read_in_all": each.of_all,
            "log10_likelihood_ratio": round(each.log10_ratio, 1),
            "fields_covered": round(each.covered, 4),
            "fields_never_shown": categories_in(each.unseen),
            "from": iso_day(each.first),
            "to": iso_day(each.last),
        }
        for each in finding.path.accounts
    ]


def canaries_of(finding: Finding) -> list[dict[str, Any]]:
    """The decoys in the file, each with the fields that gave it away, and who was shown or opened it."""
    return [
        {
            "id": decoy.id,
            "row": found.row,
            "found_by": list(found.fields),
            "shown_to": printable(decoy.shown_to, 120),
            "opened_by": [printable(each.account, 120) for each in finding.touched if each.decoy == decoy.id],
        }
        for decoy, found in finding.decoys
    ]


def iso_day(day: int) -> str:
    """A day since 1970 as ISO 8601."""
    return (EPOCH + timedelta(days=int(day))).isoformat() if abs(day) < 1_000_000 else date.max.isoformat()
