from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from synthetic_ledger import first_names, make_frame

from rempart.errors import LedgerError
from rempart.ledger.entries import (
    decode_decisions,
    decode_input,
    encode_decisions,
    encode_input,
    encode_one,
)


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_decisions_come_back_as_they_went(count: int) -> None:
    frame, decisions = make_frame(count, first=5)
    names = first_names()
    payload = b"".join(
        encode_decisions(5, frame.rows, decisions, frame.patients, frame.events, names, trace=False)
    )
    back = decode_decisions(payload)
    assert back.first_number == 5
    assert back.rows.tobytes() == frame.rows.tobytes()
    assert back.decisions.tobytes() == decisions.tobytes()
    assert back.patients.tolist() == frame.patients.tolist()
    assert back.events.to_pylist() == frame.events.to_pylist()
    assert back.names == names
    assert back.trace is False
    if count:
        assert np.shares_memory(back.rows, np.frombuffer(payload, np.uint8))


def test_a_slice_of_event_ids_is_kept_from_its_start() -> None:
    frame, decisions = make_frame(10)
    events = pa.array([f"é{n}" for n in range(30)]).slice(20, 10)
    payload = b"".join(encode_decisions(0, frame.rows, decisions, frame.patients, events, (), trace=True))
    assert decode_decisions(payload).events.to_pylist() == [f"é{n}" for n in range(20, 30)]


def test_what_could_never_be_sealed_is_refused() -> None:
    frame, decisions = make_frame(4)
    with pytest.raises(ValueError, match="outside the patients"):
        encode_decisions(0, frame.rows, decisions, frame.patients[:-1], frame.events, (), trace=True)
    with pytest.raises(ValueError, match="outside the patients"):
        encode_decisions(
            0, frame.rows[3:], decisions[3:], frame.patients[:7], frame.events[3:], (), trace=True
        )
    with pytest.raises(ValueError, match="3 decisions"):
        encode_decisions(0, frame.rows, decisions[:3], frame.patients, frame.events, (), trace=True)
    with pytest.raises(ValueError, match="types"):
        encode_decisions(0, frame.rows, decisions, frame.patients.view("i8"), frame.events, (), trace=True)


def test_a_malformed_payload_is_an_error_of_ours() -> None:
    frame, decisions = make_frame(4)
    parts = encode_decisions(0, frame.rows, decisions, frame.patients, frame.events, (), trace=True)
    payload = b"".join(parts)
    for wrong in (b"", b"\xff\xff\xff\xff", payload[:-1], payload + b"\0", payload[:3], payload[:40]):
        with pytest.raises(LedgerError):
            decode_decisions(wrong)


def test_an_input_keeps_its_kind_and_bytes() -> None:
    kind, content = decode_input(b"".join(encode_input(200, b"opaque")))
    assert (kind, bytes(content)) == (200, b"opaque")
    with pytest.raises(LedgerError):
        decode_input(b"")


@pytest.mark.parametrize("event", ["", "ev-1", "é" * 9])
def test_a_single_event_is_laid_out_like_a_frame_of_one(event: str) -> None:
    frame, decisions = make_frame(1)
    names = first_names()
    parts = encode_decisions(
        3, frame.rows, decisions, frame.patients, pa.array([event], pa.string()), names, trace=True
    )
    one = encode_one(3, frame.rows, decisions, frame.patients, event, names, trace=True)
    assert one == b"".join(parts)
