"""Following files: what is appended is judged, look after look, until told to stop.

Each look lists the sources anew (a watched folder may hold new files), reads every file that
changed up to its last whole line, and goes on where the last look, or the last run, stopped. A
rotated or truncated file counts on from the offset its forerunner ended at, so that no two records
share an offset. Gives nothing but what the course writes to the ledger. Misses: lines that a
rotation took away between two looks; rename the old file within the watched folder and they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rempart.errors import SourceError
from rempart.pipeline.course import Course
from rempart.pipeline.reading import Reader, plan
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.watching import judge_batch
from rempart.records import Batch
from rempart.sources.feed import read_fhir
from rempart.sources.growing import Head, begin, open_behind, open_until, whole_end
from rempart.sources.recognise import STDIN, list_sources

Telling = Callable[[str], None]


class Follower:
    """The files named, as they grow. ``tell`` hears which tables are read by a proposed mapping, ``warn`` why a file is left out."""

    def __init__(self, names: list[str], mappings: list[str], tell: Telling, warn: Telling) -> None:
        if STDIN in names:
            raise SourceError("--follow reads files and folders, not -", "leave --follow out to read a pipe")
        self._names, self._mappings, self._tell, self._warn = names, mappings, tell, warn
        self._readers: dict[str, Reader] = {}
        self._looked: dict[str, tuple[int, int]] = {}

    def look(self, course: Course, rejects: RejectFile, going: Callable[[], bool]) -> None:
        """Judge what was appended since the last look, as long as ``going`` says so."""
        for name in list_sources(self._names):
            path = Path(name)
            try:
                seen = path.stat()
                state = seen.st_size, seen.st_mtime_ns
                if self._looked.get(name) == state:
                    continue
                self._looked[name] = state
                self._read(path, course, rejects, going)
            except (SourceError, FileNotFoundError) as error:
                self._warn(str(error))

    def _read(self, path: Path, course: Course, rejects: RejectFile, going: Callable[[], bool]) -> None:
        name, end = str(path), whole_end(path)
        if not end:
            return
        progress = course.progress
        head, same = begin(path, progress.heads.get(name, Head()))
        if not same:
            head = Head(head.length, head.digest, progress.next_offset.get(name, 0))
        progress.heads[name] = head
        if name not in self._readers:
            self._readers[name] = plan([name], self._mappings, self._tell)
        start = progress.next_offset.get(name, 0) - head.base
        for batch in self._batches(path, start, end):
            judge_batch(_shift(batch, head.base), name, course, rejects)
            if not going():
                self._looked.pop(name)
                return

    def _batches(self, path: Path, start: int, end: int) -> Iterator[Batch]:
        source = open_until(path, end)
        plain = source.kind == "ndjson" and not source.stream.compression
        if plain and start:
            source.close()
            source, start = open_behind(path, start, end)
            yield from (_shift(batch, start) for batch in read_fhir(source))
            source.close()
        else:
            yield from self._readers[str(path)].batches_of(source)


def _shift(batch: Batch, by: int) -> Batch:
    """The batch with its offsets counted from ``by`` bytes earlier."""
    if not by:
        return batch
    column = batch.accesses.schema.get_field_index("offset")
    moved = pc.add(batch.accesses.column(column), pa.scalar(by, pa.int64()))
    return Batch(
        batch.accesses.set_column(column, batch.accesses.schema.field(column), moved),
        tuple(replace(each, offset=each.offset + by) for each in batch.context),
        tuple(replace(each, offset=each.offset + by) for each in batch.rejected),
    )
