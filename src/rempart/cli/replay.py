"""``rempart replay``: what would have happened on history."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console

from rempart import language, settings
from rempart.cli.options import (
    BATCH,
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
from rempart.pipeline.casework import detect
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.pipeline.suspicions import Theft
from rempart.pipeline.wording import answer_words, count_words


@click.command("replay")
@click.argument("sources", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the results.")
@DATA
@SETTINGS
@MAPPING
@SHARDS
@BATCH
@LANGUAGE
def replay_command(
    sources: tuple[str, ...],
    out: Path,
    data: Path | None,
    settings_path: Path | None,
    mappings: tuple[str, ...],
    shards: int,
    batch_size: int,
    lang: str | None,
) -> None:
    """Judge the history in SOURCES (files, folders) and write decisions, incidents and a page to OUT."""
    os.umask(0o077)
    language.set_language(lang)
    chosen = settings.load(settings_path)
    reader = plan(list(sources), list(mappings), tell_proposed)
    console = Console(stderr=True)
    suspected: list[list[Theft]] = []
    with console.status("…") as status:

        def hear(stage: str, done: int, of: int) -> None:
            words = {"read": _("reading"), "judge": _("judging"), "write": _("writing")}[stage]
            amount = language.number(done) + (f" / {language.number(of)}" if of else "")
            status.update(f"{words} {amount}")

        summary = replay(
            reader,
            out,
            data,
            chosen,
            shards=shards,
            batch=batch_size,
            language=lang or language.spoken().code,
            hear=hear,
            suspect=suspected.append,
        )
        opened = detect(out / "data" if data is None else data, chosen, now_ms(), *suspected)
    counted = [(word, summary[name]) for name, word in count_words(language.spoken()).items()]
    answers = answer_words(language.spoken())
    counted += [(f"  {answers[name]}", count) for name, count in summary["by_action"].items()]
    for word, count in counted:
        sys.stdout.write(f"{word:20}{language.number(count):>10}\n")
    sys.stdout.write(f"{language.labelled(_('open'), out / 'report.html')}\n")
    tell_incidents(opened)
    if not summary["read"]:
        raise SourceError(
            _("nothing was read: the sources hold no record"), _("name a log with records in it")
        )
    tell_unread(summary["warnings"], summary["unread"])
