from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.errors import LedgerBusy, LedgerError
from rempart.ledger.framing import journal_files, read_entries
from rempart.ledger.journal import DIRECT_BYTES, Journal


def contents(data: Path, after: int = -1) -> list[tuple[int, int, bytes]]:
    return [(e.seq, e.kind, bytes(e.payload)) for e in read_entries(data / "ledger" / "journal", after)]


def fill(data: Path, payloads: list[bytes]) -> None:
    journal = Journal.open(data)
    for payload in payloads:
        journal.append(7, payload)
    journal.close()


PAYLOADS = [b"", b"a", b"12345678", b"x" * (DIRECT_BYTES + 3), b"last"]


def test_what_is_appended_is_read_back_in_order(tmp_path: Path) -> None:
    fill(tmp_path, PAYLOADS[:2])
    fill(tmp_path, PAYLOADS[2:])
    assert contents(tmp_path) == [(seq, 7, payload) for seq, payload in enumerate(PAYLOADS)]
    assert contents(tmp_path, after=2) == [(3, 7, PAYLOADS[3]), (4, 7, PAYLOADS[4])]


def test_parts_make_one_payload(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    large = memoryview(b"b" * DIRECT_BYTES)
    journal.append(1, [b"a", memoryview(b"b"), bytearray(b"c")])
    journal.append(2, [b"a", b"", large])
    journal.close()
    assert contents(tmp_path) == [(0, 1, b"abc"), (1, 2, b"a" + bytes(large))]


def test_nothing_is_written_before_the_flush(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.append(1, b"small")
    assert contents(tmp_path) == []
    journal.flush(sync=False)
    assert contents(tmp_path) == [(0, 1, b"small")]
    journal.close()


def test_a_second_writer_is_told_who_holds_it(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with pytest.raises(LedgerBusy, match=str(os.getpid())):
        Journal.open(tmp_path)
    journal.close()
    Journal.open(tmp_path).close()


def test_a_killed_writer_leaves_no_lock_and_loses_nothing_flushed(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from rempart.ledger.journal import Journal\n"
        "j = Journal.open(Path(sys.argv[1]))\n"
        "for n in range(50): j.append(1, b'%d' % n); j.flush(False)\n"
        "j.append(1, b'never flushed'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == -9
    journal = Journal.open(tmp_path)
    assert journal.cut_bytes == 0
    assert [bytes(e.payload) for e in journal.entries()] == [b"%d" % n for n in range(50)]
    journal.close()


def test_a_torn_end_is_cut_and_told(tmp_path: Path) -> None:
    fill(tmp_path, PAYLOADS)
    (path,) = journal_files(tmp_path / "ledger" / "journal")
    os.truncate(path, path.stat().st_size - 5)
    assert len(contents(tmp_path)) == len(PAYLOADS) - 1
    journal = Journal.open(tmp_path)
    assert journal.cut_bytes == 32 + 8 + 32 - 5
    assert journal.append(7, b"again") == len(PAYLOADS) - 1
    journal.close()
    assert contents(tmp_path)[-1] == (len(PAYLOADS) - 1, 7, b"again")


@pytest.mark.parametrize("place", [64, 64 + 12, 64 + 17, 64 + 25, 64 + 40, 64 + 80, -80, -10])
def test_damage_is_never_cut(tmp_path: Path, place: int) -> None:
    """In a header, a length, a payload or a hash, at the beginning or in the last whole entry."""
    fill(tmp_path, [b"payload of twenty bytes", b"b" * 40, b"c" * 40])
    (path,) = journal_files(tmp_path / "ledger" / "journal")
    content = bytearray(path.read_bytes())
    content[place] ^= 0x40
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged at byte"):
        Journal.open(tmp_path)
    assert path.read_bytes() == content


def test_a_forged_marker_in_a_payload_does_not_pass_for_an_entry(tmp_path: Path) -> None:
    """Only a file's own random marker counts, so a log line cannot make a torn end look like damage."""
    fill(tmp_path / "other", [b"x"])
    (other,) = journal_files(tmp_path / "other" / "ledger" / "journal")
    fill(tmp_path / "mine", [b"first", other.read_bytes() * 3])
    (path,) = journal_files(tmp_path / "mine" / "ledger" / "journal")
    os.truncate(path, path.stat().st_size - 40)
    journal = Journal.open(tmp_path / "mine")
    assert journal.next_seq == 1
    journal.close()


def test_rotated_files_are_dropped_only_when_every_entry_may_go(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    for _ in range(3):
        journal.append(1, b"a")
        journal.append(1, b"b")
        journal.rotate()
    journal.rotate()
    folder = tmp_path / "ledger" / "journal"
    assert [int(path.stem) for path in journal_files(folder)] == [0, 2, 4, 6]
    assert journal.drop(2) == 1
    assert [e.seq for e in journal.entries(1)] == [2, 3, 4, 5]
    with pytest.raises(LedgerError, match="begins at entry 2"):
        list(journal.entries(0))
    assert journal.drop(5) == 2
    journal.close()
    journal = Journal.open(tmp_path)
    assert journal.next_seq == 6
    journal.append(1, b"g")
    assert journal.drop(6) == 1
    journal.close()
    assert [int(path.stem) for path in journal_files(folder)] == [7]


def test_a_missing_or_cut_middle_file_is_an_error(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    for _ in range(3):
        journal.append(1, b"a")
        journal.append(1, b"b")
        journal.rotate()
    journal.close()
    files = journal_files(tmp_path / "ledger" / "journal")
    whole = files[1].read_bytes()
    files[1].write_bytes(whole[:-8])
    with pytest.raises(LedgerError, match="does not lead to"):
        contents(tmp_path)
    files[1].unlink()
    with pytest.raises(LedgerError, match="does not lead to"):
        contents(tmp_path)


def test_a_full_disk_is_one_clear_error_and_nothing_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(tmp_path)
    journal.append(1, b"a")

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "writev", refuse)
    with pytest.raises(LedgerError, match="No space left on device"):
        journal.flush(sync=False)
    monkeypatch.undo()
    with pytest.raises(LedgerError, match="closed"):
        journal.append(1, b"b")
    journal.close()
