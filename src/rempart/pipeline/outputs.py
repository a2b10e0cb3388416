"""What a person opens after a replay: decisions, incidents, summary and the page with pictures.

Reads the sealed ledger; writes ``decisions.parquet`` (one row an answer, in order),
``incidents.json``, ``summary.json`` and ``report.html``. Misses what the ledger does not hold.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.incident.group import Notable, Suspicion, group, worth_a_look
from rempart.language import gettext as _
from rempart.ledger.query import connect
from rempart.pipeline.report import write_page
from rempart.pipeline.wording import iso_time, reason_list
from rempart.settings import Settings

_QUERY = """SELECT number, event, account, recorded, kind, action, doubt, hijack, stake_low_eur,
stake_high_eur, reasons, network, patients FROM ledger WHERE number >= ? ORDER BY number"""
_REASON = pa.struct([("code", pa.string()), ("text", pa.string()), ("weight", pa.float64())])


def write_outputs(
    out: Path,
    data: Path,
    first_number: int,
    counts: dict[str, int],
    settings: Settings,
    sources: list[str],
    *,
    begun: float,
    language: str,
    hear: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Write all files of a replay into ``out``; returns the summary."""
    hear("write", 0, 0)
    table = connect(data).sql(_QUERY, params=[first_number]).to_arrow_table()
    when = table.schema.get_field_index("recorded")
    table = table.set_column(when, "recorded", table.column("recorded").cast(pa.timestamp("ms", "UTC")))
    decisions = _decisions(table)
    _private(out / "decisions.parquet", lambda path: pq.write_table(decisions, path, compression="zstd"))
    incidents = _incidents(table)
    summary: dict[str, Any] = {
        **{
            name: counts[name]
            for name in ("read", "decided", "control", "context", "unattributed", "rejected", "duplicates")
        },
        "by_action": dict(Counter(decisions.column("action").to_pylist())),
        "seconds": round(time.monotonic() - begun, 3),
        "sources": sources,
        "policy": {
            "challenges_per_day": settings.challenges_per_day,
            "mode": "observe",
            "zone": settings.zone,
        },
        "notes": [
            _("Care data exported in their last version make the known-at times approximate."),
        ],
    }
    for name, content in (("incidents.json", incidents), ("summary.json", summary)):
        _private(out / name, partial(_write_json, content))
    write_page(out, decisions, incidents, summary, language=language, zone=settings.zone)
    return summary


def _private(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that only its owner may read."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    write(path)


def _write_json(content: object, path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _words(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    codes, weights, seen, usual = (
        [reason[name] for reason in reasons] for name in ("code", "weight", "seen", "usual")
    )
    return reason_list(codes, weights, seen, usual, len(reasons))


def _reasons_each(table: pa.Table) -> pa.ChunkedArray:
    return pc.fill_null(pc.list_value_length(table.column("reasons")), 0)


def _decisions(table: pa.Table) -> pa.Table:
    lengths = _reasons_each(table)
    said = table.column("reasons").filter(pc.greater(lengths, 0)).to_pylist()
    words = [word for reasons in said for word in _words(reasons)]
    ends = np.cumsum(lengths.to_numpy(), dtype=np.int32)
    reasons = pa.ListArray.from_arrays(
        np.concatenate([np.zeros(1, np.int32), ends]), pa.array(words, _REASON)
    )
    kept = table.select(
        ["event", "account", "recorded", "action", "hijack", "stake_low_eur", "stake_high_eur"]
    )
    return kept.append_column("reasons", reasons).append_column("kind", table.column("kind"))


def _incidents(table: pa.Table) -> list[dict[str, Any]]:
    doubted = pc.greater(_reasons_each(table), 0)
    named = pc.greater(pc.fill_null(pc.utf8_length(table.column("account")), 0), 0)
    marked = table.drop_columns(["patients"]).filter(pc.and_(doubted, named))
    notables = sorted(
        (_notable(row) for row in marked.to_pylist()), key=lambda each: (each.at_ms, each.number)
    )
    suspected = group(each for each in notables if each.action != "allow")
    best: dict[tuple[str, int], Notable] = {}
    for each in notables:
        day = (each.account, each.at_ms // 86_400_000)
        if day not in best or each.doubt > best[day].doubt:
            best[day] = each
    shown = [*suspected, *worth_a_look(list(best.values()), suspected)]
    return [_plain(number, each, _patients(table, each)) for number, each in enumerate(shown, 1)]


def _notable(row: dict[str, Any]) -> Notable:
    reasons = tuple((r["code"], r["weight"], r["seen"], r["usual"]) for r in row["reasons"])
    return Notable(
        row["number"],
        row["account"],
        round(row["recorded"].timestamp() * 1000),
        row["action"],
        row["doubt"],
        row["hijack"],
        row["stake_low_eur"],
        row["stake_high_eur"],
        row["network"] or "",
        reasons,
    )


def _patients(table: pa.Table, each: Suspicion) -> int:
    """Distinct patients the account opened between the suspicion's first and last answer."""
    begun, ended = (pa.scalar(at, pa.timestamp("ms", "UTC")) for at in (each.first_ms, each.last_ms))
    at = table.column("recorded")
    inside = pc.and_(pc.greater_equal(at, begun), pc.less_equal(at, ended))
    mine = table.filter(pc.and_(inside, pc.equal(table.column("account"), each.account)))
    return int(pc.count_distinct(pc.list_flatten(mine.column("patients"))).as_py())


def _plain(number: int, each: Suspicion, patients: int) -> dict[str, Any]:
    order = sorted(each.reasons.items(), key=lambda item: -item[1][0])
    reasons = []
    for code, (weight, seen, usual, count) in order:
        reasons.append({**reason_list([code], [weight], [seen], [usual], 1)[0], "count": count})
    return {
        "id": f"S{number:04d}",
        "accounts": [each.account],
        "first": iso_time(each.first_ms),
        "last": iso_time(each.last_ms),
        "state": each.state,
        "actions": dict(each.actions),
        "max_hijack": each.max_hijack,
        "patients": patients,
        "stake_eur": [round(each.stake_low_eur, 2), round(each.stake_high_eur, 2)],
        "networks": sorted(each.networks),
        "reasons": reasons,
        "events": len(each.numbers),
    }
