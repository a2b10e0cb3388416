"""Checkpoints: the state of the watch at one journal entry, so that a restart need not begin at the start.

Takes named arrays and a JSON-able dictionary, gives them back. A file is ``RMPCHKP1``, the
xxh3-128 checksum of the rest, a MessagePack header (length first) and the arrays in numpy's ``.npy``
form. Written beside and renamed; the last two are kept, so that a damaged one costs only time.

Misses: the checksum finds accidents, not tampering; a checkpoint is no evidence, the seals are.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import xxhash

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.folder import Folder, make_private, sweep_partial, write_durably

MAGIC = b"RMPCHKP1"
KEPT = 2
Arrays = Mapping[str, np.ndarray[Any, Any]]
HEAD_BYTES = 1 << 16
"""The head of an array in numpy's form is shorter than this."""
_HEAD = struct.Struct("<8s16sI")


class _Header(msgspec.Struct):
    seq: int
    names: list[str]
    sizes: list[int]
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after journal entry ``seq``."""

    seq: int
    arrays: dict[str, np.ndarray[Any, Any]]
    meta: dict[str, Any]


def save(data: Path, seq: int, arrays: Arrays, meta: dict[str, Any]) -> Path:
    """Durably store the state after entry ``seq`` and drop all but the last two; the file.

    ``arrays`` hold numbers or structures, no objects (ValueError); ``meta`` is JSON-able. LedgerError
    when the disk refuses.
    """
    folder = Folder(data).checkpoints
    make_private(folder)
    sweep_partial(folder)
    blobs: list[bytes | memoryview] = []
    sizes: list[int] = []
    for array in arrays.values():
        parts = _npy(np.asarray(array))
        blobs += parts
        sizes.append(sum(map(len, parts)))
    header = msgspec.msgpack.encode(_Header(seq, list(arrays), sizes, meta))
    state = xxhash.xxh3_128(struct.pack("<I", len(header)) + header)
    for part in blobs:
        state.update(part)
    path = folder / f"{max(seq, 0):020d}.checkpoint"
    write_durably(path, [_HEAD.pack(MAGIC, state.digest(), len(header)), header, *blobs])
    for old in sorted(folder.glob("*.checkpoint"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def load_latest(data: Path, wanted: Callable[[str], bool] = lambda _: True) -> Checkpoint | None:
    """The newest checkpoint that is whole, with the arrays whose name is ``wanted``; None where there is none.

    LedgerError when there are some and each is damaged: beginning from nothing would repeat decisions.
    """
    files = sorted(Folder(data).checkpoints.glob("*.checkpoint"), reverse=True)
    for path in files:
        checkpoint = _load(path, wanted)
        if checkpoint is not None:
            return checkpoint
    if files:
        raise LedgerError(
            _("no checkpoint in {parent} is whole").format(parent=files[0].parent),
            _("restore the data folder from the backup"),
        )
    return None


def _npy(array: np.ndarray[Any, Any]) -> list[bytes | memoryview]:
    """An array in numpy's ``.npy`` form: its head and, in place, its numbers. ValueError for objects."""
    if array.dtype.hasobject:
        raise ValueError("a checkpoint holds no objects")
    array = np.asarray(array, order="C")
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(array))
    return [head.getbuffer(), array.reshape(-1).view(np.uint8).data if array.size else b""]


def _array(blob: memoryview) -> np.ndarray[Any, Any]:
    """A copy of the array in :func:`_npy`'s form."""
    head = io.BytesIO(blob[:HEAD_BYTES])
    np.lib.format.read_magic(head)
    shape, _, dtype = np.lib.format.read_array_header_1_0(head)
    return np.frombuffer(blob[head.tell() :], dtype).reshape(shape).copy()


def _load(path: Path, wanted: Callable[[str], bool]) -> Checkpoint | None:
    """The checkpoint in ``path``, or None where it is damaged."""
    content = memoryview(path.read_bytes())
    if len(content) < _HEAD.size:
        return None
    magic, checksum, size = _HEAD.unpack_from(content)
    if magic != MAGIC or xxhash.xxh3_128(content[_HEAD.size - 4 :]).digest() != checksum:
        return None
    at = _HEAD.size + size
    header = msgspec.msgpack.decode(content[_HEAD.size : at], type=_Header)
    arrays = {}
    for name, length in zip(header.names, header.sizes, strict=True):
        if wanted(name):
            arrays[name] = _array(content[at : at + length])
        at += length
    return Checkpoint(header.seq, arrays, header.meta)


def under(prefix: str, arrays: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays whose names begin with ``prefix``, named without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def layout(arrays: Arrays) -> dict[str, list[tuple[str, str]]]:
    """Names and kinds of each array's fields, by the array's name; all shards as one, however many there are."""
    return {re.sub(r"^shard\d+", "shard", name): _fields(array) for name, array in arrays.items()}


def _fields(array: np.ndarray[Any, Any]) -> list[tuple[str, str]]:
    """Whatever lies between them does not count."""
    fields = array.dtype.fields or {"": (array.dtype,)}
    return [(name, str(field[0])) for name, field in fields.items()]
