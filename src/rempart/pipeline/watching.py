"""Watching files: arrival order, source after source, going on where the last run stopped.

Reads a plan of sources; gives nothing but what the course writes to the ledger. Units before the
next offset kept for a source were answered already and are passed over.
"""

from __future__ import annotations

import numpy as np

from rempart.pipeline.afterword import Readings
from rempart.pipeline.course import Course
from rempart.pipeline.reading import Reader
from rempart.pipeline.rejects import RejectFile
from rempart.records import Batch


def watch_files(reader: Reader, course: Course, rejects: RejectFile, readings: Readings) -> None:
    """Judge every unit of the plan's sources that was not judged before."""
    for name in reader.names:
        for batch in reader.batches(name):
            readings.note(name, batch)
            judge_batch(batch, name, course, rejects)


def judge_batch(batch: Batch, name: str, course: Course, rejects: RejectFile) -> None:
    """Judge what of a source's batch was not judged before."""
    fresh = _after(batch, course.progress.next_offset.get(name, 0))
    if fresh.read:
        rejects.note(fresh.rejected)
        course.take(fresh, name, _end(fresh))
        course.flush()


def _after(batch: Batch, offset: int) -> Batch:
    at = int(np.searchsorted(batch.accesses.column("offset").to_numpy(zero_copy_only=False), offset))
    return Batch(
        batch.accesses.slice(at),
        tuple(each for each in batch.context if each.offset >= offset),
        tuple(each for each in batch.rejected if each.offset >= offset),
    )


def _end(batch: Batch) -> int:
    offsets = [each.offset for each in batch.context[-1:]] + [each.offset for each in batch.rejected[-1:]]
    if batch.accesses.num_rows:
        offsets.append(int(batch.accesses.column("offset")[-1].as_py()))
    return max(offsets) + 1
