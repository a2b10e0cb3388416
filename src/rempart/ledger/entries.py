"""The two kinds of journal entries and how they become bytes: decisions, and opaque inputs.

A decisions entry is a MessagePack header (its 4-byte length first) and, each aligned to 8 bytes, the
events (:data:`rempart.records.EVENT`), the decisions (:data:`rempart.records.DECISION`), the patients
(uint64 pseudonyms), the offsets (int32, n + 1) and the bytes of the sources' event ids. Decoding makes
numpy views of the payload, no copies. An input entry is one byte saying what it is, and the
pipeline's own bytes.

Misses: other byte orders; the records are little-endian as every machine served here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numba import njit

from rempart.errors import LedgerError
from rempart.language import gettext as _
from rempart.ledger.framing import padding_of
from rempart.ledger.names import Name
from rempart.records import DECISION, EVENT

DECISIONS = 1
INPUT = 2

Rows = np.ndarray[Any, Any]
_LENGTH = struct.Struct("<I")
_ONE_ID = struct.Struct("<ii")
_DECISION_PADDING = padding_of(DECISION.itemsize)


class Header(msgspec.Struct, array_like=True):
    """What stands before the arrays of a decisions entry."""

    first_number: int
    rows: int
    patients: int
    event_bytes: int
    trace: bool
    row_size: int
    decision_size: int
    names: list[Name]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Header)


class Split(NamedTuple):
    """A decisions payload taken apart: the arrays as bytes, so that many entries join in one go."""

    header: Header
    rows: memoryview
    decisions: memoryview
    patients: memoryview
    offsets: memoryview
    content: memoryview


@dataclass(frozen=True, slots=True)
class Decided:
    """What one decisions entry holds: ``rows`` (n,) EVENT, ``decisions`` (n,) DECISION, ``patients``
    (m,) uint64, ``events`` (n,) strings; row i bears the number ``first_number`` + i."""

    first_number: int
    rows: Rows
    decisions: Rows
    patients: Rows
    events: pa.StringArray
    names: list[Name]
    trace: bool
    """The source told afterwards what it served (else an enforcement point asked before serving)."""


def encode_decisions(
    first_number: int,
    frame_rows: Rows,
    decisions: Rows,
    patients: Rows,
    events: pa.StringArray,
    names: Sequence[Name],
    trace: bool,
) -> list[bytes | memoryview]:
    """The parts of a decisions payload; large ones are views of the arrays, not copies.

    ``frame_rows`` (n,) EVENT and ``decisions`` (n,) DECISION are C-contiguous; ``first_patient`` and
    ``patients`` of every row delimit a slice of ``patients`` (m,) uint64. ValueError for other shapes.
    """
    count = len(frame_rows)
    if len(decisions) != count or len(events) != count:
        raise ValueError(f"{count} events, {len(decisions)} decisions and {len(events)} event ids")
    if frame_rows.dtype != EVENT or decisions.dtype != DECISION or patients.dtype != np.uint64:
        raise ValueError("events, decisions or patients are not of the shared records' types")
    _check_slices(frame_rows, len(patients))
    offsets, content = _string_parts(events)
    header = _header(first_number, count, len(patients), len(content), names, trace)
    parts: list[bytes | memoryview] = [header]
    for array in (frame_rows, decisions, patients, offsets):
        parts += [_bytes_of(array), padding_of(array.nbytes)]
    parts.append(content)
    return parts


def encode_one(
    number: int, row: Rows, decision: Rows, patients: Rows, event: str, names: Sequence[Name], trace: bool
) -> bytes:
    """The payload of a single event as :func:`encode_decisions` gives it, for a row just through the door:
    ``row`` (1,), ``decision`` (1,), and all of ``patients`` are the row's; nothing is checked."""
    content = event.encode()
    return b"".join(
        (
            _header(number, 1, len(patients), len(content), names, trace),
            row.tobytes(),
            decision.tobytes(),
            _DECISION_PADDING,
            patients.tobytes(),
            _ONE_ID.pack(0, len(content)),
            content,
        )
    )


def _header(
    first_number: int, rows: int, patients: int, event_bytes: int, names: Sequence[Name], trace: bool
) -> bytes:
    """The length and the header of a decisions payload, padded."""
    sizes = EVENT.itemsize, DECISION.itemsize
    header = _encoder.encode(Header(first_number, rows, patients, event_bytes, trace, *sizes, [*names]))
    return _LENGTH.pack(len(header)) + header + padding_of(_LENGTH.size + len(header))


