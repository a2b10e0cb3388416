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
from rempart.pipeline.suspicions import join_thefts, notable_of
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
    incidents = _incidents(table, data)
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


def _incidents(table: pa.Table, data: Path) -> list[dict[str, Any]]:
    doubted = pc.greater(_reasons_each(table), 0)
    named = pc.greater(pc.fill_null(pc.utf8_length(table.column("account")), 0), 0)
    marked = table.drop_columns(["patients"]).filter(pc.and_(doubted, named))
    marked = marked.append_column("at_ms", marked.column("recorded").cast(pa.int64()))
    notables = sorted(map(notable_of, marked.to_pylist()), key=lambda each: (each.at_ms, each.number))
    suspected = group(each for each in notables if each.action != "allow")
    best: dict[tuple[str, int], Notable] = {}
    for each in notables:
        day = (each.account, each.at_ms // 86_400_000)
        if day not in best or each.doubt > best[day].doubt:
            best[day] = each
    thefts = [[part.suspicion for part in theft.parts] for theft in join_thefts(data, suspected)]
    shown = [*thefts, *([each] for each in worth_a_look(list(best.values()), suspected))]
    return [_plain(number, parts, _patients(table, parts)) for number, parts in enumerate(shown, 1)]


def _patients(table: pa.Table, parts: list[Suspicion]) -> int:
    """Distinct patients each account opened between its suspicion's first and last answer."""
    at = table.column("recorded")
    opened = []
    for each in parts:
        begun, ended = (pa.scalar(ms, pa.timestamp("ms", "UTC")) for ms in (each.first_ms, each.last_ms))
        inside = pc.and_(pc.greater_equal(at, begun), pc.less_equal(at, ended))
        mine = table.filter(pc.and_(inside, pc.equal(table.column("account"), each.account)))
        opened.append(pc.unique(pc.list_flatten(mine.column("patients"))).to_numpy())
    return int(np.unique(np.concatenate(opened)).size)


def _plain(number: int, parts: list[Suspicion], patients: int) -> dict[str, Any]:
    actions: Counter[str] = sum((each.actions for each in parts), Counter())
    return {
        "id": f"S{number:04d}",
        "accounts": sorted({each.account for each in parts}),
        "first": iso_time(min(each.first_ms for each in parts)),
        "last": iso_time(max(each.last_ms for each in parts)),
        "state": parts[0].state,
        "actions": dict(actions),
        "max_hijack": max(each.max_hijack for each in parts),
        "patients": patients,
        "stake_eur": [
            round(sum(each.stake_low_eur for each in parts), 2),
            round(sum(each.stake_high_eur for each in parts), 2),
        ],
        "networks": sorted(set().union(*(each.networks for each in parts))),
        "reasons": _reasons(parts),
        "events": sum(len(each.numbers) for each in parts),
    }


def _reasons(parts: list[Suspicion]) -> list[dict[str, Any]]:
    """Each reason once: as it was heaviest, and how often it was given."""
    heaviest: dict[int, tuple[float, int, int, int]] = {}
    for each in parts:
        for code, (weight, seen, usual, count) in each.reasons.items():
            before = heaviest.get(code, (-1.0, 0, 0, 0))
            best = (weight, seen, usual) if weight > before[0] else before[:3]
            heaviest[code] = (*best, before[3] + count)
    order = sorted(heaviest.items(), key=lambda item: -item[1][0])
    return [
        {**reason_list([code], [weight], [seen], [usual], 1)[0], "count": count}
        for code, (weight, seen, usual, count) in order
    ]
