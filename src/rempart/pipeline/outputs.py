"""What a person opens after a replay: incidents, summary and the page with pictures, beside ``decisions.parquet``.

Reads what :mod:`rempart.pipeline.answers` gathered and the sealed ledger; writes ``incidents.json``,
``summary.json`` and ``report.html``. Misses what the ledger does not hold.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

from rempart.errors import RempartError
from rempart.language import gettext as _
from rempart.ledger.query import sealed_since
from rempart.pipeline.afterword import Readings, afterword, judged, nothing_new
from rempart.pipeline.answers import NAME, Answers, private_file
from rempart.pipeline.notable import described
from rempart.pipeline.suspicions import Theft, join_thefts
from rempart.settings import Settings

_OPENED = (NAME, "incidents.json", "report.html")


def fetch_page(language: str, zone: str) -> None:
    """Import what draws the page and read its template on a thread of its own: both take as long as reading 200,000
    events."""

    def fetch() -> None:
        with suppress(RempartError):
            _report().prepare(language, zone)

    Thread(target=fetch, daemon=True).start()


def write_outputs(
    out: Path,
    data: Path,
    answers: Answers,
    first_number: int,
    counts: dict[str, int],
    settings: Settings,
    sources: list[str],
    readings: Readings,
    *,
    begun: float,
    language: str,
    hear: Callable[[str, int, int], None],
) -> tuple[dict[str, Any], list[Theft] | None]:
    """Write all files of a replay into ``out``; returns the summary, and the thefts suspected in it. Where it
    brought nothing new, what an earlier replay left in ``out`` stays, only the summary is written, and None stands
    for the thefts."""
    hear("write", 0, 0)
    if nothing_new(counts) and all((out / name).exists() for name in _OPENED):
        summary = _summary(counts, {}, settings, sources, readings, begun)
        summary["warnings"].insert(1, _("The decisions, incidents and page of the earlier replay are kept."))
        _write_json(summary, out / "summary.json")
        return summary, None
    answers.finish(judged(counts), lambda done: hear("write", done, 0))
    counted, notables = answers.counted, answers.notables
    with ThreadPoolExecutor(1, "drawing") as thread:
        drawn = thread.submit(lambda: _report().draw_pictures(counted, language, settings.zone))
        suspected = notables.suspected()
        thefts = join_thefts(data, suspected)
        joined = [[part.suspicion for part in theft.parts] for theft in thefts]
        shown = [*joined, *([each] for each in notables.worth_a_look(suspected))]
        patients = notables.count_patients(shown, sealed_since(data, first_number, notables.OPENED))
        pictures = drawn.result()
    incidents = [described(number, *each) for number, each in enumerate(zip(shown, patients, strict=True), 1)]
    summary = _summary(counts, counted.by_action, settings, sources, readings, begun)
    for name, content in (("incidents.json", incidents), ("summary.json", summary)):
        _write_json(content, out / name)
    _report().write_page(out, counted, incidents, summary, pictures, language=language, zone=settings.zone)
    return summary, thefts


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


def _write_json(content: object, path: Path) -> None:
    private_file(path)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _report() -> ModuleType:
    """The module of the page, imported when it is wanted."""
    return import_module("rempart.pipeline.report")
