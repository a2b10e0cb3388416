"""The letters of a case: people of the scope become PDFs in batches, merge data, and the list of exceptions.

Reads the file of ``rempart reidentify``. Writes below one folder ``letters-<language>-<batch>.pdf``, the merge
files, ``withheld.csv`` (who gets no letter or needs a person's eye, and why), and one HTML model a kind of
letter. What a batch holds depends on the people alone, and a file is whole or absent: after a kill the same
command goes on where it stopped and no letter is made twice. ``state.json`` says whose letters these are and
which date they bear; a folder that holds other letters is refused.

Misses: posting them. Two processes by default, as a page takes some milliseconds of one core.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import msgspec

from rempart import __version__
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.folder import PARTIAL
from rempart.notice.addressee import treat
from rempart.notice.affected import Affected, read_affected
from rempart.notice.casefile import LetterCount
from rempart.notice.letters import Letter, Writer, has_link
from rempart.notice.merge import MergeFiles
from rempart.notice.pages import write_letter
from rempart.notice.scope import Scope
from rempart.notice.site import Site
from rempart.notice.typeset import set_letters, unprintable
from rempart.notice.words import Words
from rempart.pipeline.private_streams import make_folder, private_stream, write_whole
from rempart.spreadsheet import harmless

BATCH = 200
"""Letters a PDF. Typst keeps about ten of them in memory: 1 GB a process at this size, 2.3 GB at 500."""
JOBS = 2
AHEAD = 2
"""Batches a process may be given ahead; bounds memory."""
STATE = "state.json"
WITHHELD = "withheld.csv"
WITHHELD_COLUMNS = (
    "person", "reason", "why", "letters", "name", "birth_date", "identifiers", "categories",
)  # fmt: skip

Hear = Callable[[int, int], None]
"""Told the letters finished so far, and how many of them stood there already."""


class State(msgspec.Struct, frozen=True):
    """Whose letters a folder holds."""

    job: str
    """SHA-256 of everything that decides what the letters say."""
    dated: datetime


@dataclass(frozen=True, slots=True)
class Mailing:
    """What one run of letters needs."""

    scope: Scope
    site: Site
    people: Path
    folder: Path
    words: Sequence[Words]
    now: datetime
    hear: Hear
    batch: int = BATCH
    jobs: int = JOBS
    pdf: bool = True
    """Else only the merge data and lists: a printer's own machines set the letters."""


@dataclass(slots=True)
class _Press:
    """The processes that set PDFs, a bounded number of batches ahead."""

    pool: ProcessPoolExecutor
    mailing: Mailing
    made_at: datetime
    running: deque[tuple[Future[None], int]] = field(default_factory=deque)
    done: int = 0
    found: int = 0

    def set(self, letters: list[Letter], path: Path) -> None:
        """Set one batch, unless its file is there or no PDF is wanted."""
        if not self.mailing.pdf:
            self._count(len(letters))
            return
        if path.exists():
            self.found += len(letters)
            self._count(len(letters))
            return
        while len(self.running) >= AHEAD * self.mailing.jobs:
            self._take()
        author = self.mailing.site.organisation.name
        task = self.pool.submit(_write_batch, letters, author, self.made_at, path)
        self.running.append((task, len(letters)))

    def finish(self) -> None:
        """Wait for every batch."""
        while self.running:
            self._take()

    def _take(self) -> None:
        task, letters = self.running.popleft()
        task.result()
        self._count(letters)

    def _count(self, letters: int) -> None:
        self.done += letters
        self.mailing.hear(self.done, self.found)


@dataclass(slots=True)
class _Desk:
    """The letters of one language: gathered into batches, one model a kind."""

    writer: Writer
    words: Words
    folder: Path
    merge: MergeFiles
    batch: int
    waiting: list[Letter] = field(default_factory=list)
    number: int = 0
    models: set[str] = field(default_factory=set)

    def take(self, letter: Letter, press: _Press) -> None:
        """Add a letter; a full batch goes to the press."""
        if letter.kind not in self.models:
            self.models.add(letter.kind)
            path = self.folder / f"model-{letter.kind}-{letter.language}.html"
            write_whole(path, write_letter(letter, self.words).encode())
        self.waiting.append(letter)
        if len(self.waiting) == self.batch:
            self._print(press)

    def finish(self, press: _Press) -> None:
        """The last, smaller batch."""
        if self.waiting:
            self._print(press)
        self.merge.finish()

    def _print(self, press: _Press) -> None:
        self.number += 1
        self.merge.write(self.waiting, self.number)
        press.set(self.waiting, self.folder / f"letters-{self.words.language.code}-{self.number:05d}.pdf")
        self.waiting = []


