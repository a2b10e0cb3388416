from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from synthetic_ledger import ACCOUNTS, first_names, make_frame

from rempart.errors import LedgerBusy, LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.entries import DECISIONS, INPUT, decode_decisions, decode_input
from rempart.ledger.framing import journal_files
from rempart.ledger.names import VOCABULARIES
from rempart.ledger.query import connect
from rempart.ledger.verify import verify

Opening = Callable[..., Ledger]
Appending = Callable[..., int]


def numbers(data: Path) -> list[int]:
    return [n for (n,) in connect(data).execute("SELECT number FROM ledger ORDER BY number").fetchall()]


def test_decisions_are_numbered_without_gap_across_restarts(
    open_ledger: Opening, append: Appending, tmp_path: Path
) -> None:
    with open_ledger() as ledger:
        assert ledger.next_number == 0
        append(ledger, 25)
        ledger.seal()
        append(ledger, 5)
    with open_ledger() as ledger:
        assert ledger.next_number == 30
        assert ledger.names.words("account") == [name for _, _, name in first_names()[:ACCOUNTS]]
        append(ledger, 10)
    assert numbers(tmp_path / "data") == list(range(40))


def test_entries_since_give_back_what_was_appended(open_ledger: Opening, append: Appending) -> None:
    with open_ledger() as ledger:
        append(ledger, 10)
        seq = ledger.append_input(9, b"care")
        append(ledger, 10)
        ledger.seal()
        kinds = [(entry.seq, entry.kind) for entry in ledger.entries_since()]
        assert kinds == [(0, DECISIONS), (1, INPUT), (2, DECISIONS)]
        (later,) = ledger.entries_since(seq)
        assert decode_decisions(later.payload).first_number == 10
        assert bytes(decode_input(next(iter(ledger.entries_since(0))).payload)[1]) == b"care"


def test_journals_go_only_when_sealed_and_checkpointed(open_ledger: Opening, append: Appending) -> None:
    with open_ledger() as ledger:
        append(ledger, 10)
        assert ledger.drop_sealed_journals(ledger.last_seq) == 0
        ledger.seal()
        append(ledger, 10)
        assert ledger.drop_sealed_journals(-1) == 0
        assert ledger.drop_sealed_journals(ledger.last_seq) == 1
        assert [entry.seq for entry in ledger.entries_since(0)] == [1]
        with pytest.raises(LedgerError, match="begins at entry 1"):
            list(ledger.entries_since(-1))


def test_sealing_nothing_new_writes_nothing(open_ledger: Opening, append: Appending) -> None:
    with open_ledger() as ledger:
        assert ledger.seal() == []
        append(ledger, 3)
        assert [line.rows for line in ledger.seal()] == [3]
        assert ledger.seal() == []
        ledger.append_input(1, b"only context")
        (line,) = ledger.seal()
        assert (line.rows, line.segment_sha256, line.first, line.last) == (0, "", 3, 2)
        append(ledger, 4)
        ledger.seal()
    report = verify(ledger_data(ledger))
    assert (report.findings, report.sealed_rows, report.sealed_segments) == ((), 7, 3)


def ledger_data(ledger: Ledger) -> Path:
    return ledger._folder.data


def test_a_large_backlog_becomes_several_segments(
    open_ledger: Opening, append: Appending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.ledger.segments.SEGMENT_ROWS", 30)
    with open_ledger() as ledger:
        append(ledger, 100)
        lines = ledger.seal()
    assert [(line.first, line.rows) for line in lines] == [(0, 30), (30, 30), (60, 30), (90, 10)]
    assert verify(ledger_data(ledger)).sound
    assert numbers(ledger_data(ledger)) == list(range(100))


def test_one_may_seal_while_another_thread_appends(open_ledger: Opening, append: Appending) -> None:
    with open_ledger() as ledger:
        append(ledger, 10)
        stop = threading.Event()

        def seal_again_and_again() -> None:
            while not stop.is_set():
                ledger.seal()

        sealing = threading.Thread(target=seal_again_and_again)
        sealing.start()
        append(ledger, 400, entry_rows=1)
        stop.set()
        sealing.join()
    assert numbers(ledger_data(ledger)) == list(range(410))
    assert verify(ledger_data(ledger)).sound


@pytest.mark.parametrize("step", ["names", "segment", "index", "line", "torn line"])
def test_a_crash_at_any_step_of_a_seal_is_recovered(
    open_ledger: Opening, append: Appending, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop where the step begins, or cut the manifest's line; then open, seal and compare."""
    data = tmp_path / "data"
    with open_ledger() as ledger:
        append(ledger, 20)
        ledger.seal()
        append(ledger, 20)
        frame, decisions = make_frame(1, 40)
        frame.rows["account"] = ACCOUNTS
        new = [("account", ACCOUNTS, "late account")]
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events, new)
        counted = (data / "ledger" / "manifest.end").read_bytes()
        if step == "torn line":
            ledger.seal()
        else:
            stop_at(step, monkeypatch)
            with pytest.raises(KeyboardInterrupt):
                ledger.seal()
            monkeypatch.undo()
    if step == "torn line":
        manifest = data / "ledger" / "manifest.ndjson"
        os.truncate(manifest, manifest.stat().st_size - 30)
        (data / "ledger" / "manifest.end").write_bytes(counted)
    with open_ledger() as ledger:
        assert ledger.next_number == 41
        assert len(ledger.seal()) == 1
    assert verify(data).findings == ()
    assert numbers(data) == list(range(41))
    assert sorted(path.name for path in (data / "ledger" / "segments").iterdir()) == [
        f"0000000{n}.{kind}" for n in (0, 1) for kind in ("index", "names", "parquet")
    ]


def stop_at(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from rempart.ledger import segments

    write = segments.write_durably
    endings = {"segment": ".parquet", "index": ".index", "names": ".names"}

    def stopping(path: Path, parts: object) -> None:
        if path.suffix == endings.get(step):
            (path.parent / f"{path.name}.abc.partial").write_bytes(b"half")
            raise KeyboardInterrupt
        write(path, parts)  # type: ignore[arg-type]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(segments, "write_durably", stopping)
    if step == "line":
        monkeypatch.setattr(segments, "add_line", stop)


def test_the_same_decisions_give_the_same_segment_bytes(tmp_path: Path, append: Appending) -> None:
    hashes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with Ledger.open(tmp_path / name, clock_ms=lambda: 1) as ledger:
            append(ledger, 50, entry_rows=10 if name == "one" else 3)
            hashes += [(line.segment_sha256, line.index_sha256, line.names_sha256) for line in ledger.seal()]
    assert hashes[0] == hashes[1]


def test_a_second_process_is_refused(open_ledger: Opening, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rempart.errors import LedgerBusy\n"
        "from rempart.ledger.book import Ledger\n"
        "try: Ledger.open(Path(sys.argv[1]))\n"
        "except LedgerBusy as error: print(error)"
    )
    with open_ledger():
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "data")], capture_output=True, text=True, check=True
        )
    assert f"process {os.getpid()}" in done.stdout


