"""What a person opens after a replay: decisions, incidents, summary and the page with pictures.

Reads the sealed ledger, a segment at a time; writes ``decisions.parquet`` (one row an answer, in
order), ``incidents.json``, ``summary.json`` and ``report.html``. Memory grows with the accounts and the
suspicions, not with the decisions. Misses what the ledger does not hold.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.language import gettext as _
from rempart.ledger.query import sealed_since
from rempart.pipeline.afterword import Readings, afterword, nothing_new
from rempart.pipeline.notable import Notables, described
from rempart.pipeline.suspicions import join_thefts
from rempart.pipeline.tally import Tally
from rempart.pipeline.wording import reason_list
from rempart.settings import Settings
from rempart.watch.reasons import REASONS

_REASON = pa.struct([("code", pa.string()), ("text", pa.string()), ("weight", pa.float64())])
_PLAIN = ["event", "account", "recorded", "action", "hijack", "stake_low_eur", "stake_high_eur"]
_WORD = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [
        ("event", pa.string()),
        ("account", _WORD),
        ("recorded", pa.timestamp("ms", "UTC")),
        ("action", _WORD),
        ("hijack", pa.float32()),
        ("stake_low_eur", pa.float32()),
        ("stake_high_eur", pa.float32()),
        ("reasons", pa.list_(_REASON)),
        ("kind", _WORD),
    ]
)
_OPENED = ("decisions.parquet", "incidents.json", "report.html")
_WORDS = ["account", "action", "kind", "reasons.list.element.code", "reasons.list.element.text"]


def fetch_page() -> None:
    """Import what draws the page on a thread of its own: it takes as long as reading 100,000 events."""
    Thread(target=import_module, args=("rempart.pipeline.report",), daemon=True).start()


def write_outputs(
    out: Path,
    data: Path,
    first_number: int,
    counts: dict[str, int],
    settings: Settings,
    sources: list[str],
    readings: Readings,
    *,
    begun: float,
    language: str,
    hear: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Write all files of a replay into ``out``; returns the summary. Where it brought nothing new, what an
    earlier replay left in ``out`` stays and only the summary is written."""
    hear("write", 0, 0)
    if nothing_new(counts) and all((out / name).exists() for name in _OPENED):
        summary = _summary(counts, {}, settings, sources, readings, begun)
        summary["warnings"].insert(1, _("The decisions, incidents and page of the earlier replay are kept."))
        _private(out / "summary.json", partial(_write_json, summary))
        return summary
    counted, notables = Tally(), Notables()

    def segments() -> Iterator[pa.Table]:
        for segment in sealed_since(data, first_number, [*_PLAIN, "reasons", "kind", *notables.COLUMNS]):
            notables.fold(segment)
            for batch in segment.to_batches():
                counted.fold(batch)
            hear("write", sum(counted.by_action.values()), 0)
            yield segment

    _private(out / "decisions.parquet", partial(_write_parquet, segments()))
    suspected = notables.suspected()
    thefts = [[part.suspicion for part in theft.parts] for theft in join_thefts(data, suspected)]
    shown = [*thefts, *([each] for each in notables.worth_a_look(suspected))]
    patients = notables.count_patients(shown, sealed_since(data, first_number, notables.OPENED))
    incidents = [described(number, *each) for number, each in enumerate(zip(shown, patients, strict=True), 1)]
    summary = _summary(counts, counted.by_action, settings, sources, readings, begun)
    for name, content in (("incidents.json", incidents), ("summary.json", summary)):
        _private(out / name, partial(_write_json, content))
    from rempart.pipeline.report import write_page

    write_page(out, counted, incidents, summary, language=language, zone=settings.zone)
    return summary


def _summary(
    counts: Mapping[str, int],
    by_action: Mapping[str, int],
    settings: Settings,
    sources: list[str],
    readings: Readings,
    begun: float,
) -> dict[str, Any]:
    return {
        **{
            name: counts[name]
            for name in ("read", "decided", "control", "context", "unattributed", "rejected", "duplicates")
        },
        "by_action": {action: count for action, count in by_action.items() if count},
        "seconds": round(time.monotonic() - begun, 3),
        "sources": sources,
        "unread": readings.mostly_unreadable(),
        "policy": {
            "challenges_per_day": settings.challenges_per_day,
            "mode": "observe",
            "zone": settings.zone,
        },
        "warnings": afterword(counts, readings),
        "notes": [
            _("Care data exported in their last version make the known-at times approximate."),
        ],
    }


def _private(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that only its owner may read."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    write(path)


def _write_json(content: object, path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_parquet(segments: Iterator[pa.Table], path: Path) -> None:
    """Write the decisions of each segment while the next is read."""
    with (
        pq.ParquetWriter(
            path, _SCHEMA, compression="zstd", use_dictionary=_WORDS, store_schema=False
        ) as writer,
        ThreadPoolExecutor(1, "writing") as thread,
    ):
        written: Future[None] | None = None
        for segment in segments:
            if written is not None:
                written.result()
            written = thread.submit(lambda table=segment: writer.write_table(_decisions(table)))  # type: ignore[misc]
        if written is not None:
            written.result()


def _decisions(segment: pa.Table) -> pa.Table:
    reasons = _in_words(segment.column("reasons").combine_chunks())
    columns = [*(segment.column(name) for name in _PLAIN), reasons, segment.column("kind")]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _in_words(reasons: pa.ListArray) -> pa.ListArray:
    """Lists of reasons as numbers into lists of reasons in words; each different one is put so once."""
    given = reasons.flatten()
    code, seen, usual, weight = (
        given.field(name).to_numpy(zero_copy_only=False) for name in ("code", "seen", "usual", "weight")
    )
    pair = np.unique(seen.astype(np.int64) << 32 | usual.astype(np.uint32), return_inverse=True)[1]
    _unique, first, which = np.unique(pair * len(REASONS) + code, return_index=True, return_inverse=True)
    said = [_said(int(code[at]), int(seen[at]), int(usual[at])) for at in first.tolist()]
    columns = [
        pa.array([word for word, text in said], pa.string()).take(pa.array(which)),
        pa.array([text for word, text in said], pa.string()).take(pa.array(which)),
        pa.array(np.round(weight.astype(np.float64), 2)),
    ]
    ends = np.zeros(len(reasons) + 1, np.int32)
    np.cumsum(reasons.value_lengths().fill_null(0).to_numpy(zero_copy_only=False), out=ends[1:])
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(columns, fields=list(_REASON)))


@lru_cache(1 << 16)
def _said(code: int, seen: int, usual: int) -> tuple[str, str]:
    reason = reason_list([code], [0.0], [seen], [usual], 1)[0]
    return reason["code"], reason["text"]
