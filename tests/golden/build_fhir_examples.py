"""Builds fhir_examples.json beside it: what the FHIR reader finds in published format examples.

Reads: the folder of examples given as argument (``balp``, ``ans_tde``, ``hapi_r5``). Gives: for each
AuditEvent who, whose, what, when, from where, or why that is unknown; for the long Bundle one line a
distinct situation with its count, and a digest over every event. Read the difference before
keeping a new table.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rempart.records import MISSING_MS, Batch
from rempart.sources.readers import read_source
from rempart.sources.recognise import open_source

TABLE = Path(__file__).with_name("fhir_examples.json")
SINGLE = ("balp/AuditEvent-*.json", "ans_tde/AuditEvent-*.json", "ans_tde/Bundle-*.json")
LONG = "hapi_r5/auditEvents.json"


def batches_of(path: Path) -> Iterator[Batch]:
    """The batches of one file."""
    source = open_source(path)
    try:
        yield from read_source(source)
    finally:
        source.close()


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """The fields the table keeps of one row, with the reason where the account is unknown."""
    at = row["recorded_ms"]
    return {
        "event": row["event"],
        "account": row["account"] or f"unknown: {row['unknown_account']}",
        "patients": row["patients"],
        "action": row["action"] or "not said",
        "time": "not said" if at == MISSING_MS else datetime.fromtimestamp(at / 1000, UTC).isoformat(),
        "outcome": row["outcome"] if row["outcome"] >= 0 else "not said",
        "address": row["address"] or "not said",
        "software": row["software"] or "not said",
        "session": row["session"] or "not said",
        "request": row["request"] or "not said",
        "resource": row["resource"] or "not said",
        "query": row["query_form"] or ("search" if row["is_query"] else "none"),
        "count": row["count"],
        "kind": row["kind"],
    }


def build(examples: Path) -> dict[str, Any]:
    """The whole table."""
    table: dict[str, Any] = {}
    for pattern in SINGLE:
        for path in sorted(examples.glob(pattern)):
            rows = [row for batch in batches_of(path) for row in batch.accesses.to_pylist()]
            table[path.relative_to(examples).as_posix()] = [facts_of(row) for row in rows]
    return table | {LONG: summary_of(examples / LONG)}


def summary_of(path: Path) -> dict[str, Any]:
    """Counts by situation, and a digest over all facts of every event in order."""
    rows = [row for batch in batches_of(path) for row in batch.accesses.to_pylist()]
    facts = [facts_of(row) for row in rows]
    situations = Counter(
        (
            f["account"],
            "a patient" if f["patients"] else "no patient",
            f["action"],
            f["outcome"],
            f["address"],
            "a time" if f["time"] != "not said" else "no time",
        )
        for f in facts
    )
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return {
        "events": len(facts),
        "situations": sorted([*situation, count] for situation, count in situations.items()),
        "first": facts[0],
        "last": facts[-1],
        "sha256": digest,
    }


if __name__ == "__main__":
    TABLE.write_text(json.dumps(build(Path(sys.argv[1])), indent=1) + "\n", encoding="utf-8")
