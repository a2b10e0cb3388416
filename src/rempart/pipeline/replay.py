"""Replay: what would have happened on history under today's policy.

Sources are read whole, put in order of (time, source, offset), judged, and written to a ledger and
to the files a person opens. Killed at any moment, the same command goes on: the ledger's answers
are recomputed and held against what was written, and what was merged already is skipped.

A replay cannot know whether a challenge would have been passed, nor what a thief would have done
next; it says so in its outputs.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from rempart.pipeline.buckets import Buckets, pick
from rempart.pipeline.course import Course, totals
from rempart.pipeline.outputs import write_outputs
from rempart.pipeline.reading import Reader
from rempart.pipeline.rejects import RejectFile
from rempart.records import Batch
from rempart.settings import Settings

Progressing = Callable[[str, int, int], None]
"""Hears (stage, done, in all or 0 where unknown)."""
MARK = "replay.json"


class Mark(msgspec.Struct):
    """What the replay in a data folder reads, so that only the same one is continued."""

    sources: list[tuple[str, int]]
    policy: str
    finished: bool = False


def replay(
    reader: Reader,
    out: Path,
    data: Path | None,
    settings: Settings,
    *,
    shards: int,
    batch: int,
    language: str,
    hear: Progressing,
) -> dict[str, object]:
    """Run the whole replay; returns the summary that is also in ``OUT/summary.json``.

    ``data``: the ledger's folder; None keeps it in ``OUT/data``, begun anew unless an unfinished
    replay of the same sources and policy stands there.
    """
    begun = time.monotonic()
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = out / "data" if data is None else data
    mark = _mark(reader, settings)
    if data is None:
        _clear_unless(folder, out / MARK, mark)
    course = Course.open(folder, settings, enforce=False, live=False, shards=shards)
    done_before = course.progress.merged
    first_number = 0 if data is None else course.ledger.next_number
    (out / MARK).write_bytes(msgspec.json.encode(mark))
    buckets = Buckets(out / "work")
    try:
        _read_all(reader, course, buckets, RejectFile(out / "rejects.ndjson", afresh=True), hear)
        _judge_all(course, buckets, done_before if data is None else 0, batch, hear)
        course.close()
    finally:
        buckets.remove()
    counts = dict(totals(course.progress))
    summary = write_outputs(
        out,
        folder,
        first_number,
        counts,
        settings,
        list(reader.names),
        begun=begun,
        language=language,
        hear=hear,
    )
    mark.finished = True
    (out / MARK).write_bytes(msgspec.json.encode(mark))
    return summary


def _mark(reader: Reader, settings: Settings) -> Mark:
    sizes = [(name, Path(name).stat().st_size if Path(name).is_file() else -1) for name in reader.names]
    return Mark(sizes, repr(settings))


def _clear_unless(folder: Path, path: Path, mark: Mark) -> None:
    """Begin anew, unless the folder holds an unfinished replay of the same."""
    if path.exists() and folder.exists():
        if msgspec.json.decode(path.read_bytes(), type=Mark) == mark:
            return
    if folder.exists():
        shutil.rmtree(folder)


def _read_all(
    reader: Reader, course: Course, buckets: Buckets, rejects: RejectFile, hear: Progressing
) -> None:
    """Everything through the door: context to the care index, events to their day's bucket."""
    again = course.progress.merged > 0 or course.progress.counts.get("context", 0) > 0
    units = 0
    for name in reader.names:
        for batch in reader.batches(name):
            _take(batch, course, buckets, rejects, again)
            units += batch.read
            hear("read", units, 0)
    rejects.close()


def _take(batch: Batch, course: Course, buckets: Buckets, rejects: RejectFile, again: bool) -> None:
    rejects.note(batch.rejected)
    if not again:
        course.reject(len(batch.rejected))
        course.learn(list(batch.context))
    if batch.accesses.num_rows:
        buckets.put(course.door.frame(batch.accesses))


def _judge_all(course: Course, buckets: Buckets, skip: int, batch: int, hear: Progressing) -> None:
    done = 0
    for frame in buckets.in_order():
        for first in range(0, frame.rows.size, batch):
            size = min(batch, frame.rows.size - first)
            done += size
            if done <= skip:
                continue
            begin = max(first, first + size - (done - skip))
            piece = pick(frame, np.arange(begin, first + size))
            course.decide(piece)
            course.flush()
            hear("judge", done, buckets.events)
