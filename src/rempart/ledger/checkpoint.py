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
from collections.abc import Mapping
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
    for array in arrays.values():
        blob = io.BytesIO()
        np.lib.format.write_array(blob, np.asarray(array), allow_pickle=False)
        blobs.append(blob.getbuffer())
    sizes = [len(blob) for blob in blobs]
    header = msgspec.msgpack.encode(_Header(seq, list(arrays), sizes, meta))
    state = xxhash.xxh3_128(struct.pack("<I", len(header)) + header)
    for part in blobs:
        state.update(part)
    path = folder / f"{max(seq, 0):020d}.checkpoint"
    write_durably(path, [_HEAD.pack(MAGIC, state.digest(), len(header)), header, *blobs])
    for old in sorted(folder.glob("*.checkpoint"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def load_latest(data: Path) -> Checkpoint | None:
    """The newest checkpoint that is whole; None where there is none.

    LedgerError when there are some and each is damaged: beginning from nothing would repeat decisions.
    """
    files = sorted(Folder(data).checkpoints.glob("*.checkpoint"), reverse=True)
    for path in files:
        checkpoint = _load(path)
        if checkpoint is not None:
            return checkpoint
    if files:
        raise LedgerError(
            _("no checkpoint in {parent} is whole").format(parent=files[0].parent),
            _("restore the data folder from the backup"),
        )
    return None


def _load(path: Path) -> Checkpoint | None:
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
        arrays[name] = np.lib.format.read_array(io.BytesIO(content[at : at + length]), allow_pickle=False)
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
