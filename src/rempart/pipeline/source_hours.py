"""The hours of every source an account uses, as the search for gaps wants them, with the lines that could not be read.

Files of one log that is cut by day or by size are one source here: names that differ only in their digits
(``audit-2026-03-02.ndjson``, ``audit-2026-03-03.ndjson``) are read as one rhythm. Rejected lines are
placed in time by where they stand between lines that could be read.

Misses: two logs whose names differ only in a number (``ward1.csv``, ``ward2.csv``) are taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from rempart.incident.exposure import Array
from rempart.incident.gap import Gap
from rempart.incident.gaps import Cells, count_within
from rempart.language import gettext as _
from rempart.ledger.rhythm import Rhythm, join
from rempart.pipeline.zones import transitions
from rempart.records import Rejected

REJECTS = "rejects.ndjson"


def family_of(source: str) -> str:
    """The name shared by the files of one log: runs of digits of a file's own name become ``#``."""
    folder, slash, name = source.rpartition("/")
    return folder + slash + re.sub(r"\d+", "#", name)


def hours_of(
    data: Path, rhythm: Rhythm, used: Sequence[str], period: tuple[int, int], zone: str
) -> list[Cells]:
    """The families of the sources ``used``, or all where none was used; ``zone`` is the site's."""
    wanted = {family_of(name) for name in used} or {family_of(name) for name in rhythm.sources}
    rejected = _rejected_by_family(rhythm, _rejects(data), period)
    joined = join([rhythm], family_of)
    cells = []
    for place, name in enumerate(joined.sources):
        if name not in wanted:
            continue
        mine = joined.cells[joined.cells["source"] == place]
        cells.append(
            Cells(
                source=name,
                hour=mine["hour"].astype(np.int64),
                rows=mine["rows"].astype(np.int64),
                ids=mine["ids"].astype(np.int64),
                first_id=mine["first_id"],
                last_id=mine["last_id"],
                executions=int(joined.executions[place]),
                rejected=rejected.get(name, 0),
                clock=transitions(zone),
            )
        )
    return cells


def unkept_rejects(data: Path, period: tuple[int, int]) -> list[Gap]:
    """The gap that a missing list of unreadable lines is."""
    if _reject_files(data):
        return []
    why = _("the list of unreadable lines is not here, so that nobody can say how many there were")
    return [Gap("rejects_unknown", "", *period, why, None)]


def _rejected_by_family(rhythm: Rhythm, rejects: dict[str, Array], period: tuple[int, int]) -> dict[str, int]:
    """Unreadable lines of the period, file by file, added up by family."""
    counts: dict[str, int] = {}
    for name, offsets in rejects.items():
        place = rhythm.sources.index(name) if name in rhythm.sources else -1
        mine = rhythm.cells[rhythm.cells["source"] == place]
        ends = mine["first_offset"], mine["last_offset"]
        family = family_of(name)
        counts[family] = counts.get(family, 0) + count_within(offsets, mine["hour"], ends, period)
    return counts


def _reject_files(data: Path) -> list[Path]:
    """Where rejected lines were noted: beside the ledger, or beside the replay that made it."""
    return [path for path in (data / REJECTS, data.parent / REJECTS) if path.is_file()]


def _rejects(data: Path) -> dict[str, Array]:
    """Offsets of the lines that could not be read, by source; each once."""
    found: dict[str, set[int]] = {}
    for path in _reject_files(data):
        for raw in path.read_bytes().splitlines():
            try:
                one = msgspec.json.decode(raw, type=Rejected)
            except msgspec.MsgspecError:
                continue  # the last line of a killed run: what it spoke of is noted again by the next
            found.setdefault(one.source, set()).add(one.offset)
    return {name: np.array(sorted(offsets), np.int64) for name, offsets in found.items()}
