"""``rempart watch``: judge every access as it comes."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import click

from rempart import language, settings
from rempart.cli.options import (
    DATA,
    LANGUAGE,
    MAPPING,
    SETTINGS,
    SHARDS,
    now_ms,
    tell_incidents,
    tell_proposed,
    tell_unread,
)
from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.pipeline.afterword import Readings
from rempart.pipeline.casework import detect
from rempart.pipeline.course import Course
from rempart.pipeline.following import Follower
from rempart.pipeline.live import answer_lines
from rempart.pipeline.progress import totals
from rempart.pipeline.reading import plan
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.watching import watch_files
from rempart.pipeline.wording import count_words

LOOK_EVERY_S = 1.0


@click.command("watch")
@click.argument("sources", nargs=-1)
@click.option("--stdio", is_flag=True, help="Speak the live line protocol on standard input and output.")
@click.option(
    "--follow", is_flag=True, help="Keep going: judge what is appended to the sources until stopped."
)
@click.option(
    "--mode",
    type=click.Choice(["observe", "enforce"]),
    default="observe",
    show_default=True,
    help="enforce: answers are acted on, and unanswered challenges count.",
)
@DATA
@SETTINGS
@MAPPING
@SHARDS
@LANGUAGE
def watch_command(
    sources: tuple[str, ...],
    stdio: bool,
    follow: bool,
    mode: str,
    data: Path | None,
    settings_path: Path | None,
    mappings: tuple[str, ...],
    shards: int,
    lang: str | None,
) -> None:
    """Judge the accesses in SOURCES (files, folders), or live with --stdio; write the ledger."""
    if stdio == bool(sources) or (stdio and follow):
        raise SourceError(_("watch needs sources or --stdio, and not both"), _("name files, or give --stdio"))
    os.umask(0o077)
    language.set_language(lang)
    folder = settings.data_folder(data)
    chosen = settings.load(settings_path)
    follower = Follower(list(sources), list(mappings), tell_proposed, _warn) if follow else None
    reader = None if stdio or follow else plan(list(sources), list(mappings), tell_proposed)
    course = Course.open(folder, chosen, enforce=mode == "enforce", live=stdio, shards=1 if stdio else shards)
    rejects, readings = RejectFile(folder / "rejects.ndjson"), Readings()
    if follower is not None:
        _follow(follower, course, rejects)
    elif reader is None:
        gc.freeze()  # what stands now lasts; looking it over again would make an answer wait
        answer_lines(course, rejects, lambda size: os.read(0, size), _deliver)
        gc.unfreeze()
    else:
        watch_files(reader, course, rejects, readings)
    course.close()
    rejects.close()
    _tell(totals(course.progress))
    tell_incidents(detect(folder, chosen, now_ms()))
    tell_unread(readings.unreadable(), readings.mostly_unreadable())


def _follow(follower: Follower, course: Course, rejects: RejectFile) -> None:
    """Look once a second until SIGINT or SIGTERM; say how far it is when something was read."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    said = totals(course.progress)
    while not stop.is_set():
        follower.look(course, rejects, lambda: not stop.is_set())
        if totals(course.progress) != said:
            said = totals(course.progress)
            _tell(said)
        stop.wait(LOOK_EVERY_S)


def _tell(counts: Mapping[str, int]) -> None:
    """The counts on one line."""
    words = count_words(language.spoken())
    told = (f"{word} {language.number(counts[name])}" for name, word in words.items())
    sys.stderr.write(f"{', '.join(told)}\n")
    sys.stderr.flush()


def _warn(why: str) -> None:
    sys.stderr.write(f"{language.printable(why)}\n")


def _deliver(lines: bytes) -> None:
    view = memoryview(lines)
    while view:
        view = view[os.write(1, view) :]
