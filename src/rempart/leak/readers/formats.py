"""Every format a leaked file can have, in the order in which they are tried; and the whole reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.leak.chunk import Chunk
from rempart.leak.members import open_members
from rempart.leak.readers import blocks, delimited, json_rows, parquet, sql, vcard, workbook

READERS: tuple[ModuleType, ...] = (parquet, workbook, vcard, json_rows, sql, blocks, delimited)


def read_files(paths: tuple[Path, ...]) -> Iterator[Chunk]:
    """The rows of every table of every file, file by file. SourceError where one cannot be read."""
    for path in paths:
        with open_members(path) as members:
            for member in members:
                reader = next((each for each in READERS if each.fits(member)), None)
                if reader is not None:
                    yield from reader.read(member)


def files_of(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of ``paths``: a folder stands for the files right in it. SourceError where there is none."""
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path])
    if not files:
        raise SourceError(_("there is no file to read"), _("name the files on sale"))
    return tuple(files)