def test_opening_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger in"):
        Ledger.open(tmp_path, create=False)
    with pytest.raises(LedgerError, match="no ledger in"):
        connect(tmp_path)


def test_lost_files_are_refused_at_opening(open_ledger: Opening, append: Appending, tmp_path: Path) -> None:
    """A journal behind the seals, or seals behind the journal, is never carried on."""
    with open_ledger() as ledger:
        append(ledger, 10)
        ledger.seal()
        append(ledger, 10)
        ledger.seal()
        ledger.drop_sealed_journals(ledger.last_seq)
    manifest = tmp_path / "data" / "ledger" / "manifest.ndjson"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole.splitlines(keepends=True)[0])
    with pytest.raises(LedgerError, match="has 1 lines where 2 were signed"):
        open_ledger()
    manifest.write_bytes(whole)
    for path in journal_files(tmp_path / "data" / "ledger" / "journal"):
        path.unlink()
    with pytest.raises(LedgerError, match="is sealed"):
        open_ledger()


def test_a_manifest_cut_short_is_refused_and_nothing_is_deleted(open_ledger: Opening, sealed: Path) -> None:
    """Cut by a thief, with its count or without, and the journal behind a checkpoint or not."""
    kept = {path: path.read_bytes() for path in (sealed / "ledger" / "segments").iterdir()}
    manifest, end = (sealed / "ledger" / name for name in ("manifest.ndjson", "manifest.end"))
    lines = manifest.read_bytes().splitlines(keepends=True)
    for left in (0, 1, 2):
        manifest.write_bytes(b"".join(lines[:left]))
        with pytest.raises(LedgerError, match=f"has {left} lines where 3 were signed; nothing was changed"):
            open_ledger()
    manifest.unlink()
    end.unlink()
    with pytest.raises(LedgerError, match="the manifest has no line for"):
        open_ledger()
    assert {path: path.read_bytes() for path in (sealed / "ledger" / "segments").iterdir()} == kept


def test_a_segment_that_no_journal_holds_is_never_deleted(
    open_ledger: Opening, append: Appending, tmp_path: Path
) -> None:
    with open_ledger() as ledger:
        append(ledger, 10)
        ledger.seal()
        ledger.drop_sealed_journals(ledger.last_seq)
    folder = tmp_path / "data" / "ledger"
    kept = sorted((folder / "segments").iterdir())
    for path in (folder / "manifest.ndjson", folder / "manifest.end", *journal_files(folder / "journal")):
        path.unlink()
    with pytest.raises(LedgerError, match=r"the manifest has no line for 00000000\.index"):
        open_ledger()
    assert sorted((folder / "segments").iterdir()) == kept


def test_a_name_used_before_it_is_named_is_refused(open_ledger: Opening) -> None:
    frame, decisions = make_frame(1)
    with open_ledger() as ledger:
        with pytest.raises(ValueError, match="account 0 was never named"):
            ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events, ())
        assert ledger.next_number == 0
        with pytest.raises(LedgerError, match="out of turn"):
            ledger.append_decisions(
                frame.rows, decisions, frame.patients, frame.events, [("account", 3, "later")]
            )


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_the_vocabulary_of_an_unnamed_number_is_told(open_ledger: Opening, vocabulary: str) -> None:
    frame, decisions = make_frame(3)
    frame.rows[vocabulary][1] = 77
    with open_ledger() as ledger, pytest.raises(ValueError, match=f"{vocabulary} 77 was never named"):
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events, first_names())


def test_everything_written_is_owner_only(sealed: Path) -> None:
    open_to_others = [path for path in sealed.rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
    assert sealed.stat().st_mode & 0o077 == 0


def test_busy_is_released_when_opening_fails(open_ledger: Opening, tmp_path: Path) -> None:
    open_ledger().close()
    manifest = tmp_path / "data" / "ledger" / "manifest.ndjson"
    manifest.write_bytes(b"not a line\n")
    for _ in range(2):
        with pytest.raises(LedgerError, match="line 1 is damaged") as caught:
            open_ledger()
        assert not isinstance(caught.value, LedgerBusy)
