"""The files inside what was given: plain, gzip, Zstandard, zip, 7z; each as a bounded stream of bytes.

Archives are written by the thief: a member whose path climbs out or is absolute, a link, an encrypted
member, an archive inside an archive, and a content that grows beyond what data ever does are refused
with one line. Nothing is unpacked to a path the archive names: 7z members go to a nameless private file.

Misses: rar, tar, and archives of several volumes; self-extracting archives are refused as unknown.
"""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import py7zr
from py7zr.exceptions import ArchiveError
from py7zr.io import Py7zIO, WriterFactory

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import printable, why_of
from rempart.unpack import ByteStream

MOST_MEMBERS = 1000
MOST_GROWTH = 250
"""Unpacked bytes for one packed byte, beyond the first :data:`FREE_BYTES`; text seldom exceeds 30."""
FREE_BYTES = 64 << 20
_ZIP = b"PK\x03\x04"
_SEVEN = b"7z\xbc\xaf\x27\x1c"
_REFUSED = {b"Rar!\x1a\x07": "rar", b"\x42\x5a\x68": "bzip2", b"\xfd7zXZ\x00": "xz"}


class Member:
    """One file's content: ``name`` to show, ``read(size)`` for its plain bytes, ``head`` its first ones."""

    def __init__(self, name: str, raw: BinaryIO, packed: int) -> None:
        self.name = printable(name, 120)
        self.raw = raw
        self._stream = ByteStream(raw)
        self._packed = max(packed, 1)
        self._given = 0
        self.compressed = bool(self._stream.compression)
        self.head = self._stream.read(1 << 20)
        while len(self.head) < 1 << 18 and (more := self._stream.read(1 << 18)):
            self.head += more
        self._refuse_nested()
        self._stream.unread(self.head)

    def read(self, size: int = 1 << 20) -> bytes:
        """The next plain bytes, none at the end. SourceError for a bomb or a damaged stream."""
        piece = self._stream.read(size)
        self._given += len(piece)
        check_growth(self._given, self._packed, self.name)
        if not piece and self._stream.fault:
            raise SourceError(
                _("{name} ends badly ({fault})").format(name=self.name, fault=self._stream.fault),
                _("get a whole copy; nothing was written"),
            )
        return piece

    def _refuse_nested(self) -> None:
        for mark, kind in _REFUSED.items():
            if self.head.startswith(mark):
                raise SourceError(
                    _("{name} is {kind}, which is not read").format(name=self.name, kind=kind),
                    _("unpack it first"),
                )
        if self.compressed and (self.head.startswith((_SEVEN, _ZIP)) or self.head[:2] == b"\x1f\x8b"):
            raise SourceError(
                _("{name} holds an archive in an archive").format(name=self.name),
                _("unpack the outer one first"),
            )


def check_growth(given: int, packed: int, name: str) -> None:
    """SourceError where ``given`` bytes came out of ``packed`` ones that data would never give."""
    if given > FREE_BYTES and given > MOST_GROWTH * packed:
        raise SourceError(
            _("{name} grows to more than {most_growth} times its size").format(
                name=name, most_growth=MOST_GROWTH
            ),
            _("it is no data: it was not read further"),
        )


@contextmanager
def open_members(path: Path) -> Iterator[Iterator[Member]]:
    """The members of the file at ``path``, one after the other; each must be read before the next."""
    try:
        raw = cast(BinaryIO, path.open("rb"))
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)),
            _("check the name and the rights"),
        ) from error
    with raw:
        head = raw.read(6)
        raw.seek(0)
        if head.startswith(_ZIP) and not is_workbook(path):
            yield _zip_members(path)
        elif head == _SEVEN:
            yield _seven_members(path)
        else:
            yield iter([Member(path.name, raw, path.stat().st_size)])


_BOOKS = (".xlsx", ".xlsm")
"""Workbooks in a zip file are read; one that is none is a damaged workbook to its reader."""


