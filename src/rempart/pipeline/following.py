"""Following files: what is appended is judged, look after look, until told to stop.

Each look lists the sources anew (a watched folder may hold new files), reads every file that
changed up to its last whole line, and goes on where the last look, or the last run, stopped. A
rotated or truncated file counts on from the offset its forerunner ended at, so that no two records
share an offset; a file that begins like one read before, renamed or compressed, is read on from
there. Gives nothing but what the course writes to the ledger. Misses: lines that a rotation took
out of the watched folder between two looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.pipeline.course import Course
from rempart.pipeline.progress import Progress
from rempart.pipeline.reading import Reader, plan
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.watching import judge_batch
from rempart.records import Batch
from rempart.sources.growing import Head, beginning_of, head_of, open_behind, open_until, whole_end
from rempart.sources.readers import read_source
from rempart.sources.recognise import STDIN, list_sources

Telling = Callable[[str], None]


class Follower:
    """The files named, as they grow. ``tell`` hears which tables are read by a proposed mapping, ``warn`` why a file is left out.

    Raises SourceError where there is nothing to follow.
    """

    def __init__(self, names: list[str], mappings: list[str], tell: Telling, warn: Telling) -> None:
        if STDIN in names:
            raise SourceError(
                _("--follow reads files and folders, not -"), _("leave --follow out to read a pipe")
            )
        list_sources(names)
        self._names, self._mappings, self._tell, self._warn = names, mappings, tell, warn
        self._readers: dict[str, Reader] = {}
        self._looked: dict[str, tuple[int, int]] = {}
        self._warned: dict[str, str] = {}
        self._replaced: deque[tuple[Head, int]] = deque(maxlen=64)

    def look(self, course: Course, rejects: RejectFile, going: Callable[[], bool]) -> None:
        """Judge what was appended since the last look, as long as ``going`` says so."""
        known = [*self._replaced, *_known(course.progress)]
        with self._telling("sources"):
            for name in list_sources(self._names):
                with self._telling(name):
                    self._look_at(Path(name), known, course, rejects, going)

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        """Say once why ``name`` cannot be read now; it is looked at again."""
        try:
            yield
            self._warned.pop(name, None)
        except (SourceError, FileNotFoundError, PermissionError) as error:
            if self._warned.get(name) != str(error):
                self._warned[name] = str(error)
                self._warn(str(error))

    def _look_at(
        self,
        path: Path,
        known: list[tuple[Head, int]],
        course: Course,
        rejects: RejectFile,
        going: Callable[[], bool],
    ) -> None:
        """Read a file that changed since it was looked at, unless it was left out as it stands."""
        seen = path.stat()
        state = seen.st_size, seen.st_mtime_ns
        if self._looked.get(str(path)) == state:
            return
        self._looked[str(path)] = state
        end = whole_end(path)
        if not end:
            return
        self._find_place(path, known, course.progress)
        if not self._read(path, end, course, rejects, going):
            self._looked.pop(str(path))

    def _find_place(self, path: Path, known: list[tuple[Head, int]], progress: Progress) -> None:
        """Where to read on: where this file, under this name or another, was read to before."""
        name, beginning = str(path), beginning_of(path)
        head = progress.heads.get(name)
        progress.heads[name] = head_of(beginning)
        if head is not None and head.begins(beginning):
            return
        ended = progress.next_offset.get(name, 0)
        if head is not None:
            self._replaced.append((head, ended - progress.bases.get(name, 0)))
        progress.bases[name] = ended
        progress.next_offset[name] = ended + max(
            (place for each, place in known if each.begins(beginning)), default=0
        )

    def _read(
        self, path: Path, end: int, course: Course, rejects: RejectFile, going: Callable[[], bool]
    ) -> bool:
        """Judge what stands between the place read to and ``end``; whether it was read to the end."""
        name, progress = str(path), course.progress
        if name not in self._readers:
            self._readers[name] = plan([name], self._mappings, self._tell)
        base = progress.bases[name]
        with closing(self._batches(path, progress.next_offset[name] - base, end)) as batches:
            for batch in batches:
                judge_batch(_shift(batch, base), name, course, rejects)
                if not going():
                    return False
        return True

    def _batches(self, path: Path, place: int, end: int) -> Generator[Batch]:
        source = open_until(path, end)
        if place and source.kind == "ndjson" and not source.stream.compression:
            source.close()
            source, start = open_behind(path, place, end)
            with closing(source):
                for batch in read_source(source):
                    yield _shift(batch, start)
        else:
            yield from self._readers[str(path)].batches_of(source)


def _known(progress: Progress) -> list[tuple[Head, int]]:
    """The files read so far: how each begins, and the place it was read to."""
    return [
        (head, progress.next_offset.get(name, 0) - progress.bases.get(name, 0))
        for name, head in progress.heads.items()
    ]


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
