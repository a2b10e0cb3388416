"""Replay: what would have happened on history under today's policy.

Sources are read whole, put in order of (time, source, offset), judged, and written to a ledger and
to the files a person opens. Killed at any moment, the same command goes on: the ledger's answers
are recomputed and held against what was written, and what was merged already is skipped.

A replay cannot know whether a challenge would have been passed, nor what a thief would have done
next; it says so in its outputs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.pipeline.afterword import Readings
from rempart.pipeline.ahead import read_ahead, work_ahead
from rempart.pipeline.answers import Answers
from rempart.pipeline.buckets import Buckets, stretch
from rempart.pipeline.casework import worked_on
from rempart.pipeline.course import Course
from rempart.pipeline.outputs import fetch_page, write_outputs
from rempart.pipeline.private_streams import make_folder
from rempart.pipeline.progress import totals
from rempart.pipeline.reading import Reader
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.suspicions import Theft
from rempart.records import Batch
from rempart.settings import Settings
from rempart.sources.readers import Work

Progressing = Callable[[str, int, int], None]
"""Hears (stage, done, in all or 0 where unknown)."""
MARK = "replay.json"
END_BYTES = 1 << 16
SEALS = 8
LEAST_SEALED, MOST_SEALED = 1 << 16, 1 << 19
"""A replay is sealed in so many parts of at least and at most so many decisions: only the last one is waited for, and only
one is in memory."""


class Mark(msgspec.Struct):
    """How far the replay in a folder is, so that only the same one is continued, and only its own ledger
    is ever begun anew."""

    sources: list[tuple[str, int]]
    policy: str
    stamps: list[tuple[int, str]] = []
    """Of each source, when it was changed (ns since 1970) and the SHA-256 of its first and last :data:`END_BYTES`."""
    stage: str = "reading"
    """``reading``, ``judging`` (everything read is in the journal) or ``finished``."""
    counts_before: dict[str, int] = {}
    merged_before: int = 0
    first_number: int = 0


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
    suspect: Callable[[list[Theft]], object] = lambda _: None,
) -> dict[str, Any]:
    """Run the whole replay; returns the summary that is also in ``OUT/summary.json``.

    ``suspect`` hears every theft suspected in the ledger, where the replay knows them all: where it began the ledger.

    ``data``: the ledger's folder; None keeps it in ``OUT/data``, begun anew unless an unfinished
    replay of the same sources and policy stands there.
    """
    begun = time.monotonic()
    make_folder(out)
    folder = out / "data" if data is None else data
    mark, goes_on = _take_up(out / MARK, _mark(reader, settings), folder)
    if data is None and not goes_on:
        _begin_anew(folder, out / MARK)
    course = Course.open(folder, settings, enforce=False, live=False, shards=shards)
    if not goes_on:
        mark.counts_before = dict(course.progress.counts)
        mark.merged_before, mark.first_number = course.progress.merged, course.ledger.next_number
        _write_mark(out / MARK, mark)
    buckets = Buckets(out / "work")
    buckets.remove()
    fetch_page(language, settings.zone)
    rejects, readings = RejectFile(out / "rejects.ndjson", afresh=True), Readings()
    try:
        _read_all(reader, course, buckets, rejects, readings, goes_on, hear)
        if not goes_on:
            course.flush(sync=True)
            mark.stage = "judging"
            _write_mark(out / MARK, mark)
        with Answers(out, folder, mark.first_number) as answers:
            course.sealing.hear = answers.sealed
            _judge_all(course, buckets, course.progress.merged - mark.merged_before, batch, hear)
            course.close()
            counts = dict(totals(course.progress, mark.counts_before))
            summary, thefts = write_outputs(
                out,
                folder,
                answers,
                mark.first_number,
                counts,
                settings,
                list(reader.names),
                readings,
                begun=begun,
                language=language,
                hear=hear,
            )
    except BaseException:
        course.abandon()
        raise
    finally:
        buckets.remove()
    mark.stage = "finished"
    _write_mark(out / MARK, mark)
    if mark.first_number == 0 and thefts is not None:
        suspect(thefts)
    return summary


def _mark(reader: Reader, settings: Settings) -> Mark:
    sizes = [(name, Path(name).stat().st_size if Path(name).is_file() else -1) for name in reader.names]
    stamps = [_stamp(Path(name)) if Path(name).is_file() else (-1, "") for name in reader.names]
    return Mark(sizes, repr(settings), stamps)


def _stamp(path: Path) -> tuple[int, str]:
    """When a file was changed, and the hash of its ends."""
    with path.open("rb") as file:
        stat = os.fstat(file.fileno())
        state = hashlib.sha256(file.read(END_BYTES))
        file.seek(max(stat.st_size - END_BYTES, 0))
        state.update(file.read(END_BYTES))
    return stat.st_mtime_ns, state.hexdigest()


def _take_up(path: Path, mark: Mark, folder: Path) -> tuple[Mark, bool]:
    """The mark to go by, and whether an unfinished replay of the same goes on."""
    if not path.exists() or not folder.exists():
        return mark, False
    try:
        old = msgspec.json.decode(path.read_bytes(), type=Mark)
    except msgspec.MsgspecError as error:
        raise LedgerError(_("{path} is damaged").format(path=path), _("give another --out folder")) from error
    same = (old.sources, old.policy, old.stamps) == (mark.sources, mark.policy, mark.stamps)
    return (old, True) if same and old.stage == "judging" else (mark, False)


def _write_mark(path: Path, mark: Mark) -> None:
    """Put the mark in place whole or not at all."""
    fresh = path.with_suffix(".partial")
    fresh.write_bytes(msgspec.json.encode(mark))
    fresh.replace(path)


def _begin_anew(folder: Path, path: Path) -> None:
    """Remove the ledger of an earlier replay; one that no replay made, or that people worked on, is left alone."""
    if not folder.exists():
        return
    if not path.exists():
        raise LedgerError(
            _("{folder} was not made by a replay").format(folder=folder),
            _("give another --out, or name it with --data"),
        )
    if worked_on(folder):
        raise LedgerError(
            _("{folder} holds what people noted about incidents or identities").format(folder=folder),
            _("give another --out"),
        )
    shutil.rmtree(folder)


def _read_all(
    reader: Reader,
    course: Course,
    buckets: Buckets,
    rejects: RejectFile,
    readings: Readings,
    known: bool,
    hear: Progressing,
) -> None:
    """Everything through the door: context to the care index (unless ``known``), events to their day's bucket."""
    for name in reader.names:
        for batch in chain.from_iterable(work_ahead(_whole(reader.works(name)))):
            rejects.note(batch.rejected)
            readings.note(name, batch)
            if not known:
                course.reject(len(batch.rejected))
                course.learn(batch.context, batch.learnt, batch.told)
            if batch.accesses.num_rows:
                buckets.put(course.stages.door.frame(batch.accesses))
            hear("read", readings.read.total(), 0)
    rejects.close()


def _whole(works: Iterator[Work]) -> Iterator[Callable[[], list[Batch]]]:
    """Works that leave nothing to do for whoever takes what they give."""
    for work in works:
        yield lambda work=work: list(work())  # type: ignore[misc]


def _judge_all(course: Course, buckets: Buckets, skip: int, batch: int, hear: Progressing) -> None:
    course.seal_every = min(course.seal_every, max(buckets.events // SEALS, LEAST_SEALED), MOST_SEALED)
    done = 0
    for frame in read_ahead(buckets.in_order()):
        for first in range(0, frame.rows.size, batch):
            size = min(batch, frame.rows.size - first)
            done += size
            if done <= skip:
                continue
            course.decide(stretch(frame, max(first, first + size - (done - skip)), first + size))
            course.flush()
            hear("judge", done, buckets.events)