class _Withheld:
    """The list of people somebody must look at."""

    def __init__(self, file: BinaryIO, words: Words) -> None:
        self.count = 0
        self._words = words
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerow(WITHHELD_COLUMNS)

    def add(self, affected: Affected, reason: str, letters: int) -> None:
        """Note one person; ``letters`` leave all the same."""
        person = affected.person
        why = self._words.text(f"withheld.{reason}")
        names, categories = "; ".join(person.identifiers), "; ".join(affected.categories)
        told = (reason, why, str(letters), person.name, person.birth_date, names, categories)
        self._csv.writerow([affected.number, *map(harmless, told)])
        self.count += 1

    def finish(self) -> None:
        """Write what is left; the file stays open to whoever opened it."""
        self._text.flush()
        self._text.detach()


def write_letters(mailing: Mailing) -> LetterCount:
    """Write every letter and list of the case; how many letters, and how many people are left to a person.

    SourceError where the folder holds other letters or cannot be written, or the people are of another scope.
    """
    make_folder(mailing.folder)
    state = _claim(mailing)
    with ExitStack() as open_files:
        pool = open_files.enter_context(ProcessPoolExecutor(mailing.jobs, mp_context=get_context("spawn")))
        withheld = _Withheld(
            open_files.enter_context(private_stream(mailing.folder / WITHHELD)), mailing.words[0]
        )
        desks = {words.language.code: _desk(mailing, words, state, open_files) for words in mailing.words}
        press = _Press(pool, mailing, state.dated)
        letters = 0
        for letter in _letters(mailing, desks, state, withheld):
            letters += 1
            desks[letter.language].take(letter, press)
        for desk in desks.values():
            desk.finish(press)
        press.finish()
        withheld.finish()
        return LetterCount(letters, withheld.count)


def _desk(mailing: Mailing, words: Words, state: State, open_files: ExitStack) -> _Desk:
    """The desk of one language, its merge files open until the walk ends well."""
    code = words.language.code
    merge = MergeFiles(
        open_files.enter_context(private_stream(mailing.folder / f"merge-{code}.csv")),
        open_files.enter_context(private_stream(mailing.folder / f"merge-{code}.parquet")),
    )
    writer = Writer(mailing.scope, mailing.site, words, state.dated)
    return _Desk(writer, words, mailing.folder, merge, mailing.batch)


def _letters(
    mailing: Mailing, desks: dict[str, _Desk], state: State, withheld: _Withheld
) -> Iterator[Letter]:
    """Every letter in the people's order; who gets none, or needs a person's eye, goes to the list."""
    today = state.dated.date()
    for affected in read_affected(mailing.people, mailing.scope.hash):
        treatment = treat(affected, today)
        writer = desks[_language(affected.person.language, list(desks))].writer
        made = [writer.write(affected, to, copy) for copy, to in enumerate(treatment.letters, 1)]
        reason = treatment.withheld
        if any(map(has_link, made)):
            made, reason = [], "link"
        elif any(map(unprintable, made)):
            made, reason = [], "not_printable"
        if reason:
            withheld.add(affected, reason, len(made))
        yield from made


def _language(spoken: str, offered: list[str]) -> str:
    """The person's own language where it is offered; English for another one; the first where none is known."""
    if spoken in offered or not spoken:
        return spoken or offered[0]
    return "en" if "en" in offered else offered[0]


def _claim(mailing: Mailing) -> State:
    """The state of the folder, written now or by the run that is being gone on with."""
    path = mailing.folder / STATE
    job = _job(mailing)
    if path.exists():
        try:
            state = msgspec.json.decode(path.read_bytes(), type=State)
        except msgspec.MsgspecError as error:
            raise SourceError(_("{path} is damaged").format(path=path), _("name another --out")) from error
        if state.job != job:
            raise SourceError(
                _("{folder} holds letters of another run").format(folder=mailing.folder),
                _("name another --out, or empty it"),
            )
        for left in mailing.folder.glob(f"*{PARTIAL}"):
            left.unlink()
        return state
    if any(each.suffix != PARTIAL for each in mailing.folder.iterdir()):
        raise SourceError(
            _("{folder} holds other files").format(folder=mailing.folder),
            _("name another --out, or empty it"),
        )
    state = State(job, mailing.now)
    write_whole(path, msgspec.json.encode(state))
    return state


def _job(mailing: Mailing) -> str:
    """Two runs with equal results write equal letters."""
    try:
        with mailing.people.open("rb") as file:
            people = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=mailing.people, why=why_of(error)),
            _("give the file rempart reidentify wrote"),
        ) from error
    site = mailing.site
    said = [
        __version__,
        mailing.scope.hash,
        people,
        [msgspec.to_builtins(part) for part in (site.organisation, site.letters, site.dpo)],
        [[words.language.code, words.zone, words.tree] for words in mailing.words],
        mailing.batch,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _write_batch(letters: list[Letter], author: str, made_at: datetime, path: Path) -> None:
    """Set one PDF; runs in a process of its own."""
    write_whole(path, set_letters(letters, author, made_at))
