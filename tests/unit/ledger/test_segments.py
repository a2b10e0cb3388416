from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic_ledger import ACCOUNTS, PEOPLE, START_MS, first_names, make_frame

from rempart.errors import LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.columns import SCHEMA, choose, gather
from rempart.ledger.entries import encode_decisions, split_decisions
from rempart.ledger.names import Names
from rempart.ledger.patient_index import build_index, row_groups_of
from rempart.records import MISSING_MS, Kind


def table_of(count: int, pieces: int = 1, change: Callable[[np.ndarray], None] | None = None) -> pa.Table:
    """``count`` decisions through journal payloads in ``pieces`` and back into columns."""
    names = Names()
    names.learn(first_names())
    payloads = []
    for part in np.array_split(np.arange(count), pieces):
        frame, decisions = make_frame(len(part), int(part[0]))
        if change:
            change(frame.rows)
        payloads.append(
            b"".join(
                encode_decisions(
                    int(part[0]), frame.rows, decisions, frame.patients, frame.events, (), trace=True
                )
            )
        )
    return choose(gather([split_decisions(payload) for payload in payloads], 0), np.arange(count), names)


def test_a_row_says_what_was_decided() -> None:
    row = table_of(20).slice(7, 1).to_pylist()[0]
    assert row == {
        "number": 7,
        "event": "ev-7",
        "account": first_names()[7 % ACCOUNTS][2],
        "recorded": datetime.fromtimestamp(START_MS / 1000 + 7, UTC),
        "action": "step_up",
        "whole_account": False,
        "doubt": 0.0,
        "hijack": pytest.approx(7e-6),
        "stake_low_eur": 0.0,
        "stake_high_eur": 0.0,
        "reasons": [
            {"code": 4, "weight": 2.5, "seen": 71, "usual": 12},
            {"code": 9, "weight": 1.5, "seen": 3, "usual": -1},
        ],
        "session": "8000000000000001",
        "network": "",
        "software": "",
        "form": "",
        "role": "",
        "unit": "",
        "kind": "access",
        "access_action": "R",
        "outcome": 0,
        "patients": [int(PEOPLE[21]), int(PEOPLE[22])],
        "count": -1,
        "served": "yes",
        "source": "synthetic.ndjson",
        "offset": 700,
        "flags": 0,
    }


def test_the_cut_into_entries_changes_nothing() -> None:
    whole = table_of(200)
    assert table_of(200, pieces=7).equals(whole)
    assert table_of(200, pieces=200).equals(whole)
    whole.validate(full=True)


@pytest.mark.parametrize(
    ("trace", "outcome", "kind", "served"),
    [
        (True, 0, Kind.ACCESS, "yes"),
        (True, 8, Kind.ACCESS, "no"),
        (True, -1, Kind.ACCESS, "unknown"),
        (False, 0, Kind.ACCESS, "unknown"),
        (False, 4, Kind.ACCESS, "no"),
        (True, 0, Kind.LOGIN_PASSED, "no"),
    ],
)
def test_served_is_said_only_where_it_is_known(trace: bool, outcome: int, kind: Kind, served: str) -> None:
    names = Names()
    names.learn(first_names())
    frame, decisions = make_frame(1)
    frame.rows["outcome"], frame.rows["kind"] = outcome, kind
    parts = encode_decisions(0, frame.rows, decisions, frame.patients, frame.events, (), trace=trace)
    table = choose(gather([split_decisions(b"".join(parts))], 0), np.arange(1), names)
    assert table["served"].to_pylist() == [served]


def test_what_is_not_said_stays_unsaid() -> None:
    def unsay(rows: np.ndarray) -> None:
        rows["account"] = -1
        rows["recorded_ms"] = MISSING_MS
        rows["patients"] = 0
        rows["action"] = 0
        rows["kind"] = 99

    row = table_of(1, change=unsay).to_pylist()[0]
    assert (row["account"], row["recorded"], row["patients"]) == ("", None, [])
    assert (row["access_action"], row["kind"]) == ("", "")


def test_a_gap_in_the_numbers_is_an_error() -> None:
    frame, decisions = make_frame(3)
    payload = b"".join(
        encode_decisions(4, frame.rows, decisions, frame.patients, frame.events, (), trace=True)
    )
    with pytest.raises(LedgerError, match="decision 4 stands where 0 should"):
        gather([split_decisions(payload)], 0)


def test_a_segment_is_sorted_by_account_then_number(sealed: Path) -> None:
    table = pq.read_table(sealed / "ledger" / "segments" / "00000001.parquet")
    assert table.column_names == SCHEMA.names
    rows = list(zip(table["account"].to_pylist(), table["number"].to_pylist(), strict=True))
    assert rows == sorted(rows)
    assert sorted(number for _, number in rows) == list(range(40, 70))


def test_the_index_never_misses_a_patient_and_seldom_errs(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    patients = random.integers(0, 2**64, 20_000, dtype=np.uint64)
    offsets = np.arange(0, 20_001, 2)
    path = tmp_path / "0.index"
    path.write_bytes(build_index(patients, offsets, row_group_rows=1000))
    for place in range(0, 20_000, 997):
        assert place // 2000 in row_groups_of(path, int(patients[place]))
    strangers = random.integers(0, 2**64, 300, dtype=np.uint64)
    vain = sum(len(row_groups_of(path, int(stranger))) for stranger in strangers)
    assert vain < 0.03 * 300 * 10
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LedgerError, match="damaged"):
        row_groups_of(path, 5)
    path.write_bytes(b"")
    with pytest.raises(LedgerError):
        row_groups_of(path, 5)


def test_a_ledger_of_hostile_words_keeps_them_as_they_are(
    open_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    words = ["=cmd|' /C calc'!A0", "\x1b[2J", "<script>", "a\0b", "é" * 1000]
    frame, decisions = make_frame(len(words))
    frame.rows["patients"] = 0
    events = pa.array(words)
    names = [("account", n, word) for n, word in enumerate(words)] + [("source", 0, "s")]
    with open_ledger() as ledger:
        ledger.append_decisions(frame.rows, decisions, frame.patients, events, names)
        ledger.seal()
    table = pq.read_table(tmp_path / "data" / "ledger" / "segments" / "00000000.parquet").sort_by("number")
    assert table["event"].to_pylist() == words
    assert table["account"].to_pylist() == words