def split_decisions(payload: bytes | memoryview) -> Split:
    """The header and the raw arrays of a decisions payload. LedgerError where they do not fit."""
    view = memoryview(payload)
    try:
        (length,) = _LENGTH.unpack_from(view)
        header = _decoder.decode(view[_LENGTH.size : _LENGTH.size + length])
    except (struct.error, msgspec.MsgspecError) as error:
        raise LedgerError(
            _("a decisions entry is malformed"), _("restore the journal from the backup")
        ) from error
    if (header.row_size, header.decision_size) != (EVENT.itemsize, DECISION.itemsize):
        raise LedgerError(
            _("the journal was written by another version of Rempart"),
            _("seal it with that version, then go on"),
        )
    rows = header.rows
    at = _LENGTH.size + length
    arrays = []
    for size in (rows * EVENT.itemsize, rows * DECISION.itemsize, header.patients * 8, rows * 4 + 4):
        at += -at % 8
        arrays.append(view[at : at + size])
        at += size
    events, decisions, patients, offsets = arrays
    at += -at % 8
    if rows < 0 or header.patients < 0 or at + header.event_bytes != len(view):
        raise LedgerError(_("a decisions entry is malformed"), _("restore the journal from the backup"))
    return Split(header, events, decisions, patients, offsets, view[at:])


def decode_decisions(payload: bytes | memoryview) -> Decided:
    """The arrays of a decisions payload, as views of it. LedgerError where they do not fit together."""
    split = split_decisions(payload)
    header = split.header
    events = string_array(np.frombuffer(split.offsets, dtype=np.int32), split.content)
    return Decided(
        header.first_number,
        np.frombuffer(split.rows, dtype=EVENT),
        np.frombuffer(split.decisions, dtype=DECISION),
        np.frombuffer(split.patients, dtype=np.uint64),
        events,
        header.names,
        header.trace,
    )


def string_array(offsets: Rows, content: bytes | memoryview) -> pa.StringArray:
    """Strings from offsets (n + 1,) int32 and UTF-8 bytes. LedgerError where they do not fit together."""
    if offsets[0] != 0 or offsets[-1] != len(content) or (np.diff(offsets) < 0).any():
        raise LedgerError(_("a decisions entry is malformed"), _("restore the journal from the backup"))
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(content))


def encode_input(kind: int, content: bytes | memoryview) -> list[bytes | memoryview]:
    """The parts of an input payload; ``kind`` (0 to 255) is the pipeline's own."""
    return [bytes((kind,)), content]


def decode_input(payload: bytes | memoryview) -> tuple[int, memoryview]:
    """The kind and the bytes handed to :func:`encode_input`."""
    view = memoryview(payload)
    if not view:
        raise LedgerError(_("an input entry is empty"), _("restore the journal from the backup"))
    return view[0], view[1:]


def _check_slices(frame_rows: Rows, held: int) -> None:
    """ValueError where a row's patients lie outside the ``held`` ones: it could never be sealed."""
    if not _slices_fit(frame_rows, held):
        raise ValueError("an event points outside the patients handed over with it")


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _slices_fit(rows, held):  # type: ignore[no-untyped-def]
    for i in range(rows.size):
        start, count = rows[i].first_patient, rows[i].patients
        if count < 0 or (count > 0 and (start < 0 or start > held - count)):
            return False
    return True


def _bytes_of(array: Rows) -> bytes | memoryview:
    """Small arrays as bytes, which are cheaper to carry than views; large ones as a view."""
    if array.nbytes < 4096:
        return array.tobytes()
    return np.ascontiguousarray(array).view(np.uint8).data


def _string_parts(events: pa.StringArray) -> tuple[Rows, bytes | memoryview]:
    """Offsets (n + 1,) int32 from 0, and the bytes, of a string column without nulls."""
    if not len(events):
        return np.zeros(1, dtype=np.int32), b""
    if events.null_count:
        raise ValueError("an event id is null; an unknown one is the empty string")
    _, offset_buffer, data_buffer = events.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[events.offset : events.offset + len(events) + 1]
    start, stop = int(offsets[0]), int(offsets[-1])
    data = memoryview(data_buffer)[start:stop] if data_buffer is not None else b""
    return (offsets - offsets[0]) if start else offsets, data
