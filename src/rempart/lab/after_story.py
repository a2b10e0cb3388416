"""The second half of the demonstration: the same thieves where nobody was watching, and what is left to find out.

Writes the region's log with every request served, replays it as a hospital would replay its own, lets the
replay open its incidents, takes scope and value of the one that hit most patients, and writes whom to
tell. Gives the files to open. Nothing here knows the truth but which accounts were the thieves'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rempart import language
from rempart.lab.emit import write_region
from rempart.lab.region import Region
from rempart.lab.thieves import hire
from rempart.notice.site import made_up
from rempart.pipeline.aftermath import Aftermath, asked_of, take_scope
from rempart.pipeline.casework import detect
from rempart.pipeline.exposures import keep_exposures
from rempart.pipeline.informing import Order, inform
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.pipeline.scope_files import write_scopes
from rempart.pipeline.value import value_of
from rempart.pipeline.value_files import write_value
from rempart.settings import Settings

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class AfterStory:
    """The worst incident: its id, what is certain, what it is worth, the replay's ledger and the folders to open."""

    incident: str
    patients: int
    worth_eur: tuple[float, float]
    data: Path
    scope: Path
    value: Path
    notices: Path


def play_after(
    out: Path, region: Region, seed: int, hear: Callable[[str, int, int], None]
) -> AfterStory | None:
    """Tell the story into ``out``; None where no thief was noticed. ``hear(stage, done, of)`` as a replay."""
    log = out / "log"
    thieves = hire(region, seed)
    robbed = {region.accounts[thief.account].identifier for thief in thieves}
    write_region(region, log, thieves, compression="zstd")
    reader = plan([str(log / "audit.ndjson.zst"), str(log / "care.ndjson")], [], lambda _: None)
    settings, spoken = Settings(), language.spoken()
    replay(reader, out / "replay", None, settings, shards=2, batch=32_768, language=spoken.code, hear=hear)
    data, now_ms = out / "replay" / "data", region.start_ms + region.spec.days * DAY_MS
    found = [
        take_scope(data, asked_of(data, one.id), settings, now_ms)
        for one in detect(data, settings, now_ms)
        if robbed & set(one.accounts)
    ]
    if not found:
        return None
    for each in found:
        keep_exposures(data, each)
    worst = max(found, key=_certain)
    incident = worst.asked.incident
    name = incident.id if incident else ""
    write_scopes(worst, out / "scope", spoken, settings.zone)
    valued = value_of(data, name, settings, now_ms)
    write_value(valued, out / "value", spoken)
    low, high = valued.document["worth_eur"]["retail"]
    _tell(worst, out, data, now_ms)
    return AfterStory(name, _certain(worst), (low, high), data, out / "scope", out / "value", out / "notices")


def _tell(worst: Aftermath, out: Path, data: Path, now_ms: int) -> None:
    """The documents for the first controller's scope, with the facts of a made-up hospital."""
    site, scope = out / "site.toml", out / "scope"
    site.write_text(made_up(), encoding="utf-8")
    if not (scope / "scope.json").exists():
        scope = min(path.parent for path in scope.glob("*/scope.json"))
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    aware_ms = worst.asked.incident.aware_ms if worst.asked.incident else None
    aware = now if aware_ms is None else datetime.fromtimestamp(min(aware_ms, now_ms) / 1000, UTC)
    languages = (language.spoken().code,)
    inform(Order(scope, site, data, out / "notices", languages, aware, now), lambda *_: None)


def _certain(found: Aftermath) -> int:
    return sum(one.scope.patients_low for one in found.scopes)
