"""The letters of a case: people of the scope become PDFs in batches, merge data, and the list of exceptions.

Reads the file of ``rempart reidentify``. Writes below one folder ``letters-<language>-<batch>.pdf``, the merge
files, ``withheld.csv`` (who gets no letter, and why), and one HTML model a kind of letter. What a batch holds
depends on the people alone, and a batch file is whole or absent: after a kill the same command goes on where it
stopped and no letter is made twice. ``state.json`` says whose letters these are and which date they bear; a
folder that holds other letters is refused.

Misses: posting them. Two processes by default, as a PDF takes some milliseconds of one core.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import msgspec

from rempart import __version__
from rempart.errors import SourceError
from rempart.notice.addressee import treat
from rempart.notice.affected import Affected, read_affected
from rempart.notice.casefile import LetterCount
from rempart.notice.letters import Letter, Writer, has_link
from rempart.notice.merge import MergeFiles, harmless
from rempart.notice.pages import write_letter
from rempart.notice.scope import Scope
from rempart.notice.site import Site
from rempart.notice.typeset import set_letters, unprintable
from rempart.notice.words import Words

BATCH = 500
JOBS = 2
STATE = "state.json"
WITHHELD = "withheld.csv"
PARTIAL = ".partial"

Hear = Callable[[int, int], None]
"""Told the letters finished so far, and how many of them stood there already."""


class State(msgspec.Struct, frozen=True):
    """Whose letters a folder holds."""

    job: str
    """SHA-256 of everything that decides what the letters say."""
    dated: datetime


@dataclass(slots=True)
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


@dataclass(slots=True)
class _Press:
    """The processes that set PDFs, a bounded number of batches ahead."""

    pool: ProcessPoolExecutor
    jobs: int
    hear: Hear
    running: deque[tuple[Future[None], int]] = field(default_factory=deque)
    done: int = 0
    found: int = 0

    def add(self, letters: list[Letter], author: str, made_at: datetime, path: Path) -> None:
        """Set one batch, unless its file is there."""
        if path.exists():
            self.found += len(letters)
            self._count(len(letters))
            return
        while len(self.running) >= 2 * self.jobs:
            self._take()
        self.running.append((self.pool.submit(_write_batch, letters, author, made_at, path), len(letters)))

    def finish(self) -> None:
        """Wait for every batch."""
        while self.running:
            self._take()

    def _take(self) -> None:
        future, letters = self.running.popleft()
        future.result()
        self._count(letters)

    def _count(self, letters: int) -> None:
        self.done += letters
        self.hear(self.done, self.found)


def write_letters(mailing: Mailing) -> LetterCount:
    """Write every letter and list of the case; how many letters, and how many people are left to a person.

    SourceError where the folder holds other letters or cannot be written, or the people are of another scope.
    """
    try:
        mailing.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = _claim(mailing)
        context = get_context("spawn")
        with ProcessPoolExecutor(mailing.jobs, mp_context=context) as pool:
            return _write_all(mailing, state, _Press(pool, mailing.jobs, mailing.hear))
    except OSError as error:
        raise SourceError(
            f"cannot write {mailing.folder}: {error.strerror}",
            "free space or name another --out, then run again",
        ) from error


def _write_all(mailing: Mailing, state: State, press: _Press) -> LetterCount:
    """One walk over the people: letters into batches of their language, exceptions into their list."""
    author = mailing.site.organisation.name
    writers = {
        words.language.code: Writer(mailing.scope, mailing.site, words, state.dated)
        for words in mailing.words
    }
    merges = {code: MergeFiles(mailing.folder, f"merge-{code}") for code in writers}
    waiting: dict[str, list[Letter]] = {code: [] for code in writers}
    numbers = dict.fromkeys(writers, 0)
    models: set[tuple[str, str]] = set()
    letters = 0

    def print_batch(code: str) -> None:
        numbers[code] += 1
        merges[code].write(waiting[code], numbers[code])
        path = mailing.folder / f"letters-{code}-{numbers[code]:05d}.pdf"
        press.add(waiting[code], author, state.dated, path)
        waiting[code] = []

    withheld = _Withheld(mailing)
    for made in _letters(mailing, writers, state, withheld):
        code = made.language
        letters += 1
        waiting[code].append(made)
        if (made.kind, code) not in models:
            models.add((made.kind, code))
            _write_model(mailing, made)
        if len(waiting[code]) == mailing.batch:
            print_batch(code)
    for code in writers:
        if waiting[code]:
            print_batch(code)
        merges[code].close()
    press.finish()
    withheld.close()
    return LetterCount(letters, withheld.count)


def _letters(
    mailing: Mailing, writers: dict[str, Writer], state: State, withheld: _Withheld
) -> Iterator[Letter]:
    """Every letter in the people's order; who gets none, or needs a person's eye, goes to the list."""
    today = state.dated.date()
    first = next(iter(writers))
    for affected in read_affected(mailing.people, mailing.scope.hash):
        treatment = treat(affected, today)
        spoken = affected.person.language
        code = (
            spoken
            if spoken in writers
            else ("en" if spoken and spoken != "fr" and "en" in writers else first)
        )
        made = [
            writers[code].write(affected, addressee, copy)
            for copy, addressee in enumerate(treatment.letters, 1)
        ]
        reason = treatment.withheld
        if any(map(has_link, made)):
            made, reason = [], "link"
        elif any(map(unprintable, made)):
            made, reason = [], "not_printable"
        if reason:
            withheld.add(affected, reason, len(made))
        yield from made


class _Withheld:
    """The list of people somebody must look at, owner-only."""

    def __init__(self, mailing: Mailing) -> None:
        self.count = 0
        self._words = mailing.words[0]
        self._path = mailing.folder / WITHHELD
        self._partial = self._path.with_name(WITHHELD + PARTIAL)
        self._partial.unlink(missing_ok=True)
        handle = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(
            ("person", "reason", "why", "letters", "name", "birth_date", "identifiers", "categories")
        )

    def add(self, affected: Affected, reason: str, letters: int) -> None:
        person = affected.person
        text = (
            reason,
            self._words.text(f"withheld.{reason}"),
            str(letters),
            person.name,
            person.birth_date,
            "; ".join(person.identifiers),
            "; ".join(affected.categories),
        )
        self._csv.writerow([affected.number, *map(harmless, text)])
        self.count += 1

    def close(self) -> None:
        self._file.close()
        self._partial.replace(self._path)


def _claim(mailing: Mailing) -> State:
    """The state of the folder, written now or by the run that is being gone on with."""
    path = mailing.folder / STATE
    job = _job(mailing)
    if path.exists():
        try:
            state = msgspec.json.decode(path.read_bytes(), type=State)
        except msgspec.MsgspecError as error:
            raise SourceError(f"{path} is damaged", "name another --out") from error
        if state.job != job:
            raise SourceError(
                f"{mailing.folder} holds letters of another run", "name another --out, or empty it"
            )
        for left in mailing.folder.glob(f"*{PARTIAL}"):
            left.unlink()
        return state
    if any(mailing.folder.iterdir()):
        raise SourceError(f"{mailing.folder} holds other files", "name another --out, or empty it")
    state = State(job, mailing.now)
    _put(path, msgspec.json.encode(state))
    return state


def _job(mailing: Mailing) -> str:
    """Two runs with equal results write equal letters."""
    with mailing.people.open("rb") as file:
        people = hashlib.file_digest(file, "sha256").hexdigest()
    said = [
        __version__,
        mailing.scope.hash,
        people,
        msgspec.to_builtins(mailing.site.organisation),
        msgspec.to_builtins(mailing.site.letters),
        msgspec.to_builtins(mailing.site.dpo),
        [[words.language.code, words.zone, words.tree] for words in mailing.words],
        mailing.batch,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _write_model(mailing: Mailing, letter: Letter) -> None:
    """The first letter of its kind, as HTML: to read before a million are printed, and to edit."""
    words = next(each for each in mailing.words if each.language.code == letter.language)
    page = write_letter(letter, words)
    _put(mailing.folder / f"model-{letter.kind}-{letter.language}.html", page.encode())


def _write_batch(letters: list[Letter], author: str, made_at: datetime, path: Path) -> None:
    """Set one PDF; runs in a process of its own."""
    _put(path, set_letters(letters, author, made_at))


def _put(path: Path, content: bytes) -> None:
    """Write a file that opens to its owner only, whole or not at all."""
    partial = path.with_name(path.name + PARTIAL)
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    partial.replace(path)
