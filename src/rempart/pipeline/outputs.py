"""What a person opens after a replay: incidents, summary and the page with pictures, beside ``decisions.parquet``.

Reads what :mod:`rempart.pipeline.answers` gathered and the sealed ledger; writes ``incidents.json``,
``summary.json`` and ``report.html``. Misses what the ledger does not hold.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from rempart.language import gettext as _
from rempart.ledger.query import sealed_since
from rempart.pipeline.answers import Answers, private_file
from rempart.pipeline.notable import described
from rempart.pipeline.suspicions import join_thefts
from rempart.pipeline.tally import Tally
from rempart.settings import Settings


def fetch_page() -> None:
    """Import what draws the page on a thread of its own: it takes as long as reading 100,000 events."""
    Thread(target=import_module, args=("rempart.pipeline.report",), daemon=True).start()


def write_outputs(
    out: Path,
    data: Path,
    answers: Answers,
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
    answers.finish(lambda done: hear("write", done, 0))
    counted, notables = answers.counted, answers.notables
    with ThreadPoolExecutor(1, "drawing") as thread:
        drawn = thread.submit(_draw, counted, language, settings.zone)
        suspected = notables.suspected()
        thefts = [[part.suspicion for part in theft.parts] for theft in join_thefts(data, suspected)]
        shown = [*thefts, *([each] for each in notables.worth_a_look(suspected))]
        patients = notables.count_patients(shown, sealed_since(data, first_number, notables.OPENED))
        pictures = drawn.result()
    incidents = [described(number, *each) for number, each in enumerate(zip(shown, patients, strict=True), 1)]
    summary: dict[str, Any] = {
        **{
            name: counts[name]
            for name in ("read", "decided", "control", "context", "unattributed", "rejected", "duplicates")
        },
        "by_action": {action: count for action, count in counted.by_action.items() if count},
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
        private_file(out / name)
        (out / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    from rempart.pipeline.report import write_page

    write_page(out, counted, incidents, summary, pictures, language=language, zone=settings.zone)
    return summary


def _draw(counted: Tally, language: str, zone: str) -> dict[str, str]:
    from rempart.pipeline.report import draw_pictures

    return draw_pictures(counted, language=language, zone=zone)
