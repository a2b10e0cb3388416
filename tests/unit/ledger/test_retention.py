from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from synthetic_ledger import ACCOUNTS, SEALED_AT_MS, START_MS, make_frame

from rempart.ledger.book import Ledger
from rempart.ledger.folder import Folder
from rempart.ledger.manifest import Expired, read_lines
from rempart.ledger.query import Question, connect, history
from rempart.ledger.retention import expire
from rempart.ledger.verify import verify

BEFORE_MS = START_MS + 70_000
"""After the newest event of segments 0 (40 decisions) and 1 (30), before those of segment 2."""


def files(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "ledger" / "segments").iterdir())


def test_old_segments_go_and_the_rest_still_verifies(sealed: Path) -> None:
    assert expire(sealed, BEFORE_MS, SEALED_AT_MS) == [0, 1]
    assert files(sealed) == ["00000000.names", "00000002.index", "00000002.parquet"]
    report = verify(sealed)
    assert report.findings == ()
    assert (report.expired, report.sealed_segments) == (2, 3)
    assert history(sealed, Question())["number"].to_pylist() == list(range(70, 105))
    assert connect(sealed).execute("SELECT min(number) FROM ledger").fetchone() == (70,)
    assert expire(sealed, BEFORE_MS, SEALED_AT_MS) == []


def test_a_segment_with_one_younger_event_stays(sealed: Path) -> None:
    assert expire(sealed, BEFORE_MS - 1000, SEALED_AT_MS) == [0]
    assert expire(sealed, START_MS, SEALED_AT_MS) == []


def test_a_restart_and_new_seals_follow_an_expiry(
    sealed: Path, open_ledger: Callable[..., Ledger], append: Callable[..., int]
) -> None:
    with open_ledger() as ledger:
        assert expire(sealed, BEFORE_MS, SEALED_AT_MS) == [0, 1]
        assert append(ledger, 5) == 110
        assert len(ledger.seal()) == 1
        assert ledger.expire(BEFORE_MS + 20_000) == [2]
    with open_ledger() as ledger:
        assert ledger.next_number == 110
        assert len(ledger.names.words("account")) == ACCOUNTS
    assert verify(sealed).findings == ()
    assert history(sealed, Question())["number"].to_pylist() == list(range(90, 110))


def test_a_crash_between_tombstone_and_deletion_is_harmless(
    sealed: Path, open_ledger: Callable[..., Ledger]
) -> None:
    kept = {path: path.read_bytes() for path in (sealed / "ledger" / "segments").glob("00000000.*")}
    expire(sealed, BEFORE_MS, SEALED_AT_MS)
    for path, content in kept.items():
        path.write_bytes(content)
    assert verify(sealed).findings == ()
    assert history(sealed, Question())["number"].to_pylist()[0] == 70
    open_ledger().close()
    assert "00000000.parquet" not in files(sealed)


def test_deleting_without_a_tombstone_is_found(sealed: Path) -> None:
    (sealed / "ledger" / "segments" / "00000000.parquet").unlink()
    assert [f.what for f in verify(sealed).findings] == ["dropped"]


def test_a_log_that_claims_the_future_cannot_put_expiry_off(
    open_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    frame, decisions = make_frame(2)
    frame.rows["recorded_ms"] = 7_000_000_000_000
    for name in ("account", "source"):
        frame.rows[name] = -1
    with open_ledger() as ledger:
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events)
        ledger.seal()
        assert ledger.expire(SEALED_AT_MS) == []
        assert ledger.expire(SEALED_AT_MS + 1) == [0]
    line = read_lines(Folder(tmp_path / "data"))[-1]
    assert isinstance(line, Expired)
    assert line.segments == [0]
