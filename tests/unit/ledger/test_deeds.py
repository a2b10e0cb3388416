"""Deeds are signed lines beside the seals: in order, one writer at a time, found when touched."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rempart.errors import LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.deeds import LONGEST_TEXT, Change, Deeds, add_deed, read_deeds
from rempart.ledger.folder import Folder
from rempart.ledger.verify import verify


def change(name: str, why: str = "because") -> Change:
    return Change(name, "a person", "note", why, {"accounts": ["account-1"]})


def test_a_deed_is_read_back_as_it_was_told(sealed: Path) -> None:
    added = add_deed(sealed, 5, lambda _: change("I0001"))
    (told,) = read_deeds(sealed)
    assert told == added
    assert (told.incident, told.who, told.did, told.why) == ("I0001", "a person", "note", "because")
    assert told.change == {"accounts": ["account-1"]}
    assert told.at_ms == 5
    assert verify(sealed).sound


def test_nothing_is_added_where_nothing_is_decided(sealed: Path) -> None:
    assert add_deed(sealed, 5, lambda _: None) is None
    assert read_deeds(sealed) == []


def test_a_deed_that_was_changed_or_taken_away_is_found(sealed: Path) -> None:
    add_deed(sealed, 5, lambda _: change("I0001", "the first"))
    add_deed(sealed, 6, lambda _: change("I0001", "the second"))
    path = sealed / "ledger" / "manifest.ndjson"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"the first", b"the worst"))
    assert {finding.what for finding in verify(sealed).findings} == {"changed"}
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2] + lines[-1:]))
    assert {finding.what for finding in verify(sealed).findings} == {"dropped", "truncated"}


def test_deeds_cut_from_the_end_are_found_and_nothing_is_added_over_it(sealed: Path) -> None:
    for number in range(3):
        add_deed(sealed, number, lambda _: change("I0001"))
    folder = Folder(sealed)
    path, end = folder.manifest, folder.manifest_end
    whole, signed = path.read_bytes(), end.read_bytes()
    for cut in (1, 2, 3):
        path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-cut]))
        assert [finding.what for finding in verify(sealed).findings] == ["truncated"]
        with pytest.raises(LedgerError, match="were signed"):
            add_deed(sealed, 9, lambda _: change("I0001"))
    for forged in (signed.replace(b'"lines":6', b'"lines":3'), b"", b"{}"):
        end.write_bytes(forged)
        assert [finding.what for finding in verify(sealed).findings] == ["changed"]
    end.unlink()
    assert [finding.what for finding in verify(sealed).findings] == ["dropped"]
    with pytest.raises(LedgerError, match="not there"):
        add_deed(sealed, 9, lambda _: change("I0001"))
    path.write_bytes(whole)
    end.write_bytes(signed)
    assert verify(sealed).sound


def test_a_crash_between_a_line_and_the_count_is_no_finding(
    sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("rempart.ledger.manifest.write_durably", stop)
        with pytest.raises(LedgerError, match="full"):
            add_deed(sealed, 5, lambda _: change("I0001", "counted later"))
    assert verify(sealed).sound
    add_deed(sealed, 6, lambda _: change("I0001"))
    assert next(deed.why for deed in read_deeds(sealed)) == "counted later"
    assert verify(sealed).sound


def test_officers_at_once_never_lose_a_deed(sealed: Path) -> None:
    def work(number: int) -> None:
        for _ in range(5):
            add_deed(sealed, number, lambda told: change(f"I{len(told):04d}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [told.incident for told in read_deeds(sealed)] == [f"I{n:04d}" for n in range(20)]
    assert verify(sealed).sound


def test_a_writer_goes_on_beside_deeds(sealed: Path) -> None:
    with Ledger.open(sealed) as ledger:
        add_deed(sealed, 5, lambda _: change("I0001"))
        ledger.append_input(1, b"more")
        ledger.seal()
    assert verify(sealed).sound
    assert len(read_deeds(sealed)) == 1


def test_a_long_text_is_cut(sealed: Path) -> None:
    told = add_deed(sealed, 5, lambda _: change("I0001", "x" * (LONGEST_TEXT + 9)))
    assert told is not None
    assert len(told.why) == LONGEST_TEXT


def test_who_looks_often_hears_each_deed_once(sealed: Path) -> None:
    deeds = Deeds(sealed)
    assert deeds.fresh(0) is None
    add_deed(sealed, 5, lambda _: change("I0001"))
    fresh = deeds.fresh(0)
    assert fresh is not None
    assert [told.incident for told in fresh] == ["I0001"]
    assert deeds.fresh(fresh[-1].line + 1) is None
    assert Deeds(sealed / "nothing").fresh(0) is None


def test_where_no_ledger_stands_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger"):
        read_deeds(tmp_path)
