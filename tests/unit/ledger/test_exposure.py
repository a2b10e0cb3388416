"""A ledger opened once answers as the query does, sealed or not, and says how its sources spoke."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from synthetic_ledger import START_MS, first_names, make_frame

from rempart.errors import LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.exposure import ANSWER, AROUND, COLUMNS, Opened
from rempart.ledger.query import Question, history
from rempart.ledger.retention import expire
from rempart.ledger.rhythm import HOUR_MS
from rempart.ledger.segments import parquet_bytes, rhythm_of_gathered
from rempart.records import MISSING_MS


def test_it_answers_what_the_query_answers(sealed: Path) -> None:
    opened = Opened.of(sealed)
    for account in ("account-0", "account-3"):
        for period in ((None, None), (START_MS + 20_000, START_MS + 95_000)):
            found = opened.accesses([account], *period)
            asked = history(sealed, Question(account, None, *period)).select(COLUMNS)
            assert found.schema == ANSWER
            assert found.to_pylist() == asked.to_pylist()


def test_each_account_is_given_in_its_own_periods(sealed: Path) -> None:
    opened = Opened.of(sealed)
    second = [(START_MS + at, START_MS + at + 1000) for at in (20_000, 60_000, 20_500)]
    periods = {"account-0": [(START_MS - 10**12, START_MS + 30_000)], "account-3": second}
    found = opened.around(periods).to_pylist()
    every = opened.accesses(list(periods), None, None).select(AROUND.names).to_pylist()
    inside = [
        row
        for row in every
        if any(begin <= row["recorded"].timestamp() * 1000 < end for begin, end in periods[row["account"]])
    ]
    assert found == inside
    assert 0 < len(found) < len(every)
    assert {row["account"] for row in found} <= set(periods)


@pytest.mark.parametrize("column", ["network", "software"])
def test_the_accounts_that_used_a_name_are_counted(sealed: Path, column: str) -> None:
    every = Opened.of(sealed).accesses([f"account-{k}" for k in range(9)], None, None)
    users: dict[str, set[str]] = {}
    for account, name in zip(every["account"].to_pylist(), every[column].to_pylist(), strict=True):
        users.setdefault(name, set()).add(account)
    asked = sorted(users)[:3]
    found = Opened.of(sealed).users(column, [*asked, "nobody uses this"])
    assert found == {name: len(users[name]) for name in asked}


def test_several_accounts_and_the_nameless_are_answered_together(
    tmp_path: Path, open_ledger: Callable[..., Ledger], append: Callable[..., int]
) -> None:
    with open_ledger() as ledger:
        append(ledger, 40)
        frame, decisions = make_frame(10, 40)
        frame.rows["account"][::2] = -1
        frame.rows["recorded_ms"][:2] = MISSING_MS
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events)
        ledger.flush()
        for state in ("unsealed", "sealed"):
            opened = Opened.of(tmp_path / "data")
            nameless = opened.accesses([""], START_MS, START_MS + 10**9)
            assert nameless["number"].to_pylist() == [40, 42, 44, 46, 48], state
            both = opened.accesses(["account-0", "account-1", ""], None, None)
            assert both["number"].to_pylist() == sorted(both["number"].to_pylist())
            assert set(both["account"].to_pylist()) == {"account-0", "account-1", ""}
            ledger.seal()


def test_events_without_a_time_are_given_whatever_the_period(
    tmp_path: Path, open_ledger: Callable[..., Ledger]
) -> None:
    with open_ledger() as ledger:
        frame, decisions = make_frame(10)
        frame.rows["recorded_ms"][3] = MISSING_MS
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events, first_names())
        ledger.flush()
        found = Opened.of(tmp_path / "data").accesses(["account-1"], START_MS, START_MS + 1)
        assert found["number"].to_pylist() == [3]


def test_the_rhythm_is_that_of_all_events_sealed_and_not(sealed: Path) -> None:
    rhythm = Opened.of(sealed).rhythm
    assert rhythm.sources == ("synthetic.ndjson",)
    assert int(rhythm.cells["rows"].sum()) == 105
    assert set(rhythm.cells["hour"].tolist()) == {START_MS // HOUR_MS, (START_MS + 104_000) // HOUR_MS}
    assert (int(rhythm.cells["first_id"].min()), int(rhythm.cells["last_id"].max())) == (0, 104)


def test_expired_segments_are_told(sealed: Path) -> None:
    assert Opened.of(sealed).expired_to_ms is None
    expire(sealed, START_MS + 45_000, START_MS + 10**9)
    opened = Opened.of(sealed)
    assert opened.expired_to_ms == START_MS + 39_000
    assert opened.first_ms == START_MS + 40_000


def test_a_segment_that_does_not_say_its_rhythm_is_refused(sealed: Path) -> None:
    path = sealed / "ledger" / "segments" / "00000000.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    with pytest.raises(LedgerError, match="another version"):
        _ = Opened.of(sealed).rhythm


def test_equal_events_give_equal_files(sealed: Path) -> None:
    opened = Opened.of(sealed)
    rhythm = rhythm_of_gathered(opened.unsealed, opened.names)
    table = pq.read_table(sealed / "ledger" / "segments" / "00000001.parquet")
    assert parquet_bytes(table, rhythm).equals(parquet_bytes(table, rhythm))
    assert np.array_equal(rhythm.cells["source"], [0] * rhythm.cells.size)