def is_workbook(path: Path) -> bool:
    """Whether a zip file is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _check_name(name: str, where: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or (len(name) > 1 and name[1] == ":"):
        raise SourceError(
            _("{where} names a path outside itself").format(where=where),
            _("it is a trap: it was not unpacked"),
        )


def _check_count(count: int, where: str) -> None:
    if count > MOST_MEMBERS:
        raise SourceError(
            _("{where} holds more than {most_members} files").format(where=where, most_members=MOST_MEMBERS),
            _("unpack the ones that matter"),
        )


def _zip_members(path: Path) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_count(len(infos), path.name)
            for info in infos:
                _check_name(info.filename, path.name)
                if stat.S_ISLNK(info.external_attr >> 16):
                    raise SourceError(
                        _("{name} holds a link").format(name=path.name),
                        _("it is a trap: it was not unpacked"),
                    )
                if info.flag_bits & 1:
                    raise SourceError(
                        _("{name} is encrypted").format(name=path.name),
                        _("unpack it with its password first"),
                    )
            check_growth(sum(info.file_size for info in infos), path.stat().st_size, path.name)
            for info in infos:
                with archive.open(info) as raw:
                    member = Member(info.filename, cast(BinaryIO, raw), info.compress_size)
                    if member.head.startswith((_SEVEN, _ZIP)) and not info.filename.lower().endswith(_BOOKS):
                        raise SourceError(
                            _("{name} holds an archive in an archive").format(name=path.name),
                            _("unpack the outer one"),
                        )
                    yield member
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise SourceError(
            _("{name} is a damaged zip file").format(name=path.name), _("get a whole copy")
        ) from error


class _Bounded(Py7zIO):
    """A nameless private file that refuses to grow like a bomb."""

    def __init__(self, name: str, packed: int) -> None:
        self.name, self.packed, self.file = name, packed, tempfile.TemporaryFile()
        self.size_written = 0

    def write(self, s: bytes | bytearray) -> int:
        self.size_written += len(s)
        check_growth(self.size_written, self.packed, self.name)
        return self.file.write(s)

    def read(self, size: int | None = None) -> bytes:
        return self.file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def flush(self) -> None:
        self.file.flush()

    def size(self) -> int:
        return self.size_written


class _Files(WriterFactory):
    def __init__(self, packed: int) -> None:
        self.packed = packed
        self.files: dict[str, _Bounded] = {}

    def create(self, filename: str, *_: Any, **__: Any) -> Py7zIO:
        self.files[filename] = _Bounded(Path(filename).name, self.packed)
        return self.files[filename]


def _seven_members(path: Path) -> Iterator[Member]:
    packed = path.stat().st_size
    files = _Files(packed)
    try:
        with py7zr.SevenZipFile(path) as archive:
            if archive.needs_password():
                raise SourceError(
                    _("{name} is encrypted").format(name=path.name), _("unpack it with its password first")
                )
            entries = archive.list()
            _check_count(len(entries), path.name)
            for entry in entries:
                _check_name(entry.filename, path.name)
                if entry.is_symlink:
                    raise SourceError(
                        _("{name} holds a link").format(name=path.name),
                        _("it is a trap: it was not unpacked"),
                    )
            check_growth(sum(entry.uncompressed for entry in entries), packed, path.name)
            archive.extractall(factory=files)
    except (ArchiveError, EOFError, OSError, ValueError, IndexError, KeyError, TypeError) as error:
        raise SourceError(
            _("{name} is a damaged 7z file").format(name=path.name), _("get a whole copy")
        ) from error
    for name, kept in files.files.items():
        kept.seek(0)
        with kept.file:
            yield Member(name, cast(BinaryIO, kept.file), packed)


def whole(member: Member, most: int) -> io.BytesIO:
    """All bytes of a member that must be read at random, at most ``most``. SourceError beyond."""
    parts, size = [], 0
    while piece := member.read():
        parts.append(piece)
        size += len(piece)
        if size > most:
            raise SourceError(
                _("{name} is over {most} MiB").format(name=member.name, most=most >> 20), _("save it as CSV")
            )
    return io.BytesIO(b"".join(parts))
